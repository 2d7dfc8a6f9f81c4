//! How results are shown. No other module prints to stdout.

mod human;
mod table;

use std::borrow::Cow;
use std::io::Write;

use anyhow::Result;
use serde::Serialize;

pub(crate) use human::{age, bytes, percent};
pub(crate) use table::Table;

/// The version of every JSON output.
pub(crate) const API_VERSION: &str = "argo-offload/v1alpha1";

/// Writes everything to stdout at once.
pub(crate) fn write_stdout(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes)?;
    out.flush()?;
    Ok(())
}

/// Writes an indented JSON document to stdout.
pub(crate) fn write_json(value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    write_stdout(&text)
}

/// The text with control characters made visible: names come from files anybody may have written, and
/// must not move the cursor of a terminal.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let hidden = |character: char| {
        character.is_control() && character != '\n'
            || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let visible = text.chars().flat_map(|character| {
        let escaped = hidden(character).then(|| character.escape_unicode());
        let plain = escaped.is_none().then_some(character);
        escaped.into_iter().flatten().chain(plain)
    });
    Cow::Owned(visible.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_moved_by_names() {
        assert_eq!(printable("a\u{1b}[2J\u{202e}é"), "a\\u{1b}[2J\\u{202e}é");
        assert_eq!(printable("plain"), "plain");
    }
}
