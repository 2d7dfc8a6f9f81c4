//! Findings as annotations of GitHub Actions.

use std::fmt::Write;

use argo_offload_core::config::Severity;

use super::Linted;
use super::text::place;
use crate::output::printable;

/// One workflow command a finding.
///
/// Source: GitHub Docs, Workflow commands for GitHub Actions; escapes as in actions/toolkit, command.ts.
pub(super) fn annotations(linted: &Linted<'_>) -> String {
    let mut out = String::new();
    for finding in &linted.report.findings {
        let Some(input) = linted.input(finding.span.file) else { continue };
        let region = linted.region(&finding.span);
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            let _ = write!(message, "\n{help}");
        }
        if let Some(argo) = &finding.argo {
            let _ = write!(message, "\nArgo: {argo}");
        }
        for related in &finding.related {
            let _ = write!(message, "\nsee {}: {}", place(linted, &related.span), related.message);
        }
        let _ = write!(
            out,
            "::{command} file={},line={},endLine={},col={}",
            property(&printable(&input.name)),
            region.line,
            region.end_line,
            region.column
        );
        if region.end_line == region.line {
            let _ = write!(out, ",endColumn={}", region.end_column);
        }
        let title = format!("{} {}", finding.rule.code, finding.rule.name);
        let _ = writeln!(out, ",title={}::{}", property(&title), data(&message));
    }
    out
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_cannot_end_a_command() {
        assert_eq!(property("a:b,c%\n::error::x"), "a%3Ab%2Cc%25%0A%3A%3Aerror%3A%3Ax");
    }
}
