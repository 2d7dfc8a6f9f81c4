//! Bytes of a file as lines and columns.

use std::borrow::Cow;
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

/// Where the lines of a text begin.
pub(crate) struct Lines(Vec<usize>);

impl Lines {
    pub(crate) fn of(text: &[u8]) -> Self {
        let ends = text.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
        Self(std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect())
    }

    /// The line of an offset, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|&start| start <= offset)
    }

    /// The lines that a range touches.
    pub(crate) fn lines(&self, range: &Range<usize>) -> Range<usize> {
        self.line(range.start)..self.line(range.end.saturating_sub(1).max(range.start)) + 1
    }

    /// Where a range of bytes stands in the text.
    pub(crate) fn region(&self, text: &[u8], range: &Range<usize>) -> Region {
        let (line, column) = self.position(text, range.start);
        let (end_line, end_column) = self.position(text, range.end);
        Region { line, column, end_line, end_column }
    }

    fn position(&self, text: &[u8], offset: usize) -> (usize, usize) {
        let line = self.line(offset);
        let start = self.0.get(line - 1).copied().unwrap_or(0);
        let before = text.get(start..offset.min(text.len())).unwrap_or_default();
        (line, 1 + characters(before))
    }

    /// The text of a line, without what ends it.
    pub(crate) fn text<'t>(&self, text: &'t [u8], line: usize) -> Cow<'t, str> {
        let start = self.0.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        let end = self.0.get(line).map_or(text.len(), |next| next - 1);
        let line = text.get(start..end).unwrap_or_default();
        String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line))
    }
}

/// Line and column of an offset, as in [`Region`].
pub(crate) fn position(text: &[u8], offset: usize) -> (usize, usize) {
    let before = text.get(..offset.min(text.len())).unwrap_or_default();
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    let start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    (line, 1 + characters(before.get(start..).unwrap_or_default()))
}

fn characters(bytes: &[u8]) -> usize {
    // As many as are shown, also of bytes that are no text.
    String::from_utf8_lossy(bytes).chars().count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters() {
        let text = "a: 1\r\nb: é🎉x\n".as_bytes();
        let lines = Lines::of(text);
        let at = text.iter().position(|&byte| byte == b'x').expect("x");
        let found = lines.region(text, &(at..at + 1));
        assert_eq!((found.line, found.column, found.end_column), (2, 6, 7));
        assert_eq!(lines.text(text, 1), "a: 1");
        assert_eq!(lines.text(text, 2), "b: é🎉x");
        assert_eq!(lines.text(text, 9), "");
        let end = lines.region(text, &(text.len()..text.len()));
        assert_eq!((end.line, end.column), (3, 1));
        assert_eq!(lines.lines(&(0..text.len())), 1..3);
    }

    #[test]
    fn columns_count_what_is_shown_of_bytes_that_are_no_text() {
        let text = b"\xff\x80\x80a";
        let lines = Lines::of(text);
        let column = lines.region(text, &(3..4)).column;
        assert_eq!(lines.text(text, 1).chars().nth(column - 1), Some('a'));
    }
}
