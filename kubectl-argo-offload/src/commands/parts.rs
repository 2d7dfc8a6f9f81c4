//! Parts on disk: `nodes-VERSION-NUMBER-of-COUNT.json`, each a plain node map.

use std::fs;
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use argo_offload_core::golang::NodeVersion;
use argo_offload_core::nodes::{JoinError, Part, Record, cut_nodes, join_parts};

use crate::failure::Failure;

/// Cuts the record's nodes and writes the parts into `folder`; gives how many there are.
///
/// A part is complete under its name or not there at all.
pub(super) fn write(folder: &Path, record: &Record, max_bytes: usize) -> Result<usize> {
    let parts = cut_nodes(&record.nodes, max_bytes).map_err(|error| {
        Failure::new(error).help("nothing was written; give a larger --max-part")
    })?;
    fs::create_dir_all(folder)
        .with_context(|| format!("cannot create the folder {}", folder.display()))?;
    let count = parts.len();
    for part in &parts {
        let file = folder.join(file_name(record.version, part.number, count));
        if fs::read(&file).is_ok_and(|there| there == part.nodes) {
            continue;
        }
        if file.exists() {
            let what = format!("{} is there and holds other nodes", file.display());
            return Err(Failure::new(what).help("move it away, or name another folder").into());
        }
        let cannot = || format!("cannot write {}", file.display());
        let mut fresh = tempfile::NamedTempFile::new_in(folder).with_context(cannot)?;
        fresh.write_all(&part.nodes).with_context(cannot)?;
        fresh.as_file().sync_all().with_context(cannot)?;
        fresh.persist_noclobber(&file).with_context(cannot)?;
    }
    // What was written is read back before anybody relies on it.
    let back = read(folder, record.version)?;
    if back != record.nodes {
        let what = format!("{} does not give back what was written", folder.display());
        return Err(Failure::new(what).into());
    }
    Ok(count)
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

/// Reads the parts of one version in `folder` and joins them.
pub(super) fn read(folder: &Path, version: NodeVersion) -> Result<Vec<u8>> {
    let cannot = || format!("cannot read the folder {}", folder.display());
    let mut parts = Vec::new();
    for entry in folder.read_dir().with_context(cannot)? {
        let file = entry.with_context(cannot)?.path();
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned());
        let Some(name) = name else { continue };
        let Some((number, of)) = parse_name(&name, version) else { continue };
        let nodes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        parts.push(Part { name, number, of, nodes });
    }
    parts.sort_by(|one, two| one.name.cmp(&two.name));
    join_parts(parts, version).map_err(|error| {
        let failure = Failure::new(format!("{}: {error}", folder.display()));
        let help = match &error {
            JoinError::NoParts => {
                format!(
                    "the workflow names {version}: its parts are called {}",
                    file_name(version, 1, 1)
                )
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
