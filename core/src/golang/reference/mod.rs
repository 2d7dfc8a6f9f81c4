//! The executable specification of [`encode`](super::encode): `encoding/json`, decoded into a tree of
//! Go values and marshalled again, in plain steps.
//!
//! It is also what `encode` falls back to when keys repeat or are spelled in another case, and what
//! decides which error is reported.
//!
//! **Invariant:** no recursion on the depth of the input, in decoding, encoding or dropping.

mod decode;
mod encode;
mod value;

use alloc::vec;
use alloc::vec::Vec;

use super::check::{Check, Problem};
use super::dropped::Dropped;
use super::encode::Root;
use super::error::DecodeError;
use super::sink::Sink;

/// Decodes `json` as `root` and writes what Go would marshal; gives what was lost and how many nodes
/// there are.
///
/// # Errors
/// Whatever Go's `json.Unmarshal` refuses; nothing has been written then.
pub(crate) fn encode<S: Sink>(
    json: &[u8],
    root: Root,
    version: u8,
    out: &mut S,
) -> Result<(Dropped, Option<u64>), DecodeError> {
    let (tree, dropped) = decode::decode(json, root, version)?;
    let r#type = root.r#type();
    encode::encode(json, &tree, r#type, version, out);
    Ok((dropped, tree.node_count(r#type)))
}

/// Everything that decoding `json` as `root` finds.
pub(crate) fn check(json: &[u8], root: Root, version: u8) -> Check {
    decode::check(json, root, version).unwrap_or_else(|DecodeError { at, reason }| {
        let problem = Problem { at, path: Vec::new(), reason, seen_by_go: true };
        Check { problems: vec![problem], decisive: Some(0), ..Check::default() }
    })
}
