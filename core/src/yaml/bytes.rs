//! Kinds of bytes and characters, as YAML 1.1 has them.
//!
//! Source: go-yaml v2.4, yamlprivateh.go.

/// A byte that may begin a line break, or ends the text.
pub(super) const BREAK: u16 = 1;
/// A space or a tab.
pub(super) const BLANK: u16 = 2;
/// A colon.
pub(super) const COLON: u16 = 4;
/// What ends a plain scalar in a flow collection.
pub(super) const FLOW: u16 = 8;
/// A single quote.
pub(super) const SINGLE: u16 = 16;
/// A double quote or a backslash.
pub(super) const DOUBLE: u16 = 32;
/// A letter, digit, hyphen or underscore.
pub(super) const ALPHA: u16 = 64;
/// What a tag may hold besides `ALPHA`.
pub(super) const URI: u16 = 128;

/// What is not ASCII.
pub(super) const WIDE: u16 = 256;

static CLASSES: [u16; 256] = classes();

#[expect(clippy::indexing_slicing, reason = "runs when compiled")]
const fn classes() -> [u16; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            0 | b'\r' | b'\n' => BREAK,
            0xc2 | 0xe2 => BREAK | WIDE,
            0x80.. => WIDE,
            b' ' | b'\t' => BLANK,
            b':' => COLON | URI,
            b',' | b'?' | b'[' | b']' => FLOW | URI,
            b'{' | b'}' => FLOW,
            b'\'' => SINGLE | URI,
            b'"' | b'\\' => DOUBLE,
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' | b'_' | b'-' => ALPHA,
            b';' | b'/' | b'@' | b'&' | b'=' | b'+' | b'$' | b'.' | b'!' | b'~' | b'*' | b'('
            | b')' | b'%' => URI,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

/// Whether `byte` is of one of the kinds in `mask`.
#[inline(always)]
pub(super) fn is(byte: u8, mask: u16) -> bool {
    CLASSES.get(usize::from(byte)).is_some_and(|class| class & mask != 0)
}

/// The length of the line break that begins `bytes`, CR LF counting as one break; 0 if there is none.
#[inline]
pub(super) fn break_length(bytes: &[u8]) -> usize {
    match bytes {
        [b'\r', b'\n', ..] => 2,
        [b'\r' | b'\n', ..] => 1,
        [0xc2, 0x85, ..] => 2,
        [0xe2, 0x80, 0xa8 | 0xa9, ..] => 3,
        _ => 0,
    }
}

/// The length of the UTF-8 sequence that `lead` begins; 0 if it begins none.
#[inline]
pub(super) fn width(lead: u8) -> usize {
    match lead {
        0..0x80 => 1,
        0xc0..0xe0 => 2,
        0xe0..0xf0 => 3,
        0xf0..0xf8 => 4,
        _ => 0,
    }
}

/// How many bytes continue a character rather than begin one.
#[inline]
pub(super) fn continuations(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 == 0x80).count()
}
