//! Block scalars: `|` and `>`.

use super::Scanner;
use crate::yaml::bytes::BREAK;
use crate::yaml::document::Style;
use crate::yaml::error::Fallible;
use crate::yaml::texts::{Builder, Text};
use crate::yaml::token::{Kind, Token};

/// What becomes of the line breaks at the end.
#[derive(Clone, Copy, PartialEq)]
enum Chomping {
    Strip,
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self, literal: bool) -> Fallible<Token> {
        let start = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let (chomping, increment) = self.block_header()?;
        // The header's end, as long as there is no content.
        let mut end = self.cursor.at;
        self.skip_blanks()?;
        self.skip_comment()?;
        if !self.cursor.is_break_or_end(0) {
            return Err(self.cursor.error(start.at, "did not find expected comment or line break"));
        }
        if self.cursor.is_break() {
            self.cursor.need(2)?;
            self.cursor.take_break();
        }
        let mut indent = match increment {
            0 => 0,
            _ => self.indent.max(0).cast_unsigned() + increment,
        };
        self.breaks.clear();
        self.block_breaks(&mut indent)?;
        self.cursor.need(1)?;
        let text = self.cursor.text;
        let mut builder = Builder::new(&self.texts, self.cursor.at);
        let mut leading = None;
        let mut after_blank = false;
        while self.cursor.column() == indent && !self.cursor.is_end() {
            let blank = self.cursor.is_blank();
            if literal || after_blank || blank || leading.is_none_or(|first| is_kept(&first)) {
                builder.unfolded(&mut self.texts, text, leading, &self.breaks);
            } else {
                builder.fold(&mut self.texts, text, leading, &self.breaks);
            }
            self.breaks.clear();
            after_blank = blank;
            let line = self.cursor.at;
            while !self.cursor.is_break_or_end(0) {
                self.cursor.skip_until(BREAK);
                self.cursor.need(1)?;
            }
            builder.run(&mut self.texts, text, line, self.cursor.at);
            end = self.cursor.at;
            self.cursor.need(2)?;
            leading = self.cursor.take_break();
            self.block_breaks(&mut indent)?;
        }
        if chomping != Chomping::Strip {
            builder.unfolded(&mut self.texts, text, leading, &[]);
            end = leading.map_or(end, |first| first.at + first.length);
        }
        if chomping == Chomping::Keep {
            builder.unfolded(&mut self.texts, text, None, &self.breaks);
            end = self.breaks.last().map_or(end, |last| last.at + last.length);
        }
        let style = if literal { Style::Literal } else { Style::Folded };
        let mut text = builder.finish(&mut self.texts, text);
        if text.length == 0 {
            text = Text::verbatim(end, end);
        }
        Ok(Token { style, text, ..Token::new(Kind::Scalar, start, end) })
    }

    /// Reads the indicators behind `|` or `>`; 0 stands for no indentation indicator.
    fn block_header(&mut self) -> Fallible<(Chomping, usize)> {
        let (mut chomping, mut increment) = (Chomping::Clip, 0);
        self.cursor.need(1)?;
        let chomping_first = matches!(self.cursor.byte(0), b'+' | b'-');
        for wants_chomping in [chomping_first, !chomping_first] {
            let byte = self.cursor.byte(0);
            match byte {
                b'+' if wants_chomping => chomping = Chomping::Keep,
                b'-' if wants_chomping => chomping = Chomping::Strip,
                b'0' if !wants_chomping => {
                    let problem = "found an indentation indicator equal to 0";
                    return Err(self.cursor.error(self.cursor.at, problem));
                }
                b'1'..=b'9' if !wants_chomping => increment = usize::from(byte - b'0'),
                _ => break,
            }
            self.cursor.skip_ascii(1);
            self.cursor.need(1)?;
        }
        Ok((chomping, increment))
    }

    /// Reads indentation and empty lines into `breaks`; finds out the indentation if it is 0.
    fn block_breaks(&mut self, indent: &mut usize) -> Fallible<()> {
        let mut deepest = 0;
        loop {
            self.cursor.need(1)?;
            loop {
                let column = self.cursor.column();
                if *indent != 0 && column >= *indent || self.cursor.byte(0) != b' ' {
                    break;
                }
                self.cursor.skip_ascii(1);
                let most = if *indent == 0 { usize::MAX } else { *indent - column - 1 };
                self.cursor.skip_spaces(most);
                self.cursor.need(1)?;
            }
            let column = self.cursor.column();
            deepest = deepest.max(column);
            if (*indent == 0 || column < *indent) && self.cursor.byte(0) == b'\t' {
                let problem = "found a tab character where an indentation space is expected";
                return Err(self.cursor.error(self.cursor.at, problem));
            }
            if !self.cursor.is_break() {
                break;
            }
            self.cursor.need(2)?;
            self.breaks.extend(self.cursor.take_break());
        }
        if *indent == 0 {
            *indent = deepest.max((self.indent + 1).max(1).cast_unsigned());
        }
        Ok(())
    }
}

fn is_kept(taken: &crate::yaml::token::Break) -> bool {
    taken.kept
}
