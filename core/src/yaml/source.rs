//! The characters of a text: encoding, and which ones go-yaml allows.
//!
//! go-yaml decodes 512 bytes at a time, just before it needs them. So a bad byte is noticed before
//! anything wrong in the same 512 bytes, and never if it stands far enough behind the first document.
//! A text without bad bytes (and without a U+FEFF inside, see `Cursor`) needs no such care.
//!
//! Source: go-yaml v2.4, readerc.go.

use alloc::vec::Vec;

use super::bytes::width;
use super::error::{Problem, YamlError};

/// How many bytes go-yaml decodes at a time.
const WINDOW: usize = 512;
/// Node numbers and offsets, also into decoded texts, stay within 32 bits.
const MAX_LENGTH: usize = 1 << 30;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A text in UTF-8.
pub(super) struct Source {
    /// As it was given, or what UTF-16 was turned into, up to the first bad character.
    pub(super) text: Vec<u8>,
    /// Behind the byte order mark.
    pub(super) start: usize,
    pub(super) transcoded: bool,
    /// How go-yaml would read it bit by bit, if that can make a difference.
    pub(super) windows: Option<Windows>,
}

/// What go-yaml has decoded after each reading.
pub(super) struct Windows {
    /// Offsets into the text, ascending.
    pub(super) ends: Vec<usize>,
    /// What the reading after the last of `ends` fails with.
    pub(super) fault: Option<(usize, &'static str)>,
}

impl Source {
    /// A text that is read as it is.
    pub(super) fn verbatim(given: &[u8]) -> Result<Self, YamlError> {
        if given.len() > MAX_LENGTH {
            return Err(YamlError { at: MAX_LENGTH, line: 0, problem: Problem::TooLong });
        }
        Ok(Self { text: given.to_vec(), start: 0, transcoded: false, windows: None })
    }

    pub(super) fn of(given: &[u8]) -> Result<Self, YamlError> {
        if given.len() > MAX_LENGTH {
            return Err(YamlError { at: MAX_LENGTH, line: 0, problem: Problem::TooLong });
        }
        let (encoding, start) = match given {
            [0xff, 0xfe, ..] => (Encoding::Utf16 { low: 0 }, 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16 { low: 1 }, 2),
            _ if given.starts_with(BOM) => (Encoding::Utf8, BOM.len()),
            _ => (Encoding::Utf8, 0),
        };
        match encoding {
            Encoding::Utf8 if harmless(given.get(start..).unwrap_or_default()) => {
                Ok(Self { start, ..Self::verbatim(given)? })
            }
            Encoding::Utf8 => {
                let (_, windows) = decode_all(given, start, encoding);
                let ends = windows.ends.iter().map(|end| end + start).collect();
                let fault = windows.fault.map(|(at, problem)| (at + start, problem));
                let windows = Some(Windows { ends, fault });
                Ok(Self { text: given.to_vec(), start, transcoded: false, windows })
            }
            Encoding::Utf16 { .. } => {
                let (text, windows) = decode_all(given, start, encoding);
                Ok(Self { text, start: 0, transcoded: true, windows: Some(windows) })
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Encoding {
    Utf8,
    Utf16 {
        /// Which byte of two is the lower one.
        low: usize,
    },
}

/// Whether all characters are allowed and none is U+FEFF.
fn harmless(text: &[u8]) -> bool {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let (chunks, tail) = rest.as_chunks::<32>();
        let plain = |byte: &u8| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r');
        // No early exit within a chunk, so that it is one comparison of vectors.
        let run = 32
            * chunks
                .iter()
                .take_while(|chunk| chunk.iter().fold(true, |all, byte| all & plain(byte)))
                .count();
        let rest = rest.get(run..).unwrap_or(tail);
        let Some(offset) = rest.iter().position(|byte| !plain(byte)) else { return true };
        at += run + offset;
        match decode_utf8(text.get(at..).unwrap_or_default()) {
            Ok((character, width)) if allowed(character) && character != 0xfeff => at += width,
            _ => return false,
        }
    }
}

/// Decodes everything up to the first bad character; offsets in the windows are into the result.
fn decode_all(given: &[u8], start: usize, encoding: Encoding) -> (Vec<u8>, Windows) {
    let mut text = Vec::with_capacity(given.len());
    let mut windows = Windows { ends: Vec::new(), fault: None };
    let mut at = start;
    // The first reading holds the byte order mark as well.
    let mut window = WINDOW;
    while let Some(rest) = given.get(at..).filter(|rest| !rest.is_empty()) {
        let decoded = match encoding {
            Encoding::Utf8 => decode_utf8(rest),
            Encoding::Utf16 { low } => decode_utf16(rest, low),
        };
        let needs_reading = match decoded {
            Ok((_, width)) => at + width > window,
            Err(Bad { offset, whole, .. }) if whole => at + offset > window,
            // It is only known to be incomplete when there is nothing more to read.
            Err(_) => true,
        };
        if needs_reading {
            windows.ends.push(text.len());
            window = at + WINDOW;
        }
        let bad = match decoded {
            Ok((character, width)) if allowed(character) => {
                if let Some(character) = char::from_u32(character) {
                    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                at += width;
                continue;
            }
            Ok(_) => "control characters are not allowed",
            Err(Bad { problem, .. }) => problem,
        };
        windows.fault = Some((text.len(), bad));
        return (text, windows);
    }
    windows.ends.push(text.len());
    (text, windows)
}

struct Bad {
    problem: &'static str,
    /// Behind the byte that shows it.
    offset: usize,
    /// Whether it shows without knowing that the text ends.
    whole: bool,
}

/// The first character and its length in bytes.
fn decode_utf8(rest: &[u8]) -> Result<(u32, usize), Bad> {
    let lead = rest.first().copied().unwrap_or(0);
    let width = width(lead);
    let whole = |problem, offset| Bad { problem, offset, whole: true };
    if width == 0 {
        return Err(whole("invalid leading UTF-8 octet", 1));
    }
    let Some(sequence) = rest.get(..width) else {
        let problem = "incomplete UTF-8 octet sequence";
        return Err(Bad { problem, offset: rest.len(), whole: false });
    };
    let first = u32::from(lead) & if width == 1 { 0x7f } else { 0x7f >> width };
    let mut value = first;
    for &octet in sequence.iter().skip(1) {
        if octet & 0xc0 != 0x80 {
            return Err(whole("invalid trailing UTF-8 octet", width));
        }
        value = value << 6 | u32::from(octet & 0x3f);
    }
    let shortest = match width {
        1 => 0,
        2 => 0x80,
        3 => 0x800,
        _ => 0x1_0000,
    };
    if value < shortest {
        return Err(whole("invalid length of a UTF-8 sequence", width));
    }
    if char::from_u32(value).is_none() {
        return Err(whole("invalid Unicode character", width));
    }
    Ok((value, width))
}

/// The first character and its length in bytes; `low` is which byte of two is the lower one.
fn decode_utf16(rest: &[u8], low: usize) -> Result<(u32, usize), Bad> {
    let unit = |at: usize| {
        let pair = rest.get(at..at + 2)?;
        let (low, high) = (pair.get(low)?, pair.get(1 - low)?);
        Some(u32::from(*low) | u32::from(*high) << 8)
    };
    let Some(value) = unit(0) else {
        let problem = "incomplete UTF-16 character";
        return Err(Bad { problem, offset: rest.len(), whole: false });
    };
    match value & 0xfc00 {
        0xdc00 => Err(Bad { problem: "unexpected low surrogate area", offset: 2, whole: true }),
        0xd800 => match unit(2) {
            None => {
                let problem = "incomplete UTF-16 surrogate pair";
                Err(Bad { problem, offset: rest.len(), whole: false })
            }
            Some(second) if second & 0xfc00 == 0xdc00 => {
                Ok((0x1_0000 + ((value & 0x3ff) << 10) + (second & 0x3ff), 4))
            }
            Some(_) => Err(Bad { problem: "expected low surrogate area", offset: 4, whole: true }),
        },
        _ => Ok((value, 2)),
    }
}

/// Whether a text may hold the character.
fn allowed(character: u32) -> bool {
    matches!(
        character,
        0x09 | 0x0a | 0x0d | 0x20..=0x7e | 0x85 | 0xa0..=0xd7ff | 0xe000..=0xfffd | 0x1_0000..
    )
}
