use std::borrow::Cow;
use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::mysql::DatabaseError;
use super::record::RowKey;
use super::sha256::Sha256;

/// Why a store could not do what was asked; [`StoreError::help`] is what to do next.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// A file operation failed. The cause is part of the message, so it is not also a source.
    #[error("cannot {action} {}: {cause}", path.display())]
    Io {
        /// What was tried, such as `write`.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// What the operating system answered.
        cause: io::Error,
    },
    /// A file of an archive is a link, a pipe, a device or a directory.
    #[error(
        "{} is {kind}, and an archive holds plain files only, so nothing behind it was read or changed",
        path.display()
    )]
    NotPlain {
        /// The file.
        path: PathBuf,
        /// What it is.
        kind: &'static str,
    },
    /// There is no archive at the path.
    #[error(
        "there is no archive in {}: it has neither manifest.jsonl nor segment files", path.display()
    )]
    NoArchive {
        /// The directory asked for.
        path: PathBuf,
    },
    /// The path, or a part of it, is a file.
    #[error("cannot use {} as an archive: {} is not a directory", path.display(), file.display())]
    NotADirectory {
        /// The directory asked for.
        path: PathBuf,
        /// What is no directory: the path itself or one above it.
        file: PathBuf,
    },
    /// The directory holds something else, and an archive does not move in with it.
    #[error("{} is not an archive and not empty: it holds {}", path.display(), Shown(entry))]
    NotAnArchive {
        /// The directory asked for.
        path: PathBuf,
        /// The first entry that no archive has.
        entry: String,
    },
    /// A format of a later release, or of something else.
    #[error(
        "{} has format {}, this release reads argo-offload/archive version 1",
        path.display(), Shown(found)
    )]
    UnknownFormat {
        /// The file that says so.
        path: PathBuf,
        /// Format and version as written there.
        found: String,
        /// Whether the line that says so matches its own checksum.
        intact: bool,
    },
    /// Another process writes to the archive.
    #[error(
        "archive {store} is being written by {}",
        holder.as_deref().unwrap_or("another process")
    )]
    Locked {
        /// The store.
        store: String,
        /// The writer's process id and start time, when the lock file tells.
        holder: Option<String>,
    },
    /// The key is taken by other bytes.
    #[error(
        "{store} already holds other nodes for {key}: SHA-256 {stored} is stored, {offered} was offered"
    )]
    Conflict {
        /// The store.
        store: String,
        /// The key both want.
        key: Box<RowKey>,
        /// SHA-256 of the nodes in the store.
        stored: Sha256,
        /// SHA-256 of the nodes that were put.
        offered: Sha256,
    },
    /// Two clusters' rows answer to one uid and version, with different nodes.
    #[error(
        "{store} holds different nodes for uid {}, version {} under the cluster names {}, and nothing is guessed",
        Shown(uid),
        Shown(version),
        list(cluster_names)
    )]
    SeveralClusters {
        /// The store.
        store: String,
        /// The workflow's uid.
        uid: String,
        /// The version asked for.
        version: String,
        /// The cluster names that hold it.
        cluster_names: Vec<String>,
    },
    /// The row is there, and its bytes are not what was put.
    #[error("{0}")]
    Damaged(Box<Damage>),
    /// A line of the list is no longer what it was when the store was opened.
    #[error("the line at byte {offset} of {} changed after the archive was opened", path.display())]
    ListChanged {
        /// The file that holds the line.
        path: PathBuf,
        /// Where the line begins, in bytes.
        offset: u64,
    },
    /// A database could not do it, or cannot be reached.
    #[error(transparent)]
    Database(Box<DatabaseError>),
    /// The store was opened for reading.
    #[error("{store} is open for reading only")]
    ReadOnly {
        /// The store.
        store: String,
    },
    /// A kind of store that is only read.
    #[error("{store} is only read")]
    ReadOnlyKind {
        /// The store.
        store: String,
    },
    /// More than a store takes.
    #[error("{what} of the row with {key} is {bytes} bytes long, the limit is {limit}")]
    TooLarge {
        /// What is too long.
        what: &'static str,
        /// The row's key.
        key: Box<RowKey>,
        /// Its length.
        bytes: u64,
        /// The largest length taken.
        limit: u64,
    },
}

impl StoreError {
    /// What to do next.
    #[must_use]
    pub fn help(&self) -> Cow<'_, str> {
        Cow::Borrowed(match self {
            Self::Io { cause, .. } => after_io(cause.kind()),
            Self::NotPlain { .. } => {
                "put the file itself in its place, or move it out of the archive"
            }
            Self::NoArchive { path } => {
                return Cow::Owned(format!(
                    "check the path, or make the archive with: kubectl argo-offload split --store dir:{}",
                    path.display()
                ));
            }
            Self::NotADirectory { file, .. } => {
                return Cow::Owned(format!(
                    "name a new directory: --store dir:{}",
                    file.with_file_name("offloaded-nodes").display()
                ));
            }
            Self::NotAnArchive { .. } => "name a new or empty directory",
            Self::UnknownFormat { intact: true, .. } => {
                "use the release that wrote the archive, or a newer one"
            }
            Self::UnknownFormat { intact: false, .. } => {
                "use the release that wrote the archive, or a newer one; the line does not match its own checksum, so \
                 if the file is damaged, move it aside: the list is then rebuilt from the segments"
            }
            Self::Locked { .. } => {
                "wait until that process has ended, then run the command again (reading needs no lock)"
            }
            Self::Conflict { .. } => {
                "the 32-bit version cannot tell these two node maps apart: keep the second one in another store, \
                 --store dir:OTHER"
            }
            Self::SeveralClusters { .. } => {
                "copy the rows of the wanted cluster name into an archive of their own and name that one with --store \
                 (docs/archive-format.md, \"One cluster's rows\", shows how)"
            }
            Self::Damaged(_) => {
                "the other rows are readable: put this row again from where it came, or copy the file back from \
                 another copy of the archive"
            }
            Self::ListChanged { .. } => "run the command again",
            Self::Database(error) => error.help(),
            Self::ReadOnly { .. } => "open it for writing to put rows",
            Self::ReadOnlyKind { .. } => "put rows into an archive: --store dir:offloaded-nodes",
            Self::TooLarge { .. } => {
                "no row of Argo's table is that large: check where it comes from"
            }
        })
    }

    pub(super) fn not_plain(path: &Path, kind: fs::FileType) -> Self {
        let kind = match (kind.is_symlink(), kind.is_dir()) {
            (true, _) => "a link",
            (_, true) => "a directory",
            _ => "a pipe or a device",
        };
        Self::NotPlain { path: path.to_owned(), kind }
    }
}

/// What is damaged, where, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// The store.
    pub store: String,
    /// The row's key.
    pub key: RowKey,
    /// The file inside the store.
    pub file: String,
    /// Where in the file the damaged part begins, in bytes.
    pub offset: u64,
    /// What is wrong with it.
    pub problem: Problem,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { store, key, file, offset, problem } = self;
        write!(f, "{store} is damaged in {file} at byte {offset}, row with {key}: {problem}")
    }
}

/// What is wrong with a part of a row.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The file is gone.
    #[error("the file is missing")]
    FileMissing,
    /// It is a link, a pipe, a device or a directory.
    #[error("expected a plain file, found {kind}")]
    NotPlain {
        /// What it is.
        kind: &'static str,
    },
    /// The operating system could not read it.
    #[error("the file cannot be read: {0}")]
    Unreadable(String),
    /// The file ends too early.
    #[error("expected {expected} bytes, the file ends after {found}")]
    Short {
        /// Bytes that belong there.
        expected: u64,
        /// Bytes that are there.
        found: u64,
    },
    /// The bytes changed.
    #[error("expected SHA-256 {expected}, found {found}")]
    Checksum {
        /// As written down when the row was put.
        expected: Sha256,
        /// Of what is there now.
        found: Sha256,
    },
    /// The bytes are no zstd frame.
    #[error("expected a zstd frame: {0}")]
    NotZstd(String),
    /// The frame holds more or less text than written down.
    #[error("expected {expected} bytes of text in the frame, found {found}")]
    RawLength {
        /// As written down when the row was put.
        expected: u64,
        /// What came out.
        found: u64,
    },
    /// Each frame is sound and the row is not.
    #[error("the frames are sound, but the row's SHA-256 should be {expected} and is {found}")]
    RowChecksum {
        /// As written down when the row was put.
        expected: Sha256,
        /// Of the text that came out.
        found: Sha256,
    },
}

/// A name from outside, quoted, with control characters escaped, and cut after 80 characters.
pub(super) struct Shown<'text>(pub(super) &'text str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let end = self.0.char_indices().nth(80).map(|(end, _)| end);
        let shown = end.and_then(|end| self.0.get(..end)).unwrap_or(self.0);
        let more = if end.is_some() { "…" } else { "" };
        write!(f, "{shown:?}{more}")
    }
}

fn list(names: &[String]) -> String {
    const MOST: usize = 10;
    let shown: Vec<_> = names.iter().take(MOST).map(|name| Shown(name).to_string()).collect();
    let more = match names.len().saturating_sub(MOST) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    shown.join(", ") + &more
}

fn after_io(kind: io::ErrorKind) -> &'static str {
    match kind {
        io::ErrorKind::StorageFull => {
            "the disk is full: free some space and run the command again, rows reported as stored are safe"
        }
        io::ErrorKind::QuotaExceeded => {
            "your quota is used up: free some space or have it raised and run the command again, rows reported as stored are safe"
        }
        io::ErrorKind::ReadOnlyFilesystem => {
            "the file system is mounted read-only: name an archive elsewhere, or have it mounted for writing"
        }
        io::ErrorKind::PermissionDenied => {
            "see with `ls -ld` whose it is, and run the command as that user, or name an archive elsewhere"
        }
        io::ErrorKind::NotFound => "check the path",
        io::ErrorKind::IsADirectory => {
            "an archive holds plain files only: move that directory out of it"
        }
        io::ErrorKind::InvalidFilename => "name an archive with a shorter path",
        _ => "check the disk and run the command again, rows reported as stored are safe",
    }
}
