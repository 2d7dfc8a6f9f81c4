//! Comments that take findings away.
//!
//! `# argo-offload: ignore AO212 -- the proxy cuts idle connections itself` on the finding's line or on the
//! line above it; `ignore-file` for the whole file.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::config::finding::Span;
use crate::config::rules::{Findings, find, suppression_rules};
use crate::config::sources::File;
use crate::config::subject::Subject;

/// A comment that asks for findings to be left out.
#[derive(Clone, Debug)]
pub(crate) struct Suppression {
    pub(crate) span: Span,
    /// The codes or names as they are written.
    pub(crate) codes: Vec<String>,
    pub(crate) reason: Option<String>,
    whole_file: bool,
    /// The line it stands on, counted from 0.
    line: usize,
    /// Whether it has a line to itself, and so means the next.
    alone: bool,
}

const MARK: &str = "argo-offload:";

/// Takes suppressed findings away, adds one for each comment that suppressed nothing or gives no reason.
/// Gives the number taken away.
pub(crate) fn apply(subject: &Subject<'_>, findings: &mut Findings) -> usize {
    let suppressions = collect(subject);
    if suppressions.is_empty() {
        return 0;
    }
    let mut used = alloc::vec![false; suppressions.len()];
    let before = findings.len();
    findings.retain(|finding| {
        let Some(file) = subject.files.get(finding.span.file) else { return true };
        let line = line_of(file, finding.span.range.start);
        let mut kept = true;
        for (suppression, used) in suppressions.iter().zip(&mut used) {
            let here = suppression.span.file == finding.span.file
                && (suppression.whole_file
                    || suppression.line == line
                    || (suppression.alone && next_line_of_content(file, suppression.line) == line));
            let meant = suppression
                .codes
                .iter()
                .any(|code| find(code).is_some_and(|rule| rule == finding.rule));
            if here && meant && suppression.reason.is_some() {
                *used = true;
                kept = false;
            }
        }
        kept
    });
    let suppressed = before - findings.len();
    for (suppression, used) in suppressions.iter().zip(used) {
        suppression_rules(suppression, used, findings);
    }
    suppressed
}

fn collect(subject: &Subject<'_>) -> Vec<Suppression> {
    let mut all: Vec<Suppression> = Vec::new();
    let mut add = |span: Span| {
        let Some(file) = subject.files.get(span.file) else { return };
        if let Some(suppression) = parse(file, span)
            && !all.iter().any(|known| known.span == suppression.span)
        {
            all.push(suppression);
        }
    };
    for source in subject.sources {
        if let Some(located) = source.located() {
            for comment in located.document.comments() {
                add(Span { file: source.file, range: source.origin.range(comment.clone()) });
            }
        }
    }
    for configuration in &subject.configurations {
        let comments = configuration.document().map(crate::yaml::Document::comments);
        for comment in comments.unwrap_or_default() {
            if let Some(span) = configuration.unbroken(comment.clone()) {
                add(span);
            }
        }
    }
    all
}

fn parse(file: &File<'_>, span: Span) -> Option<Suppression> {
    let comment = core::str::from_utf8(file.text.get(span.range.clone())?).ok()?;
    let rest = comment.trim_start_matches(['#', ' ', '\t']).strip_prefix(MARK)?.trim();
    let (verb, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    let whole_file = match verb {
        "ignore" => false,
        "ignore-file" => true,
        _ => return None,
    };
    let (codes, reason) = match rest.split_once("--") {
        Some((codes, reason)) => (codes, Some(reason.trim())),
        None => (rest, None),
    };
    let start = span.range.start;
    let line_start =
        file.text.get(..start)?.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    Some(Suppression {
        codes: codes
            .split([',', ' ', '\t'])
            .filter(|code| !code.is_empty())
            .map(String::from)
            .collect(),
        reason: reason.filter(|reason| !reason.is_empty()).map(String::from),
        whole_file,
        line: line_of(file, start),
        alone: file.text.get(line_start..start)?.trim_ascii().is_empty(),
        span,
    })
}

fn line_of(file: &File<'_>, offset: usize) -> usize {
    let before: Range<usize> = 0..offset.min(file.text.len());
    file.text.get(before).unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count()
}

/// The first line below `line` that is neither empty nor a comment.
fn next_line_of_content(file: &File<'_>, line: usize) -> usize {
    file.text
        .split(|&byte| byte == b'\n')
        .enumerate()
        .skip(line + 1)
        .find(|(_, text)| {
            let text = text.trim_ascii();
            !text.is_empty() && !text.starts_with(b"#")
        })
        .map_or(line, |(index, _)| index)
}
