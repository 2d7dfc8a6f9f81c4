//! Scalars without quotes.

use super::Scanner;
use crate::yaml::bytes::{BLANK, BREAK, COLON, FLOW, is};
use crate::yaml::document::Style;
use crate::yaml::error::Fallible;
use crate::yaml::texts::{Builder, Text};
use crate::yaml::token::{Break, Kind, Token};

impl Scanner<'_> {
    pub(super) fn plain_scalar(&mut self) -> Fallible<Token> {
        let start = self.cursor.mark();
        let indent = self.indent + 1;
        let in_flow = self.flow_level() > 0;
        let stops = BREAK | BLANK | COLON | if in_flow { FLOW } else { 0 };
        // Most scalars stay in one line: only a fold starts putting together.
        let mut builder: Option<Builder> = None;
        let (mut from, mut end) = (start.at, start.at);
        let mut leading: Option<Break> = None;
        self.breaks.clear();
        loop {
            self.cursor.need(4)?;
            if self.cursor.is_document_indicator() || self.cursor.byte(0) == b'#' {
                break;
            }
            loop {
                let byte = self.cursor.byte(0);
                if is(byte, stops)
                    && (is(byte, BLANK)
                        || self.cursor.is_break_or_end(0)
                        || byte == b':' && self.cursor.is_space_or_end(1)
                        || in_flow && is(byte, FLOW))
                {
                    break;
                }
                if let Some(first) = leading.take() {
                    let texts = &mut self.texts;
                    let builder = builder.get_or_insert_with(|| Builder::new(texts, from));
                    builder.run(texts, self.cursor.text, from, end);
                    builder.fold(texts, self.cursor.text, Some(first), &self.breaks);
                    self.breaks.clear();
                    from = self.cursor.at;
                }
                self.cursor.skip_until(stops);
                end = self.cursor.at;
                self.cursor.need(2)?;
            }
            if !self.cursor.is_blank() && !self.cursor.is_break() {
                break;
            }
            self.cursor.need(1)?;
            loop {
                if self.cursor.is_blank() {
                    if leading.is_some()
                        && self.cursor.byte(0) == b'\t'
                        && self.cursor.column().cast_signed() < indent
                    {
                        let problem = "found a tab character that violates indentation";
                        return Err(self.cursor.error(self.cursor.at, problem));
                    }
                    self.cursor.skip_ascii(1);
                    self.cursor.skip_spaces(usize::MAX);
                } else if self.cursor.is_break() {
                    self.cursor.need(2)?;
                    match self.cursor.take_break() {
                        Some(taken) if leading.is_none() => leading = Some(taken),
                        Some(taken) => self.breaks.push(taken),
                        None => {}
                    }
                } else {
                    break;
                }
                self.cursor.need(1)?;
            }
            if !in_flow && self.cursor.column().cast_signed() < indent {
                break;
            }
        }
        if leading.is_some() {
            self.simple_key_allowed = true;
        }
        let text = match builder {
            None => Text::verbatim(from, end),
            Some(mut builder) => {
                builder.run(&mut self.texts, self.cursor.text, from, end);
                builder.finish(&mut self.texts, self.cursor.text)
            }
        };
        Ok(Token { style: Style::Plain, text, ..Token::new(Kind::Scalar, start, end) })
    }
}
