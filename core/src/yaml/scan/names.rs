//! Anchors, aliases, tags and directives.

use alloc::vec::Vec;

use super::{Directive, Scanner, WrittenTag};
use crate::yaml::bytes::{ALPHA, URI, is, width};
use crate::yaml::error::Fallible;
use crate::yaml::texts::Text;
use crate::yaml::token::{Kind, Token, offset};

impl Scanner<'_> {
    /// Reads `&name` or `*name`.
    pub(super) fn scan_anchor(&mut self, kind: Kind) -> Fallible<Token> {
        let start = self.cursor.mark();
        self.cursor.skip_ascii(1);
        let (from, end) = self.alphabetic()?;
        let ended = self.cursor.is_space_or_end(0)
            || matches!(self.cursor.byte(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if from == end || !ended {
            let problem = "did not find expected alphabetic or numeric character";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        Ok(Token { text: Text::verbatim(from, end), ..Token::new(kind, start, end) })
    }

    /// Steps over letters, digits, hyphens and underscores.
    fn alphabetic(&mut self) -> Fallible<(usize, usize)> {
        self.cursor.need(1)?;
        let from = self.cursor.at;
        while is(self.cursor.byte(0), ALPHA) {
            self.cursor.skip_ascii(1);
            self.cursor.need(1)?;
        }
        Ok((from, self.cursor.at))
    }

    fn slice(&self, (from, end): (usize, usize)) -> &[u8] {
        self.cursor.text.get(from..end).unwrap_or_default()
    }

    /// Reads `!<tag>`, `!suffix` or `!handle!suffix`.
    pub(super) fn scan_tag(&mut self) -> Fallible<Token> {
        let start = self.cursor.mark();
        self.cursor.need(2)?;
        let tag = if self.cursor.byte(1) == b'<' {
            self.cursor.skip_ascii(2);
            let suffix = self.tag_uri(&[])?;
            if self.cursor.byte(0) != b'>' {
                return Err(self.cursor.error(self.cursor.at, "did not find the expected '>'"));
            }
            self.cursor.skip_ascii(1);
            WrittenTag { handle: Vec::new(), suffix }
        } else {
            let handle = self.tag_handle(false)?;
            if handle.len() > 1 && handle.ends_with(b"!") {
                let suffix = self.tag_uri(&[])?;
                WrittenTag { handle, suffix }
            } else {
                let suffix = self.tag_uri(&handle)?;
                if suffix.is_empty() {
                    WrittenTag { handle: Vec::new(), suffix: b"!".to_vec() }
                } else {
                    WrittenTag { handle: b"!".to_vec(), suffix }
                }
            }
        };
        self.cursor.need(1)?;
        if !self.cursor.is_space_or_end(0) {
            let problem = "did not find expected whitespace or line break";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        let mut token = Token::new(Kind::Tag, start, self.cursor.at);
        token.text.start = offset(self.tags.len());
        self.tags.push(tag);
        Ok(token)
    }

    /// Reads `!`, `!handle!`, or outside of a directive any `!letters`.
    fn tag_handle(&mut self, directive: bool) -> Fallible<Vec<u8>> {
        self.cursor.need(1)?;
        if self.cursor.byte(0) != b'!' {
            return Err(self.cursor.error(self.cursor.at, "did not find expected '!'"));
        }
        let from = self.cursor.at;
        self.cursor.skip_ascii(1);
        self.alphabetic()?;
        if self.cursor.byte(0) == b'!' {
            self.cursor.skip_ascii(1);
        } else if directive && self.cursor.at > from + 1 {
            return Err(self.cursor.error(self.cursor.at, "did not find expected '!'"));
        }
        Ok(self.slice((from, self.cursor.at)).to_vec())
    }

    /// Reads the characters of a tag; `head` is what was taken for a handle, `!` first.
    fn tag_uri(&mut self, head: &[u8]) -> Fallible<Vec<u8>> {
        let mut uri = head.get(1..).unwrap_or_default().to_vec();
        let mut found = !head.is_empty();
        self.cursor.need(1)?;
        while is(self.cursor.byte(0), ALPHA | URI) {
            match self.cursor.byte(0) {
                b'%' => self.uri_escape(&mut uri)?,
                byte => {
                    uri.push(byte);
                    self.cursor.skip_ascii(1);
                }
            }
            self.cursor.need(1)?;
            found = true;
        }
        if !found {
            return Err(self.cursor.error(self.cursor.at, "did not find expected tag URI"));
        }
        Ok(uri)
    }

    /// Reads `%xx` as often as one character needs.
    fn uri_escape(&mut self, uri: &mut Vec<u8>) -> Fallible<()> {
        let mut left = None;
        while left != Some(0) {
            self.cursor.need(3)?;
            let digit = |at| char::from(self.cursor.byte(at)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.byte(0), digit(1), digit(2)) else {
                return Err(self.cursor.error(self.cursor.at, "did not find URI escaped octet"));
            };
            let octet = u8::try_from(high << 4 | low).unwrap_or_default();
            let rest = match left {
                None if width(octet) == 0 => {
                    let problem = "found an incorrect leading UTF-8 octet";
                    return Err(self.cursor.error(self.cursor.at, problem));
                }
                Some(_) if octet & 0xc0 != 0x80 => {
                    let problem = "found an incorrect trailing UTF-8 octet";
                    return Err(self.cursor.error(self.cursor.at, problem));
                }
                None => width(octet),
                Some(left) => left,
            };
            left = Some(rest - 1);
            uri.push(octet);
            self.cursor.skip_ascii(3);
        }
        Ok(())
    }

    /// Reads a directive and its line.
    pub(super) fn scan_directive(&mut self) -> Fallible<Directive> {
        let start = self.cursor.at;
        self.cursor.skip_ascii(1);
        let name = self.alphabetic()?;
        if name.0 == name.1 {
            return Err(self.cursor.error(start, "could not find expected directive name"));
        }
        if !self.cursor.is_space_or_end(0) {
            let problem = "found unexpected non-alphabetical character";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        let directive = match self.slice(name) {
            b"YAML" => self.version()?,
            b"TAG" => self.tag_prefix()?,
            _ => return Err(self.cursor.error(start, "found unknown directive name")),
        };
        self.skip_blanks()?;
        self.skip_comment()?;
        if !self.cursor.is_break_or_end(0) {
            let problem = "did not find expected comment or line break";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        if self.cursor.is_break() {
            self.cursor.need(2)?;
            self.cursor.take_break();
        }
        Ok(directive)
    }

    fn version(&mut self) -> Fallible<Directive> {
        self.skip_blanks()?;
        let major = self.version_number()?;
        if self.cursor.byte(0) != b'.' {
            let problem = "did not find expected digit or '.' character";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        self.cursor.skip_ascii(1);
        let minor = self.version_number()?;
        Ok(Directive::Version { major, minor })
    }

    /// Reads one or two digits.
    fn version_number(&mut self) -> Fallible<u8> {
        self.cursor.need(1)?;
        let (mut value, mut length) = (0, 0);
        while let digit @ b'0'..=b'9' = self.cursor.byte(0) {
            length += 1;
            if length > 2 {
                let problem = "found extremely long version number";
                return Err(self.cursor.error(self.cursor.at, problem));
            }
            value = value * 10 + (digit - b'0');
            self.cursor.skip_ascii(1);
            self.cursor.need(1)?;
        }
        if length == 0 {
            let problem = "did not find expected version number";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        Ok(value)
    }

    fn tag_prefix(&mut self) -> Fallible<Directive> {
        self.skip_blanks()?;
        let handle = self.tag_handle(true)?;
        self.cursor.need(1)?;
        if !self.cursor.is_blank() {
            return Err(self.cursor.error(self.cursor.at, "did not find expected whitespace"));
        }
        self.skip_blanks()?;
        let prefix = self.tag_uri(&[])?;
        self.cursor.need(1)?;
        if !self.cursor.is_space_or_end(0) {
            let problem = "did not find expected whitespace or line break";
            return Err(self.cursor.error(self.cursor.at, problem));
        }
        Ok(Directive::Tag { handle, prefix })
    }
}
