//! The files that lint looks at.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::failure::Failure;
use crate::input::{Input, read};

/// A file to be linted.
pub(crate) struct Found {
    pub(crate) input: Input,
    /// Where it is; `-` for stdin.
    pub(crate) path: PathBuf,
    /// Whether it was named by itself and not found in a folder.
    pub(crate) named: bool,
}

/// Folders that hold no manifests of the project itself.
const SKIPPED: [&str; 2] = ["node_modules", "target"];
const ENDINGS: [&str; 3] = ["yaml", "yml", "json"];

/// Reads the files named, and those with a known ending below the folders named, sorted by name.
pub(super) fn find(first: &[PathBuf], then: &[PathBuf]) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    for path in first.iter().chain(then) {
        if path.as_os_str() == "-" || !path.is_dir() {
            found.push(Found { input: read(path)?, path: path.clone(), named: true });
            continue;
        }
        let mut files = Vec::new();
        below(path, &mut files)?;
        if files.is_empty() {
            let what = format!("{} holds no .yaml, .yml or .json files", path.display());
            return Err(Failure::new(what).help("name files, or - for stdin").into());
        }
        for file in files {
            found.push(Found { input: read(&file)?, path: file, named: false });
        }
    }
    if found.is_empty() {
        return Err(Failure::new("no file named")
            .help("name files or folders, or - for stdin: kubectl argo-offload lint FILE")
            .into());
    }
    Ok(found)
}

/// Files below a folder; hidden folders and links are left out.
fn below(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    let cannot =
        |error: std::io::Error| Failure::new(format!("cannot read {}: {error}", folder.display()));
    let mut entries: Vec<_> =
        folder.read_dir().map_err(cannot)?.collect::<Result<_, _>>().map_err(cannot)?;
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let kind = entry.file_type().map_err(cannot)?;
        let path = entry.path();
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if kind.is_dir() && !name.starts_with('.') && !SKIPPED.contains(&&*name) {
            below(&path, files)?;
        } else if kind.is_file()
            && path.extension().is_some_and(|end| ENDINGS.iter().any(|known| end == *known))
        {
            files.push(path);
        }
    }
    Ok(())
}
