//! Bytes of a file as lines and columns.

use std::ops::Range;

/// A range of a file as people and editors name it. Lines and columns count from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    /// The column behind the last character.
    pub(crate) end_column: usize,
}

/// Where a range of bytes stands in a text.
pub(crate) fn region(text: &[u8], range: &Range<usize>) -> Region {
    let (line, column) = position(text, range.start);
    let (end_line, end_column) = position(text, range.end);
    Region { line, column, end_line, end_column }
}

/// Line and column of an offset, as in [`Region`].
pub(crate) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    (line, 1 + characters(before.get(start..).unwrap_or_default()))
}

fn characters(bytes: &[u8]) -> usize {
    // Continuation bytes do not begin a character.
    bytes.iter().filter(|byte| !matches!(byte, 0x80..0xc0)).count()
}

/// The text of a line, without what ends it.
pub(crate) fn line(text: &[u8], number: usize) -> String {
    let line = text.split(|&byte| byte == b'\n').nth(number.saturating_sub(1)).unwrap_or_default();
    String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line)).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a: 1\r\nb: é🎉x\n".as_bytes();
        let at = text.iter().position(|&byte| byte == b'x').expect("x");
        let found = region(text, &(at..at + 1));
        assert_eq!((found.line, found.column, found.end_column), (2, 6, 7));
        assert_eq!(line(text, 1), "a: 1");
        assert_eq!(line(text, 9), "");
    }
}
