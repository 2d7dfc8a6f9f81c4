//! `ParallelSteps`: one list of steps, which refuses keys it does not know.
//!
//! Source: Argo Workflows v3.7.6, pkg/apis/workflow/v1alpha1/workflow_types.go.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use crate::golang::check::Step;
use crate::golang::error::{DecodeError, DecodeReason};
use crate::golang::special::raw::{check_floats, kind};
use crate::golang::tables::WF_WORKFLOW_STEP;
use crate::json::scan::{peek, value};
use crate::json::skim::members;
use crate::json::text::decode;

/// What `UnmarshalJSON` refuses before it decodes the steps, each with the way to it: what is no
/// list of objects, numbers beyond a float64, and keys that are not exactly a field's name.
///
/// Go names the first; the order of unknown keys within one step is random there. `text` from `at`
/// is valid JSON.
///
/// # Errors
/// It is not.
pub(crate) fn check(
    text: &[u8],
    at: usize,
    version: u8,
) -> Result<Vec<(DecodeError, Vec<Step>)>, DecodeError> {
    let mut found = Vec::new();
    match text.get(at) {
        Some(b'[') => {}
        Some(b'n') => return Ok(found),
        _ => return Ok(vec![(mismatch(text, at, "a list of steps"), Vec::new())]),
    }
    let mut unknown = Vec::new();
    let (mut next, mut index) = (at + 1, 0);
    loop {
        match peek(text, next) {
            Some((_, b']')) | None => break,
            Some((comma, b',')) => {
                next = comma + 1;
                continue;
            }
            Some((start, b'{')) => {
                next = members(text, start, |member| {
                    let key = decode(member.key_text(text));
                    if !is_field(&key, version) {
                        let key = String::from_utf8_lossy(&key).into_owned();
                        let way = vec![Step::Index(index), Step::Key(key.clone())];
                        let reason = DecodeReason::UnknownField { of: WF_WORKFLOW_STEP.name, key };
                        unknown.push((DecodeError { at: member.key_start - 1, reason }, way));
                    }
                    Ok::<_, DecodeError>(())
                })?;
                if let Err(error) = check_floats(text, start, next) {
                    found.push((error, vec![Step::Index(index)]));
                }
            }
            Some((start, byte)) => {
                if byte != b'n' {
                    let error = mismatch(text, start, "a step (an object)");
                    found.push((error, vec![Step::Index(index)]));
                }
                next = value(text, start, 0)?;
            }
        }
        index += 1;
    }
    found.append(&mut unknown);
    Ok(found)
}

fn is_field(key: &[u8], version: u8) -> bool {
    WF_WORKFLOW_STEP
        .fields
        .iter()
        .any(|field| field.versions & version != 0 && field.name().as_bytes() == key)
}

fn mismatch(text: &[u8], at: usize, wanted: &'static str) -> DecodeError {
    let found = kind(text.get(at).copied());
    DecodeError { at, reason: DecodeReason::Type { found, wanted } }
}
