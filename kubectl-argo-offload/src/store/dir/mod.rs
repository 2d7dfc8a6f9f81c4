//! `dir:PATH`: an archive directory. Its format is described in `docs/archive-format.md`.
//!
//! **Invariants:** acknowledged bytes are never overwritten, by anything; names of rows are data
//! and never become names of files; readers take no lock; one row and one frame are held.

mod check;
mod damaged_lines;
mod frame;
mod index;
mod line;
mod listing;
mod lock;
mod manifest;
mod notice;
mod open;
mod segment;
mod writer;

use std::io;
use std::path::{Path, PathBuf};

use super::{
    Damage, NodeRecord, NodeStore, Problem, Put, RowInfo, RowKey, Rows, Sha256, StoreError,
};
use frame::{BadPart, read_row};
use index::RowReader;
use listing::{Listing, files_of};
use lock::Lock;
use manifest::{MAX_ROW_BYTES, Row};
use segment::segment_name;
use writer::{Writer, sync_directory};

pub use check::CheckReport;
pub use notice::Notice;

/// Longest name, uid or version; a manifest line stays readable with five of them escaped.
const MAX_NAME_BYTES: u64 = 64 << 10;

/// How a writer lays out what it adds. Readers do not care.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WriteOptions {
    /// A segment that has reached this many bytes takes no further row.
    pub segment_bytes: u64,
    /// Bytes of text in a frame, at most 8 MiB.
    pub frame_bytes: usize,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self { segment_bytes: 256 << 20, frame_bytes: 1 << 20 }
    }
}

/// An archive directory.
///
/// It is listed when opened; rows that another process adds later are seen after opening again.
pub struct DirStore {
    path: PathBuf,
    store: String,
    /// `None` when open for reading.
    options: Option<WriteOptions>,
    listing: Listing,
    writer: Option<Writer>,
}

impl DirStore {
    /// Opens an archive for reading. Takes no lock, changes nothing, works beside a writer.
    ///
    /// # Errors
    /// When there is no archive, it has an unknown format, or it cannot be read. Damage is no
    /// error here: see [`notices`](Self::notices).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let store = format!("dir:{}", path.display());
        refuse_file(&path)?;
        let listing = Listing::load(&path)?;
        Ok(Self { path, store, options: None, listing, writer: None })
    }

    /// Opens an archive for writing, and makes it when it does not exist.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process writes, [`StoreError::NotAnArchive`] when the
    /// directory holds something else, and whatever [`open`](Self::open) may answer.
    pub fn open_for_writing(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::open_for_writing_with(path, WriteOptions::default())
    }

    /// As [`open_for_writing`](Self::open_for_writing), with another layout.
    ///
    /// # Errors
    /// As there.
    pub fn open_for_writing_with(
        path: impl AsRef<Path>,
        options: WriteOptions,
    ) -> Result<Self, StoreError> {
        let path = path.as_ref().to_owned();
        let store = format!("dir:{}", path.display());
        refuse_file(&path)?;
        make_directory(&path)?;
        let listing = Listing::default();
        let mut opened = Self { path, store, options: Some(options), listing, writer: None };
        opened.begin()?;
        Ok(opened)
    }

    /// What was odd about the archive when it was opened.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        &self.listing.notices
    }

    /// Takes the lock, lists again and begins a session. A session that met an error is over;
    /// the next one steps over whatever it left behind.
    fn begin(&mut self) -> Result<&mut Writer, StoreError> {
        let options =
            self.options.ok_or_else(|| StoreError::ReadOnly { store: self.store.clone() })?;
        let writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let lock = Lock::take(&self.path, &self.store)?;
                self.listing = Listing::load(&self.path)?;
                Writer::begin(&self.path, options, lock, &self.listing)?
            }
        };
        Ok(self.writer.insert(writer))
    }

    fn find(&self, key: &RowKey) -> Result<Option<(index::Slot, Row)>, StoreError> {
        let slots = self.listing.index.maybe_with(key);
        RowReader::new(&self.path).find(slots, key)
    }

    fn record_of(&self, row: Row) -> Result<NodeRecord, StoreError> {
        let mut nodes = Vec::new();
        read_row(&self.path, &row, |part| nodes.extend_from_slice(part))
            .map_err(|parts| self.damaged(&row, parts))?;
        let Row { cluster_name, namespace, name, uid, version, .. } = row;
        Ok(NodeRecord { cluster_name, namespace, name, uid, version, nodes })
    }

    fn damaged(&self, row: &Row, parts: Vec<BadPart>) -> StoreError {
        let (offset, problem) = parts
            .into_iter()
            .next()
            .map_or((0, Problem::FileMissing), |part| (part.offset, part.problem));
        StoreError::Damaged(Box::new(Damage {
            store: self.store.clone(),
            key: row.key(),
            file: segment_name(row.segment),
            offset,
            problem,
        }))
    }
}

impl NodeStore for DirStore {
    fn describe(&self) -> String {
        self.store.clone()
    }

    fn put(&mut self, record: &NodeRecord) -> Result<Put, StoreError> {
        self.begin()?;
        check_lengths(record)?;
        let key = record.key();
        let offered = Sha256::of(&record.nodes);
        let known = self.find(&key)?;
        if let Some((_, row)) = &known {
            if row.sha256 != offered {
                return Err(StoreError::Conflict {
                    store: self.store.clone(),
                    key: Box::new(key),
                    stored: row.sha256,
                    offered,
                });
            }
            // A row that can no longer be read is written again: putting it repairs it.
            if read_row(&self.path, row, |_| {}).is_ok() {
                return Ok(Put::AlreadyStored);
            }
        }
        let (row, slot) = match self.begin()?.append(record, offered) {
            Ok(written) => written,
            Err(error) => {
                self.writer = None;
                return Err(error);
            }
        };
        self.listing.index.insert(&row, slot, known.map(|(slot, _)| slot));
        Ok(Put::Written)
    }

    fn get(&self, uid: &str, version: &str) -> Result<Option<NodeRecord>, StoreError> {
        let mut reader = RowReader::new(&self.path);
        let mut rows = Vec::new();
        for slot in self.listing.index.maybe_at(uid, version) {
            let row = reader.row(slot)?;
            if row.uid == uid && row.version == version {
                rows.push(row);
            }
        }
        let Some(first) = rows.first() else { return Ok(None) };
        if rows.iter().any(|row| row.sha256 != first.sha256) {
            return Err(StoreError::SeveralClusters {
                store: self.store.clone(),
                uid: uid.to_owned(),
                version: version.to_owned(),
                cluster_names: rows.into_iter().map(|row| row.cluster_name).collect(),
            });
        }
        // The same bytes under several cluster names: one readable copy is enough.
        let mut answer = Ok(None);
        for row in rows {
            answer = self.record_of(row).map(Some);
            if answer.is_ok() {
                break;
            }
        }
        answer
    }

    fn read(&self, key: &RowKey) -> Result<Option<NodeRecord>, StoreError> {
        self.find(key)?.map(|(_, row)| self.record_of(row)).transpose()
    }

    fn rows(&self) -> Result<Rows<'_>, StoreError> {
        let mut reader = RowReader::new(&self.path);
        let slots = self.listing.index.slots();
        Ok(Box::new(slots.map(move |slot| reader.row(slot).map(Row::into_info))))
    }

    fn versions_of(&self, uid: &str) -> Result<Vec<RowInfo>, StoreError> {
        let mut reader = RowReader::new(&self.path);
        let mut rows = Vec::new();
        for slot in self.listing.index.maybe_of(uid) {
            let row = reader.row(slot)?;
            if row.uid == uid {
                rows.push(row.into_info());
            }
        }
        Ok(rows)
    }

    fn warnings(&self) -> Vec<String> {
        self.notices().iter().map(|notice| format!("{}: {notice}", self.store)).collect()
    }

    fn finish(&mut self) -> Result<(), StoreError> {
        self.writer.take().map_or(Ok(()), Writer::close)
    }
}

impl Drop for DirStore {
    /// Writes the footer when [`finish`](NodeStore::finish) was not called. Rows are safe in the
    /// manifest either way, so an error is of no consequence.
    fn drop(&mut self) {
        let _ = self.finish();
    }
}

/// Refuses a path that is a file, or leads through one.
fn refuse_file(path: &Path) -> Result<(), StoreError> {
    let there = path
        .ancestors()
        .find_map(|ancestor| ancestor.metadata().ok().map(|metadata| (ancestor, metadata)));
    match there {
        Some((file, metadata)) if !metadata.is_dir() => {
            Err(StoreError::NotADirectory { path: path.to_owned(), file: file.to_owned() })
        }
        _ => Ok(()),
    }
}

/// Makes the directory, and the ones above it, so that they survive a crash.
fn make_directory(path: &Path) -> Result<(), StoreError> {
    let missing: Vec<&Path> = path
        .ancestors()
        .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
        .collect();
    std::fs::create_dir_all(path).map_err(io_error("create", path))?;
    for made in missing {
        match made.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => sync_directory(parent)?,
            _ => sync_directory(Path::new("."))?,
        }
    }
    let files = files_of(path)?;
    match files.foreign {
        Some(entry) if !files.is_archive => {
            Err(StoreError::NotAnArchive { path: path.to_owned(), entry })
        }
        _ => Ok(()),
    }
}

fn check_lengths(record: &NodeRecord) -> Result<(), StoreError> {
    let NodeRecord { cluster_name, namespace, name, uid, version, nodes } = record;
    let lengths = [
        ("the cluster name", cluster_name.len(), MAX_NAME_BYTES),
        ("the namespace", namespace.len(), MAX_NAME_BYTES),
        ("the name", name.len(), MAX_NAME_BYTES),
        ("the uid", uid.len(), MAX_NAME_BYTES),
        ("the version", version.len(), MAX_NAME_BYTES),
        ("the node map", nodes.len(), MAX_ROW_BYTES),
    ];
    match lengths.into_iter().find(|(_, length, limit)| *length as u64 > *limit) {
        Some((what, length, limit)) => Err(StoreError::TooLarge {
            what,
            key: Box::new(record.key()),
            bytes: length as u64,
            limit,
        }),
        None => Ok(()),
    }
}

fn io_error(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> StoreError {
    let path = path.to_owned();
    move |cause| StoreError::Io { action, path, cause }
}
