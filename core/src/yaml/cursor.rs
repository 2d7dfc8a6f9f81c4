//! A place in the text, counted as go-yaml counts.

use super::bytes::{break_length, continuations, is, width};
use super::error::{Fallible, Problem, YamlError, fault};
use super::source::{Source, Windows};
use super::{bytes, token::Break};
use alloc::boxed::Box;

/// A place that an error or a token may name.
#[derive(Clone, Copy, Default)]
pub(super) struct Mark {
    pub(super) at: usize,
    /// Counted from 0.
    pub(super) line: usize,
}

/// Reads characters one after another; behind the last one stand endless NULs.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a [u8],
    pub(super) at: usize,
    /// Counted from 0.
    pub(super) line: usize,
    /// How many bytes before `at` continue a character: `at` less this counts characters.
    continuations: usize,
    /// The same count of characters at the start of the line.
    line_start: usize,
    /// Behind what go-yaml has decoded; the largest number where that makes no difference.
    decoded: usize,
    windows: Option<(&'a Windows, usize)>,
    /// How many NULs go-yaml has put behind the last character.
    nuls: usize,
    /// Whether go-yaml's buffer begins with U+FEFF: then it skips a character, whichever it is, at the
    /// start of every line (it looks at the start of its buffer, not at the current place).
    pub(super) buffer_starts_with_bom: bool,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            text: &source.text,
            at: source.start,
            line: 0,
            continuations: 0,
            line_start: source.start,
            decoded: if source.windows.is_some() { source.start } else { usize::MAX },
            windows: source.windows.as_ref().map(|windows| (windows, 0)),
            nuls: 0,
            buffer_starts_with_bom: false,
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.at.min(self.text.len()), line: self.line }
    }

    /// How many characters stand before this place.
    #[inline]
    pub(super) fn index(&self) -> usize {
        self.at - self.continuations
    }

    /// How many characters stand before this place in its line.
    #[inline]
    pub(super) fn column(&self) -> usize {
        self.index() - self.line_start
    }

    /// The byte `ahead` of this place; NUL behind the text.
    #[inline]
    pub(super) fn byte(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(0)
    }

    #[inline]
    pub(super) fn rest(&self) -> &'a [u8] {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Whether the text ends here.
    #[inline]
    pub(super) fn is_end(&self) -> bool {
        self.at >= self.text.len()
    }

    #[inline]
    pub(super) fn is_blank(&self) -> bool {
        is(self.byte(0), bytes::BLANK)
    }

    #[inline]
    pub(super) fn is_break(&self) -> bool {
        is(self.byte(0), bytes::BREAK) && break_length(self.rest()) > 0
    }

    /// A line break or the end, `ahead` of this place.
    #[inline]
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        let byte = self.byte(ahead);
        is(byte, bytes::BREAK)
            && (byte == 0 || break_length(self.text.get(self.at + ahead..).unwrap_or_default()) > 0)
    }

    /// A blank, a line break or the end, `ahead` of this place.
    #[inline]
    pub(super) fn is_space_or_end(&self, ahead: usize) -> bool {
        is(self.byte(ahead), bytes::BLANK) || self.is_break_or_end(ahead)
    }

    /// Whether a line with `---` or `...` begins here.
    #[inline]
    pub(super) fn is_document_indicator(&self) -> bool {
        self.column() == 0
            && (self.rest().starts_with(b"---") || self.rest().starts_with(b"..."))
            && self.is_space_or_end(3)
    }

    /// Steps over one character that is not a line break.
    #[inline]
    pub(super) fn skip(&mut self) {
        let width = width(self.byte(0)).max(1);
        self.at += width;
        self.continuations += width - 1;
    }

    /// Steps over `bytes` ASCII characters.
    #[inline]
    pub(super) fn skip_ascii(&mut self, bytes: usize) {
        self.at += bytes;
    }

    /// Steps over characters until one whose first byte is of a kind in `mask` (or a line break, or the
    /// end), or until go-yaml may have to read on. Steps over at least one character.
    #[inline]
    pub(super) fn skip_until(&mut self, mask: u16) {
        self.skip();
        let end = self.run_end();
        loop {
            let run = self.text.get(self.at..end).unwrap_or_default();
            let Some(plain) = run.iter().position(|&byte| is(byte, mask | bytes::WIDE)) else {
                self.at += run.len();
                return;
            };
            self.at += plain;
            if is(self.byte(0), mask) {
                return;
            }
            self.skip();
        }
    }

    /// Up to where go-yaml surely needs no reading.
    #[inline]
    fn run_end(&self) -> usize {
        if self.decoded == usize::MAX {
            return self.text.len();
        }
        let mut end = self.decoded.min(self.text.len()).saturating_sub(16);
        while end > self.at && self.text.get(end).is_some_and(|byte| byte & 0xc0 == 0x80) {
            end -= 1;
        }
        end.max(self.at)
    }

    /// Steps over spaces.
    #[inline]
    pub(super) fn skip_spaces(&mut self, most: usize) {
        let end = self.run_end().min(self.at.saturating_add(most));
        let run = self.text.get(self.at..end).unwrap_or_default();
        self.at += run.iter().position(|&byte| byte != b' ').unwrap_or(run.len());
    }

    /// Steps over a line break; `None` if there is none.
    #[inline]
    pub(super) fn take_break(&mut self) -> Option<Break> {
        let rest = self.rest();
        let length = break_length(rest);
        if length == 0 {
            return None;
        }
        let taken = Break { at: self.at, length, kept: rest.first() == Some(&0xe2) };
        self.at += length;
        self.continuations += match rest {
            [0xe2, ..] => 2,
            [0xc2, ..] => 1,
            _ => 0,
        };
        self.line += 1;
        self.line_start = self.index();
        Some(taken)
    }

    /// Begins a line without a line break.
    pub(super) fn force_line(&mut self) {
        if self.column() != 0 {
            self.line_start = self.index();
            self.line += 1;
        }
    }

    /// Makes sure that go-yaml has decoded `characters` from here.
    #[inline]
    pub(super) fn need(&mut self, characters: usize) -> Fallible<()> {
        if self.decoded == usize::MAX || self.at + 4 * characters <= self.decoded {
            return Ok(());
        }
        self.fill(characters)
    }

    #[cold]
    fn fill(&mut self, characters: usize) -> Fallible<()> {
        let unread = |cursor: &Self| {
            let decoded = cursor.text.get(cursor.at..cursor.decoded).unwrap_or_default();
            let beyond = cursor.at.saturating_sub(cursor.text.len());
            (decoded.len() - continuations(decoded) + cursor.nuls).saturating_sub(beyond)
        };
        if unread(self) >= characters {
            return Ok(());
        }
        self.buffer_starts_with_bom = self.rest().starts_with(b"\xef\xbb\xbf");
        while unread(self) < characters {
            let Some((windows, next)) = self.windows else { return Ok(()) };
            match (windows.ends.get(next), windows.fault) {
                (Some(&end), _) => {
                    self.decoded = end;
                    self.windows = Some((windows, next + 1));
                }
                (None, Some((at, problem))) => return Err(fault(at, Problem::Syntax(problem))),
                (None, None) => {
                    self.nuls += 1;
                    break;
                }
            }
        }
        Ok(())
    }

    /// An error of the scanner here; `at` is what it is about.
    #[cold]
    pub(super) fn error(&self, at: usize, problem: &'static str) -> Box<YamlError> {
        let line = if self.line == 0 { 0 } else { self.line + 1 };
        let at = at.min(self.text.len());
        Box::new(YamlError { at, line, problem: Problem::Syntax(problem) })
    }
}
