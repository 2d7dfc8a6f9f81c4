//! Edits that keep a file's comments and shape.
//!
//! Every function gives `None` where the place cannot be edited with certainty: in flow style, in a quoted
//! text of several lines, beside another key.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::config::finding::{Edit, Span};
use crate::config::reading::configuration::Configuration;
use crate::config::sources::File;
use crate::golang::{distance, folds_to};
use crate::yaml::NodeId;

/// Puts `text` in place of a key or value of the configuration.
pub(crate) fn replace(configuration: &Configuration<'_>, node: NodeId, text: &str) -> Option<Edit> {
    let document = configuration.document()?;
    let span = configuration.unbroken(document.node(node).span.clone())?;
    Some(Edit { span, text: text.into() })
}

/// Gives a key the name of a field that nothing beside it means.
pub(crate) fn rename(configuration: &Configuration<'_>, key: NodeId, name: &str) -> Option<Edit> {
    (!has_beside(configuration, key, name)).then(|| replace(configuration, key, name))?
}

/// Gives a key that means the field `name`, and alone does so, its name.
pub(crate) fn respell(configuration: &Configuration<'_>, key: NodeId, name: &str) -> Option<Edit> {
    let written = configuration.document()?.text(key)?;
    // Of a key that stands twice in the ConfigMap Argo sees the last alone.
    let manifest = configuration.manifest;
    let mut twice = manifest.duplicates().iter().map(|duplicate| manifest.text(duplicate.key));
    let meant = keys_beside(configuration, key).filter(|key| folds_to(key, name.as_bytes()));
    let alone = meant.count() == 1 && !twice.any(|key| key == Some(written));
    alone.then(|| replace(configuration, key, name))?
}

/// Whether a key that means the field `name` stands in the mapping of `key`.
fn has_beside(configuration: &Configuration<'_>, key: NodeId, name: &str) -> bool {
    keys_beside(configuration, key).any(|key| folds_to(key, name.as_bytes()))
}

/// Whether a key there may have been meant for it.
fn has_alike_beside(configuration: &Configuration<'_>, key: NodeId, name: &str) -> bool {
    keys_beside(configuration, key).any(|key| {
        let key = String::from_utf8_lossy(key).to_lowercase();
        let letters: Vec<char> = key.chars().collect();
        distance(&letters, name, name.len() / 3).is_some()
    })
}

/// The texts among the keys of the mapping in which `key` stands.
fn keys_beside<'a>(
    configuration: &'a Configuration<'_>,
    key: NodeId,
) -> impl Iterator<Item = &'a [u8]> {
    configuration.document().into_iter().flat_map(move |document| {
        document.entries_beside(key).iter().filter_map(|entry| document.text(entry.key))
    })
}

/// Removes an entry with its lines.
pub(crate) fn remove_entry(
    files: &[File<'_>],
    configuration: &Configuration<'_>,
    key: NodeId,
    value: NodeId,
) -> Option<Edit> {
    let lines = lines_of_entry(files, configuration, key, value)?;
    Some(Edit { span: Span { file: configuration.file, range: lines }, text: String::new() })
}

/// Puts a line with a key of its own before an entry, indented as it is. (One without a value, or a misspelled one,
/// may be there already.)
pub(crate) fn insert_line_before(
    files: &[File<'_>],
    configuration: &Configuration<'_>,
    key: NodeId,
    line: &str,
) -> Option<Edit> {
    let (name, _) = line.split_once(':')?;
    if has_alike_beside(configuration, key, name) {
        return None;
    }
    let text = files.get(configuration.file)?.text;
    let (start, indent) = start_of_entry(text, configuration, key)?;
    let end = if text.get(start..)?.iter().take_while(|&&byte| byte != b'\n').last() == Some(&b'\r')
    {
        "\r\n"
    } else {
        "\n"
    };
    Some(Edit {
        span: Span { file: configuration.file, range: start..start },
        text: format!("{indent}{line}{end}"),
    })
}

/// The file's lines of an entry that shares them with nothing else.
fn lines_of_entry(
    files: &[File<'_>],
    configuration: &Configuration<'_>,
    key: NodeId,
    value: NodeId,
) -> Option<Range<usize>> {
    let text = files.get(configuration.file)?.text;
    let (start, _) = start_of_entry(text, configuration, key)?;
    let end =
        configuration.span_of_node(value).range.end.max(configuration.span_of_node(key).range.end);
    // The end of a block scalar is behind its last line.
    if end > start && text.get(end - 1) == Some(&b'\n') {
        return Some(start..end);
    }
    let rest = text.get(end..)?;
    let length = rest.iter().position(|&byte| byte == b'\n').map_or(rest.len(), |at| at + 1);
    let behind = rest.get(..length)?.trim_ascii();
    (behind.is_empty() || behind.starts_with(b"#")).then_some(start..end + length)
}

/// Where the line of an entry begins, and its indentation.
fn start_of_entry<'t>(
    text: &'t [u8],
    configuration: &Configuration<'_>,
    key: NodeId,
) -> Option<(usize, &'t str)> {
    let document = configuration.document()?;
    let at = configuration.unbroken(document.node(key).span.clone())?.range.start;
    let start = text.get(..at)?.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let indent = core::str::from_utf8(text.get(start..at)?).ok()?;
    indent.bytes().all(|byte| byte == b' ').then_some((start, indent))
}
