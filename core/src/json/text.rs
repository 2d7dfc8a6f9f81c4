//! The characters of a string literal, and the literal Go would write for them.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::classify::{find, first_special, is_special};
use super::scan::multibyte;

const HEX: &[u8; 16] = b"0123456789abcdef";

/// Receives decoded characters in pieces.
pub(crate) trait Pieces {
    /// Bytes of UTF-8; a piece never splits a character.
    fn piece(&mut self, utf8: &[u8]);
}

impl Pieces for Vec<u8> {
    fn piece(&mut self, utf8: &[u8]) {
        self.extend_from_slice(utf8);
    }
}

/// Decodes what stands between the quotes of a valid string literal, as Go's `unquote` does.
///
/// Unpaired surrogates and bytes that are not UTF-8 become U+FFFD.
pub(crate) fn decode_into(inner: &[u8], out: &mut impl Pieces) {
    let (mut at, mut start) = (0, 0);
    while let Some(special) = find(inner, at, first_special, is_special) {
        at = special;
        match inner.get(at).copied().unwrap_or_default() {
            b'\\' => {
                out.piece(inner.get(start..at).unwrap_or_default());
                let (character, length) = unescape(inner, at);
                out.piece(character.encode_utf8(&mut [0; 4]).as_bytes());
                at += length;
                start = at;
            }
            0x80.. => match multibyte(inner, at) {
                (1, _) => {
                    out.piece(inner.get(start..at).unwrap_or_default());
                    out.piece("\u{fffd}".as_bytes());
                    at += 1;
                    start = at;
                }
                (length, _) => at += length,
            },
            _ => at += 1,
        }
    }
    out.piece(inner.get(start..).unwrap_or_default());
}

/// Decodes what stands between the quotes of a valid string literal.
pub(crate) fn decode(inner: &[u8]) -> Cow<'_, [u8]> {
    if inner.is_ascii() && !inner.contains(&b'\\') {
        return Cow::Borrowed(inner);
    }
    let mut out = Vec::with_capacity(inner.len());
    decode_into(inner, &mut out);
    Cow::Owned(out)
}

/// The character of the valid escape at `at`, and the escape's length.
pub(crate) fn unescape(inner: &[u8], at: usize) -> (char, usize) {
    let unit = |at: usize| {
        (inner.get(at) == Some(&b'\\') && inner.get(at + 1) == Some(&b'u')).then(|| {
            inner
                .get(at + 2..at + 6)
                .unwrap_or_default()
                .iter()
                .fold(0, |value, &byte| value << 4 | char::from(byte).to_digit(16).unwrap_or(0))
        })
    };
    match inner.get(at + 1) {
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'n') => ('\n', 2),
        Some(b'r') => ('\r', 2),
        Some(b't') => ('\t', 2),
        Some(b'u') => {
            let first = unit(at).unwrap_or(0);
            if let Some(character) = char::from_u32(first) {
                return (character, 6);
            }
            // A high surrogate counts only with the low one behind it.
            match (first, unit(at + 6)) {
                (0xd800..0xdc00, Some(second @ 0xdc00..0xe000)) => {
                    let value = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
                    (char::from_u32(value).unwrap_or('\u{fffd}'), 12)
                }
                _ => ('\u{fffd}', 6),
            }
        }
        Some(&byte) => (char::from(byte), 2),
        None => ('\u{fffd}', 1),
    }
}

/// Writes characters as Go's `appendString` does with HTML escaping, without the quotes.
///
/// `utf8` is valid UTF-8, as everything Go has decoded is.
pub(crate) fn encode(utf8: &[u8], write: &mut impl FnMut(&[u8])) {
    let (mut at, mut start) = (0, 0);
    while let Some(special) = find(utf8, at, first_special, is_special) {
        at = special;
        let byte = utf8.get(at).copied().unwrap_or_default();
        let mut long = *b"\\u0000";
        let (escape, length): (&[u8], usize) = match byte {
            b'"' => (b"\\\"", 1),
            b'\\' => (b"\\\\", 1),
            0x08 => (b"\\b", 1),
            0x0c => (b"\\f", 1),
            b'\n' => (b"\\n", 1),
            b'\r' => (b"\\r", 1),
            b'\t' => (b"\\t", 1),
            0..0x20 | b'<' | b'>' | b'&' => {
                let digit = |nibble: u8| HEX.get(usize::from(nibble)).copied().unwrap_or(b'0');
                let [.., high, low] = &mut long;
                (*high, *low) = (digit(byte >> 4), digit(byte & 15));
                (&long, 1)
            }
            0xe2 => match utf8.get(at + 1..at + 3) {
                Some([0x80, 0xa8]) => (b"\\u2028", 3),
                Some([0x80, 0xa9]) => (b"\\u2029", 3),
                _ => (b"", 1),
            },
            _ => (b"", 1),
        };
        if escape.is_empty() {
            at += length;
            continue;
        }
        write(utf8.get(start..at).unwrap_or_default());
        write(escape);
        at += length;
        start = at;
    }
    write(utf8.get(start..).unwrap_or_default());
}

/// Writes what stands between the quotes of a valid string literal as Go would after reading it.
pub(crate) fn rewrite(inner: &[u8], write: &mut impl FnMut(&[u8])) {
    struct Encode<'a, W>(&'a mut W);
    impl<W: FnMut(&[u8])> Pieces for Encode<'_, W> {
        fn piece(&mut self, utf8: &[u8]) {
            encode(utf8, self.0);
        }
    }
    decode_into(inner, &mut Encode(write));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_decode_as_go_decodes_them() {
        for (literal, decoded) in [
            (&br"\ud83d\ude00"[..], "😀"),
            (br"\ud800x", "\u{fffd}x"),
            (br"\ud800\ud83d\ude00", "\u{fffd}😀"),
            (br"\udc00", "\u{fffd}"),
            (br"a\/b\u0041", "a/bA"),
            (b"\xff\xc3(", "\u{fffd}\u{fffd}("),
        ] {
            assert_eq!(decode(literal), decoded.as_bytes());
        }
    }

    #[test]
    fn literals_are_written_as_go_writes_them() {
        let mut written = Vec::new();
        rewrite(r#"\u003C\u0008\u0001\u007f\u2028\u00e9\/\""#.as_bytes(), &mut |bytes| {
            written.extend_from_slice(bytes);
        });
        assert_eq!(written, "\\u003c\\b\\u0001\u{7f}\\u2028é/\\\"".as_bytes());
    }
}
