//! What fixes change, as a unified diff.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::Linted;
use crate::output::printable;

/// The changes from one state of a file to the next; empty when there are none.
///
/// Lines that can hold a secret are not shown, so that logs of CI hold none.
pub(super) fn unified(old: &Linted<'_>, new: &Linted<'_>, file: usize) -> String {
    let (Some(before), Some(after)) = (old.input(file), new.input(file)) else {
        return String::new();
    };
    let texts = (String::from_utf8_lossy(&before.text), String::from_utf8_lossy(&after.text));
    if texts.0 == texts.1 {
        return String::new();
    }
    let diff = TextDiff::from_lines(&*texts.0, &*texts.1);
    let name = printable(before.name.trim_start_matches("./").trim_start_matches('/'));
    let mut out = format!("--- a/{name}\n+++ b/{name}\n");
    for hunk in diff.unified_diff().iter_hunks() {
        let _ = writeln!(out, "{}", hunk.header());
        for change in hunk.iter_changes() {
            let hidden = change.old_index().is_some_and(|line| old.hidden.has(file, line + 1))
                || change.new_index().is_some_and(|line| new.hidden.has(file, line + 1));
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            if hidden {
                let _ = writeln!(out, "{sign}(not shown: it may hold a secret)");
                continue;
            }
            let line = change.value();
            let _ = writeln!(out, "{sign}{}", line.strip_suffix('\n').unwrap_or(line));
            if !line.ends_with('\n') {
                out.push_str("\\ No newline at end of file\n");
            }
        }
    }
    out
}
