//! What the scanner hands to the parser.

use super::cursor::Mark;
use super::document::Style;
use super::texts::Text;

/// A line break in the text.
#[derive(Clone, Copy)]
pub(super) struct Break {
    pub(super) at: usize,
    pub(super) length: usize,
    /// U+2028 and U+2029 stay what they are; the others become a line feed.
    pub(super) kept: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    StreamStart,
    StreamEnd,
    VersionDirective,
    TagDirective,
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias,
    Anchor,
    Tag,
    Scalar,
}

#[derive(Clone, Copy)]
pub(super) struct Token {
    pub(super) kind: Kind,
    /// Of a scalar.
    pub(super) style: Style,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where it starts, counted from 0.
    pub(super) line: u32,
    /// The flow level at which it may turn out to be a key; `NO_KEY` if nowhere.
    pub(super) key_level: u32,
    /// The characters of a scalar, the name of an alias or anchor; for tags and directives `start` is
    /// their number.
    pub(super) text: Text,
}

/// No flow level.
pub(super) const NO_KEY: u32 = u32::MAX;

impl Token {
    #[inline]
    pub(super) fn new(kind: Kind, start: Mark, end: usize) -> Self {
        Self {
            kind,
            style: Style::Plain,
            start: offset(start.at),
            end: offset(end),
            line: offset(start.line),
            key_level: NO_KEY,
            text: Text::default(),
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark { at: self.start as usize, line: self.line as usize }
    }
}

/// Offsets fit: texts are shorter than a gigabyte.
#[inline]
pub(super) fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
