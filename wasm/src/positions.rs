//! Bytes of UTF-8 as browsers count: UTF-16 code units, lines and columns.

use crate::types::{Position, Range};

/// The lines of a text.
pub(crate) struct Positions<'a> {
    text: &'a str,
    /// Of each line: where it begins in bytes, and in UTF-16 code units.
    lines: Vec<(usize, u32)>,
}

impl<'a> Positions<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut lines = vec![(0, 0)];
        let mut units = 0;
        for line in text.split_inclusive('\n') {
            units += utf16(line);
            let (start, _) = lines.last().copied().unwrap_or_default();
            lines.push((start + line.len(), units));
        }
        // Behind a last line without a break no other begins.
        if !text.ends_with('\n') && lines.len() > 1 {
            lines.pop();
        }
        Self { text, lines }
    }

    /// The place of a byte; within a character, that of its beginning.
    pub(crate) fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.lines.partition_point(|(start, _)| *start <= byte).saturating_sub(1);
        let (start, units) = self.lines.get(line).copied().unwrap_or_default();
        let column = utf16(self.text.get(start..byte).unwrap_or_default());
        Position {
            offset: units + column,
            line: u32::try_from(line).unwrap_or(u32::MAX).saturating_add(1),
            column: column + 1,
        }
    }

    pub(crate) fn range(&self, bytes: &core::ops::Range<usize>) -> Range {
        Range { start: self.position(bytes.start), end: self.position(bytes.end) }
    }

    /// The byte at an offset in UTF-16 code units; within a character, that of its beginning, and behind the end, the
    /// end.
    pub(crate) fn byte(&self, offset: u32) -> usize {
        let line = self.lines.partition_point(|(_, units)| *units <= offset).saturating_sub(1);
        let (start, units) = self.lines.get(line).copied().unwrap_or_default();
        let mut left = offset - units;
        let rest = self.text.get(start..).unwrap_or_default();
        for (at, character) in rest.char_indices() {
            let width = u32::from(character.len_utf16() == 2) + 1;
            if left < width {
                return start + at;
            }
            left -= width;
        }
        self.text.len()
    }
}

fn utf16(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn astral_characters_are_two_units() {
        let positions = Positions::new("a: 😀b\r\nc");
        let at = |byte| {
            let Position { offset, line, column } = positions.position(byte);
            (offset, line, column)
        };
        assert_eq!(at(0), (0, 1, 1));
        assert_eq!(at(7), (5, 1, 6), "behind it");
        assert_eq!(at(5), (3, 1, 4), "within it");
        assert_eq!(at(10), (8, 2, 1));
        assert_eq!(at(99), (9, 2, 2));
        for (offset, byte) in [(0, 0), (3, 3), (4, 3), (5, 7), (8, 10), (9, 11), (50, 11)] {
            assert_eq!(positions.byte(offset), byte, "{offset}");
        }
        assert_eq!(Positions::new("").byte(3), 0);
        let broken = Positions::new("a\n");
        assert_eq!((broken.position(2).line, broken.position(2).column), (2, 1));
    }
}
