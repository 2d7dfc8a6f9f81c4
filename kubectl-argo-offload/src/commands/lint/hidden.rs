//! Lines that can hold a secret, and are shown to no one.

use std::ops::Range;

use argo_offload_core::config::{Report, Span};

use crate::input::place::Lines;

/// **Invariant:** whatever prints text of a file asks here first.
pub(super) struct Hidden(Vec<(usize, Range<usize>)>);

impl Hidden {
    /// The lines of what may be a secret.
    pub(super) fn of(report: &Report, lines: &[Lines]) -> Self {
        Self(
            report
                .secrets
                .iter()
                .filter_map(|span| Some((span.file, lines.get(span.file)?.lines(&span.range))))
                .collect(),
        )
    }

    /// Whether a line, counted from 1, can hold a secret.
    pub(super) fn has(&self, file: usize, line: usize) -> bool {
        self.0.iter().any(|(known, lines)| *known == file && lines.contains(&line))
    }

    /// Whether a place begins in such a line.
    pub(super) fn begins(&self, span: &Span, lines: &Lines) -> bool {
        self.has(span.file, lines.line(span.range.start))
    }
}
