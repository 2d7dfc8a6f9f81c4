use std::collections::VecDeque;
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::sync::Mutex;

use anyhow::{Context, Result};

use super::locked;
use super::state::precise_now;

/// A longer line is cut into parts, as container runtimes do.
const LONGEST: u64 = 16 * 1024;
/// Lines kept for the termination message, and bytes of it.
const TAIL: usize = 80;
const TAIL_BYTES: usize = 2048;

/// A log in the format of container runtimes: `TIME stdout|stderr F|P TEXT`.
pub(super) struct Writer {
    file: File,
    tail: VecDeque<String>,
}

impl Writer {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let file =
            File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(Self { file, tail: VecDeque::new() })
    }

    /// Writes all that comes, until it ends.
    pub(super) fn copy(writer: &Mutex<Self>, stream: &str, from: impl Read) {
        let mut from = BufReader::new(from);
        let mut line = Vec::new();
        loop {
            line.clear();
            match from.by_ref().take(LONGEST).read_until(b'\n', &mut line) {
                Ok(0) | Err(_) => return,
                Ok(_) => locked(writer).line(stream, &line),
            }
        }
    }

    fn line(&mut self, stream: &str, line: &[u8]) {
        let (text, tag) = match line.strip_suffix(b"\n") {
            Some(text) => (text, "F"),
            None => (line, "P"),
        };
        let mut bytes = format!("{} {stream} {tag} ", precise_now()).into_bytes();
        bytes.extend_from_slice(text);
        bytes.push(b'\n');
        // One write a line: a reader sees no half of it. A full disk is not this program's to solve.
        let _ = self.file.write_all(&bytes);
        self.tail.push_back(String::from_utf8_lossy(text).into_owned());
        if self.tail.len() > TAIL {
            self.tail.pop_front();
        }
    }

    /// The last lines, at most 2 kB.
    pub(super) fn tail(&self) -> String {
        let text = self.tail.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        let mut from = text.len().saturating_sub(TAIL_BYTES);
        while !text.is_char_boundary(from) {
            from += 1;
        }
        text.get(from..).unwrap_or_default().to_owned()
    }
}

/// Which lines of a log are asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Wanted {
    /// The last so many lines.
    pub(super) tail: Option<usize>,
    /// From this time on, as text; the format sorts as times do.
    pub(super) since: String,
    /// With the time in front.
    pub(super) timestamps: bool,
    /// At most so many bytes.
    pub(super) limit: Option<usize>,
}

impl Wanted {
    /// The text of those of the log's lines that are wanted.
    pub(super) fn text(&self, lines: &[&[u8]]) -> Vec<u8> {
        let mut text = Vec::new();
        for line in lines {
            let mut parts = line.splitn(4, |byte| *byte == b' ');
            let (Some(time), _, Some(tag)) = (parts.next(), parts.next(), parts.next()) else {
                continue;
            };
            if time < self.since.as_bytes() {
                continue;
            }
            if self.timestamps {
                text.extend_from_slice(time);
                text.push(b' ');
            }
            text.extend_from_slice(parts.next().unwrap_or_default());
            if tag == b"F" {
                text.push(b'\n');
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_log_gives_back_what_was_written() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("0.log");
        let long = "x".repeat(40_000);
        let text = format!("one\n\n{long}\nlast");
        let writer = Mutex::new(Writer::create(&path)?);
        Writer::copy(&writer, "stdout", text.as_bytes());
        let log = std::fs::read(&path)?;
        let lines: Vec<&[u8]> =
            log.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        assert_eq!(String::from_utf8(Wanted::default().text(&lines))?, text);
        let late = Wanted { since: "9999".to_owned(), ..Wanted::default() };
        assert_eq!(late.text(&lines), b"");
        assert!(locked(&writer).tail().ends_with("\nlast"));
        Ok(())
    }
}
