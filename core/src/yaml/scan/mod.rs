//! From characters to tokens.
//!
//! Whether a scalar is a key shows only at the colon behind it. So tokens wait in a queue as long as
//! the first of them may still be a key; then `Key` (and the start of a mapping) goes in before it.
//!
//! Source: go-yaml v2.4, scannerc.go.

mod block;
mod fetch;
mod names;
mod plain;
mod quoted;

use alloc::collections::VecDeque;
use alloc::vec::Vec;
use core::ops::Range;

use super::cursor::{Cursor, Mark};
use super::error::Fallible;
use super::source::Source;
use super::texts::Texts;
use super::token::{Break, Kind, NO_KEY, Token, offset};

/// How deep flow collections, and apart from them block collections, may nest.
const MAX_DEPTH: usize = 10_000;
/// How many characters a key without `?` may have.
const MAX_KEY: usize = 1024;

pub(super) struct Scanner<'a> {
    pub(super) cursor: Cursor<'a>,
    pub(super) texts: Texts,
    pub(super) comments: Vec<Range<usize>>,
    pub(super) tags: Vec<WrittenTag>,
    pub(super) directives: Vec<Directive>,
    queue: VecDeque<Token>,
    /// How many tokens have left the queue.
    taken: usize,
    /// Whether the first token of the queue is known to be next.
    ready: bool,
    started: bool,
    /// The column of the innermost block collection; -1 outside of all.
    indent: isize,
    indents: Vec<isize>,
    simple_key_allowed: bool,
    /// What may be a key, at each flow level.
    keys: Vec<PossibleKey>,
    /// The line breaks of a fold but the first; kept to be used again.
    breaks: Vec<Break>,
}

/// A tag as it is written.
#[derive(Default)]
pub(super) struct WrittenTag {
    /// Empty, if the suffix is the whole tag.
    pub(super) handle: Vec<u8>,
    pub(super) suffix: Vec<u8>,
}

pub(super) enum Directive {
    Version { major: u8, minor: u8 },
    Tag { handle: Vec<u8>, prefix: Vec<u8> },
}

#[derive(Clone, Copy, Default)]
struct PossibleKey {
    possible: bool,
    required: bool,
    /// The number of its first token, counted from the first of the text.
    token: usize,
    /// Whether the parser waits for the colon before it takes the first token.
    awaited: bool,
    mark: Mark,
    /// Characters before it, in the text.
    index: usize,
    /// Characters before it, in its line.
    column: usize,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        Self {
            cursor: Cursor::new(source),
            texts: Texts::default(),
            comments: Vec::new(),
            tags: Vec::new(),
            directives: Vec::new(),
            queue: VecDeque::new(),
            taken: 0,
            ready: false,
            started: false,
            indent: -1,
            indents: Vec::new(),
            simple_key_allowed: false,
            keys: Vec::new(),
            breaks: Vec::new(),
        }
    }

    /// The next token.
    #[inline]
    pub(super) fn peek(&mut self) -> Fallible<Token> {
        if !self.ready {
            self.fetch_enough()?;
            self.ready = true;
        }
        // The queue is not empty now; the end stands for ever.
        let end = || Token::new(Kind::StreamEnd, self.cursor.mark(), self.cursor.at);
        Ok(self.queue.front().copied().unwrap_or_else(end))
    }

    /// Steps over the next token, which has been looked at.
    #[inline]
    pub(super) fn take(&mut self) {
        self.ready = false;
        self.taken += 1;
        self.queue.pop_front();
    }

    /// Fetches tokens until the first one can be no key any more.
    fn fetch_enough(&mut self) -> Fallible<()> {
        loop {
            if let Some(&Token { key_level, .. }) = self.queue.front() {
                let key = self.keys.get(key_level as usize);
                if !key.is_some_and(|key| key.possible && key.awaited && key.token == self.taken)
                    || !self.is_still_possible(key_level as usize)?
                {
                    return Ok(());
                }
            }
            self.fetch()?;
        }
    }

    /// Whether a key that began at the flow level `level` can still end here.
    fn is_still_possible(&mut self, level: usize) -> Fallible<bool> {
        let Some(key) = self.keys.get_mut(level).filter(|key| key.possible) else {
            return Ok(false);
        };
        if key.mark.line < self.cursor.line || key.index + MAX_KEY < self.cursor.index() {
            if key.required {
                let at = key.mark.at;
                return Err(self.cursor.error(at, "could not find expected ':'"));
            }
            key.possible = false;
            return Ok(false);
        }
        Ok(true)
    }

    /// Notes that a key may begin here; gives the flow level for its token.
    fn save_key(&mut self) -> Fallible<u32> {
        if !self.simple_key_allowed {
            return Ok(NO_KEY);
        }
        self.remove_key()?;
        let column = self.cursor.column();
        let key = PossibleKey {
            possible: true,
            required: self.flow_level() == 0 && self.indent == column.cast_signed(),
            token: self.taken + self.queue.len(),
            awaited: true,
            mark: self.cursor.mark(),
            index: self.cursor.index(),
            column,
        };
        if let Some(last) = self.keys.last_mut() {
            *last = key;
        }
        Ok(offset(self.flow_level()))
    }

    /// What may have been a key at this flow level is none.
    fn remove_key(&mut self) -> Fallible<()> {
        let Some(key) = self.keys.last_mut() else { return Ok(()) };
        if key.possible && key.required {
            let at = key.mark.at;
            return Err(self.cursor.error(at, "could not find expected ':'"));
        }
        key.possible = false;
        Ok(())
    }

    #[inline]
    fn flow_level(&self) -> usize {
        self.keys.len().saturating_sub(1)
    }

    fn enter_flow(&mut self) -> Fallible<()> {
        let token = self.taken + self.queue.len();
        self.keys.push(PossibleKey { token, ..PossibleKey::default() });
        if self.flow_level() > MAX_DEPTH {
            return Err(self.cursor.error(self.cursor.at, "exceeded max depth of 10000"));
        }
        Ok(())
    }

    fn leave_flow(&mut self) {
        if self.flow_level() == 0 {
            return;
        }
        // In go-yaml an empty flow collection (or one in which nothing could be a key) forgets to
        // wait for its own colon: the parser goes on first, and may complain first.
        let inner = self.keys.pop().unwrap_or_default();
        if let Some(outer) = self.keys.last_mut() {
            outer.awaited &= outer.token != inner.token;
        }
    }

    /// Begins a block collection at `column` if it lies deeper than the one around it; its token goes
    /// before the token numbered `before`, or last.
    fn indent_to(
        &mut self,
        column: usize,
        before: Option<usize>,
        kind: Kind,
        mark: Mark,
    ) -> Fallible<()> {
        let column = column.cast_signed();
        if self.flow_level() > 0 || self.indent >= column {
            return Ok(());
        }
        self.indents.push(self.indent);
        self.indent = column;
        if self.indents.len() > MAX_DEPTH {
            return Err(self.cursor.error(mark.at, "exceeded max depth of 10000"));
        }
        let token = Token::new(kind, mark, mark.at);
        match before {
            Some(number) => self.insert(number, token),
            None => self.queue.push_back(token),
        }
        Ok(())
    }

    /// Ends the block collections that lie deeper than `column`.
    fn dedent_to(&mut self, column: isize) {
        if self.flow_level() > 0 {
            return;
        }
        while self.indent > column {
            let mark = self.cursor.mark();
            self.queue.push_back(Token::new(Kind::BlockEnd, mark, mark.at));
            self.indent = self.indents.pop().unwrap_or(-1);
        }
    }

    fn insert(&mut self, number: usize, token: Token) {
        let place = number.saturating_sub(self.taken).min(self.queue.len());
        self.queue.insert(place, token);
    }

    /// Steps over the rest of the line behind a `#`, which stands here if there is a comment.
    fn skip_comment(&mut self) -> Fallible<()> {
        if self.cursor.byte(0) != b'#' {
            return Ok(());
        }
        let start = self.cursor.at;
        while !self.cursor.is_break_or_end(0) {
            self.cursor.skip_until(super::bytes::BREAK);
            self.cursor.need(1)?;
        }
        self.comments.push(start..self.cursor.at);
        Ok(())
    }

    /// Steps over spaces and tabs.
    fn skip_blanks(&mut self) -> Fallible<()> {
        self.cursor.need(1)?;
        while self.cursor.is_blank() {
            self.cursor.skip_ascii(1);
            self.cursor.need(1)?;
        }
        Ok(())
    }
}
