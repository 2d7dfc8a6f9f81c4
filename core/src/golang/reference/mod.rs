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

use super::dropped::Dropped;
use super::error::DecodeError;
use super::layout::Type;
use super::sink::Sink;

/// Decodes `json` as `r#type` and writes what Go would marshal; gives what was lost and how many nodes
/// there are.
///
/// # Errors
/// Whatever Go's `json.Unmarshal` refuses; nothing has been written then.
pub(crate) fn encode<S: Sink>(
    json: &[u8],
    r#type: Type,
    version: u8,
    out: &mut S,
) -> Result<(Dropped, Option<u64>), DecodeError> {
    let (tree, dropped) = decode::decode(json, r#type, version)?;
    encode::encode(json, &tree, r#type, version, out);
    Ok((dropped, tree.node_count(r#type)))
}
