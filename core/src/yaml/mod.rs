//! YAML as go-yaml v2 reads it, which is how Argo and Kubernetes read it.
//!
//! The algorithm is libyaml's: bytes → tokens → events → nodes → values, every stage with Go's own
//! limits and words. Source: sigs.k8s.io/yaml v1.4.0, goyaml.v2.
//!
//! **Invariant:** no recursion on the input's depth, and memory in proportion to the text.

mod bytes;
mod compose;
mod convert;
mod cursor;
mod decode;
mod document;
mod emit;
mod error;
mod events;
mod float;
mod gosyntax;
mod json;
mod keys;
mod number;
mod resolve;
mod scan;
mod source;
mod split;
mod texts;
mod timestamp;
mod token;

pub use convert::{Collided, Collision, ConvertError, ConvertReason, Converted, MAX_JSON, to_json};
pub(crate) use convert::{Member, convert, convert_members, key_name};
pub use document::{Document, Duplicate, Entry, Node, NodeId, Style, Value};
pub use emit::emit;
pub use error::{Problem, YamlError};
pub(crate) use gosyntax::quote;
pub use json::read_json;
pub use split::documents;

/// Reads the first document of `text` as go-yaml v2's `Unmarshal` into an empty interface does.
///
/// What stands behind the first document is looked at only as far as Go's look-ahead reaches.
///
/// # Errors
/// What go-yaml v2 refuses, with its words; texts longer than a gigabyte.
pub fn read(text: &[u8]) -> Result<Document, YamlError> {
    let source = source::Source::of(text)?;
    compose::compose(&source).and_then(|tree| decode::decode(source, tree)).map_err(|error| *error)
}

#[cfg(test)]
mod tests;
