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

/// Where the lines of a text begin, and marks in long ones, so that no place is searched for from afar.
pub(crate) struct Lines {
    starts: Vec<usize>,
    /// Sorted; at least one a line.
    marks: Vec<Mark>,
}

/// A place in a text.
#[derive(Clone, Copy, Debug)]
struct Mark {
    offset: usize,
    /// Characters before it in its line.
    characters: usize,
}

/// The bytes of a line between two marks.
const STRIDE: usize = 4096;

/// A part of a line, as text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part<'t> {
    pub(crate) text: Cow<'t, str>,
    /// The characters of the line before it.
    pub(crate) skipped: usize,
}

impl Lines {
    pub(crate) fn of(text: &[u8]) -> Self {
        let first = Mark { offset: 0, characters: 0 };
        let mut lines = Self { starts: vec![0], marks: vec![first] };
        let (mut at, mut last, mut characters) = (0, 0, 0);
        for chunk in text.utf8_chunks() {
            for character in chunk.valid().chars() {
                if at - last >= STRIDE {
                    lines.marks.push(Mark { offset: at, characters });
                    last = at;
                }
                at += character.len_utf8();
                characters += 1;
                if character == '\n' {
                    lines.starts.push(at);
                    lines.marks.push(Mark { offset: at, characters: 0 });
                    (last, characters) = (at, 0);
                }
            }
            at += chunk.invalid().len();
            characters += usize::from(!chunk.invalid().is_empty());
        }
        lines
    }

    /// The line of an offset, counted from 1.
    pub(crate) fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset)
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
        let mark = self.mark_before(|mark| mark.offset <= offset);
        let before = text.get(mark.offset..offset.min(text.len())).unwrap_or_default();
        (self.line(offset), 1 + mark.characters + characters(before))
    }

    /// The last of the marks for which `is_before` holds, which are the first ones.
    fn mark_before(&self, is_before: impl Fn(&Mark) -> bool) -> Mark {
        let count = self.marks.partition_point(is_before);
        self.marks
            .get(count.saturating_sub(1))
            .copied()
            .unwrap_or(Mark { offset: 0, characters: 0 })
    }

    /// The part of a line that has these characters of it and, where there are, more around them.
    pub(crate) fn part<'t>(
        &self,
        text: &'t [u8],
        line: usize,
        characters: Range<usize>,
    ) -> Part<'t> {
        let range = self.range(text, line);
        let first = self.marks.partition_point(|mark| mark.offset < range.start);
        let end = self.marks.partition_point(|mark| mark.offset <= range.end);
        let marks = self.marks.get(first..end).unwrap_or_default();
        let from = marks.partition_point(|mark| mark.characters < characters.start);
        let from = marks.get(from.saturating_sub(1)).copied();
        let from = from.unwrap_or(Mark { offset: range.start, characters: 0 });
        let to = marks.iter().find(|mark| mark.characters > characters.end);
        let to = to.map_or(range.end, |mark| mark.offset).max(from.offset);
        let text = text.get(from.offset..to).unwrap_or_default();
        Part { text: String::from_utf8_lossy(text), skipped: from.characters }
    }

    /// The bytes of a line, without what ends it.
    fn range(&self, text: &[u8], line: usize) -> Range<usize> {
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
        let end = self.starts.get(line).map_or(text.len(), |next| next - 1);
        let ends_with_return = text.get(start..end).is_some_and(|line| line.ends_with(b"\r"));
        start..end - usize::from(ends_with_return)
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

    fn line(lines: &Lines, text: &[u8], line: usize) -> String {
        lines.part(text, line, 0..usize::MAX).text.into_owned()
    }

    #[test]
    fn columns_count_characters() {
        let text = "a: 1\r\nb: é🎉x\n".as_bytes();
        let lines = Lines::of(text);
        let at = text.iter().position(|&byte| byte == b'x').expect("x");
        let found = lines.region(text, &(at..at + 1));
        assert_eq!((found.line, found.column, found.end_column), (2, 6, 7));
        assert_eq!(line(&lines, text, 1), "a: 1");
        assert_eq!(line(&lines, text, 2), "b: é🎉x");
        assert_eq!(line(&lines, text, 9), "");
        let end = lines.region(text, &(text.len()..text.len()));
        assert_eq!((end.line, end.column), (3, 1));
        assert_eq!(lines.lines(&(0..text.len())), 1..3);
    }

    #[test]
    fn marks_change_no_place() {
        let words = ["é🎉x \r", "abc", "\u{e000}", "\n"];
        let mut text: Vec<u8> =
            words.iter().cycle().take(20_000).flat_map(|word| word.bytes()).collect();
        text.retain(|&byte| byte != b'\n');
        text.splice(9_000..9_000, *b"\xff\x80\n\xf0");
        let lines = Lines::of(&text);
        for offset in (0..text.len()).step_by(997) {
            let start =
                text[..offset].iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
            let column = 1 + characters(&text[start..offset]);
            assert_eq!(lines.position(&text, offset).1, column, "{offset}");
            let (line, wanted) = (lines.line(offset), column - 1..column + 20);
            let part = lines.part(&text, line, wanted.clone());
            let of_line = |from: usize, to: usize| -> String {
                self::line(&lines, &text, line).chars().skip(from).take(to - from).collect()
            };
            let of_part: String =
                part.text.chars().skip(wanted.start - part.skipped).take(21).collect();
            assert_eq!(of_part, of_line(wanted.start, wanted.end));
            assert!(
                part.text.len() <= 3 * STRIDE && (part.skipped < wanted.start || part.skipped == 0)
            );
        }
    }

    #[test]
    fn columns_count_what_is_shown_of_bytes_that_are_no_text() {
        let text = b"\xff\x80\x80a";
        let lines = Lines::of(text);
        let column = lines.region(text, &(3..4)).column;
        assert_eq!(line(&lines, text, 1).chars().nth(column - 1), Some('a'));
    }
}
