//! Comments that take findings away.
//!
//! `# argo-offload: ignore AO212 -- the proxy cuts idle connections itself` on the finding's line or on the
//! line above it; `ignore-file` for the whole file.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use crate::config::finding::Span;
use crate::config::rules::{Findings, Rule, find, suppression_rules};
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
    /// Whether it has a line to itself, and so means the next.
    alone: bool,
}

const MARK: &str = "argo-offload:";

/// Takes suppressed findings away, adds one for each comment that suppressed nothing or gives no reason.
/// Gives the rules of those taken away.
pub(crate) fn apply(subject: &Subject<'_>, findings: &mut Findings) -> Vec<&'static Rule> {
    let suppressions = collect(subject);
    if suppressions.is_empty() {
        return Vec::new();
    }
    let files: Vec<Lines> = subject.files.iter().map(|file| Lines::of(file.text)).collect();
    let mut groups = groups(&suppressions, &files);
    let mut taken = Vec::new();
    findings.retain(|finding| {
        let file = finding.span.file;
        let Some(lines) = files.get(file) else { return true };
        let line = lines.line_of(finding.span.range.start);
        let mut kept = true;
        for place in [Some(line), None] {
            if let Some(group) = groups.get_mut(&(file, place, finding.rule.code)) {
                group.used = true;
                kept = false;
            }
        }
        if !kept {
            taken.push(finding.rule);
        }
        kept
    });
    let mut used = alloc::vec![false; suppressions.len()];
    for index in groups.into_values().filter(|group| group.used).flat_map(|group| group.members) {
        if let Some(used) = used.get_mut(index) {
            *used = true;
        }
    }
    for (suppression, used) in suppressions.iter().zip(used) {
        suppression_rules(suppression, used, findings);
    }
    taken
}

/// Suppressions of one rule at one place.
#[derive(Default)]
struct Group {
    /// Indices of them.
    members: Vec<usize>,
    /// Whether a finding is there.
    used: bool,
}

/// The suppressions that have an effect, by file, line (`None` for the whole file) and the rule's code.
///
/// Many comments and many findings can meet on one line, so neither is gone through for each of the other.
fn groups(
    suppressions: &[Suppression],
    files: &[Lines],
) -> BTreeMap<(usize, Option<usize>, &'static str), Group> {
    let mut groups = BTreeMap::<_, Group>::new();
    for (index, suppression) in suppressions.iter().enumerate() {
        let file = suppression.span.file;
        let Some(lines) = files.get(file).filter(|_| suppression.reason.is_some()) else {
            continue;
        };
        let line = lines.line_of(suppression.span.range.start);
        let places = match (suppression.whole_file, suppression.alone) {
            (true, _) => [None, None],
            (false, true) => [Some(line), Some(lines.content_below(line))],
            (false, false) => [Some(line), Some(line)],
        };
        for rule in suppression.codes.iter().filter_map(|code| find(code)) {
            for place in places {
                groups.entry((file, place, rule.code)).or_default().members.push(index);
            }
        }
    }
    groups
}

fn collect(subject: &Subject<'_>) -> Vec<Suppression> {
    let mut all: Vec<Suppression> = Vec::new();
    let mut known = BTreeSet::new();
    let mut add = |span: Span| {
        let Some(file) = subject.files.get(span.file) else { return };
        if let Some(suppression) = parse(file, span)
            && known.insert(suppression.span.key())
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
        alone: file.text.get(line_start..start)?.trim_ascii().is_empty(),
        span,
    })
}

/// The lines of a file, counted from 0.
struct Lines {
    /// Where each begins.
    starts: Vec<usize>,
    /// For each the first one below it that is neither empty nor a comment; itself when there is none.
    content_below: Vec<usize>,
}

impl Lines {
    fn of(text: &[u8]) -> Self {
        let mut starts = Vec::from([0]);
        starts.extend(
            text.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at + 1),
        );
        let mut content_below = Vec::with_capacity(starts.len());
        let mut next = None;
        let mut end = text.len();
        for (line, &start) in starts.iter().enumerate().rev() {
            content_below.push(next.unwrap_or(line));
            let content = text.get(start..end).unwrap_or_default().trim_ascii();
            if !content.is_empty() && !content.starts_with(b"#") {
                next = Some(line);
            }
            end = start;
        }
        content_below.reverse();
        Self { starts, content_below }
    }

    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    fn content_below(&self, line: usize) -> usize {
        self.content_below.get(line).copied().unwrap_or(line)
    }
}
