//! Changing where a Workflow says its nodes are, and nothing else of its text.

use alloc::vec::Vec;

use super::Envelope;
use crate::json::scan::SyntaxError;
use crate::json::skim::{Member, members};
use crate::json::text::decode;

/// The keys of `status` that hold nodes or say where they are; Go writes them side by side.
const KEYS: [&[u8]; 3] = [b"compressedNodes", b"nodes", b"offloadNodeStatusVersion"];

/// The Workflow with `member` (`"key":value`) in place of its nodes and whatever said where they are.
///
/// The rest of the text stays byte for byte as it is.
///
/// # Errors
/// The status is not an object.
pub(crate) fn with_storage(envelope: &Envelope<'_>, member: &[u8]) -> Result<Vec<u8>, SyntaxError> {
    let text = envelope.text;
    let Some(status) = envelope.status.clone() else { return Ok(text.to_vec()) };
    let mut found: Vec<Member> = Vec::new();
    members(text, status.start, |member| {
        found.push(member);
        Ok::<_, SyntaxError>(())
    })?;
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let mut out = Vec::with_capacity(text.len() + member.len());
    out.extend_from_slice(slice(0, status.start + 1));
    // What stands before a member: white space before the first, a comma too before the others.
    let mut before = status.start + 1;
    let mut pieces: Vec<(usize, usize, &[u8])> = Vec::new();
    let mut placed = false;
    for item in &found {
        let lead = (before, item.key_start - 1);
        before = item.end;
        if !KEYS.contains(&&*decode(item.key_text(text))) {
            pieces.push((lead.0, lead.1, slice(item.key_start - 1, item.end)));
        } else if !placed {
            placed = true;
            pieces.push((lead.0, lead.1, member));
        }
    }
    let first_lead = found.first().map_or(before, |item| item.key_start - 1);
    for (index, (from, to, body)) in pieces.into_iter().enumerate() {
        match index {
            0 => out.extend_from_slice(slice(status.start + 1, first_lead)),
            _ => out.extend_from_slice(slice(from, to)),
        }
        out.extend_from_slice(body);
    }
    out.extend_from_slice(slice(before, text.len()));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_storage_members_change() {
        let text = br#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","status":{
            "compressedNodes": "",
            "\u006eodes": {"a": {}},
            "phase": "Running"
        } }"#;
        let envelope = Envelope::parse(text).expect("workflow");
        let changed =
            with_storage(&envelope, br#""offloadNodeStatusVersion":"fnv:1""#).expect("status");
        assert_eq!(
            alloc::string::String::from_utf8_lossy(&changed),
            r#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","status":{
            "offloadNodeStatusVersion":"fnv:1",
            "phase": "Running"
        } }"#
        );
    }
}
