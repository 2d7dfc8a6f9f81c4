//! Where JSON values begin and end, and whether they are well formed, as `encoding/json` judges it.
//!
//! **Invariant:** no recursion; nesting costs one byte a level, up to [`MAX_DEPTH`].

use alloc::vec::Vec;
use core::fmt;

use super::classify::{find, first_special, is_special};
use super::number;

/// How deep arrays and objects may nest: Go's `maxNestingDepth` (encoding/json/scanner.go).
pub const MAX_DEPTH: usize = 10_000;

/// A text that is not JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// Offset in bytes of the first byte that cannot stand there, or the text's length.
    pub at: usize,
    /// What is wrong there.
    pub reason: SyntaxReason,
}

/// What is wrong with a text that is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SyntaxReason {
    /// The text ends inside a value.
    UnexpectedEnd,
    /// A byte that cannot stand here.
    Unexpected {
        /// The byte found.
        found: u8,
        /// What could stand here.
        expected: &'static str,
    },
    /// Arrays and objects nest deeper than [`MAX_DEPTH`].
    TooDeep,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reason {
            SyntaxReason::UnexpectedEnd => out.write_str("the JSON text ends inside a value"),
            SyntaxReason::Unexpected { found, expected } => {
                if found.is_ascii_graphic() {
                    write!(out, "expected {expected}, found `{}`", char::from(found))
                } else {
                    write!(out, "expected {expected}, found byte 0x{found:02x}")
                }
            }
            SyntaxReason::TooDeep => {
                write!(out, "arrays and objects nest deeper than {MAX_DEPTH}, which Go refuses")
            }
        }
    }
}

impl core::error::Error for SyntaxError {}

/// A string literal.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StringToken {
    /// Offset behind the closing quote.
    pub(crate) end: usize,
    /// Whether Go would write the literal, quotes and all, exactly as it stands.
    pub(crate) canonical: bool,
    /// Whether there is a backslash in it.
    pub(crate) escaped: bool,
}

/// The first byte at or after `at` that is not white space, with its offset.
#[inline]
pub(crate) fn peek(text: &[u8], mut at: usize) -> Option<(usize, u8)> {
    loop {
        match text.get(at) {
            Some(b' ' | b'\t' | b'\n' | b'\r') => at += 1,
            Some(&byte) => return Some((at, byte)),
            None => return None,
        }
    }
}

/// The error for what stands at `at`, where `expected` should.
#[cold]
pub(crate) fn unexpected(text: &[u8], at: usize, expected: &'static str) -> SyntaxError {
    match text.get(at) {
        Some(&found) => SyntaxError { at, reason: SyntaxReason::Unexpected { found, expected } },
        None => SyntaxError { at: text.len(), reason: SyntaxReason::UnexpectedEnd },
    }
}

/// Steps over white space and `byte`.
#[inline]
pub(crate) fn expect(
    text: &[u8],
    at: usize,
    byte: u8,
    expected: &'static str,
) -> Result<usize, SyntaxError> {
    match peek(text, at) {
        Some((at, found)) if found == byte => Ok(at + 1),
        Some((at, _)) => Err(unexpected(text, at, expected)),
        None => Err(unexpected(text, text.len(), expected)),
    }
}

/// Reads the string literal whose opening quote stands just before `start`.
#[inline]
pub(crate) fn string(text: &[u8], start: usize) -> Result<StringToken, SyntaxError> {
    let mut at = start;
    let (mut canonical, mut escaped) = (true, false);
    loop {
        at = find(text, at, first_special, is_special).unwrap_or(text.len());
        match text.get(at) {
            Some(b'"') => return Ok(StringToken { end: at + 1, canonical, escaped }),
            Some(b'\\') => {
                escaped = true;
                let (end, short) = escape(text, at)?;
                canonical &= short;
                at = end;
            }
            Some(b'<' | b'>' | b'&') => {
                canonical = false;
                at += 1;
            }
            Some(0x80..) => {
                let (length, stands) = multibyte(text, at);
                canonical &= stands;
                at += length;
            }
            _ => return Err(unexpected(text, at, "a character of a string")),
        }
    }
}

/// The end of the escape at `at`, and whether Go would write the character in just this way.
fn escape(text: &[u8], at: usize) -> Result<(usize, bool), SyntaxError> {
    match text.get(at + 1) {
        Some(b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't') => Ok((at + 2, true)),
        Some(b'/') => Ok((at + 2, false)),
        Some(b'u') => {
            let mut value = 0u32;
            let mut lower = true;
            for digit in at + 2..at + 6 {
                let Some(nibble) = text.get(digit).and_then(|&byte| char::from(byte).to_digit(16))
                else {
                    return Err(unexpected(text, digit, "four hexadecimal digits after \\u"));
                };
                lower &= text.get(digit).is_some_and(|byte| !byte.is_ascii_uppercase());
                value = value << 4 | nibble;
            }
            let written_so = match value {
                0x08 | 0x09 | 0x0a | 0x0c | 0x0d => false,
                0x00..0x20 | 0x26 | 0x3c | 0x3e | 0x2028 | 0x2029 => lower,
                _ => false,
            };
            Ok((at + 6, written_so))
        }
        _ => Err(unexpected(text, at + 1, "one of \" \\ / b f n r t u after a backslash")),
    }
}

/// The length of the non-ASCII character at `at`, and whether Go would write it as it stands.
///
/// A byte that is not UTF-8 has length 1 and is replaced by U+FFFD when decoded.
#[inline]
pub(crate) fn multibyte(text: &[u8], at: usize) -> (usize, bool) {
    let continuation = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, 0x80..0xc0));
    let (lead, second) = (text.get(at).copied().unwrap_or(0), text.get(at + 1).copied());
    match (lead, second) {
        (0xc2..=0xdf, Some(0x80..0xc0)) => (2, true),
        (0xe0, Some(0xa0..0xc0))
        | (0xe1..=0xec | 0xee | 0xef, Some(0x80..0xc0))
        | (0xed, Some(0x80..0xa0))
            if continuation(text.get(at + 2)) =>
        {
            let separator = lead == 0xe2
                && second == Some(0x80)
                && matches!(text.get(at + 2), Some(0xa8 | 0xa9));
            (3, !separator)
        }
        (0xf0, Some(0x90..0xc0)) | (0xf1..=0xf3, Some(0x80..0xc0)) | (0xf4, Some(0x80..0x90))
            if continuation(text.get(at + 2)) && continuation(text.get(at + 3)) =>
        {
            (4, true)
        }
        _ => (1, false),
    }
}

/// Reads `literal` at `at`.
#[inline]
pub(crate) fn literal(
    text: &[u8],
    at: usize,
    literal: &'static [u8],
) -> Result<usize, SyntaxError> {
    for (offset, expected) in literal.iter().enumerate() {
        if text.get(at + offset) != Some(expected) {
            return Err(unexpected(text, at + offset, "true, false or null"));
        }
    }
    Ok(at + literal.len())
}

/// Checks the scalar at `at` and gives the offset behind it.
pub(crate) fn scalar(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    match text.get(at) {
        Some(b'"') => string(text, at + 1).map(|token| token.end),
        Some(b't') => literal(text, at, b"true"),
        Some(b'f') => literal(text, at, b"false"),
        Some(b'n') => literal(text, at, b"null"),
        Some(b'-' | b'0'..=b'9') => number::end(text, at),
        _ => Err(unexpected(text, at, "a value")),
    }
}

/// Checks the value at `at` (white space before it is skipped) and gives the offset behind it.
///
/// `outside` is how many arrays and objects stand open around it.
pub(crate) fn value(text: &[u8], at: usize, outside: usize) -> Result<usize, SyntaxError> {
    // The closing bracket of each open array and object.
    let mut open: Vec<u8> = Vec::new();
    let mut at = at;
    loop {
        let Some((start, byte)) = peek(text, at) else {
            return Err(unexpected(text, text.len(), "a value"));
        };
        at = match byte {
            b'{' | b'[' => {
                if outside + open.len() >= MAX_DEPTH {
                    return Err(SyntaxError { at: start, reason: SyntaxReason::TooDeep });
                }
                let close = byte + 2;
                match peek(text, start + 1) {
                    Some((end, found)) if found == close => end + 1,
                    _ => {
                        open.push(close);
                        at = if byte == b'{' { key(text, start + 1)? } else { start + 1 };
                        continue;
                    }
                }
            }
            _ => scalar(text, start)?,
        };
        // The value is whole: what closes or follows?
        loop {
            let Some(&close) = open.last() else { return Ok(at) };
            match peek(text, at) {
                Some((end, b',')) => {
                    at = if close == b'}' { key(text, end + 1)? } else { end + 1 };
                    break;
                }
                Some((end, found)) if found == close => {
                    open.pop();
                    at = end + 1;
                }
                found => {
                    let at = found.map_or(text.len(), |(at, _)| at);
                    let expected = if close == b'}' { "`,` or `}`" } else { "`,` or `]`" };
                    return Err(unexpected(text, at, expected));
                }
            }
        }
    }
}

/// Checks a key and its colon and gives the offset behind them.
fn key(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    let at = expect(text, at, b'"', "a key in double quotes")?;
    let token = string(text, at)?;
    expect(text, token.end, b':', "`:` after a key")
}

/// Checks that `text` is one JSON value and nothing else; gives the offset of its first byte.
///
/// # Errors
/// What Go's `checkValid` refuses.
pub(crate) fn document(text: &[u8]) -> Result<usize, SyntaxError> {
    let end = value(text, 0, 0)?;
    match peek(text, end) {
        Some((at, _)) => Err(unexpected(text, at, "nothing after the value")),
        None => Ok(peek(text, 0).map_or(0, |(at, _)| at)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn depth_is_counted_as_go_counts_it() {
        let nested = |depth: usize| {
            let mut text = vec![b'['; depth];
            text.extend(vec![b']'; depth]);
            text
        };
        assert!(document(&nested(MAX_DEPTH)).is_ok());
        let refused = document(&nested(MAX_DEPTH + 1)).expect_err("too deep");
        assert_eq!(refused, SyntaxError { at: MAX_DEPTH, reason: SyntaxReason::TooDeep });
    }

    #[test]
    fn canonical_strings_are_those_go_writes_as_they_stand() {
        let canonical = |literal: &[u8]| string(literal, 1).expect("string").canonical;
        for stands in [r#""""#, r#""aé😀""#, r#""\u003c\n\\\"""#, r#""\u0000\u001f""#] {
            assert!(canonical(stands.as_bytes()), "{stands}");
        }
        for rewritten in [r#""<""#, r#""\/""#, r#""\u0041""#, r#""\u003C""#, r#""\u0008""#] {
            assert!(!canonical(rewritten.as_bytes()), "{rewritten}");
        }
        assert!(!canonical("\"\u{2028}\"".as_bytes()));
        assert!(!canonical(b"\"\xff\""));
        assert!(!canonical(b"\"\xed\xa0\x80\""));
    }

    #[test]
    fn errors_point_at_the_first_wrong_byte() {
        for (text, at) in
            [("{\"a\":1,}", 7), ("[1 2]", 3), ("{a:1}", 1), ("01", 1), ("\"\t\"", 1), ("", 0)]
        {
            assert_eq!(document(text.as_bytes()).expect_err(text).at, at, "{text}");
        }
    }
}
