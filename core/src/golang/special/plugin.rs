//! `Plugin`: any object with exactly one key, kept as it is written.
//!
//! Source: Argo Workflows v3.7.6, pkg/apis/workflow/v1alpha1/plugin_types.go.

use alloc::collections::BTreeSet;
use alloc::format;

use super::raw::{check_floats, kind};
use crate::golang::error::{DecodeError, DecodeReason};
use crate::json::scan::value;
use crate::json::skim::members;
use crate::json::text::decode;

/// Refuses what is not an object with one key; `text` from `at` is valid JSON.
pub(crate) fn check(text: &[u8], at: usize) -> Result<(), DecodeError> {
    let mut keys = BTreeSet::new();
    match text.get(at) {
        Some(b'{') => {
            members(text, at, |member| {
                keys.insert(decode(member.key_text(text)).into_owned());
                Ok::<_, DecodeError>(())
            })?;
            check_floats(text, at, value(text, at, 0)?)?;
        }
        // Go reads null into its map: no keys.
        Some(b'n') => {}
        other => {
            let found = kind(other.copied());
            let wanted = "a plugin (an object with one key)";
            return Err(DecodeError { at, reason: DecodeReason::Type { found, wanted } });
        }
    }
    match keys.len() {
        1 => Ok(()),
        count => {
            Err(DecodeError::value(at, format!("a plugin needs exactly one key, got {count}")))
        }
    }
}
