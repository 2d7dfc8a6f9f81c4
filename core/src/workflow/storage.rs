//! Changing where a Workflow says its nodes are, and nothing else of its text.

use alloc::vec::Vec;

use super::{Envelope, EnvelopeError, EnvelopeProblem};
use crate::json::SyntaxError;
use crate::json::skim::members;
use crate::json::text::decode;

/// The keys of `status` that hold nodes or say where they are; Go writes them side by side.
const KEYS: [&[u8]; 3] = [b"compressedNodes", b"nodes", b"offloadNodeStatusVersion"];

/// The Workflow with `member` (`"key":value`) in place of its nodes and whatever said where they are.
///
/// The rest of the text stays byte for byte as it is.
///
/// # Errors
/// The Workflow says nowhere where its nodes are.
pub(crate) fn with_storage(
    envelope: &Envelope<'_>,
    member: &[u8],
) -> Result<Vec<u8>, EnvelopeError> {
    let text = envelope.text;
    let nowhere = || EnvelopeError {
        at: 0,
        problem: EnvelopeProblem::Expected { key: "status", wanted: "a status with nodes" },
    };
    let status = envelope.status.clone().ok_or_else(nowhere)?;
    let slice = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    let mut out = Vec::with_capacity(text.len() + member.len());
    // A member comes with what stands before it: white space, and a comma before all but the first.
    let mut copied = 0;
    let mut placed = false;
    members(text, status.start, |item| {
        let storage = KEYS.contains(&&*decode(item.key_text(text)));
        if !storage {
            out.extend_from_slice(slice(copied, item.end));
        } else if !placed {
            placed = true;
            out.extend_from_slice(slice(copied, item.key_start - 1));
            out.extend_from_slice(member);
        }
        copied = item.end;
        Ok::<_, SyntaxError>(())
    })?;
    if !placed {
        return Err(nowhere());
    }
    out.extend_from_slice(slice(copied, text.len()));
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
