//! The files that lint looks at.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::failure::{self, Failure};
use crate::input::{Input, read_within};

/// A file to be linted.
#[derive(Clone)]
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
/// Kubernetes takes objects of about 1 MiB; a file with all manifests of a large chart has some more.
const MAX_BYTES: u64 = 32 << 20;

/// Reads the files named, and those with a known ending below the folders named, sorted by name, each once.
///
/// Also says whether all could be read: what is wrong with a file of a folder has been printed.
pub(super) fn find(first: &[PathBuf], then: &[PathBuf]) -> Result<(Vec<Found>, bool)> {
    let (mut found, mut complete) = (Vec::new(), true);
    let mut seen = HashSet::new();
    let mut is_new = |path: &Path| path.canonicalize().map_or(true, |path| seen.insert(path));
    let (folders, files): (Vec<&PathBuf>, Vec<&PathBuf>) =
        first.iter().chain(then).partition(|path| path.as_os_str() != "-" && path.is_dir());
    let mut stdin = false;
    for path in files {
        if path.as_os_str() == "-" && core::mem::replace(&mut stdin, true) {
            continue;
        }
        if path.as_os_str() != "-" && !is_new(path) {
            continue;
        }
        let input = read_within(path, MAX_BYTES)?;
        if path.as_os_str() == "-" && input.text.trim_ascii().is_empty() {
            let help = "the command before it in the pipe may have failed";
            return Err(Failure::new("stdin is empty").help(help).into());
        }
        found.push(Found { input, path: path.clone(), named: true });
    }
    for folder in folders {
        let mut files = Vec::new();
        below(folder, &mut files)?;
        if files.is_empty() {
            let what = format!("{} holds no .yaml, .yml or .json files", folder.display());
            return Err(Failure::new(what).help("name files, or - for stdin").into());
        }
        for path in files.into_iter().filter(|path| is_new(path)) {
            match read_within(&path, MAX_BYTES) {
                Ok(input) => found.push(Found { input, path, named: false }),
                Err(error) => {
                    failure::print(&error);
                    complete = false;
                }
            }
        }
    }
    if found.is_empty() && complete {
        return Err(Failure::new("no file named")
            .help("name files or folders, or - for stdin: kubectl argo-offload lint FILE")
            .into());
    }
    Ok((found, complete))
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
