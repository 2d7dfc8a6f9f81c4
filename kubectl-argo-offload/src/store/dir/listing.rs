//! What an archive holds, found out without a lock and without changing anything.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::Path;

use super::damaged_lines::DamagedLines;
use super::index::{Index, LineFile, RowReader, Slot};
use super::line::{Found, Lines};
use super::lock::LOCK;
use super::manifest::{FooterPlace, Line, MANIFEST, NEW_MANIFEST, Row, Torn, parse};
use super::notice::MOST_OF_A_KIND;
use super::open::open_to_read;
use super::segment::{Footer, segment_name, segment_number};
use super::{Notice, StoreError, io_error};

/// The rows of an archive, and the state of its files.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub(super) index: Index,
    pub(super) manifest: ManifestState,
    pub(super) segments: BTreeMap<u32, SegmentState>,
    /// Footers that the manifest does not name; each says that nothing is in it, so that no row
    /// is taken for safe in a footer that is not.
    pub(super) unlisted_footers: Vec<FooterPlace>,
    pub(super) notices: Vec<Notice>,
}

/// What the next writer must know about the manifest.
#[derive(Debug, Default)]
pub(super) struct ManifestState {
    /// `None` when there is no manifest.
    pub(super) length: Option<u64>,
    /// Whether a readable header line is in it.
    pub(super) has_header: bool,
    /// Whether its last line lacks the line feed.
    pub(super) unterminated: bool,
    /// An unreadable line at the end that lacks the line feed.
    pub(super) torn: Option<Torn>,
    /// Every row before this offset is in a footer.
    pub(super) footered_through: u64,
}

/// What is known about a segment.
#[derive(Debug, Default)]
pub(super) struct SegmentState {
    /// `None` when the file is missing.
    pub(super) length: Option<u64>,
    /// Where the last row, footer or known torn write ends.
    pub(super) accounted: u64,
    /// Whether a torn write is in it; nothing is added to such a segment.
    pub(super) torn: bool,
    /// Where its last footer ends; 0 when it has none.
    pub(super) footer_end: u64,
}

impl SegmentState {
    fn account(&mut self, end: u64) {
        self.accounted = self.accounted.max(end);
    }

    /// Bytes in the file behind everything known: where they begin, and how many.
    pub(super) fn tail(&self) -> Option<(u64, u64)> {
        let length = self.length?.checked_sub(self.accounted)?;
        (length > 0).then_some((self.accounted, length))
    }
}

impl Listing {
    /// Lists the archive in `directory`.
    ///
    /// The manifest is read before the segments are looked at, so that a row acknowledged
    /// meanwhile cannot make a segment look too short.
    pub(super) fn load(directory: &Path) -> Result<Self, StoreError> {
        let mut listing = Self::default();
        let damaged = listing.read_manifest(directory)?;
        let found = files_of(directory)?;
        if !found.is_archive && !found.has_lock {
            return Err(StoreError::NoArchive { path: directory.to_owned() });
        }
        // An archive that is just being made has no manifest and nothing to list either.
        if listing.manifest.length.is_none() && !found.segments.is_empty() {
            listing.notices.push(Notice::ManifestMissing);
        }
        for (number, length) in found.segments {
            listing.segments.entry(number).or_default().length = Some(length);
        }
        listing.read_footers(directory, damaged)?;
        listing.notice_segments();
        Ok(listing)
    }

    /// Reads every line of the manifest; answers whether rows may be missing from it.
    fn read_manifest(&mut self, directory: &Path) -> Result<bool, StoreError> {
        let path = directory.join(MANIFEST);
        let file = match open_to_read(&path) {
            Ok(file) => file,
            Err(StoreError::Io { cause, .. }) if cause.kind() == io::ErrorKind::NotFound => {
                return Ok(true);
            }
            Err(error) => return Err(error),
        };
        let mut lines = Lines::new(BufReader::new(file), 0);
        let mut reader = RowReader::new(directory);
        let mut unreadable = DamagedLines::default();
        let mut number = 0_u64;
        let mut length = 0;
        while let Some((found, text)) = lines.next().map_err(io_error("read", &path))? {
            number += 1;
            length = found.offset + found.length + u64::from(found.terminated);
            self.manifest.unterminated = !found.terminated;
            match parse(text, &path)? {
                Line::Header => self.manifest.has_header = true,
                Line::Row(row) => {
                    let slot = slot_of(LineFile::Manifest, found);
                    if !self.add(&row, slot, &mut reader)? {
                        unreadable.add(number, found);
                    }
                }
                Line::Footer(footer) => self.account_footer(footer),
                Line::Torn(torn) if torn.file == MANIFEST => unreadable.forgive(&torn),
                Line::Torn(torn) => self.account_torn(&torn),
                Line::Unreadable => unreadable.add(number, found),
            }
        }
        self.manifest.length = Some(length);
        if let Some(Found { offset, length, .. }) = unreadable.take_torn() {
            self.manifest.torn = Some(Torn { file: MANIFEST.to_owned(), offset, length });
            self.notices.push(Notice::ManifestTorn { offset, length });
        }
        if !self.manifest.has_header {
            self.notices.push(Notice::ManifestHeader);
            unreadable.forget_first_line();
        }
        let damaged = !self.manifest.has_header || !unreadable.is_empty();
        self.notices.extend(unreadable.notices());
        Ok(damaged)
    }

    /// Adds rows that only footers know: of all segments when the manifest is damaged, else of
    /// those that have a footer where the manifest knows nothing.
    fn read_footers(&mut self, directory: &Path, damaged: bool) -> Result<(), StoreError> {
        let mut reader = RowReader::new(directory);
        let mut rows = 0;
        let present: Vec<u32> = self.segments.keys().copied().collect();
        for number in present {
            let Some(segment) = self.segments.get(&number) else { continue };
            let Some(length) = segment.length else { continue };
            if !damaged && segment.tail().is_none() {
                continue;
            }
            let path = directory.join(segment_name(number));
            let mut file = open_to_read(&path)?;
            let found = if damaged || ends_in_footer(&mut file, length, &path)? {
                Footer::all(&mut file, length).map_err(io_error("read", &path))?
            } else {
                Vec::new()
            };
            for footer in found.into_iter().rev() {
                if self.segments.entry(number).or_default().footer_end < footer.end {
                    let (offset, length) = (footer.offset, footer.end - footer.offset);
                    let place = FooterPlace { segment: number, offset, length, through: 0 };
                    self.account_footer(place);
                    self.unlisted_footers.push(place);
                }
                let mut lines = footer.lines(&mut file).map_err(io_error("read", &path))?;
                while let Some((found, text)) = lines.next().map_err(io_error("read", &path))? {
                    if let Line::Row(row) = parse(text, &path)? {
                        let key = row.key();
                        if reader.find(self.index.maybe_with(&key), &key)?.is_none() {
                            let slot = slot_of(LineFile::Segment(number), found);
                            self.add(&row, slot, &mut reader)?;
                            rows += 1;
                        }
                    }
                }
            }
        }
        if rows > 0 {
            self.notices.push(Notice::RowsRecovered { rows });
        }
        Ok(())
    }

    /// Adds a row, in place of an earlier line for it; refuses one that contradicts that line.
    fn add(&mut self, row: &Row, slot: Slot, reader: &mut RowReader) -> Result<bool, StoreError> {
        let key = row.key();
        let replaced = reader.find(self.index.maybe_with(&key), &key)?;
        if replaced.as_ref().is_some_and(|(_, known)| known.sha256 != row.sha256) {
            return Ok(false);
        }
        self.index.insert(row, slot, replaced.map(|(slot, _)| slot));
        if !row.frames.is_empty() {
            self.segments.entry(row.segment).or_default().account(row.end());
        }
        Ok(true)
    }

    fn account_footer(&mut self, footer: FooterPlace) {
        let end = footer.offset.saturating_add(footer.length);
        let segment = self.segments.entry(footer.segment).or_default();
        segment.account(end);
        segment.footer_end = segment.footer_end.max(end);
        self.manifest.footered_through = self.manifest.footered_through.max(footer.through);
    }

    fn account_torn(&mut self, torn: &Torn) {
        if let Some(number) = segment_number(&torn.file) {
            let segment = self.segments.entry(number).or_default();
            segment.account(torn.offset.saturating_add(torn.length));
            segment.torn = true;
        }
    }

    fn notice_segments(&mut self) {
        let mut odd = self.segments.iter().filter_map(|(number, segment)| {
            let file = segment_name(*number);
            let expected = segment.accounted;
            match segment.length {
                None if expected > 0 => Some(Notice::SegmentMissing { file }),
                Some(found) if found < expected => {
                    Some(Notice::SegmentShort { file, expected, found })
                }
                _ => segment.tail().map(|(offset, length)| Notice::SegmentTail {
                    file,
                    offset,
                    length,
                }),
            }
        });
        self.notices.extend(odd.by_ref().take(MOST_OF_A_KIND));
        let segments = odd.count() as u64;
        if segments > 0 {
            self.notices.push(Notice::MoreSegments { segments });
        }
    }
}

/// The files in a directory, as far as an archive cares.
pub(super) struct Files {
    /// Whether a manifest or a segment is there.
    pub(super) is_archive: bool,
    has_lock: bool,
    segments: Vec<(u32, u64)>,
    /// An entry that no archive has.
    pub(super) foreign: Option<String>,
}

/// Looks at what is in `directory`.
pub(super) fn files_of(directory: &Path) -> Result<Files, StoreError> {
    let no_archive = || StoreError::NoArchive { path: directory.to_owned() };
    let entries = std::fs::read_dir(directory).map_err(|cause| match cause.kind() {
        io::ErrorKind::NotFound => no_archive(),
        _ => io_error("list", directory)(cause),
    })?;
    let mut files = Files { is_archive: false, has_lock: false, segments: vec![], foreign: None };
    for entry in entries {
        let entry = entry.map_err(io_error("list", directory))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(number) = segment_number(&name) {
            let path = entry.path();
            let metadata = path.symlink_metadata().map_err(io_error("look at", &path))?;
            if !metadata.is_file() {
                return Err(StoreError::not_plain(&path, metadata.file_type()));
            }
            files.segments.push((number, metadata.len()));
            files.is_archive = true;
        } else if name == MANIFEST {
            files.is_archive = true;
        } else if name == LOCK || name == NEW_MANIFEST {
            files.has_lock |= name == LOCK;
        } else {
            files.foreign = Some(name);
        }
    }
    Ok(files)
}

fn ends_in_footer(file: &mut File, length: u64, path: &Path) -> Result<bool, StoreError> {
    Ok(Footer::ending_at(file, length).map_err(io_error("read", path))?.is_some())
}

fn slot_of(file: LineFile, found: Found) -> Slot {
    // A parsed line is no longer than MAX_LINE_BYTES.
    let length = u32::try_from(found.length).unwrap_or(u32::MAX);
    Slot { file, length, offset: found.offset }
}
