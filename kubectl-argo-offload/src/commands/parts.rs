//! Parts on disk: `nodes-VERSION-NUMBER-of-COUNT.json`, each a plain node map.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::Path;

use anyhow::Result;
use argo_offload_core::golang::NodeVersion;
use argo_offload_core::nodes::{JoinError, Part, Record, cut_nodes, join_parts};

use crate::failure::Failure;

/// Cuts the record's nodes and writes the parts into `folder`; gives how many there are.
///
/// A part is complete under its name or not there at all. When something fails, what this run wrote is
/// removed again: parts of an earlier run stay readable.
pub(super) fn write(folder: &Path, record: &Record, max_bytes: usize) -> Result<usize> {
    let parts = cut_nodes(&record.nodes, max_bytes).map_err(|error| {
        Failure::new(error).help("nothing was written; give a larger --max-part")
    })?;
    fs::create_dir_all(folder).map_err(|error| cannot("create the folder", folder, &error))?;
    let there = list(folder, record.version)?;
    if !there.is_empty() {
        let count = there.len();
        if join_parts(there.clone(), record.version).is_ok_and(|nodes| nodes == record.nodes) {
            return Ok(count);
        }
        let ours = |one: &Part| {
            parts
                .iter()
                .any(|part| (part.number, part.of, &part.nodes) == (one.number, one.of, &one.nodes))
        };
        if let Some(other) = there.iter().find(|one| !ours(one)) {
            let file = folder.join(&other.name);
            let what = format!("{} is there already and is another part", file.display());
            return Err(Failure::new(what).help("move it away, or name another --out").into());
        }
    }
    let mut written = Vec::new();
    let result = parts.iter().try_for_each(|part| {
        let file = folder.join(file_name(record.version, part.number, part.of));
        if !file.exists() {
            write_part(folder, &file, &part.nodes)?;
            written.push(file);
        }
        Ok(())
    });
    // What was written is read back before anybody relies on it.
    let result = result.and_then(|()| match read(folder, record.version)? == record.nodes {
        true => Ok(parts.len()),
        false => {
            let what = format!("{} does not give back what was written", folder.display());
            Err(Failure::new(what).help("check the disk, or name another --out").into())
        }
    });
    if result.is_err() {
        for file in written {
            let _ = fs::remove_file(file);
        }
    }
    result
}

fn write_part(folder: &Path, file: &Path, nodes: &[u8]) -> Result<()> {
    let failed = |error: std::io::Error| cannot("write", file, &error);
    let mut options = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As the user's umask has it, like the files of an archive.
        options.permissions(fs::Permissions::from_mode(0o666));
    }
    let mut fresh = options.tempfile_in(folder).map_err(failed)?;
    fresh.write_all(nodes).map_err(failed)?;
    fresh.as_file().sync_all().map_err(failed)?;
    fresh.persist_noclobber(file).map_err(|error| failed(error.error))?;
    Ok(())
}

fn cannot(what: &str, path: &Path, error: &std::io::Error) -> anyhow::Error {
    let failure = Failure::new(format!("cannot {what} {}: {error}", path.display()));
    match error.kind() {
        ErrorKind::NotFound => failure.help("check the path").into(),
        ErrorKind::StorageFull => failure.help("free space, or name another folder").into(),
        _ => failure.help("name a folder that can be read and written").into(),
    }
}

fn file_name(version: NodeVersion, number: usize, of: usize) -> String {
    format!("nodes-{}-{number:05}-of-{of:05}.json", version.0)
}

/// Number and count in a part's file name, if it is one of this version. Copies keep their number:
/// `nodes-1-00001-of-00002 (1).json` is a part too.
fn parse_name(name: &str, version: NodeVersion) -> Option<(usize, usize)> {
    let rest = name.strip_prefix(&format!("nodes-{}-", version.0))?.strip_suffix(".json")?;
    let (number, rest) = rest.split_once("-of-")?;
    let digits = rest.len() - rest.trim_start_matches(|digit: char| digit.is_ascii_digit()).len();
    Some((number.parse().ok()?, rest.get(..digits)?.parse().ok()?))
}

/// The parts of one version in `folder`, sorted by name.
fn list(folder: &Path, version: NodeVersion) -> Result<Vec<Part>> {
    let failed = |error: std::io::Error| cannot("read the folder", folder, &error);
    let mut parts = Vec::new();
    for entry in folder.read_dir().map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some((number, of)) = parse_name(&name, version) else { continue };
        let file = entry.path();
        // Pipes, devices and links to them would be read without end.
        let metadata = fs::metadata(&file).map_err(|error| cannot("read", &file, &error))?;
        if !metadata.is_file() || metadata.len() > MAX_PART_BYTES {
            let what = format!("{} is no part: expected a file of at most 1 GiB", file.display());
            return Err(Failure::new(what).help("move it away").into());
        }
        let nodes = fs::read(&file).map_err(|error| cannot("read", &file, &error))?;
        parts.push(Part { name, number, of, nodes });
    }
    parts.sort_by(|one, two| one.name.cmp(&two.name));
    Ok(parts)
}

/// The most bytes that are read as one part.
const MAX_PART_BYTES: u64 = 1 << 30;

/// Reads the parts of one version in `folder` and joins them.
pub(super) fn read(folder: &Path, version: NodeVersion) -> Result<Vec<u8>> {
    join_parts(list(folder, version)?, version).map_err(|error| {
        let failure = Failure::new(format!("{}: {error}", folder.display()));
        let help = match &error {
            JoinError::NoParts => {
                let name = file_name(version, 1, 1);
                format!("the workflow names {version}: its parts are called {name}")
            }
            JoinError::Missing { number, of } => {
                format!("look for {}", file_name(version, *number, *of))
            }
            _ => "keep one copy of each part as split wrote it".into(),
        };
        failure.help(help).into()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_carry_version_number_and_count() {
        let version = NodeVersion(7);
        assert_eq!(parse_name(&file_name(version, 3, 12), version), Some((3, 12)));
        assert_eq!(parse_name("nodes-7-00003-of-00012 (1).json", version), Some((3, 12)));
        for other in
            ["nodes-8-00003-of-00012.json", "nodes-7-x-of-1.json", "notes.json", "nodes-7-.json"]
        {
            assert_eq!(parse_name(other, version), None, "{other}");
        }
    }
}
