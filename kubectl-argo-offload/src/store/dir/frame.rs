//! Text into zstd frames and back.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use sha2::Digest as _;
use zstd::bulk::{Compressor, Decompressor};

use super::manifest::{Frame, Row};
use super::open::open_to_read;
use super::segment::segment_name;
use super::{Problem, Sha256, StoreError};

/// zstd's own default.
const LEVEL: i32 = 3;

/// A compressor whose frames tell their size and carry zstd's checksum, so that `zstd -t` works.
pub(super) fn compressor() -> io::Result<Compressor<'static>> {
    let mut compressor = Compressor::new(LEVEL)?;
    compressor.include_checksum(true)?;
    Ok(compressor)
}

/// What is wrong with a row, and where in its segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct BadPart {
    pub(super) offset: u64,
    pub(super) problem: Problem,
}

/// Reads a row frame by frame, checks each frame and the whole, and hands the text to `text`
/// piece by piece. Holds one frame.
///
/// The text is only to be believed when the answer is empty. The reading goes on behind a bad
/// frame so that all bad parts are found; `text` then gets what is readable.
pub(super) fn read_row(
    directory: &Path,
    row: &Row,
    mut text: impl FnMut(&[u8]),
) -> Result<(), Vec<BadPart>> {
    let mut bad = Vec::new();
    let mut whole = sha2::Sha256::new();
    if !row.frames.is_empty() {
        let start = row.frames.first().map_or(0, |frame| frame.offset);
        let mut reader = FrameReader::open(&directory.join(segment_name(row.segment)))
            .map_err(|problem| vec![BadPart { offset: start, problem }])?;
        for frame in &row.frames {
            match reader.read(frame) {
                Ok(part) => {
                    whole.update(part);
                    text(part);
                }
                Err(problem) => bad.push(BadPart { offset: frame.offset, problem }),
            }
        }
    }
    let found = Sha256::finish(whole);
    if bad.is_empty() && found != row.sha256 {
        let offset = row.frames.first().map_or(0, |frame| frame.offset);
        let problem = Problem::RowChecksum { expected: row.sha256, found };
        bad.push(BadPart { offset, problem });
    }
    if bad.is_empty() { Ok(()) } else { Err(bad) }
}

struct FrameReader {
    file: File,
    decompressor: Decompressor<'static>,
    stored: Vec<u8>,
    raw: Vec<u8>,
}

impl FrameReader {
    fn open(path: &Path) -> Result<Self, Problem> {
        let file = open_to_read(path).map_err(|error| match error {
            StoreError::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound => {
                Problem::FileMissing
            }
            StoreError::Io { cause, .. } => unreadable(&cause),
            StoreError::NotPlain { kind, .. } => Problem::NotPlain { kind },
            other => Problem::Unreadable(other.to_string()),
        })?;
        let decompressor = Decompressor::new().map_err(|cause| unreadable(&cause))?;
        Ok(Self { file, decompressor, stored: Vec::new(), raw: Vec::new() })
    }

    fn read(&mut self, frame: &Frame) -> Result<&[u8], Problem> {
        self.stored.clear();
        self.file
            .seek(SeekFrom::Start(frame.offset))
            .and_then(|_| (&self.file).take(frame.length.into()).read_to_end(&mut self.stored))
            .map_err(|cause| unreadable(&cause))?;
        if self.stored.len() as u64 != u64::from(frame.length) {
            let (expected, found) = (frame.length.into(), self.stored.len() as u64);
            return Err(Problem::Short { expected, found });
        }
        let found = Sha256::of(&self.stored);
        if found != frame.sha256 {
            return Err(Problem::Checksum { expected: frame.sha256, found });
        }
        // The list bounds `raw_length`, and zstd writes no further than the buffer is long.
        let expected = u64::from(frame.raw_length);
        if let Ok(Some(found)) = zstd::zstd_safe::get_frame_content_size(&self.stored)
            && found != expected
        {
            return Err(Problem::RawLength { expected, found });
        }
        self.raw.clear();
        self.raw.reserve_exact(frame.raw_length as usize);
        let found = self
            .decompressor
            .decompress_to_buffer(&self.stored, &mut self.raw)
            .map_err(|cause| Problem::NotZstd(cause.to_string()))? as u64;
        if found != expected {
            return Err(Problem::RawLength { expected, found });
        }
        Ok(&self.raw)
    }
}

fn unreadable(cause: &io::Error) -> Problem {
    Problem::Unreadable(cause.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame_of(stored: &[u8], raw_length: u32) -> Frame {
        let length = u32::try_from(stored.len()).unwrap();
        Frame { offset: 0, length, raw_length, sha256: Sha256::of(stored) }
    }

    fn read(stored: &[u8], frame: &Frame) -> Result<Vec<u8>, Problem> {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("segment");
        std::fs::write(&path, stored).unwrap();
        FrameReader::open(&path)?.read(frame).map(<[u8]>::to_vec)
    }

    #[test]
    fn frame_that_holds_more_than_written_down_is_refused_without_holding_it() {
        // A bomb: 256 MiB of zeros in about 8 kB, with and without its size in the header.
        let zeros = vec![0; 256 << 20];
        let told = compressor().unwrap().compress(&zeros).unwrap();
        let mut encoder = zstd::Encoder::new(Vec::new(), 1).unwrap();
        io::copy(&mut &zeros[..], &mut encoder).unwrap();
        let untold = encoder.finish().unwrap();
        assert_eq!(
            read(&told, &frame_of(&told, 1000)),
            Err(Problem::RawLength { expected: 1000, found: 256 << 20 })
        );
        assert!(matches!(read(&untold, &frame_of(&untold, 1000)), Err(Problem::NotZstd(_))));
    }

    #[test]
    fn frame_that_holds_less_than_written_down_is_refused() {
        let stored = compressor().unwrap().compress(b"abc").unwrap();
        assert_eq!(read(&stored, &frame_of(&stored, 3)), Ok(b"abc".to_vec()));
        assert_eq!(
            read(&stored, &frame_of(&stored, 4)),
            Err(Problem::RawLength { expected: 4, found: 3 })
        );
    }

    #[test]
    fn bytes_that_are_no_frame_are_refused_even_when_their_checksum_matches() {
        let problem = read(b"not zstd", &frame_of(b"not zstd", 8)).unwrap_err();
        assert!(matches!(problem, Problem::NotZstd(_)), "{problem}");
    }
}
