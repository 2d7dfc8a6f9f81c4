//! `ParallelSteps`: one list of steps, which refuses keys it does not know.
//!
//! Source: Argo Workflows v3.7.6, pkg/apis/workflow/v1alpha1/workflow_types.go.

use alloc::format;

use crate::golang::error::{DecodeError, DecodeReason};
use crate::golang::special::raw::{check_floats, kind};
use crate::golang::tables::WF_WORKFLOW_STEP;
use crate::json::scan::{peek, value};
use crate::json::skim::members;
use crate::json::text::decode;

/// What `UnmarshalJSON` checks before it decodes the steps: a list of objects, known keys in their
/// exact spelling, and numbers that a float64 can hold.
///
/// `text` from `at` is valid JSON.
pub(crate) fn check(text: &[u8], at: usize, version: u8) -> Result<(), DecodeError> {
    if text.get(at) != Some(&b'[') {
        return match text.get(at) {
            Some(b'n') => Ok(()),
            _ => Err(mismatch(text, at, "a list of steps")),
        };
    }
    let mut mismatched = None;
    let mut unknown = None;
    let mut next = at + 1;
    loop {
        match peek(text, next) {
            Some((_, b']')) | None => break,
            Some((comma, b',')) => next = comma + 1,
            Some((start, b'{')) => {
                let known = |key: &[u8]| {
                    WF_WORKFLOW_STEP.fields.iter().any(|field| {
                        field.versions & version != 0 && field.name().as_bytes() == key
                    })
                };
                next = members(text, start, |member| {
                    let key = decode(member.key_text(text));
                    if unknown.is_none() && !known(&key) {
                        let key = alloc::string::String::from_utf8_lossy(&key).into_owned();
                        unknown = Some(DecodeError::value(
                            member.key_start - 1,
                            format!("a step has no field {key:?}"),
                        ));
                    }
                    Ok::<_, DecodeError>(())
                })?;
            }
            Some((start, byte)) => {
                if byte != b'n' && mismatched.is_none() {
                    mismatched = Some(mismatch(text, start, "a step (an object)"));
                }
                next = value(text, start, 0)?;
            }
        }
    }
    let end = value(text, at, 0)?;
    check_floats(text, at, end)?;
    match mismatched.or(unknown) {
        Some(error) => Err(error),
        None => Ok(()),
    }
}

fn mismatch(text: &[u8], at: usize, wanted: &'static str) -> DecodeError {
    let found = kind(text.get(at).copied());
    DecodeError { at, reason: DecodeReason::Type { found, wanted } }
}
