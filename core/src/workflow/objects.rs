//! Objects in a stream of JSON: one after the other, or items of Lists.

use alloc::vec::Vec;
use core::ops::Range;

use crate::json::SyntaxError;
use crate::json::scan::peek;
use crate::json::skim::{elements, members, value_end};
use crate::json::text::decode;

/// The spans of the objects in `text`: JSON values one after the other (also JSON lines), each List and
/// each array replaced by its items.
///
/// Objects are cut by their brackets; whoever reads one checks it.
///
/// # Errors
/// The text ends inside a value.
pub fn objects(text: &[u8]) -> Result<Vec<Range<usize>>, SyntaxError> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some((start, _)) = peek(text, at) {
        at = value_end(text, start)?;
        match items(text, start)? {
            Some(items) => found.extend(items),
            None => found.push(start..at),
        }
        // A value without an end of its own would stand still.
        at = at.max(start + 1);
    }
    Ok(found)
}

/// The items of the value at `start`, if it is a Kubernetes List.
fn items(text: &[u8], start: usize) -> Result<Option<Vec<Range<usize>>>, SyntaxError> {
    match text.get(start) {
        Some(b'{') => {}
        Some(b'[') => return array(text, start).map(Some),
        _ => return Ok(None),
    }
    let (mut list, mut kinds, mut lists, mut at) = (false, 0, 0, None);
    let walked = members(text, start, |member| {
        match &*decode(member.key_text(text)) {
            b"kind" => {
                let kind = text.get(member.start..member.end).unwrap_or_default();
                kinds += 1;
                list = kind.ends_with(b"List\"");
            }
            b"items" => {
                lists += 1;
                at = Some(member.start).filter(|start| text.get(*start) == Some(&b'['));
            }
            _ => {}
        }
        Ok::<_, SyntaxError>(())
    });
    // What is wrong inside is said when the object is read.
    // Items under a key that stands twice would be lost.
    let once = kinds == 1 && lists == 1;
    let (Ok(_), true, true, Some(at)) = (walked, list, once, at) else { return Ok(None) };
    array(text, at).map(Some)
}

pub(super) fn array(text: &[u8], at: usize) -> Result<Vec<Range<usize>>, SyntaxError> {
    let mut found = Vec::new();
    elements(text, at, |span| {
        found.push(span);
        Ok::<_, SyntaxError>(())
    })?;
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_and_lists_are_cut_into_objects() {
        let text = br#"{"a":1}
            {"kind":"WorkflowList","items":[{"b":"]"},{"c":2} ]}{"kind":"Other","items":[]} [{"d":3}]"#;
        let spans = objects(text).expect("objects");
        let cut: Vec<&[u8]> = spans.into_iter().map(|span| &text[span]).collect();
        let expected: [&[u8]; 5] = [
            b"{\"a\":1}",
            b"{\"b\":\"]\"}",
            b"{\"c\":2}",
            b"{\"kind\":\"Other\",\"items\":[]}",
            b"{\"d\":3}",
        ];
        assert_eq!(cut, expected);
        assert_eq!(objects(b" ").expect("nothing"), []);
        assert!(objects(b"{\"a\":").is_err());
    }
}
