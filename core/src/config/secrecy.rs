//! What of the files may be a secret, and is shown to no one.
//!
//! **Invariant:** nothing that lint prints repeats bytes of a file within these places, whether or not a rule
//! has something to say about them.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::database::passwords::{has_credentials, is_secret_key};
use super::finding::{Finding, Span};
use super::sources::{Kind, Source};
use super::subject::Subject;
use crate::yaml::{Document, NodeId, Value};

/// Every place of the files that may hold a secret: Secrets as a whole, values under keys that name a secret,
/// credentials in an address, the same in what cannot be read, and what rules keep confidential.
pub(super) fn places(subject: &Subject<'_>, findings: &[Finding]) -> Vec<Span> {
    let mut places: Vec<Span> = Vec::new();
    for source in subject.sources {
        match source.located() {
            Some(located) => values(located.document, |id| places.push(located.span(id))),
            None => {
                let file = subject.files.get(source.file);
                let text = file.and_then(|file| file.text.get(source.range.clone()));
                let text = text.unwrap_or_default();
                if is_secret(text) {
                    places.push(source.whole());
                } else {
                    lines(text, |range| {
                        let range = source.origin.range(range);
                        places.push(Span { file: source.file, range });
                    });
                }
            }
        }
    }
    for object in subject.objects.iter().filter(|object| object.kind == Kind::Secret) {
        let located = subject.sources.get(object.source).and_then(Source::located);
        places.extend(located.map(|located| located.span(object.node)));
    }
    for configuration in &subject.configurations {
        match configuration.document() {
            Some(document) => {
                values(document, |id| places.push(configuration.span_of_node(id)));
            }
            None => lines(configuration.text(), |range| places.push(configuration.span(range))),
        }
    }
    let confidential = findings.iter().filter(|finding| finding.confidential);
    places.extend(confidential.map(|finding| finding.span.clone()));
    places.sort_by_key(Span::key);
    places.dedup();
    places
}

/// Whether a text that cannot be read is meant to be a Secret.
pub(super) fn is_secret(text: &[u8]) -> bool {
    let word = b"Secret";
    text.windows(word.len()).enumerate().filter(|(_, window)| window == word).any(|(at, _)| {
        text.get(..at).is_some_and(|before| {
            let before = before.trim_ascii_end();
            let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
            let key = before.trim_ascii_end().strip_suffix(b":").unwrap_or_default();
            key.ends_with(b"kind") || key.ends_with(b"kind\"") || key.ends_with(b"kind'")
        })
    })
}

/// The lines of a text that is no YAML which may hold a secret: those with a key that names one, what is
/// indented below them, and those with credentials.
fn lines(text: &[u8], mut add: impl FnMut(Range<usize>)) {
    let mut at = 0;
    // The indentation of the key that the lines below may belong to.
    let mut below: Option<usize> = None;
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let range = at..at + line.len();
        at = range.end;
        let indent = line.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        if below.is_some_and(|key| indent > key || line.trim_ascii().is_empty()) {
            add(range);
            continue;
        }
        below = None;
        let shown = String::from_utf8_lossy(line);
        let named = shown
            .split([':', '=', ',', '{', '['])
            .map(|part| part.trim_matches(|one: char| one.is_whitespace() || "'\"-?".contains(one)))
            .any(is_secret_key);
        if named {
            below = Some(indent);
        }
        if named
            || shown
                .split_whitespace()
                .any(|word| has_credentials(word.trim_matches(['"', '\'']), true))
        {
            add(range);
        }
    }
}

/// The values of a document that may be secrets; of repeated keys every one.
fn values(document: &Document, mut add: impl FnMut(NodeId)) {
    for id in document.ids() {
        for entry in document.entries(id) {
            let value = document.node(entry.value);
            if matches!(value.value, Value::Mapping)
                && document
                    .text(entry.key)
                    .is_some_and(|key| is_secret_key(&String::from_utf8_lossy(key)))
            {
                // A reference to a Secret in which something else stands.
                let others = document.entries(entry.value).iter().filter(|other| {
                    let key = document.text(other.key).unwrap_or_default();
                    !matches!(key, b"name" | b"key" | b"optional")
                });
                others.for_each(|other| add(other.value));
            }
            if matches!(value.value, Value::Mapping | Value::Sequence | Value::Null) {
                continue;
            }
            let key = document.text(entry.key).unwrap_or_default();
            let text = document.text(entry.value).unwrap_or_default();
            // A text of several lines is a document of its own, looked at where it is read.
            let one_line = !text.contains(&b'\n');
            if is_secret_key(&String::from_utf8_lossy(key))
                || (one_line
                    && core::str::from_utf8(text).is_ok_and(|text| has_credentials(text, true)))
            {
                add(entry.value);
            }
        }
    }
}
