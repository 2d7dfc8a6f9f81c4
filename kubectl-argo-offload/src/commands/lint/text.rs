//! Findings for people: where, what, the line with a caret, what to do.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use argo_offload_core::config::{Finding, Safety, Severity, Span};
use unicode_width::UnicodeWidthStr;

use super::Linted;
use crate::input::place::Part;
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
    let region = linted.region(span);
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
    let Some((lines, text)) = linted.lines(span.file) else { return String::new() };
    let region = linted.region(span);
    let from = region.column - 1;
    let part = lines.part(text, region.line, from.saturating_sub(LINE)..from + LINE);
    let to = if region.end_line == region.line {
        region.end_column - 1
    } else {
        part.skipped + part.text.trim_end().chars().count()
    };
    let hidden = linted.hidden.begins(span, lines);
    let Some(snippet) = Snippet::new(&part, from..to, hidden) else {
        return String::from(" ");
    };
    let number = region.line.to_string();
    let margin = " ".repeat(number.len());
    let _ = writeln!(out, "{margin} |");
    let _ = writeln!(out, "{number} | {}", snippet.text.trim_end());
    let _ = writeln!(out, "{margin} | {}{}", " ".repeat(snippet.indent), "^".repeat(snippet.width));
    margin
}

/// A line as it is shown, with the place of the caret in columns of a terminal.
#[derive(Debug, PartialEq, Eq)]
struct Snippet {
    text: String,
    indent: usize,
    width: usize,
}

impl Snippet {
    /// The characters `marked` of a line and some around them. Of a line that can hold a secret nothing is shown
    /// but the key and what is marked.
    fn new(line: &Part<'_>, marked: Range<usize>, hidden: bool) -> Option<Self> {
        let marked = marked.start..marked.end.max(marked.start + 1);
        let shown = if hidden {
            marked.start..marked.end.min(marked.start + LINE)
        } else {
            window(&marked)
        };
        let skipped = shown.start.saturating_sub(line.skipped);
        let before: String = line.text.chars().take(skipped).collect();
        let is_key = |text: &str| {
            let key = text.trim().trim_start_matches("- ").trim_end_matches(':');
            text.trim_end().ends_with(':')
                && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
        };
        let mut snippet = Self { text: String::new(), indent: 0, width: 0 };
        if hidden && line.skipped == 0 && (before.trim().is_empty() || is_key(&before)) {
            before.chars().for_each(|character| snippet.text.push_str(&visible(character)));
        } else if shown.start > 0 {
            snippet.text.push('…');
        }
        snippet.indent = snippet.text.width();
        let mut rest = line.text.chars().skip(skipped);
        for (at, character) in (shown.start..shown.end).zip(rest.by_ref()) {
            let character = visible(character);
            if at < marked.start {
                snippet.indent += character.width();
            } else if at < marked.end {
                snippet.width += character.width();
            }
            snippet.text.push_str(&character);
        }
        if hidden && snippet.width == 0 {
            return None;
        }
        snippet.width = snippet.width.max(1);
        if rest.any(|character| !character.is_whitespace()) {
            snippet.text.push('…');
        }
        Some(snippet)
    }
}

/// What is shown of a long line.
fn window(marked: &Range<usize>) -> Range<usize> {
    if marked.end <= LINE {
        return 0..LINE;
    }
    let start = marked.start.saturating_sub(LINE / 2);
    start..start + LINE
}

/// A character as a terminal shows it without moving: a tab is four blanks, any other that moves it one
/// sign, so that the caret stays below what it means.
fn visible(character: char) -> Cow<'static, str> {
    match character {
        '\t' => "    ".into(),
        character
            if printable(character.encode_utf8(&mut [0; 4])).len() != character.len_utf8() =>
        {
            "\u{fffd}".into()
        }
        character => character.to_string().into(),
    }
}

/// What each document was taken for.
pub(super) fn sources(linted: &Linted<'_>) -> String {
    let mut out = String::new();
    for source in &linted.report.sources {
        let what = match source.kind {
            Some(kind) => kind.to_string(),
            None => "not readable as YAML".into(),
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
    let ignored = linted.report.sources.iter().filter(|source| linted.ignored(source)).count();
    let looked_at = linted.report.sources.len() - ignored;
    let mut out = format!(
        "{found} in {}, judged by Argo {}",
        counted(looked_at, "document"),
        linted.report.version
    );
    if ignored > 0 {
        let _ = write!(out, "; {} ignored", counted(ignored, "other document"));
    }
    if linted.report.unlisted > 0 {
        let _ = write!(out, "; {} more of the same", linted.report.unlisted);
    }
    if linted.suppressed > 0 {
        let _ = write!(out, "; {} suppressed", linted.suppressed);
    }
    out
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &str, marked: Range<usize>, hidden: bool) -> (String, usize, usize) {
        let line = Part { text: line.into(), skipped: 0 };
        let snippet = Snippet::new(&line, marked, hidden).expect("a snippet");
        (snippet.text, snippet.indent, snippet.width)
    }

    #[test]
    fn the_caret_stands_below_tabs_and_wide_characters() {
        assert_eq!(shown("a:\tb", 3..4, false), ("a:    b".into(), 6, 1));
        assert_eq!(shown("数据: 🎉x", 4..5, false), ("数据: 🎉x".into(), 6, 2));
        assert_eq!(shown("e\u{301}: x", 4..5, false), ("e\u{301}: x".into(), 3, 1));
        assert_eq!(shown("\u{1b}[2J\u{202e}x", 5..6, false), ("\u{fffd}[2J\u{fffd}x".into(), 5, 1));
        assert_eq!(shown("a:", 2..2, false), ("a:".into(), 2, 1));
    }

    #[test]
    fn of_long_lines_the_part_around_the_caret_is_shown() {
        let line = format!("{}x{}", "a".repeat(1000), "b".repeat(1000));
        let (text, indent, width) = shown(&line, 1000..1001, false);
        assert_eq!(text.chars().count(), LINE + 2);
        assert_eq!((text.chars().nth(indent), width), (Some('x'), 1));
        assert!(text.starts_with("…a") && text.ends_with("b…"), "{text}");
        let all = shown(&line, 0..2001, false);
        assert_eq!(all.2, LINE);
    }

    #[test]
    fn of_a_line_with_a_secret_only_what_is_marked_is_shown() {
        assert_eq!(
            shown("  password: <fill> # s3cret", 12..18, true),
            ("  password: <fill>…".into(), 12, 6)
        );
        let json = r#"{"username":"s3cret","password":"<fill>","x":"s3cret"}"#;
        assert_eq!(shown(json, 32..40, true), ("…\"<fill>\"…".into(), 1, 8));
        let secret = |skipped| Part { text: "  s3cret: x".into(), skipped };
        assert_eq!(Snippet::new(&secret(0), 11..11, true), None);
        let part = Snippet::new(&secret(100), 110..111, true).expect("a snippet");
        assert_eq!(part.text, "…x", "what is cut off in front may be no key");
    }
}
