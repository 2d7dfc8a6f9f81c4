//! Scalars in single or double quotes.

use super::Scanner;
use crate::yaml::bytes::{BLANK, BREAK, DOUBLE, SINGLE};
use crate::yaml::document::Style;
use crate::yaml::error::Fallible;
use crate::yaml::texts::Builder;
use crate::yaml::token::{Break, Kind, Token};

impl Scanner<'_> {
    pub(super) fn quoted_scalar(&mut self, quote: u8) -> Fallible<Token> {
        let start = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let mut builder = Builder::new(&self.texts, self.cursor.at);
        let text = self.cursor.text;
        self.breaks.clear();
        loop {
            self.cursor.need(4)?;
            if self.cursor.is_document_indicator() {
                return Err(self.cursor.error(start.at, "found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.cursor.error(start.at, "found unexpected end of stream"));
            }
            let mut folding = self.quoted_words(quote, &mut builder)?;
            self.cursor.need(1)?;
            if self.cursor.byte(0) == quote {
                break;
            }
            let blanks = self.cursor.at;
            let mut leading: Option<Break> = None;
            let mut end_of_blanks = blanks;
            loop {
                if self.cursor.is_blank() {
                    self.cursor.skip_ascii(1);
                    if !folding {
                        end_of_blanks = self.cursor.at;
                    }
                } else if self.cursor.is_break() {
                    self.cursor.need(2)?;
                    match self.cursor.take_break() {
                        Some(taken) if !folding => leading = Some(taken),
                        Some(taken) => self.breaks.push(taken),
                        None => {}
                    }
                    folding = true;
                } else {
                    break;
                }
                self.cursor.need(1)?;
            }
            if folding {
                builder.fold(&mut self.texts, text, leading, &self.breaks);
                self.breaks.clear();
            } else {
                builder.run(&mut self.texts, text, blanks, end_of_blanks);
            }
        }
        self.cursor.skip_ascii(1);
        let style = if quote == b'"' { Style::DoubleQuoted } else { Style::SingleQuoted };
        let text = builder.finish(&mut self.texts, text);
        Ok(Token { style, text, ..Token::new(Kind::Scalar, start, self.cursor.at) })
    }

    /// Reads up to a blank, a line break, the end or the closing quote; tells whether a line break was
    /// escaped, which it is behind.
    fn quoted_words(&mut self, quote: u8, builder: &mut Builder) -> Fallible<bool> {
        let text = self.cursor.text;
        let stops = BREAK | BLANK | if quote == b'"' { DOUBLE } else { SINGLE };
        while !self.cursor.is_space_or_end(0) {
            let at = self.cursor.at;
            let byte = self.cursor.byte(0);
            if byte == quote {
                if quote == b'"' || self.cursor.byte(1) != b'\'' {
                    break;
                }
                builder.run(&mut self.texts, text, at, at + 1);
                self.cursor.skip_ascii(2);
            } else if byte == b'\\' && quote == b'"' {
                if self.cursor.is_break_or_end(1) && self.cursor.byte(1) != 0 {
                    self.cursor.need(3)?;
                    self.cursor.skip_ascii(1);
                    self.cursor.take_break();
                    return Ok(true);
                }
                self.escape(builder)?;
            } else {
                self.cursor.skip_until(stops);
                builder.run(&mut self.texts, text, at, self.cursor.at);
            }
            self.cursor.need(2)?;
        }
        Ok(false)
    }

    /// Reads a backslash and what it escapes.
    fn escape(&mut self, builder: &mut Builder) -> Fallible<()> {
        let at = self.cursor.at;
        let (text, texts) = (self.cursor.text, &mut self.texts);
        let (character, digits) = match self.cursor.byte(1) {
            b'0' => ('\0', 0),
            b'a' => ('\x07', 0),
            b'b' => ('\x08', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\x0b', 0),
            b'f' => ('\x0c', 0),
            b'r' => ('\r', 0),
            b'e' => ('\x1b', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{a0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => return Err(self.cursor.error(at, "found unknown escape character")),
        };
        self.cursor.skip_ascii(2);
        if digits == 0 {
            builder.put(texts, text, at, character.encode_utf8(&mut [0; 4]).as_bytes());
            return Ok(());
        }
        self.cursor.need(digits)?;
        let mut value = 0u32;
        for digit in 0..digits {
            let Some(nibble) = char::from(self.cursor.byte(digit)).to_digit(16) else {
                return Err(self.cursor.error(at, "did not find expected hexdecimal number"));
            };
            value = value << 4 | nibble;
        }
        let Some(character) = char::from_u32(value) else {
            return Err(self.cursor.error(at, "found invalid Unicode character escape code"));
        };
        builder.put(texts, text, at, character.encode_utf8(&mut [0; 4]).as_bytes());
        self.cursor.skip_ascii(digits);
        Ok(())
    }
}
