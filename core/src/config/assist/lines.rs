//! The lines of a text as an editor sees them while they are written: keys by their columns, also where the text is no
//! YAML yet, and within block scalars.

use alloc::vec::Vec;
use core::ops::Range;

/// A line that is no comment and not empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// The columns of its markers `- `.
    pub(super) dashes: Vec<usize>,
    /// The column at which its key, or whatever else it has, begins.
    pub(super) column: usize,
    /// Where that begins in the text.
    pub(super) start: usize,
    /// Its key, without quotes; `None` where there is no colon.
    pub(super) key: Option<Range<usize>>,
    /// What stands behind the colon, or instead of a key, without blanks around it and comments behind it.
    pub(super) value: Range<usize>,
}

impl Line {
    /// Reads the line that `range` of a text is; `None` for one that says nothing.
    pub(super) fn read(text: &[u8], range: Range<usize>) -> Option<Self> {
        let line = text.get(range.clone())?;
        let mut column = blanks(line);
        let mut dashes = Vec::new();
        while let [b'-', b' ' | b'\t', ..] = line.get(column..)? {
            dashes.push(column);
            column += 1 + blanks(line.get(column + 1..)?);
        }
        let rest = line.get(column..)?;
        if rest.trim_ascii().is_empty() && dashes.is_empty() || rest.starts_with(b"#") {
            return None;
        }
        let start = range.start + column;
        let (key, behind) = match key(rest) {
            Some((key, behind)) => (Some(start + key.start..start + key.end), behind),
            None => (None, 0),
        };
        let value = trimmed(rest.get(behind..)?);
        let value = start + behind + value.start..start + behind + value.end;
        Some(Self { dashes, column, start, key, value })
    }

    /// The column from which on a line below belongs to it: that of its first marker, or of its key.
    pub(super) fn first_column(&self) -> usize {
        self.dashes.first().copied().unwrap_or(self.column)
    }

    /// Whether lines below are its value: nothing stands behind its colon, or the mark of a block scalar.
    pub(super) fn is_open(&self, text: &[u8]) -> bool {
        let value = text.get(self.value.clone()).unwrap_or_default();
        self.key.is_some() && (value.is_empty() || matches!(value, [b'|' | b'>' | b'&', ..]))
    }
}

fn blanks(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// The key at the beginning, and where what stands behind its colon begins.
fn key(line: &[u8]) -> Option<(Range<usize>, usize)> {
    let (key, colon) = match line {
        [quote @ (b'"' | b'\''), rest @ ..] => {
            let end = rest.iter().position(|byte| byte == quote)?;
            let behind = end + 2;
            (1..end + 1, behind + blanks(line.get(behind..)?))
        }
        _ => {
            let colon = (0..line.len()).find(|at| {
                line.get(*at) == Some(&b':')
                    && matches!(line.get(at + 1), None | Some(b' ' | b'\t' | b'\r' | b'\n'))
            })?;
            let end = line.get(..colon)?.trim_ascii_end().len();
            (0..end, colon)
        }
    };
    (line.get(colon) == Some(&b':')).then_some((key, colon + 1))
}

/// Without blanks around it and without a comment behind it.
fn trimmed(value: &[u8]) -> Range<usize> {
    let start = value.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let rest = value.get(start..).unwrap_or_default();
    let comment = match rest {
        [b'"' | b'\'', ..] => None,
        [b'#', ..] => Some(0),
        _ => (1..rest.len()).find(|at| {
            rest.get(*at) == Some(&b'#') && matches!(rest.get(at - 1), Some(b' ' | b'\t'))
        }),
    };
    let rest = rest.get(..comment.unwrap_or(rest.len())).unwrap_or_default();
    start..start + rest.trim_ascii_end().len()
}

/// The ranges of the lines of a part of a text, without their line breaks.
pub(super) fn lines(text: &[u8], part: Range<usize>) -> Vec<Range<usize>> {
    let mut start = part.start;
    let mut all = Vec::new();
    for line in text.get(part).unwrap_or_default().split(|byte| *byte == b'\n') {
        let length = line.strip_suffix(b"\r").unwrap_or(line).len();
        all.push(start..start + length);
        start += line.len() + 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};
    use alloc::vec;

    fn read(line: &str) -> Option<(Vec<usize>, usize, Option<String>, String)> {
        let read = Line::read(line.as_bytes(), 0..line.len())?;
        let key = read.key.map(|key| line[key].to_string());
        Some((read.dashes, read.column, key, line[read.value].to_string()))
    }

    #[test]
    fn keys_and_values_are_told_by_their_columns() {
        let of = |column, key: &str, value: &str| {
            Some((vec![], column, Some(key.to_string()), value.to_string()))
        };
        assert_eq!(read("  a: b"), of(2, "a", "b"));
        assert_eq!(read("a:"), of(0, "a", ""));
        assert_eq!(read("\"a b\": 'c # d'"), of(0, "a b", "'c # d'"));
        assert_eq!(read("a: b # c"), of(0, "a", "b"));
        assert_eq!(read("a: # c"), of(0, "a", ""));
        assert_eq!(read("a: http://b"), of(0, "a", "http://b"));
        assert_eq!(read("http://b"), Some((vec![], 0, None, "http://b".into())));
        assert_eq!(read("- - a: b"), Some((vec![0, 2], 4, Some("a".into()), "b".into())));
        assert_eq!(read("  nam"), Some((vec![], 2, None, "nam".into())));
        assert_eq!(read("- "), Some((vec![0], 2, None, String::new())));
        for nothing in ["", "   ", "  # a: b"] {
            assert_eq!(read(nothing), None, "{nothing:?}");
        }
    }
}
