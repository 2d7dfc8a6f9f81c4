//! Applying fixes.

pub(in crate::config) mod edits;
pub(in crate::config) mod secret_edits;

use alloc::vec::Vec;

use crate::config::finding::{Edit, Finding, Safety};

/// A file's text after the fixes of its findings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fixed {
    /// The new text.
    pub text: Vec<u8>,
    /// Indices of the findings whose fixes were applied. A fix that would touch what another one changes is
    /// left for the next run.
    pub applied: Vec<usize>,
}

/// Applies the fixes of the findings in file `file`, the unsafe ones only when asked for.
#[must_use]
pub fn apply(text: &[u8], file: usize, findings: &[Finding], unsafe_too: bool) -> Fixed {
    let mut edits: Vec<&Edit> = Vec::new();
    let mut applied = Vec::new();
    for (index, finding) in findings.iter().enumerate() {
        let Some(fix) = &finding.fix else { continue };
        let wanted = fix.safety == Safety::Safe || unsafe_too;
        let mine = fix.edits.iter().all(|edit| edit.span.file == file);
        let fits = fix.edits.iter().all(|edit| {
            edit.span.range.end <= text.len() && !edits.iter().any(|other| overlap(edit, other))
        });
        // What is there already needs no second time.
        let news = fix.edits.iter().any(|edit| {
            !edits.contains(&edit)
                && text.get(edit.span.range.clone()) != Some(edit.text.as_bytes())
        });
        if wanted && mine && fits && news {
            edits.extend(&fix.edits);
            applied.push(index);
        }
    }
    edits.sort_by_key(|edit| (edit.span.range.start, edit.span.range.end));
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        out.extend_from_slice(text.get(at..edit.span.range.start).unwrap_or_default());
        out.extend_from_slice(edit.text.as_bytes());
        at = edit.span.range.end;
    }
    out.extend_from_slice(text.get(at..).unwrap_or_default());
    Fixed { text: out, applied }
}

fn overlap(a: &Edit, b: &Edit) -> bool {
    let (a, b) = (&a.span.range, &b.span.range);
    a.start < b.end && b.start < a.end
}
