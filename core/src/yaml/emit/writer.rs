//! Lines and their indentation.
//!
//! Source: goyaml.v2, emitterc.go. Texts are folded where a line is longer than 80 characters.

use alloc::format;
use alloc::vec::Vec;

use super::scalar::{Shape, Style, is_break, is_printable};

/// A line longer than this, in characters, is folded at its next single space.
const BEST_WIDTH: usize = 80;
/// A longer key, in bytes, stands behind `?`.
const LONGEST_SIMPLE_KEY: usize = 128;

pub(super) struct Writer {
    out: Vec<u8>,
    /// Characters on the line so far.
    column: usize,
    /// The indentation of the innermost open array or object.
    indent: Option<usize>,
    /// The indentations around it.
    outside: Vec<Option<usize>>,
    /// Whether what came last is white space or stands for it.
    whitespace: bool,
    /// Whether the line holds nothing yet but indentation and `-`, `?` or `:`.
    indention: bool,
}

impl Writer {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            out: Vec::with_capacity(capacity),
            column: 0,
            indent: None,
            outside: Vec::new(),
            whitespace: true,
            indention: true,
        }
    }

    pub(super) fn finish(mut self) -> Vec<u8> {
        self.line();
        self.out
    }

    pub(super) fn open_mapping(&mut self) {
        self.indent_to(self.indent.map_or(0, |indent| indent + 2));
    }

    /// Opens a sequence: as the value of a key it is not indented.
    pub(super) fn open_sequence(&mut self, in_mapping: bool) {
        let compact = in_mapping && !self.indention;
        self.indent_to(self.indent.map_or(0, |indent| if compact { indent } else { indent + 2 }));
    }

    /// Closes the innermost array or object.
    pub(super) fn close(&mut self) {
        self.indent = self.outside.pop().flatten();
    }

    /// Begins an element.
    pub(super) fn item(&mut self) {
        self.line();
        self.indicator("-", true);
    }

    /// Writes a key and its colon.
    pub(super) fn key(&mut self, key: &str) {
        let mut shape = Shape::of(key);
        self.line();
        if key == "<<" {
            // Without quotes it would be read as a merge.
            shape.style = Style::DoubleQuoted;
        }
        if !shape.multiline && key.len() <= LONGEST_SIMPLE_KEY {
            self.scalar(key, shape.style, false);
            self.put(":");
            self.indention = false;
        } else {
            self.indicator("?", true);
            self.scalar(key, shape.style, true);
            self.line();
            self.indicator(":", true);
        }
        self.whitespace = false;
    }

    /// Writes a value that is a text.
    pub(super) fn text(&mut self, text: &str) {
        self.scalar(text, Shape::of(text).style, true);
    }

    /// Writes a value that is neither a text nor an array or object.
    pub(super) fn plain(&mut self, literal: &str) {
        self.scalar(literal, Style::Plain, true);
    }

    /// Writes an array or object without content.
    pub(super) fn empty(&mut self, brackets: &'static str) {
        self.indicator(brackets, false);
    }

    fn indent_to(&mut self, indent: usize) {
        self.outside.push(self.indent.replace(indent));
    }

    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
        self.column += if text.is_ascii() { text.len() } else { text.chars().count() };
    }

    fn put_break(&mut self) {
        self.out.push(b'\n');
        self.column = 0;
    }

    fn pad(&mut self, indent: usize) {
        self.out.resize(self.out.len() + indent.saturating_sub(self.column), b' ');
        self.column = self.column.max(indent);
    }

    /// Goes to the current indentation, on a new line where the last one holds something.
    fn line(&mut self) {
        let indent = self.indent.unwrap_or(0);
        let in_place = self.column < indent || (self.column == indent && self.whitespace);
        if !self.indention || !in_place {
            self.put_break();
        }
        self.pad(indent);
        self.whitespace = true;
        self.indention = true;
    }

    fn indicator(&mut self, indicator: &str, is_indention: bool) {
        if !self.whitespace {
            self.put(" ");
        }
        self.put(indicator);
        self.whitespace = false;
        self.indention &= is_indention;
    }

    /// Writes a text; `foldable` if it may go over several lines.
    fn scalar(&mut self, text: &str, style: Style, foldable: bool) {
        let indent = self.indent.map_or(2, |indent| indent + 2);
        if !self.whitespace {
            self.put(" ");
        }
        match style {
            Style::Plain => self.words(text, foldable, indent, Self::put),
            Style::SingleQuoted => {
                self.put("'");
                self.words(text, foldable, indent, |writer, word| writer.quoted(word, indent));
                self.put("'");
            }
            Style::DoubleQuoted => {
                self.put("\"");
                self.escaped(text, foldable, indent);
                self.put("\"");
            }
            Style::Literal => return self.literal(text, indent),
        }
        self.whitespace = false;
        self.indention = false;
    }

    /// Writes the words of a text and the spaces between them; a single space may become a break.
    fn words(
        &mut self,
        text: &str,
        foldable: bool,
        indent: usize,
        mut write: impl FnMut(&mut Self, &str),
    ) {
        if !foldable || self.column + text.len() <= BEST_WIDTH {
            return write(self, text);
        }
        let mut words = text.split(' ').peekable();
        while let Some(word) = words.next() {
            write(self, word);
            let Some(next) = words.peek() else { return };
            if self.column > BEST_WIDTH && !word.is_empty() && !next.is_empty() {
                self.put_break();
                self.pad(indent);
            } else {
                self.put(" ");
            }
        }
    }

    /// Writes what stands between single quotes. Of the breaks only U+2028 and U+2029 come here.
    fn quoted(&mut self, text: &str, indent: usize) {
        let (mut buffer, mut line_begins) = ([0; 4], false);
        for character in text.chars() {
            if is_break(character) {
                self.foreign_break(character);
                line_begins = true;
                continue;
            }
            if line_begins {
                self.pad(indent);
                line_begins = false;
            }
            if character == '\'' {
                self.put("'");
            }
            self.put(character.encode_utf8(&mut buffer));
        }
    }

    /// Writes what stands between double quotes.
    fn escaped(&mut self, text: &str, foldable: bool, indent: usize) {
        // Go looks for U+FEFF at the beginning only, and escapes everything if it is there.
        let everything = text.starts_with('\u{feff}');
        let mut buffer = [0; 4];
        let mut before = None;
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            let next = characters.peek();
            if everything || needs_escape(character) {
                self.escape(character);
            } else if character == ' '
                && foldable
                && self.column > BEST_WIDTH
                && before.is_some_and(|before| before != ' ')
                && next.is_some()
            {
                self.put_break();
                self.pad(indent);
                if next == Some(&' ') {
                    self.put("\\");
                }
            } else {
                self.put(character.encode_utf8(&mut buffer));
            }
            before = Some(character);
        }
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '\0' => "\\0",
            '\x07' => "\\a",
            '\x08' => "\\b",
            '\t' => "\\t",
            '\n' => "\\n",
            '\x0b' => "\\v",
            '\x0c' => "\\f",
            '\r' => "\\r",
            '\x1b' => "\\e",
            '"' => "\\\"",
            '\\' => "\\\\",
            '\u{85}' => "\\N",
            '\u{a0}' => "\\_",
            '\u{2028}' => "\\L",
            '\u{2029}' => "\\P",
            _ => "",
        };
        if short.is_empty() {
            let code = u32::from(character);
            let long = match code {
                0..=0xff => format!("\\x{code:02X}"),
                0x100..=0xffff => format!("\\u{code:04X}"),
                _ => format!("\\U{code:08X}"),
            };
            self.put(&long);
        } else {
            self.put(short);
        }
    }

    /// Writes `|`, what it must say about the text's ends, and the text's lines.
    fn literal(&mut self, text: &str, indent: usize) {
        self.put("|");
        if text.starts_with(|first: char| first == ' ' || is_break(first)) {
            self.put("2");
        }
        let mut backwards = text.chars().rev();
        match (backwards.next(), backwards.next()) {
            (Some(last), before) if is_break(last) => {
                if before.is_none_or(is_break) {
                    self.put("+");
                }
            }
            _ => self.put("-"),
        }
        self.put_break();
        for line in text.split_inclusive(is_break) {
            let body = line.trim_end_matches(is_break);
            if !body.is_empty() {
                self.pad(indent);
                self.put(body);
            }
            match line.chars().next_back() {
                Some('\n') => self.put_break(),
                Some(last) if is_break(last) => self.foreign_break(last),
                _ => {}
            }
        }
        self.whitespace = true;
        self.indention = text.ends_with(is_break);
    }

    /// Writes a line break other than `\n` as it is.
    fn foreign_break(&mut self, character: char) {
        self.put(character.encode_utf8(&mut [0; 4]));
        self.column = 0;
    }
}

fn needs_escape(character: char) -> bool {
    matches!(character, '"' | '\\') || is_break(character) || !is_printable(character)
}
