//! Segment files: their names, and the footers in them.
//!
//! A footer is a zstd skippable frame, so that `zstd -dc` passes over it: magic and length, lines
//! as in the manifest, and a trailer by which it is found from its end.

use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};

use sha2::Digest as _;

use super::Sha256;
use super::line::Lines;

/// One of the sixteen magic numbers that zstd skips.
const SKIPPABLE: u32 = 0x184D_2A5A;
const HEAD_BYTES: u64 = 8;
const TRAILER_BYTES: u64 = 56;
const TRAILER_MAGIC: &[u8; 8] = b"ARGOFTR1";

/// `segment-000001.zst` for 1.
pub(super) fn segment_name(number: u32) -> String {
    format!("segment-{number:06}.zst")
}

/// 1 for `segment-000001.zst`; nothing for any other kind of name.
pub(super) fn segment_number(name: &str) -> Option<u32> {
    let number = name.strip_prefix("segment-")?.strip_suffix(".zst")?.parse().ok()?;
    (number >= 1 && segment_name(number) == name).then_some(number)
}

/// A sound footer in a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Footer {
    /// Where its frame begins.
    pub(super) offset: u64,
    /// Where its frame ends.
    pub(super) end: u64,
    /// Where the footer before it in this segment ends; 0 when there is none.
    pub(super) previous_end: u64,
}

impl Footer {
    /// The footer whose last byte stands before `end`, if there is one and it is undamaged.
    pub(super) fn ending_at(file: &mut File, end: u64) -> io::Result<Option<Self>> {
        let Some(trailer_offset) = end.checked_sub(TRAILER_BYTES) else { return Ok(None) };
        let (mut trailer, mut head) = ([0; TRAILER_BYTES as usize], [0; HEAD_BYTES as usize]);
        file.seek(SeekFrom::Start(trailer_offset))?;
        if !read_whole(file, &mut trailer)? || !trailer.ends_with(TRAILER_MAGIC) {
            return Ok(None);
        }
        let (lengths, rest) = trailer.split_at(16);
        let (payload_length, previous_end) = (number(lengths, 0), number(lengths, 8));
        let Some(offset) = trailer_offset
            .checked_sub(payload_length)
            .and_then(|payload| payload.checked_sub(HEAD_BYTES))
        else {
            return Ok(None);
        };
        file.seek(SeekFrom::Start(offset))?;
        let Some(expected_head) = head_of(payload_length) else { return Ok(None) };
        if !read_whole(file, &mut head)? || head != expected_head || previous_end > offset {
            return Ok(None);
        }
        let mut hasher = sha2::Sha256::new();
        io::copy(&mut BufReader::new(&*file).take(payload_length), &mut Hash(&mut hasher))?;
        hasher.update(lengths);
        let sound = rest.starts_with(Sha256::finish(hasher).as_bytes());
        Ok(sound.then_some(Self { offset, end, previous_end }))
    }

    /// Every footer of a segment, last one first.
    ///
    /// They are found from the end, each naming the one before it; where that chain does not
    /// begin or breaks, the whole file is searched.
    pub(super) fn all(file: &mut File, length: u64) -> io::Result<Vec<Self>> {
        let mut footers = Vec::new();
        let mut end = length;
        while let Some(footer) = Self::ending_at(file, end)? {
            footers.push(footer);
            end = footer.previous_end;
            if end == 0 {
                return Ok(footers);
            }
        }
        footers.clear();
        for end in trailer_ends(file)? {
            footers.extend(Self::ending_at(file, end)?);
        }
        footers.reverse();
        Ok(footers)
    }

    /// The lines that the footer repeats.
    pub(super) fn lines(self, file: &mut File) -> io::Result<Lines<impl io::BufRead>> {
        let start = self.offset + HEAD_BYTES;
        file.seek(SeekFrom::Start(start))?;
        let length = self.end - TRAILER_BYTES - start;
        Ok(Lines::new(BufReader::new(&*file).take(length), start))
    }
}

/// Writes a footer of `payload_length` bytes of lines, and answers with the bytes it took.
pub(super) fn write_footer(
    file: &mut impl Write,
    payload_length: u64,
    previous_end: u64,
    lines: impl Iterator<Item = io::Result<Vec<u8>>>,
) -> io::Result<u64> {
    let head = head_of(payload_length)
        .ok_or_else(|| io::Error::other("a footer of more than 4 GiB cannot be written"))?;
    file.write_all(&head)?;
    let mut hasher = sha2::Sha256::new();
    let mut written = 0;
    for line in lines {
        let line = line?;
        hasher.update(&line);
        written += line.len() as u64;
        file.write_all(&line)?;
    }
    if written != payload_length {
        return Err(io::Error::other("the manifest changed while its footer was written"));
    }
    let lengths = [payload_length.to_le_bytes(), previous_end.to_le_bytes()].concat();
    hasher.update(&lengths);
    file.write_all(&lengths)?;
    file.write_all(Sha256::finish(hasher).as_bytes())?;
    file.write_all(TRAILER_MAGIC)?;
    Ok(HEAD_BYTES + payload_length + TRAILER_BYTES)
}

fn head_of(payload_length: u64) -> Option<[u8; HEAD_BYTES as usize]> {
    let length = u32::try_from(payload_length.checked_add(TRAILER_BYTES)?).ok()?;
    let mut head = [0; HEAD_BYTES as usize];
    let (magic, rest) = head.split_at_mut(4);
    magic.copy_from_slice(&SKIPPABLE.to_le_bytes());
    rest.copy_from_slice(&length.to_le_bytes());
    Some(head)
}

fn number(bytes: &[u8], at: usize) -> u64 {
    bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
}

fn read_whole(file: &mut File, buffer: &mut [u8]) -> io::Result<bool> {
    match file.read_exact(buffer) {
        Ok(()) => Ok(true),
        Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
        Err(cause) => Err(cause),
    }
}

/// Everywhere the trailer's magic ends, in ascending order. Holds 64 KiB.
fn trailer_ends(file: &mut File) -> io::Result<Vec<u64>> {
    file.seek(SeekFrom::Start(0))?;
    let mut ends = Vec::new();
    let mut window: Vec<u8> = Vec::new();
    let mut offset = 0_u64;
    loop {
        let kept = window.len();
        if (&*file).take(64 << 10).read_to_end(&mut window)? == 0 {
            return Ok(ends);
        }
        let magic = TRAILER_MAGIC.len();
        ends.extend(
            window
                .windows(magic)
                .enumerate()
                .filter(|(_, bytes)| *bytes == TRAILER_MAGIC)
                .map(|(at, _)| offset - kept as u64 + (at + magic) as u64),
        );
        offset += (window.len() - kept) as u64;
        window.drain(..window.len().saturating_sub(magic - 1));
    }
}

struct Hash<'hasher>(&'hasher mut sha2::Sha256);

impl Write for Hash<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segment_names_are_exact() {
        assert_eq!(segment_number("segment-000001.zst"), Some(1));
        assert_eq!(segment_number("segment-1000000.zst"), Some(1_000_000));
        for name in ["segment-1.zst", "segment-000000.zst", "segment-+00001.zst", "segment-.zst"] {
            assert_eq!(segment_number(name), None, "{name}");
        }
    }

    #[test]
    fn footers_are_found_from_the_end_and_behind_a_torn_tail() {
        let mut bytes = vec![b'x'; 65_530];
        let mut expected = Vec::new();
        let mut previous_end = 0;
        for payload in ["{\"one\":1}\n", "{\"two\":2}\n"] {
            let offset = bytes.len() as u64;
            let lines = [Ok(payload.as_bytes().to_vec())].into_iter();
            write_footer(&mut bytes, payload.len() as u64, previous_end, lines).unwrap();
            let end = bytes.len() as u64;
            expected.insert(0, Footer { offset, end, previous_end });
            previous_end = end;
            bytes.extend(vec![b'y'; 65_530 - 84]);
        }
        bytes.truncate(usize::try_from(previous_end).unwrap());
        for tail in [0, 1, 7, 100_000] {
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&bytes).unwrap();
            file.write_all(&vec![b'z'; tail]).unwrap();
            let length = (bytes.len() + tail) as u64;
            assert_eq!(Footer::all(&mut file, length).unwrap(), expected, "tail of {tail}");
            let mut lines = expected[0].lines(&mut file).unwrap();
            assert_eq!(lines.next().unwrap().unwrap().1, b"{\"two\":2}");
        }
    }
}
