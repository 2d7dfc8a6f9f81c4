//! Members of an object, found by quotes and brackets alone.
//!
//! A value's extent is exact when the value is valid JSON; whoever uses it checks that. So a wide
//! object is cut into entries at memory speed, and each entry is looked at closely only once.

use core::ops::Range;

use super::classify::{Strings, bits, find, first_quote_or_backslash, is_quote_or_backslash};
use super::scan::{StringToken, SyntaxError, expect, peek, string, unexpected};

/// One member of an object: offsets in bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Member {
    /// Behind the key's opening quote.
    pub(crate) key_start: usize,
    /// The key's literal.
    pub(crate) key: StringToken,
    /// The value's first byte.
    pub(crate) start: usize,
    /// Behind the value's last byte, if the value is valid.
    pub(crate) end: usize,
}

impl Member {
    /// The key between its quotes, as it is written.
    pub(crate) fn key_text<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.key_start..self.key.end.saturating_sub(1)).unwrap_or_default()
    }
}

/// A member up to the first byte of its value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Opening {
    key_start: usize,
    key: StringToken,
    /// The value's first byte.
    pub(crate) start: usize,
}

impl Opening {
    /// The key, if its characters stand as they are.
    pub(crate) fn plain_key<'a>(&self, text: &'a [u8]) -> Option<&'a [u8]> {
        let plain = self.key.canonical && !self.key.escaped;
        text.get(self.key_start..self.key.end - 1).filter(|_| plain)
    }

    /// The member, when its value ends at `end`.
    fn up_to(self, end: usize) -> Member {
        let Self { key_start, key, start } = self;
        Member { key_start, key, start, end }
    }
}

/// Walks the members of the object whose `{` stands at `at`; gives the offset behind its `}`.
///
/// # Errors
/// What stands between the members is not as JSON has it, or `each` fails.
pub(crate) fn members<E: From<SyntaxError>>(
    text: &[u8],
    at: usize,
    mut each: impl FnMut(Member) -> Result<(), E>,
) -> Result<usize, E> {
    members_up_to(text, at, |opening| {
        let end = value_end(text, opening.start)?;
        each(opening.up_to(end))?;
        Ok(end)
    })
}

/// The same, when `each` finds out itself where a member's value ends.
///
/// # Errors
/// As [`members`].
pub(crate) fn members_up_to<E: From<SyntaxError>>(
    text: &[u8],
    at: usize,
    mut each: impl FnMut(Opening) -> Result<usize, E>,
) -> Result<usize, E> {
    let mut at = expect(text, at, b'{', "an object")?;
    if let Some((end, b'}')) = peek(text, at) {
        return Ok(end + 1);
    }
    loop {
        let key_start = expect(text, at, b'"', "a key in double quotes")?;
        let key = string(text, key_start)?;
        let colon = expect(text, key.end, b':', "`:` after a key")?;
        let Some((start, _)) = peek(text, colon) else {
            return Err(unexpected(text, text.len(), "a value").into());
        };
        let end = each(Opening { key_start, key, start })?;
        match peek(text, end) {
            Some((comma, b',')) => at = comma + 1,
            Some((close, b'}')) => return Ok(close + 1),
            found => {
                let at = found.map_or(text.len(), |(at, _)| at);
                return Err(unexpected(text, at, "`,` or `}`").into());
            }
        }
    }
}

/// Walks the elements of the array whose `[` stands at `at`; gives the offset behind its `]`.
///
/// # Errors
/// What stands between the elements is not as JSON has it, or `each` fails.
pub(crate) fn elements<E: From<SyntaxError>>(
    text: &[u8],
    at: usize,
    mut each: impl FnMut(Range<usize>) -> Result<(), E>,
) -> Result<usize, E> {
    let mut at = expect(text, at, b'[', "an array")?;
    if let Some((end, b']')) = peek(text, at) {
        return Ok(end + 1);
    }
    loop {
        let Some((start, _)) = peek(text, at) else {
            return Err(unexpected(text, text.len(), "a value").into());
        };
        let end = value_end(text, start)?;
        each(start..end)?;
        match peek(text, end) {
            Some((comma, b',')) => at = comma + 1,
            Some((close, b']')) => return Ok(close + 1),
            found => {
                let at = found.map_or(text.len(), |(at, _)| at);
                return Err(unexpected(text, at, "`,` or `]`").into());
            }
        }
    }
}

/// The offset behind the value at `start`, if it is valid.
pub(crate) fn value_end(text: &[u8], start: usize) -> Result<usize, SyntaxError> {
    match text.get(start) {
        Some(b'"') => string_end(text, start + 1),
        Some(b'{' | b'[') => container_end(text, start),
        _ => {
            let rest = text.get(start..).unwrap_or_default();
            let length = rest
                .iter()
                .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\t' | b'\n' | b'\r'))
                .unwrap_or(rest.len());
            Ok(start + length)
        }
    }
}

fn container_end(text: &[u8], start: usize) -> Result<usize, SyntaxError> {
    let mut depth = 0u32;
    let mut strings = Strings::default();
    let mut at = start;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let mut padded = [b' '; 64];
        let block = match rest.first_chunk::<64>() {
            Some(block) => block,
            None if rest.is_empty() => {
                return Err(unexpected(text, text.len(), "a closing bracket"));
            }
            None => {
                for (to, from) in padded.iter_mut().zip(rest) {
                    *to = *from;
                }
                &padded
            }
        };
        let outside = !strings.inside(block);
        let opens = bits(block, 0x20, b'{') & outside;
        let closes = bits(block, 0x20, b'}') & outside;
        // Most blocks cannot close the container, whatever the order of their brackets.
        if closes.count_ones() < depth {
            depth = depth + opens.count_ones() - closes.count_ones();
            at += 64;
            continue;
        }
        let mut brackets = opens | closes;
        while brackets != 0 {
            let bit = brackets & brackets.wrapping_neg();
            brackets ^= bit;
            if opens & bit != 0 {
                depth += 1;
            } else if depth <= 1 {
                return Ok(at + bit.trailing_zeros() as usize + 1);
            } else {
                depth -= 1;
            }
        }
        at += 64;
    }
}

/// The offset behind the closing quote of the string that begins at `at`.
fn string_end(text: &[u8], mut at: usize) -> Result<usize, SyntaxError> {
    loop {
        let Some(next) = find(text, at, first_quote_or_backslash, is_quote_or_backslash) else {
            return Err(unexpected(text, text.len(), "a closing quote"));
        };
        if text.get(next) == Some(&b'"') {
            return Ok(next + 1);
        }
        at = next + 2;
    }
}
