use std::fmt;

/// Notices of one kind that are given one by one; of the rest only the number is told.
pub(super) const MOST_OF_A_KIND: usize = 20;

/// Something about an archive that a reader should know. None of them stops a sound row from
/// being read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// `manifest.jsonl` is missing.
    ManifestMissing,
    /// `manifest.jsonl` has no readable first line.
    ManifestHeader,
    /// A line of `manifest.jsonl` is damaged or contradicts an earlier one.
    ManifestLine {
        /// The line's number, from 1.
        line: u64,
        /// Where it begins, in bytes.
        offset: u64,
    },
    /// More lines of `manifest.jsonl` are damaged than are named.
    MoreManifestLines {
        /// How many more.
        lines: u64,
    },
    /// `manifest.jsonl` ends inside a line.
    ManifestTorn {
        /// Where the line begins, in bytes.
        offset: u64,
        /// Bytes of it that are there.
        length: u64,
    },
    /// Rows that the manifest lacks were found in the footers of the segments.
    RowsRecovered {
        /// How many.
        rows: u64,
    },
    /// A segment has bytes behind the last acknowledged row.
    SegmentTail {
        /// The segment's file name.
        file: String,
        /// Where they begin.
        offset: u64,
        /// How many.
        length: u64,
    },
    /// A segment ends before its last acknowledged row does.
    SegmentShort {
        /// The segment's file name.
        file: String,
        /// Bytes that belong there.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// A segment that holds rows is gone.
    SegmentMissing {
        /// The segment's file name.
        file: String,
    },
    /// More segments are missing, short or have a tail than are named.
    MoreSegments {
        /// How many more.
        segments: u64,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ManifestMissing => f.write_str(
                "manifest.jsonl is missing: rows are listed from the segments' footers, rows of an interrupted session are not among them; the next write makes a new manifest",
            ),
            Self::ManifestHeader => f.write_str(
                "manifest.jsonl has no readable first line: rows are listed from its other lines and from the segments' footers; the next write adds one",
            ),
            Self::ManifestLine { line, offset } => write!(
                f,
                "manifest.jsonl:{line}: the line at byte {offset} is damaged, and its row is listed only if a segment's footer has it; compare with another copy of the archive"
            ),
            Self::MoreManifestLines { lines } => write!(
                f,
                "{lines} more lines of manifest.jsonl are damaged; compare with another copy of the archive"
            ),
            Self::ManifestTorn { offset, length } => write!(
                f,
                "manifest.jsonl ends inside a line ({length} bytes from byte {offset}): a write was interrupted or is going on, its row is not listed; if it was interrupted, put that row again"
            ),
            Self::RowsRecovered { rows } => write!(
                f,
                "{rows} rows that manifest.jsonl lacks were found in the segments' footers; the next write adds them to the manifest"
            ),
            Self::SegmentTail { file, offset, length } => write!(
                f,
                "{file}: {length} bytes from byte {offset} belong to no acknowledged row: a write was interrupted or is going on; if it was interrupted, put its row again"
            ),
            Self::SegmentShort { file, expected, found } => write!(
                f,
                "{file}: expected {expected} bytes, the file ends after {found}: its last rows are damaged; copy the file back from another copy of the archive"
            ),
            Self::MoreSegments { segments } => write!(
                f,
                "{segments} more segments are missing, too short or end in bytes of no row; compare with another copy of the archive"
            ),
            Self::SegmentMissing { file } => write!(
                f,
                "{file} is missing: its rows cannot be read; copy the file back from another copy of the archive"
            ),
        }
    }
}
