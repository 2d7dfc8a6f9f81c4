//! One writing session: holds the lock, adds rows, and closes with a footer.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use zstd::bulk::Compressor;

use super::frame::compressor;
use super::index::{LineFile, RowReader, Slot};
use super::line::{MAX_LINE_BYTES, seal};
use super::listing::Listing;
use super::lock::Lock;
use super::manifest::{
    Entry, FooterPlace, Frame, Header, MANIFEST, MAX_FRAME_BYTES, NEW_MANIFEST, Row, Torn,
};
use super::open::open_own;
use super::segment::{segment_name, write_footer};
use super::{NodeRecord, Sha256, StoreError, WriteOptions, io_error};

/// A footer is written, and a new segment begun, before its lines grow beyond this.
const MAX_PENDING_BYTES: u64 = 64 << 20;

/// The one writer of an archive.
///
/// After any error it must be dropped: the files may then end in a torn write, which the next
/// [`Writer::begin`] steps over.
pub(super) struct Writer {
    directory: PathBuf,
    options: WriteOptions,
    manifest: File,
    manifest_end: u64,
    segment: Option<OpenSegment>,
    next_segment: u32,
    /// Rows that are in no footer yet.
    pending: Vec<Slot>,
    pending_bytes: u64,
    compressor: Compressor<'static>,
    stored: Vec<u8>,
    _lock: Lock,
}

struct OpenSegment {
    number: u32,
    file: File,
    path: PathBuf,
    end: u64,
    footer_end: u64,
}

impl Writer {
    /// Begins a session on what `listing`, loaded under this lock, found.
    ///
    /// Nothing acknowledged is touched. What interrupted writes left behind is written down as
    /// torn, and stays where it is: it could be rows whose lines were lost.
    pub(super) fn begin(
        directory: &Path,
        options: WriteOptions,
        lock: Lock,
        listing: &Listing,
    ) -> Result<Self, StoreError> {
        let path = directory.join(MANIFEST);
        let mut manifest_end = listing.manifest.length.unwrap_or(0);
        if listing.manifest.length.is_none() {
            manifest_end = create_manifest(directory)?;
        }
        let manifest = open_own(&path, File::options().append(true), "open")?;
        let pending: Vec<Slot> = listing
            .index
            .slots()
            .filter(|slot| {
                slot.file == LineFile::Manifest && slot.offset >= listing.manifest.footered_through
            })
            .collect();
        let mut writer = Self {
            directory: directory.to_owned(),
            options,
            manifest,
            manifest_end,
            segment: None,
            next_segment: listing
                .segments
                .keys()
                .next_back()
                .map_or(1, |last| last.saturating_add(1)),
            pending_bytes: pending.iter().map(|slot| u64::from(slot.length) + 1).sum(),
            pending,
            compressor: compressor().map_err(io_error("compress for", &path))?,
            stored: Vec::new(),
            _lock: lock,
        };
        writer.flush_what_is_there(listing)?;
        writer.repair_manifest(listing)?;
        writer.continue_segment(listing)?;
        Ok(writer)
    }

    /// Adds a row; when this returns, it is safe.
    pub(super) fn append(
        &mut self,
        record: &NodeRecord,
        sha256: Sha256,
    ) -> Result<(Row, Slot), StoreError> {
        if self.pending_bytes > MAX_PENDING_BYTES
            || self.segment.as_ref().is_some_and(|open| open.end >= self.options.segment_bytes)
        {
            self.write_footer()?;
            self.segment = None;
        }
        let mut row = Row {
            cluster_name: record.cluster_name.clone(),
            namespace: record.namespace.clone(),
            name: record.name.clone(),
            uid: record.uid.clone(),
            version: record.version.clone(),
            bytes: record.nodes.len() as u64,
            sha256,
            segment: self.segment.as_ref().map_or(self.next_segment, |open| open.number),
            frames: Vec::new(),
        };
        if !record.nodes.is_empty() {
            self.write_frames(&record.nodes, &mut row)?;
        }
        let slot = self.write_line(&seal_line(&Entry::Row(&row), &self.directory)?, &row)?;
        self.pending.push(slot);
        self.pending_bytes += u64::from(slot.length) + 1;
        Ok((row, slot))
    }

    /// Ends the session: writes the footer and gives the lock back.
    pub(super) fn close(mut self) -> Result<(), StoreError> {
        self.write_footer()
    }

    fn write_frames(&mut self, nodes: &[u8], row: &mut Row) -> Result<(), StoreError> {
        self.open_segment()?;
        let Some(open) = &mut self.segment else { return Ok(()) };
        let frame_bytes = self.options.frame_bytes.clamp(1, MAX_FRAME_BYTES as usize);
        for part in nodes.chunks(frame_bytes) {
            self.stored.clear();
            self.stored.reserve(zstd::zstd_safe::compress_bound(part.len()));
            self.compressor
                .compress_to_buffer(part, &mut self.stored)
                .map_err(io_error("compress for", &open.path))?;
            open.file.write_all(&self.stored).map_err(io_error("write", &open.path))?;
            // Both are bounded by the clamp above.
            let [length, raw_length] =
                [self.stored.len(), part.len()].map(|n| u32::try_from(n).unwrap_or(u32::MAX));
            let sha256 = Sha256::of(&self.stored);
            row.frames.push(Frame { offset: open.end, length, raw_length, sha256 });
            open.end += u64::from(length);
        }
        open.file.sync_data().map_err(io_error("flush", &open.path))
    }

    fn write_line(&mut self, line: &[u8], row: &Row) -> Result<Slot, StoreError> {
        if line.len() > MAX_LINE_BYTES {
            return Err(StoreError::TooLarge {
                what: "the manifest's line",
                key: Box::new(row.key()),
                bytes: line.len() as u64,
                limit: MAX_LINE_BYTES as u64,
            });
        }
        let offset = self.manifest_end;
        self.append_to_manifest(line)?;
        let length = u32::try_from(line.len() - 1).unwrap_or(u32::MAX);
        Ok(Slot { file: LineFile::Manifest, length, offset })
    }

    fn append_to_manifest(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        let path = self.directory.join(MANIFEST);
        self.manifest.write_all(lines).map_err(io_error("write", &path))?;
        self.manifest.sync_data().map_err(io_error("flush", &path))?;
        self.manifest_end += lines.len() as u64;
        Ok(())
    }

    /// Flushes what a killed writer may have written and not flushed: it is listed, so from now
    /// on it counts as safe. Only the last segment can be in that state.
    fn flush_what_is_there(&self, listing: &Listing) -> Result<(), StoreError> {
        let last = listing.segments.iter().rfind(|(_, segment)| segment.length.is_some());
        if let Some((number, _)) = last {
            let path = self.directory.join(segment_name(*number));
            let file = open_own(&path, File::options().append(true), "open")?;
            file.sync_data().map_err(io_error("flush", &path))?;
        }
        self.manifest.sync_data().map_err(io_error("flush", &self.directory.join(MANIFEST)))?;
        sync_directory(&self.directory)
    }

    /// Isolates a torn last line, and adds what the manifest lacks.
    fn repair_manifest(&mut self, listing: &Listing) -> Result<(), StoreError> {
        let mut lines = Vec::new();
        if listing.manifest.unterminated {
            lines.push(b'\n');
        }
        if listing.manifest.length.is_some() && !listing.manifest.has_header {
            lines.extend(seal_line(&Header::OURS, &self.directory)?);
        }
        if let Some(torn) = &listing.manifest.torn {
            lines.extend(seal_line(&Entry::Torn(torn.clone()), &self.directory)?);
        }
        for (number, segment) in &listing.segments {
            if let Some((offset, length)) = segment.tail() {
                let torn = Torn { file: segment_name(*number), offset, length };
                lines.extend(seal_line(&Entry::Torn(torn), &self.directory)?);
            }
        }
        let mut reader = RowReader::new(&self.directory);
        for slot in listing.index.slots().filter(|slot| slot.file != LineFile::Manifest) {
            lines.extend(reader.line(slot)?);
            lines.push(b'\n');
            if lines.len() > 1 << 20 {
                self.append_to_manifest(&lines)?;
                lines.clear();
            }
        }
        for footer in &listing.unlisted_footers {
            lines.extend(seal_line(&Entry::Footer(*footer), &self.directory)?);
        }
        if lines.is_empty() { Ok(()) } else { self.append_to_manifest(&lines) }
    }

    /// Goes on in the last segment when it ends where everything known ends, and has room.
    fn continue_segment(&mut self, listing: &Listing) -> Result<(), StoreError> {
        let Some((number, segment)) = listing.segments.last_key_value() else { return Ok(()) };
        let end = segment.accounted;
        if segment.torn || segment.length != Some(end) || end >= self.options.segment_bytes {
            return Ok(());
        }
        let path = self.directory.join(segment_name(*number));
        let file = open_own(&path, File::options().append(true), "open")?;
        let footer_end = segment.footer_end;
        self.segment = Some(OpenSegment { number: *number, file, path, end, footer_end });
        Ok(())
    }

    /// Makes a new segment unless one is open.
    fn open_segment(&mut self) -> Result<(), StoreError> {
        if self.segment.is_none() {
            let number = self.next_segment;
            let path = self.directory.join(segment_name(number));
            let mut options = File::options();
            let file = open_own(&path, options.append(true).create_new(true), "create")?;
            sync_directory(&self.directory)?;
            self.next_segment = number.saturating_add(1);
            self.segment = Some(OpenSegment { number, file, path, end: 0, footer_end: 0 });
        }
        Ok(())
    }

    /// Repeats the lines of the pending rows in a footer; none when there are no such rows.
    fn write_footer(&mut self) -> Result<(), StoreError> {
        if self.pending.is_empty() {
            return Ok(());
        }
        self.open_segment()?;
        let Some(open) = &mut self.segment else { return Ok(()) };
        let header = seal_line(&Header::OURS, &self.directory)?;
        let payload_length = header.len() as u64 + self.pending_bytes;
        let mut reader = RowReader::new(&self.directory);
        let rows = self.pending.iter().map(|slot| {
            let mut line = reader.line(*slot).map_err(io::Error::other)?;
            line.push(b'\n');
            Ok(line)
        });
        let lines = std::iter::once(Ok(header)).chain(rows);
        let mut output = BufWriter::with_capacity(1 << 20, &open.file);
        let length = write_footer(&mut output, payload_length, open.footer_end, lines)
            .and_then(|length| output.flush().map(|()| length))
            .and_then(|length| open.file.sync_data().map(|()| length))
            .map_err(io_error("write", &open.path))?;
        drop(output);
        let (segment, offset) = (open.number, open.end);
        open.end += length;
        open.footer_end = open.end;
        let place = FooterPlace { segment, offset, length, through: self.manifest_end };
        self.append_to_manifest(&seal_line(&Entry::Footer(place), &self.directory)?)?;
        self.pending.clear();
        self.pending_bytes = 0;
        Ok(())
    }
}

/// Makes a manifest with its header, whole or not at all; answers with its length.
fn create_manifest(directory: &Path) -> Result<u64, StoreError> {
    let (new, path) = (directory.join(NEW_MANIFEST), directory.join(MANIFEST));
    let header = seal_line(&Header::OURS, directory)?;
    // What a crash left there, or a link: the name goes, whatever it leads to stays.
    match std::fs::remove_file(&new) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => {
            return Err(io_error("remove", &new)(cause));
        }
        _ => {}
    }
    let mut file = open_own(&new, File::options().write(true).create_new(true), "create")?;
    file.write_all(&header)
        .and_then(|()| file.sync_all())
        .and_then(|()| std::fs::rename(&new, &path))
        .map_err(io_error("create", &path))?;
    sync_directory(directory)?;
    Ok(header.len() as u64)
}

/// Makes the names in a directory survive a crash. Windows has no such call, and needs none.
pub(super) fn sync_directory(directory: &Path) -> Result<(), StoreError> {
    if cfg!(unix) {
        let flush = File::open(directory).and_then(|file| file.sync_all());
        flush.map_err(io_error("flush", directory))?;
    }
    Ok(())
}

fn seal_line(value: &impl serde::Serialize, directory: &Path) -> Result<Vec<u8>, StoreError> {
    seal(value).map_err(io_error("write the list of", directory))
}
