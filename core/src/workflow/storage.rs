//! Changing where a Workflow says its nodes are, and nothing else of its text.

use alloc::borrow::Cow;
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

/// The Workflow without its nodes and without a word of where they are.
///
/// # Errors
/// What stands in its status is not as JSON has it.
pub fn without_nodes<'a>(envelope: &Envelope<'a>) -> Result<Cow<'a, [u8]>, EnvelopeError> {
    match with_storage(envelope, b"\"nodes\":null") {
        Ok(text) => Ok(Cow::Owned(text)),
        Err(error) if matches!(error.problem, EnvelopeProblem::Expected { .. }) => {
            Ok(Cow::Borrowed(envelope.text))
        }
        Err(error) => Err(error),
    }
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
        let bare = without_nodes(&envelope).expect("status");
        assert_eq!(
            alloc::string::String::from_utf8_lossy(&bare),
            r#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","status":{
            "nodes":null,
            "phase": "Running"
        } }"#
        );
    }

    #[test]
    fn what_has_no_nodes_stays_as_it_is() {
        for text in [
            &br#"{"kind":"Workflow","apiVersion":"argoproj.io/v1alpha1"}"#[..],
            br#"{"status":{}}"#,
        ] {
            let envelope = Envelope::parse(text).expect("workflow");
            assert_eq!(without_nodes(&envelope).as_deref(), Ok(text));
        }
    }
}
