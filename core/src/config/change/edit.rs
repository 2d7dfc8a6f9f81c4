//! One value of a YAML text.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::manifest;
use super::{ChangeError, Scalar};
use crate::golang::folds_to;
use crate::yaml::{self, Document, Entry, NodeId, Style, Value};

/// What a level of new lines is indented by.
const STEP: &str = "  ";

/// Whether Go takes a key for the field `name`.
pub(super) fn means(key: &[u8], name: &str) -> bool {
    folds_to(key, name.as_bytes())
}

/// The text with a value at a path; the same text where that is its value already.
pub(super) fn set(text: &str, path: &[&str], value: Scalar<'_>) -> Result<String, ChangeError> {
    let shape = |depth: usize| ChangeError::Shape(named(path, depth));
    let document = yaml::read(text.as_bytes()).map_err(|_| shape(0))?;
    if document.transcoded().is_some() {
        return Err(shape(0));
    }
    let place = Place { text, document: &document, path };
    let Some(mut mapping) = document.root().filter(|root| !is_nothing(&document, *root)) else {
        return place.append_to_nothing(value);
    };
    for (depth, name) in path.iter().enumerate() {
        place.unshared(mapping, depth)?;
        if document.node(mapping).value != Value::Mapping {
            return Err(shape(depth));
        }
        let entry = match place.entry(mapping, name, depth)? {
            Some(entry) => entry,
            None => return place.insert(mapping, depth, value),
        };
        if depth + 1 == path.len() {
            return place.replace(&entry, value);
        }
        if is_nothing(&document, entry.value) {
            return place.fill(&entry, depth, value);
        }
        mapping = entry.value;
    }
    Err(shape(0))
}

/// Whether nothing is written there.
fn is_nothing(document: &Document, node: NodeId) -> bool {
    let node = document.node(node);
    node.value == Value::Null && node.span.is_empty() && node.target.is_none()
}

/// `persistence.mysql.host`
fn named(path: &[&str], depth: usize) -> String {
    let path: Vec<&str> = path.iter().take(depth + 1).copied().collect();
    path.join(".")
}

struct Place<'a> {
    text: &'a str,
    document: &'a Document,
    path: &'a [&'a str],
}

impl Place<'_> {
    /// The one entry of a mapping that Go takes for the field.
    fn entry(
        &self,
        mapping: NodeId,
        name: &str,
        depth: usize,
    ) -> Result<Option<Entry>, ChangeError> {
        let is_field =
            |entry: &&Entry| self.document.text(entry.key).is_some_and(|key| means(key, name));
        let mut found = self.document.entries(mapping).iter().filter(is_field);
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(entry), None) => {
                let merged = entry.merged || self.document.node(entry.key).target.is_some();
                if merged {
                    return Err(ChangeError::Shared(named(self.path, depth)));
                }
                self.unshared(entry.value, depth)?;
                Ok(Some(*entry))
            }
            (Some(_), Some(_)) => Err(ChangeError::Repeated(named(self.path, depth))),
        }
    }

    fn unshared(&self, node: NodeId, depth: usize) -> Result<(), ChangeError> {
        let node = self.document.node(node);
        if node.target.is_some() || node.start != node.span.start {
            return Err(ChangeError::Shared(named(self.path, depth)));
        }
        Ok(())
    }

    /// The text with other characters in a range.
    fn with(&self, range: Range<usize>, new: &str) -> Result<String, ChangeError> {
        let end = self.path.len();
        let shape = || ChangeError::Shape(named(self.path, end));
        let before = self.text.get(..range.start).ok_or_else(shape)?;
        let behind = self.text.get(range.end..).ok_or_else(shape)?;
        Ok(format!("{before}{new}{behind}"))
    }

    /// The line break that the text uses.
    fn line_break(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    fn written(&self, value: Scalar<'_>, in_flow: bool) -> Result<String, ChangeError> {
        let refused = || ChangeError::Value(named(self.path, self.path.len()));
        match value {
            Scalar::Bool(value) => Ok(format!("{value}")),
            Scalar::Int(value) => Ok(format!("{value}")),
            Scalar::Text(text) => {
                if text
                    .chars()
                    .any(|one| one.is_control() || matches!(one, '\u{2028}' | '\u{2029}'))
                {
                    return Err(refused());
                }
                let mut json = String::new();
                manifest::text(&mut json, text);
                let plain =
                    yaml::emit(json.as_bytes()).ok().and_then(|out| String::from_utf8(out).ok());
                let plain = plain.as_deref().map(str::trim_end).unwrap_or_default();
                // In brackets more has a meaning; what is folded stands in quotes, too.
                let is_harmless =
                    |byte: u8| byte.is_ascii_alphanumeric() || b"._/@-".contains(&byte);
                let in_quotes = plain.contains('\n') || in_flow && !plain.bytes().all(is_harmless);
                Ok(if in_quotes { json } else { plain.into() })
            }
        }
    }

    /// Whether a value is there already.
    fn is(&self, node: NodeId, value: Scalar<'_>) -> bool {
        match (self.document.node(node).value, value) {
            (Value::Bool(is), Scalar::Bool(value)) => is == value,
            (Value::Int(is), Scalar::Int(value)) => is == value,
            (Value::Text, Scalar::Text(value)) => {
                self.document.text(node) == Some(value.as_bytes())
            }
            _ => false,
        }
    }

    /// Another value for an entry that has one, or none.
    fn replace(&self, entry: &Entry, value: Scalar<'_>) -> Result<String, ChangeError> {
        if self.is(entry.value, value) {
            return Ok(self.text.into());
        }
        let node = self.document.node(entry.value);
        let shape = || ChangeError::Shape(named(self.path, self.path.len()));
        let written = self.text.get(node.span.clone()).ok_or_else(shape)?;
        let is_scalar = !matches!(node.value, Value::Mapping | Value::Sequence);
        let one_line = !written.contains(['\n', '\r']);
        if !is_scalar || !one_line || matches!(node.style, Style::Literal | Style::Folded) {
            return Err(shape());
        }
        if !node.span.is_empty() {
            // In brackets or not: what is safe in them is safe outside.
            return self.with(node.span.clone(), &self.written(value, true)?);
        }
        // Nothing stands right behind the colon; in brackets there may be no colon.
        if !self.text.get(..node.span.start).is_some_and(|before| before.ends_with(':')) {
            return Err(shape());
        }
        self.with(node.span.clone(), &format!(" {}", self.written(value, true)?))
    }

    /// Lines for the keys from `depth` on, indented, with the value at the end.
    fn lines(&self, depth: usize, indent: &str, value: Scalar<'_>) -> Result<String, ChangeError> {
        let mut lines = String::new();
        let mut indent = String::from(indent);
        let line_break = self.line_break();
        let keys = self.path.get(depth..).unwrap_or_default();
        for (index, key) in keys.iter().enumerate() {
            let value = match index + 1 == keys.len() {
                true => format!(" {}", self.written(value, false)?),
                false => String::new(),
            };
            lines.push_str(&format!("{indent}{key}:{value}{line_break}"));
            indent.push_str(STEP);
        }
        Ok(lines)
    }

    /// The first value of a text that has none.
    fn append_to_nothing(&self, value: Scalar<'_>) -> Result<String, ChangeError> {
        // A marker of a document's end has nothing behind it.
        if self.text.lines().any(|line| line.starts_with("---") || line.starts_with("...")) {
            return Err(ChangeError::Shape(named(self.path, 0)));
        }
        self.insert_lines(self.text.len(), &self.lines(0, "", value)?)
    }

    /// A new key behind the last one of a mapping.
    fn insert(
        &self,
        mapping: NodeId,
        depth: usize,
        value: Scalar<'_>,
    ) -> Result<String, ChangeError> {
        let shape = || ChangeError::Shape(named(self.path, depth));
        let entries = self.document.entries(mapping);
        let node = self.document.node(mapping);
        if node.style == Style::Flow {
            return self.insert_in_brackets(mapping, depth, value);
        }
        let first = entries.iter().filter(|entry| !entry.merged).map(|entry| entry.key);
        let first = first.min_by_key(|key| self.document.node(*key).start).ok_or_else(shape)?;
        let indent = self.indent_of(self.document.node(first).start).ok_or_else(shape)?;
        let lines = self.lines(depth, indent, value)?;
        self.insert_lines(self.end_of_lines(node.span.end).ok_or_else(shape)?, &lines)
    }

    /// The first keys below a key that has nothing.
    fn fill(&self, entry: &Entry, depth: usize, value: Scalar<'_>) -> Result<String, ChangeError> {
        let shape = || ChangeError::Shape(named(self.path, depth));
        let indent = self.indent_of(self.document.node(entry.key).start).ok_or_else(shape)?;
        let lines = self.lines(depth + 1, &format!("{indent}{STEP}"), value)?;
        let end = self.end_of_lines(self.document.node(entry.value).span.end).ok_or_else(shape)?;
        self.insert_lines(end, &lines)
    }

    /// `{…, key: value}`
    fn insert_in_brackets(
        &self,
        mapping: NodeId,
        depth: usize,
        value: Scalar<'_>,
    ) -> Result<String, ChangeError> {
        let node = self.document.node(mapping);
        let mut new = self.written(value, true)?;
        for (index, key) in self.path.get(depth..).unwrap_or_default().iter().rev().enumerate() {
            new = if index == 0 { format!("{key}: {new}") } else { format!("{key}: {{{new}}}") };
        }
        let entries = self.document.entries(mapping).iter();
        let ends = entries.map(|entry| {
            let (key, value) = (self.document.node(entry.key), self.document.node(entry.value));
            key.span.end.max(value.span.end)
        });
        match ends.max() {
            Some(end) => self.with(end..end, &format!(", {new}")),
            None => self.with(node.span.start + 1..node.span.start + 1, &new),
        }
    }

    /// The blanks before a key that begins its line.
    fn indent_of(&self, at: usize) -> Option<&str> {
        let start = self.text.get(..at)?.rfind('\n').map_or(0, |at| at + 1);
        let indent = self.text.get(start..at)?;
        indent.bytes().all(|byte| byte == b' ').then_some(indent)
    }

    /// Behind the line in which something ends, if nothing but a comment follows in it.
    fn end_of_lines(&self, at: usize) -> Option<usize> {
        // The end of a block scalar is behind its last line.
        if at > 0 && self.text.as_bytes().get(at - 1) == Some(&b'\n') {
            return Some(at);
        }
        let rest = self.text.get(at..)?;
        let length = rest.find('\n').map_or(rest.len(), |at| at + 1);
        let behind = rest.get(..length)?.trim();
        (behind.is_empty() || behind.starts_with('#')).then_some(at + length)
    }

    fn insert_lines(&self, at: usize, lines: &str) -> Result<String, ChangeError> {
        let unfinished = at > 0 && self.text.as_bytes().get(at - 1) != Some(&b'\n');
        let before = if unfinished { self.line_break() } else { "" };
        self.with(at..at, &format!("{before}{lines}"))
    }
}
