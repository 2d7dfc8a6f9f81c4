//! Files, folders and stdin, decompressed.

use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::failure::Failure;
use crate::output;

/// The content of a file or of stdin.
#[derive(Clone)]
pub(crate) struct Input {
    /// How it is named in messages.
    pub(crate) name: String,
    /// Its bytes, without a byte order mark.
    pub(crate) text: Vec<u8>,
    /// Whether there was one before them.
    pub(crate) bom: bool,
    /// Whether they were compressed.
    pub(crate) compressed: bool,
}

/// UTF-8's byte order mark.
pub(crate) const BOM: &[u8] = b"\xef\xbb\xbf";
/// Everything that can be indexed.
const MAX_BYTES: u64 = u32::MAX as u64;
/// How large a compressed file may become: more is taken for a decompression bomb.
const MAX_DECOMPRESSED_BYTES: u64 = 1 << 30;

/// The endings of files that are read in a folder.
const ENDINGS: [&str; 5] = [".json", ".jsonl", ".ndjson", ".yaml", ".yml"];
const COMPRESSED: [&str; 3] = ["", ".gz", ".zst"];

/// One for each path; a folder gives its JSON and YAML files, sorted by name. Opened one at a time.
pub(crate) fn inputs(paths: &[PathBuf]) -> impl Iterator<Item = Result<Input>> {
    paths
        .iter()
        .flat_map(|path| match files(path) {
            Ok(files) => files.into_iter().map(Ok).collect(),
            Err(error) => vec![Err(error)],
        })
        .map(|file| read(&file?))
}

fn files(path: &Path) -> Result<Vec<PathBuf>> {
    if path.as_os_str() == "-" || !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut files = Vec::new();
    for entry in path.read_dir().map_err(|error| cannot_read(path, &error))? {
        let file = entry.map_err(|error| cannot_read(path, &error))?.path();
        if has_ending(&file, &ENDINGS) {
            files.push(file);
        }
    }
    files.sort();
    if files.is_empty() {
        let what =
            format!("{} holds no .json, .jsonl, .ndjson, .yaml or .yml files", path.display());
        return Err(Failure::new(what).help("name files, or - for stdin").into());
    }
    Ok(files)
}

fn has_ending(file: &Path, endings: &[&str]) -> bool {
    let name = file.to_string_lossy();
    endings
        .iter()
        .any(|ending| COMPRESSED.iter().any(|more| name.ends_with(&format!("{ending}{more}"))))
}

/// Reads a file, or stdin for `-`.
pub(crate) fn read(path: &Path) -> Result<Input> {
    read_within(path, MAX_BYTES)
}

/// The same for a file of at most so many bytes, decompressed.
pub(crate) fn read_within(path: &Path, most: u64) -> Result<Input> {
    let stdin = path.as_os_str() == "-";
    let name = if stdin { "stdin".to_owned() } else { path.display().to_string() };
    let (source, length): (Box<dyn Read>, u64) = if stdin {
        (Box::new(std::io::stdin().lock()), 0)
    } else {
        let file = File::open(path).map_err(|error| cannot_read(path, &error))?;
        let length = file.metadata().map_or(0, |metadata| metadata.len());
        (Box::new(file), length)
    };
    let (mut text, compressed) = decompressed(&mut BufReader::new(source), length, most)
        .map_err(|error| cannot_read(path, &error))?;
    if compressed && most > MAX_DECOMPRESSED_BYTES && text.len() as u64 > MAX_DECOMPRESSED_BYTES {
        let what = format!("{name} becomes larger than 1 GiB when decompressed");
        return Err(Failure::new(what).help("if that is right, decompress it first").into());
    }
    if text.len() as u64 > most {
        let size = output::bytes(most);
        return Err(Failure::new(format!("{name} is longer than {size}, the most for this")).into());
    }
    if matches!(text.as_slice(), [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) {
        return Err(Failure::new(format!("{name} is UTF-16, expected UTF-8"))
            .help("PowerShell's > writes UTF-16: use | Out-File -Encoding utf8")
            .into());
    }
    // A byte order mark says nothing in UTF-8.
    let bom = text.starts_with(BOM);
    if bom {
        text.drain(..BOM.len());
    }
    Ok(Input { name, text, bom, compressed })
}

/// The content and whether it was compressed, which its first bytes tell, so that it works in pipes too.
///
/// `length` is the file's, if known: a plain file is read without memory to spare. More than `most` bytes are not read
/// to their end.
fn decompressed(
    source: &mut impl Read,
    length: u64,
    most: u64,
) -> std::io::Result<(Vec<u8>, bool)> {
    let mut magic = Vec::new();
    source.by_ref().take(4).read_to_end(&mut magic)?;
    let all = magic.as_slice().chain(source);
    let mut text = Vec::new();
    let bound = most.min(MAX_DECOMPRESSED_BYTES) + 1;
    match magic.as_slice() {
        [0x1f, 0x8b, ..] => {
            flate2::read::MultiGzDecoder::new(all).take(bound).read_to_end(&mut text)?;
        }
        [0x28, 0xb5, 0x2f, 0xfd] => {
            zstd::Decoder::new(all)?.take(bound).read_to_end(&mut text)?;
        }
        _ => {
            text.reserve_exact(usize::try_from(length.min(most)).unwrap_or(0));
            all.take(most + 1).read_to_end(&mut text)?;
            return Ok((text, false));
        }
    }
    Ok((text, true))
}

fn cannot_read(path: &Path, error: &std::io::Error) -> anyhow::Error {
    let name = if path.as_os_str() == "-" { "stdin".into() } else { path.display().to_string() };
    let failure = Failure::new(format!("cannot read {name}: {error}"));
    match error.kind() {
        ErrorKind::IsADirectory => {
            failure.help("this command takes one file, or - for stdin").into()
        }
        ErrorKind::NotFound => failure.help("check the path; - reads stdin").into(),
        ErrorKind::InvalidData | ErrorKind::InvalidInput | ErrorKind::UnexpectedEof => {
            failure.help("the file is damaged or cut off: fetch it again").into()
        }
        _ => failure.into(),
    }
}
