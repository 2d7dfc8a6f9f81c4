//! Findings for people: where, what, the line with a caret, what to do.

use std::fmt::Write;

use argo_offload_core::config::{Finding, Kind, Safety, Severity, Span};

use super::Linted;
use crate::input::place::{line, region};
use crate::output::{printable, shortened};

/// The most characters shown of a source line, and of a message: both come from the file.
const LINE: usize = 160;
const MESSAGE: usize = 400;

pub(super) fn findings(linted: &Linted<'_>) -> String {
    let mut out = String::new();
    for finding in &linted.report.findings {
        finding_text(linted, finding, &mut out);
    }
    out
}

/// `file:line:column`
pub(super) fn place(linted: &Linted<'_>, span: &Span) -> String {
    let Some(input) = linted.input(span.file) else { return String::new() };
    let region = region(&input.text, &span.range);
    format!("{}:{}:{}", printable(&input.name), region.line, region.column)
}

fn finding_text(linted: &Linted<'_>, finding: &Finding, out: &mut String) {
    let rule = finding.rule;
    let _ = writeln!(
        out,
        "{}: {}: {} [{} {}]",
        place(linted, &finding.span),
        finding.severity,
        shortened(&finding.message, MESSAGE),
        rule.code,
        rule.name
    );
    let margin =
        if finding.confidential { String::from(" ") } else { snippet(linted, &finding.span, out) };
    for related in &finding.related {
        let _ = writeln!(
            out,
            "{margin} = see {}: {}",
            place(linted, &related.span),
            shortened(&related.message, MESSAGE)
        );
    }
    if let Some(argo) = &finding.argo {
        let _ = writeln!(out, "{margin} = Argo: {}", shortened(argo, MESSAGE));
    }
    if let Some(help) = &finding.help {
        let _ = writeln!(out, "{margin} = help: {}", shortened(help, MESSAGE));
    }
    if let Some(fix) = &finding.fix {
        let flag = match fix.safety {
            Safety::Safe => "--fix",
            Safety::Unsafe => "--fix --unsafe-fixes",
        };
        let _ = writeln!(out, "{margin} = {flag}: {}", shortened(&fix.title, MESSAGE));
    }
    out.push('\n');
}

/// The line with a caret below; gives the margin that the lines below it need.
fn snippet(linted: &Linted<'_>, span: &Span, out: &mut String) -> String {
    let Some(input) = linted.input(span.file) else { return String::new() };
    let region = region(&input.text, &span.range);
    let number = region.line.to_string();
    let margin = " ".repeat(number.len());
    let text = line(&input.text, region.line);
    let (shown, cut) = window(&text, region.column);
    let before: String = shown
        .chars()
        .take(region.column - 1 - cut)
        .map(|character| if character == '\t' { '\t' } else { ' ' })
        .collect();
    let width = if region.end_line == region.line {
        region.end_column.saturating_sub(region.column).max(1)
    } else {
        shown.trim_end().chars().count().saturating_sub(region.column - 1 - cut).max(1)
    };
    let room = shown.chars().count().saturating_sub(region.column - 1 - cut).max(1);
    let _ = writeln!(out, "{margin} |");
    let _ = writeln!(out, "{number} | {}", printable_line(&shown));
    let _ = writeln!(out, "{margin} | {before}{}", "^".repeat(width.min(room)));
    margin
}

/// What is shown of a long line, and how many characters are left out before it.
fn window(text: &str, column: usize) -> (String, usize) {
    let cut = if column > LINE { column - LINE / 2 } else { 0 };
    (text.chars().skip(cut).take(LINE).collect(), cut)
}

/// Tabs stay: the caret line has them too. Everything else that moves a terminal becomes one visible
/// character, so that the caret stays below what it means.
fn printable_line(text: &str) -> String {
    text.chars()
        .map(|character| match character {
            '\t' => '\t',
            character
                if printable(character.encode_utf8(&mut [0; 4])).len() != character.len_utf8() =>
            {
                '\u{fffd}'
            }
            character => character,
        })
        .collect()
}

/// What each document was taken for.
pub(super) fn sources(linted: &Linted<'_>) -> String {
    let mut out = String::new();
    for source in &linted.report.sources {
        let what = match source.kind {
            Some(kind) => kind.to_string(),
            None => "no YAML".into(),
        };
        let name = source.name.as_deref().map(|name| format!(" {}", shortened(name, 80)));
        let _ =
            writeln!(out, "{}: {what}{}", place(linted, &source.span), name.unwrap_or_default());
    }
    out
}

/// One line about all of it.
pub(super) fn summary(linted: &Linted<'_>) -> String {
    let counts: Vec<String> = Severity::ALL
        .iter()
        .rev()
        .filter_map(|&severity| match linted.count(severity) {
            0 => None,
            1 => Some(format!("1 {severity}")),
            count => Some(format!("{count} {severity}s")),
        })
        .collect();
    let found = if counts.is_empty() { "no findings".into() } else { counts.join(", ") };
    let ignored = linted
        .report
        .sources
        .iter()
        .filter(|source| source.kind.is_none_or(|kind| kind == Kind::Other))
        .count();
    let looked_at = linted.report.sources.len() - ignored;
    let mut out = format!(
        "{found} in {}, judged by Argo {}",
        counted(looked_at, "document"),
        linted.report.version
    );
    if ignored > 0 {
        let _ = write!(out, "; {} ignored", counted(ignored, "other document"));
    }
    if linted.report.suppressed > 0 {
        let _ = write!(out, "; {} suppressed", linted.report.suppressed);
    }
    out
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
