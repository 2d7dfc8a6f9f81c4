//! Which token stands next, and what it does to keys and indentation.

use super::{Directive, Scanner};
use crate::yaml::error::Fallible;
use crate::yaml::token::{Kind, NO_KEY, Token};

impl Scanner<'_> {
    /// Puts the next token, and what it ends or begins, into the queue.
    pub(super) fn fetch(&mut self) -> Fallible<()> {
        self.cursor.need(1)?;
        if !self.started {
            return self.start();
        }
        self.skip_to_token()?;
        self.dedent_to(self.cursor.column().cast_signed());
        self.cursor.need(4)?;
        if self.cursor.is_end() {
            return self.end();
        }
        let byte = self.cursor.byte(0);
        if self.cursor.column() == 0 {
            if byte == b'%' {
                return self.directive();
            }
            if self.cursor.is_document_indicator() {
                let kind = if byte == b'-' { Kind::DocumentStart } else { Kind::DocumentEnd };
                return self.document_indicator(kind);
            }
        }
        let in_flow = self.flow_level() > 0;
        match byte {
            b'[' => self.flow_start(Kind::FlowSequenceStart),
            b'{' => self.flow_start(Kind::FlowMappingStart),
            b']' => self.flow_end(Kind::FlowSequenceEnd),
            b'}' => self.flow_end(Kind::FlowMappingEnd),
            b',' => {
                self.remove_key()?;
                self.simple_key_allowed = true;
                self.indicator(Kind::FlowEntry);
                Ok(())
            }
            b'-' if self.cursor.is_space_or_end(1) => self.block_entry(),
            b'?' if in_flow || self.cursor.is_space_or_end(1) => self.key(),
            b':' if in_flow || self.cursor.is_space_or_end(1) => self.value(),
            b'*' => self.anchor(Kind::Alias),
            b'&' => self.anchor(Kind::Anchor),
            b'!' => self.tag(),
            b'|' | b'>' if !in_flow => {
                self.remove_key()?;
                self.simple_key_allowed = true;
                let token = self.block_scalar(byte == b'|')?;
                self.queue.push_back(token);
                Ok(())
            }
            b'\'' | b'"' => {
                let level = self.save_key()?;
                self.simple_key_allowed = false;
                let token = self.quoted_scalar(byte)?;
                self.queue.push_back(Token { key_level: level, ..token });
                Ok(())
            }
            b'\t' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => self.no_token(),
            _ => {
                let level = self.save_key()?;
                self.simple_key_allowed = false;
                let token = self.plain_scalar()?;
                self.queue.push_back(Token { key_level: level, ..token });
                Ok(())
            }
        }
    }

    #[cold]
    fn no_token(&self) -> Fallible<()> {
        let at = self.cursor.at;
        Err(self.cursor.error(at, "found character that cannot start any token"))
    }

    fn start(&mut self) -> Fallible<()> {
        self.started = true;
        self.indent = -1;
        self.keys.push(super::PossibleKey::default());
        self.simple_key_allowed = true;
        let mark = self.cursor.mark();
        self.queue.push_back(Token::new(Kind::StreamStart, mark, mark.at));
        Ok(())
    }

    fn end(&mut self) -> Fallible<()> {
        self.cursor.force_line();
        self.dedent_to(-1);
        self.remove_key()?;
        self.simple_key_allowed = false;
        let mark = self.cursor.mark();
        self.queue.push_back(Token::new(Kind::StreamEnd, mark, mark.at));
        Ok(())
    }

    /// Steps over spaces, comments and line breaks. Tabs count as spaces where no key can begin.
    fn skip_to_token(&mut self) -> Fallible<()> {
        loop {
            self.cursor.need(1)?;
            if self.cursor.buffer_starts_with_bom && self.cursor.column() == 0 {
                self.cursor.skip();
            }
            self.cursor.need(1)?;
            let tabs = self.flow_level() > 0 || !self.simple_key_allowed;
            loop {
                match self.cursor.byte(0) {
                    b' ' => {
                        self.cursor.skip_ascii(1);
                        self.cursor.skip_spaces(usize::MAX);
                    }
                    b'\t' if tabs => self.cursor.skip_ascii(1),
                    _ => break,
                }
                self.cursor.need(1)?;
            }
            self.skip_comment()?;
            if !self.cursor.is_break() {
                return Ok(());
            }
            self.cursor.need(2)?;
            self.cursor.take_break();
            if self.flow_level() == 0 {
                self.simple_key_allowed = true;
            }
        }
    }

    /// A token of one character.
    fn indicator(&mut self, kind: Kind) {
        self.long_indicator(kind, 1, NO_KEY);
    }

    fn long_indicator(&mut self, kind: Kind, length: usize, key_level: u32) {
        let mark = self.cursor.mark();
        self.cursor.skip_ascii(length);
        let token = Token { key_level, ..Token::new(kind, mark, self.cursor.at) };
        self.queue.push_back(token);
    }

    fn directive(&mut self) -> Fallible<()> {
        self.dedent_to(-1);
        self.remove_key()?;
        self.simple_key_allowed = false;
        let mark = self.cursor.mark();
        let directive = self.scan_directive()?;
        let kind = match directive {
            Directive::Version { .. } => Kind::VersionDirective,
            Directive::Tag { .. } => Kind::TagDirective,
        };
        let mut token = Token::new(kind, mark, self.cursor.at);
        token.text.start = crate::yaml::token::offset(self.directives.len());
        self.directives.push(directive);
        self.queue.push_back(token);
        Ok(())
    }

    fn document_indicator(&mut self, kind: Kind) -> Fallible<()> {
        self.dedent_to(-1);
        self.remove_key()?;
        self.simple_key_allowed = false;
        self.long_indicator(kind, 3, NO_KEY);
        Ok(())
    }

    fn flow_start(&mut self, kind: Kind) -> Fallible<()> {
        let level = self.save_key()?;
        self.enter_flow()?;
        self.simple_key_allowed = true;
        self.long_indicator(kind, 1, level);
        Ok(())
    }

    fn flow_end(&mut self, kind: Kind) -> Fallible<()> {
        self.remove_key()?;
        self.leave_flow();
        self.simple_key_allowed = false;
        self.indicator(kind);
        Ok(())
    }

    fn block_entry(&mut self) -> Fallible<()> {
        // In a flow collection it is an error, which the parser finds.
        if self.flow_level() == 0 {
            let mark = self.cursor.mark();
            if !self.simple_key_allowed {
                let problem = "block sequence entries are not allowed in this context";
                return Err(self.cursor.error(mark.at, problem));
            }
            self.indent_to(self.cursor.column(), None, Kind::BlockSequenceStart, mark)?;
        }
        self.remove_key()?;
        self.simple_key_allowed = true;
        self.indicator(Kind::BlockEntry);
        Ok(())
    }

    fn key(&mut self) -> Fallible<()> {
        if self.flow_level() == 0 {
            let mark = self.cursor.mark();
            if !self.simple_key_allowed {
                let problem = "mapping keys are not allowed in this context";
                return Err(self.cursor.error(mark.at, problem));
            }
            self.indent_to(self.cursor.column(), None, Kind::BlockMappingStart, mark)?;
        }
        self.remove_key()?;
        self.simple_key_allowed = self.flow_level() == 0;
        self.indicator(Kind::Key);
        Ok(())
    }

    fn value(&mut self) -> Fallible<()> {
        let level = self.flow_level();
        if self.is_still_possible(level)? {
            let key = self.keys.last().copied().unwrap_or_default();
            self.insert(key.token, Token::new(Kind::Key, key.mark, key.mark.at));
            self.indent_to(key.column, Some(key.token), Kind::BlockMappingStart, key.mark)?;
            if let Some(key) = self.keys.last_mut() {
                key.possible = false;
            }
            self.simple_key_allowed = false;
        } else {
            if level == 0 {
                let mark = self.cursor.mark();
                if !self.simple_key_allowed {
                    let problem = "mapping values are not allowed in this context";
                    return Err(self.cursor.error(mark.at, problem));
                }
                self.indent_to(self.cursor.column(), None, Kind::BlockMappingStart, mark)?;
            }
            self.simple_key_allowed = level == 0;
        }
        self.indicator(Kind::Value);
        Ok(())
    }

    fn anchor(&mut self, kind: Kind) -> Fallible<()> {
        let level = self.save_key()?;
        self.simple_key_allowed = false;
        let token = self.scan_anchor(kind)?;
        self.queue.push_back(Token { key_level: level, ..token });
        Ok(())
    }

    fn tag(&mut self) -> Fallible<()> {
        let level = self.save_key()?;
        self.simple_key_allowed = false;
        let token = self.scan_tag()?;
        self.queue.push_back(Token { key_level: level, ..token });
        Ok(())
    }
}
