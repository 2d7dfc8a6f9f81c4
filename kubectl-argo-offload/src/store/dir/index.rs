//! Where the line of each row is. **Invariant:** about 50 bytes a row, however long its names.

use std::collections::BTreeSet;
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::manifest::{Line, MANIFEST, Row, parse};
use super::open::open_to_read;
use super::segment::segment_name;
use super::{RowKey, StoreError, io_error};

/// The file that holds a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineFile {
    Manifest,
    /// A footer in this segment.
    Segment(u32),
}

impl LineFile {
    pub(super) fn name(self) -> String {
        match self {
            Self::Manifest => MANIFEST.to_owned(),
            Self::Segment(number) => segment_name(number),
        }
    }
}

/// Where a row's line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub(super) file: LineFile,
    /// Bytes without the line feed.
    pub(super) length: u32,
    pub(super) offset: u64,
}

/// The rows of an archive, in the order in which they were put.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// `None` where a later line for the same row took over.
    slots: Vec<Option<Slot>>,
    by_hash: BTreeSet<Place>,
    /// Hashes with a secret of this process, so that no archive can be made of rows that share
    /// them: each such row would be read again for each of the others.
    hashes: RandomState,
}

/// Hashes of a key, widest group first, and the position in `slots`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    uid: u32,
    version: u32,
    cluster_name: u32,
    position: u32,
}

impl Place {
    const FIRST: Self = Self { uid: 0, version: 0, cluster_name: 0, position: 0 };
    const LAST: Self =
        Self { uid: u32::MAX, version: u32::MAX, cluster_name: u32::MAX, position: u32::MAX };
}

impl Index {
    /// Adds a row; `replaced` is the slot of an earlier line for the same key.
    pub(super) fn insert(&mut self, row: &Row, slot: Slot, replaced: Option<Slot>) {
        let place = self.place(&row.cluster_name, &row.uid, &row.version);
        if let Some(replaced) = replaced {
            let old = self
                .between(place, Place { position: u32::MAX, ..place })
                .find(|place| self.slot(place.position) == Some(replaced));
            if let Some(old) = old {
                self.by_hash.remove(&old);
                if let Some(slot) = self.slots.get_mut(old.position as usize) {
                    *slot = None;
                }
            }
        }
        // 2³² rows would be a manifest of more than a terabyte.
        let position = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        self.slots.push(Some(slot));
        self.by_hash.insert(Place { position, ..place });
    }

    /// Every row.
    pub(super) fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.slots.iter().filter_map(|slot| *slot)
    }

    /// The rows that may have this uid, and others of the same hash, in the order of the rows.
    pub(super) fn maybe_of(&self, uid: &str) -> impl Iterator<Item = Slot> + '_ {
        let uid = self.hash(uid);
        self.in_order(Place { uid, ..Place::FIRST }, Place { uid, ..Place::LAST })
    }

    /// The rows that may have this uid and version, and others of the same hashes, in the order
    /// of the rows.
    pub(super) fn maybe_at(&self, uid: &str, version: &str) -> impl Iterator<Item = Slot> + '_ {
        let (uid, version) = (self.hash(uid), self.hash(version));
        self.in_order(Place { uid, version, ..Place::FIRST }, Place { uid, version, ..Place::LAST })
    }

    /// The row that may have this key, and others of the same hashes.
    pub(super) fn maybe_with(&self, key: &RowKey) -> impl Iterator<Item = Slot> + '_ {
        let place = self.place(&key.cluster_name, &key.uid, &key.version);
        self.in_order(place, Place { position: u32::MAX, ..place })
    }

    fn in_order(&self, first: Place, last: Place) -> impl Iterator<Item = Slot> + '_ {
        let mut positions: Vec<u32> =
            self.between(first, last).map(|place| place.position).collect();
        positions.sort_unstable();
        positions.into_iter().filter_map(|position| self.slot(position))
    }

    fn between(&self, first: Place, last: Place) -> impl Iterator<Item = Place> + '_ {
        self.by_hash.range(first..=last).copied()
    }

    fn slot(&self, position: u32) -> Option<Slot> {
        self.slots.get(position as usize).copied().flatten()
    }

    fn place(&self, cluster_name: &str, uid: &str, version: &str) -> Place {
        let [cluster_name, uid, version] = [cluster_name, uid, version].map(|text| self.hash(text));
        Place { uid, version, cluster_name, position: 0 }
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of each hash is enough to find candidates"
    )]
    fn hash(&self, text: &str) -> u32 {
        self.hashes.hash_one(text) as u32
    }
}

/// Reads the lines of rows again; keeps one file open.
pub(super) struct RowReader {
    directory: PathBuf,
    open: Option<(LineFile, File)>,
}

impl RowReader {
    pub(super) fn new(directory: &Path) -> Self {
        Self { directory: directory.to_owned(), open: None }
    }

    /// The row whose line is at `slot`; its checksum is checked again.
    pub(super) fn row(&mut self, slot: Slot) -> Result<Row, StoreError> {
        let path = self.directory.join(slot.file.name());
        match parse(&self.line(slot)?, &path)? {
            Line::Row(row) => Ok(row),
            _ => Err(StoreError::ListChanged { path, offset: slot.offset }),
        }
    }

    /// The row with this key among those that may have it.
    pub(super) fn find(
        &mut self,
        slots: impl Iterator<Item = Slot>,
        key: &RowKey,
    ) -> Result<Option<(Slot, Row)>, StoreError> {
        for slot in slots {
            let row = self.row(slot)?;
            if row.has_key(key) {
                return Ok(Some((slot, row)));
            }
        }
        Ok(None)
    }

    /// The text of the line at `slot`, unchecked.
    pub(super) fn line(&mut self, slot: Slot) -> Result<Vec<u8>, StoreError> {
        let path = self.directory.join(slot.file.name());
        let file = match &mut self.open {
            Some((file, open)) if *file == slot.file => open,
            _ => {
                let file = open_to_read(&path)?;
                &mut self.open.insert((slot.file, file)).1
            }
        };
        let mut line = Vec::with_capacity(slot.length as usize);
        file.seek(SeekFrom::Start(slot.offset))
            .and_then(|_| (&*file).take(slot.length.into()).read_to_end(&mut line))
            .map_err(io_error("read", &path))?;
        Ok(line)
    }
}
