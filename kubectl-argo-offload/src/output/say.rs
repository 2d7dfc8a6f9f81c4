//! Messages for people, on stderr.

use std::borrow::Cow;
use std::fmt;
use std::io::Write;

/// Prints one message: `error: …`, `note: …` or what was done.
///
/// A message that cannot be written is lost; what the command does is not changed by it.
pub(crate) fn say(message: impl fmt::Display) {
    let _ = writeln!(anstream::stderr(), "{message}");
}

/// The text with control characters made visible: names come from files anybody may have written, and
/// must not move the cursor of a terminal or begin a line of their own.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    let hidden = |character: char| {
        character.is_control()
            || matches!(
                character,
                '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            )
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let mut visible = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        match character {
            '\n' => visible.push_str("\\n"),
            character if hidden(character) => visible.extend(character.escape_unicode()),
            character => visible.push(character),
        }
    }
    Cow::Owned(visible)
}

/// A printable text of at most `characters` characters; `…` says that it goes on.
pub(crate) fn shortened(text: &str, characters: usize) -> String {
    let text = printable(text);
    match text.char_indices().nth(characters) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_not_moved_by_names() {
        assert_eq!(printable("a\u{1b}[2J\u{202e}é\nerror: x"), "a\\u{1b}[2J\\u{202e}é\\nerror: x");
        assert_eq!(printable("plain"), "plain");
        assert_eq!(shortened("éééé", 3), "ééé…");
        assert_eq!(shortened("ééé", 3), "ééé");
    }
}
