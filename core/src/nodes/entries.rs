//! The nodes of a node map, one by one.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::json::SyntaxError;
use crate::json::scan::{peek, unexpected};
use crate::json::skim::members;
use crate::json::text::decode;

/// One node of a node map; ranges are offsets in bytes of the map's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The node's id: the decoded key.
    pub id: Cow<'a, [u8]>,
    /// `"key":value`, as it stands.
    pub member: Range<usize>,
    /// The value, as it stands.
    pub value: Range<usize>,
}

/// The nodes of a node map in the order in which Go writes them: by the bytes of their ids.
///
/// The map is cut by its brackets; what the nodes hold is not looked at. Of nodes with the same id, the
/// one that stands later comes later.
///
/// # Errors
/// The text is not an object.
pub fn entries(nodes: &[u8]) -> Result<Vec<Entry<'_>>, SyntaxError> {
    let start = peek(nodes, 0).map_or(nodes.len(), |(at, _)| at);
    let mut found = Vec::new();
    let end = members(nodes, start, |member| {
        found.push(Entry {
            id: decode(member.key_text(nodes)),
            member: member.key_start - 1..member.end,
            value: member.start..member.end,
        });
        Ok::<_, SyntaxError>(())
    })?;
    if let Some((at, _)) = peek(nodes, end) {
        return Err(unexpected(nodes, at, "nothing after the nodes"));
    }
    if !found.is_sorted_by(|one, two| one.id <= two.id) {
        found.sort_by(|one, two| one.id.cmp(&two.id));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_come_in_the_order_of_their_decoded_ids() {
        let text = br#" {"b": {"x":1}, "\u0061": {}, "B":[]}"#;
        let found = entries(text).expect("nodes");
        let ids: Vec<&[u8]> = found.iter().map(|entry| &*entry.id).collect();
        assert_eq!(ids, [b"B", b"a", b"b"]);
        assert_eq!(&text[found[2].member.clone()], br#""b": {"x":1}"#);
        assert_eq!(&text[found[2].value.clone()], br#"{"x":1}"#);
        assert_eq!(entries(b"{} x").expect_err("refused").at, 3);
    }
}
