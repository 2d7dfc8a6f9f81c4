//! How a text must be written so that it is read back.
//!
//! Sources: goyaml.v2, encode.go (`stringv`), emitterc.go (`yaml_emitter_analyze_scalar`,
//! `yaml_emitter_select_scalar_style`), yamlprivateh.go.

use super::meaning::is_text;

/// The ways in which a text can stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    Plain,
    SingleQuoted,
    DoubleQuoted,
    /// Line by line behind `|`.
    Literal,
}

/// What decides how a text is written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub(super) style: Style,
    /// Whether there is a line break in it, of YAML's five.
    pub(super) multiline: bool,
}

impl Shape {
    pub(super) fn of(text: &str) -> Self {
        let found = Found::in_text(text);
        let first = text.chars().next();
        let last = text.chars().next_back();
        let style = if text.contains('\n') {
            if last == Some(' ') || found.space_before_break || found.unprintable {
                Style::DoubleQuoted
            } else {
                Style::Literal
            }
        } else if !is_text(text) {
            Style::DoubleQuoted
        } else if !(found.unprintable
            || found.line_break
            || first == Some(' ')
            || last == Some(' ')
            || has_indicator(text))
        {
            Style::Plain
        } else if found.unprintable || found.space_before_break || found.space_behind_break {
            Style::DoubleQuoted
        } else {
            Style::SingleQuoted
        };
        Self { style, multiline: found.line_break }
    }
}

/// What a text holds.
#[derive(Default)]
struct Found {
    unprintable: bool,
    line_break: bool,
    space_before_break: bool,
    space_behind_break: bool,
}

impl Found {
    fn in_text(text: &str) -> Self {
        let mut found = Self::default();
        if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return found;
        }
        let mut before = '\0';
        for character in text.chars() {
            found.unprintable |= !is_printable(character);
            found.line_break |= is_break(character);
            found.space_before_break |= before == ' ' && is_break(character);
            found.space_behind_break |= is_break(before) && character == ' ';
            before = character;
        }
        found
    }
}

/// A line break in YAML 1.1.
pub(super) fn is_break(character: char) -> bool {
    matches!(character, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a character may stand as it is. Tabs may not, nor characters beyond U+FFFF.
pub(super) fn is_printable(character: char) -> bool {
    matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}') && character != '\u{feff}'
}

/// Whether something in a text would mean structure if it stood without quotes.
fn has_indicator(text: &str) -> bool {
    let bytes = text.as_bytes();
    let blank = |byte: Option<&u8>| matches!(byte, None | Some(b' ' | b'\t'));
    let marker = text.starts_with("---") || text.starts_with("...");
    let first = match bytes.first() {
        Some(
            b'#' | b',' | b'[' | b']' | b'{' | b'}' | b'&' | b'*' | b'!' | b'|' | b'>' | b'\''
            | b'"' | b'%' | b'@' | b'`',
        ) => true,
        Some(b'?' | b'-') => blank(bytes.get(1)),
        _ => false,
    };
    let inside = || {
        bytes.iter().enumerate().any(|(at, byte)| match byte {
            b':' => blank(bytes.get(at + 1)),
            b'#' => at > 0 && bytes.get(at - 1) == Some(&b' '),
            _ => false,
        })
    };
    marker || first || inside()
}
