//! Lines of JSON that carry their own checksum: what the manifest and the footers are made of.

use std::io::{self, BufRead};

use serde::Serialize;

/// No line of an archive is longer; a longer one is damage, and is skipped without being held.
pub(super) const MAX_LINE_BYTES: usize = 16 << 20;

/// `,"check":"` before the sixteen digits, `"}` behind them.
const BEFORE: &[u8] = b",\"check\":\"";
const DIGITS: usize = 16;
const AFTER: &[u8] = b"\"}";

/// The value, which must serialize as an object with fields, as a line: with its checksum and
/// the line feed.
pub(super) fn seal(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.pop();
    let check = check_of(&line);
    line.extend_from_slice(BEFORE);
    line.extend_from_slice(check.as_bytes());
    line.extend_from_slice(AFTER);
    line.push(b'\n');
    Ok(line)
}

/// Whether the line, without its line feed, ends in the checksum of what stands before it.
pub(super) fn is_sound(line: &[u8]) -> bool {
    let Some((body, tail)) =
        line.len().checked_sub(BEFORE.len() + DIGITS + AFTER.len()).map(|end| line.split_at(end))
    else {
        return false;
    };
    tail.strip_prefix(BEFORE)
        .and_then(|tail| tail.strip_suffix(AFTER))
        .is_some_and(|check| check == check_of(body).as_bytes())
}

fn check_of(body: &[u8]) -> String {
    let mut digest = super::Sha256::of(body).to_string();
    digest.truncate(DIGITS);
    digest
}

/// Where a line was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    /// Byte offset in the file.
    pub(super) offset: u64,
    /// Bytes without the line feed.
    pub(super) length: u64,
    /// Whether a line feed follows.
    pub(super) terminated: bool,
}

/// Walks over the lines of a text; holds one line.
pub(super) struct Lines<R> {
    text: R,
    offset: u64,
    line: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// The lines of `text`, which begins at `offset` in its file.
    pub(super) fn new(text: R, offset: u64) -> Self {
        Self { text, offset, line: Vec::new() }
    }

    /// The next line; its text is empty when the line is longer than [`MAX_LINE_BYTES`].
    pub(super) fn next(&mut self) -> io::Result<Option<(Found, &[u8])>> {
        self.line.clear();
        let (mut length, mut terminated) = (0_u64, false);
        while !terminated {
            let chunk = self.text.fill_buf()?;
            if chunk.is_empty() {
                break;
            }
            let (part, used) = match chunk.iter().position(|byte| *byte == b'\n') {
                Some(end) => (chunk.get(..end).unwrap_or(chunk), end + 1),
                None => (chunk, chunk.len()),
            };
            terminated = used > part.len();
            length += part.len() as u64;
            if length <= MAX_LINE_BYTES as u64 {
                self.line.extend_from_slice(part);
            } else {
                self.line = Vec::new();
            }
            self.text.consume(used);
        }
        if length == 0 && !terminated {
            return Ok(None);
        }
        let found = Found { offset: self.offset, length, terminated };
        self.offset += length + u64::from(terminated);
        Ok(Some((found, &self.line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_line_is_sound_until_any_byte_changes() {
        let mut line = seal(&serde_json::json!({ "torn": { "file": "x\n\"\u{0}" } })).unwrap();
        assert_eq!(line.pop(), Some(b'\n'));
        assert!(is_sound(&line));
        for index in 0..line.len() {
            line[index] ^= 4;
            assert!(!is_sound(&line), "byte {index}");
            line[index] ^= 4;
        }
        assert!(!is_sound(b""));
    }

    #[test]
    fn lines_tell_where_they_are_and_skip_what_is_too_long() {
        let mut text = b"one\n\n".to_vec();
        text.extend(vec![b'x'; MAX_LINE_BYTES + 1]);
        text.extend(b"\nlast");
        let mut lines = Lines::new(io::BufReader::new(&text[..]), 100);
        let mut seen = Vec::new();
        while let Some((found, line)) = lines.next().unwrap() {
            seen.push((found.offset, found.length, found.terminated, line.len()));
        }
        let long = MAX_LINE_BYTES as u64 + 1;
        assert_eq!(
            seen,
            [(100, 3, true, 3), (104, 0, true, 0), (105, long, true, 0), (106 + long, 4, false, 4)]
        );
    }
}
