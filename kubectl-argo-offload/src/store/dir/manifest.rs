//! What the lines of `manifest.jsonl` say. A footer repeats its header and row lines.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::line::is_sound;
use super::{RowInfo, RowKey, Sha256, StoreError};

/// File name of the manifest.
pub(super) const MANIFEST: &str = "manifest.jsonl";
/// A manifest on its way to being created.
pub(super) const NEW_MANIFEST: &str = "manifest.jsonl.new";

/// Longest text of a row. MySQL, MariaDB and PostgreSQL end at 1 GiB too.
pub(super) const MAX_ROW_BYTES: u64 = 1 << 30;
/// Longest text of one frame that is read. Writers make frames of 1 MiB.
pub(super) const MAX_FRAME_BYTES: u32 = 8 << 20;
/// Longest frame that is read: zstd's bound for incompressible text, and some.
const MAX_STORED_FRAME_BYTES: u32 = 9 << 20;

const FORMAT: &str = "argo-offload/archive";
const FORMAT_VERSION: u64 = 1;

/// The first line of a manifest and of a footer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Header {
    format: &'static str,
    format_version: u64,
    created_by: &'static str,
}

impl Header {
    /// The header of what this release writes.
    pub(super) const OURS: Self = Self {
        format: FORMAT,
        format_version: FORMAT_VERSION,
        created_by: concat!("kubectl-argo-offload ", env!("CARGO_PKG_VERSION")),
    };
}

/// A line that is not a header; serializes as an object with the one field that names it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Entry<'row> {
    /// A row is safe.
    Row(&'row Row),
    /// A footer was written.
    Footer(FooterPlace),
    /// Bytes that an interrupted write left behind, and that belong to nothing.
    Torn(Torn),
}

/// Everything needed to read a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    pub(super) cluster_name: String,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) version: String,
    /// Length of the text.
    pub(super) bytes: u64,
    /// Of the text.
    pub(super) sha256: Sha256,
    pub(super) segment: u32,
    /// One behind the other without a gap; none when the text is empty.
    pub(super) frames: Vec<Frame>,
}

/// One zstd frame of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Frame {
    /// Where the frame begins in its segment.
    pub(super) offset: u64,
    /// Bytes of the frame.
    pub(super) length: u32,
    /// Bytes of text in it.
    pub(super) raw_length: u32,
    /// Of the frame's bytes, as they are in the segment.
    pub(super) sha256: Sha256,
}

/// Where a footer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct FooterPlace {
    pub(super) segment: u32,
    pub(super) offset: u64,
    pub(super) length: u64,
    /// Every row in the manifest before this offset is in a footer.
    pub(super) through: u64,
}

/// Where an interrupted write left bytes behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Torn {
    pub(super) file: String,
    pub(super) offset: u64,
    pub(super) length: u64,
}

/// A line, understood.
#[derive(Debug)]
pub(super) enum Line {
    Header,
    Row(Row),
    Footer(FooterPlace),
    Torn(Torn),
    /// Damaged, or not a line of this format.
    Unreadable,
}

/// Reads one line, without its line feed, of the file at `path`.
///
/// # Errors
/// Only [`StoreError::UnknownFormat`]. It comes even when the line's checksum is wrong: taking a
/// later format for a damaged one would be worse than refusing a damaged one.
pub(super) fn parse(line: &[u8], path: &Path) -> Result<Line, StoreError> {
    let sound = is_sound(line);
    if !sound && !line.starts_with(b"{\"format") {
        return Ok(Line::Unreadable);
    }
    let Ok(fields) = serde_json::from_slice::<Fields>(line) else {
        return Ok(Line::Unreadable);
    };
    if let (Some(format), Some(version)) = (&fields.format, &fields.format_version)
        && (format != FORMAT || version.as_u64() != Some(FORMAT_VERSION))
    {
        return Err(StoreError::UnknownFormat {
            path: path.to_owned(),
            found: format!("{format} version {version}"),
            intact: sound,
        });
    }
    Ok(match fields {
        _ if !sound => Line::Unreadable,
        Fields { format: Some(_), format_version: Some(_), .. } => Line::Header,
        Fields { row: Some(row), .. } if row.is_plausible() => Line::Row(row),
        Fields { footer: Some(footer), .. } => Line::Footer(footer),
        Fields { torn: Some(torn), .. } => Line::Torn(torn),
        _ => Line::Unreadable,
    })
}

#[derive(Deserialize)]
struct Fields {
    format: Option<String>,
    #[serde(rename = "formatVersion")]
    format_version: Option<serde_json::Value>,
    row: Option<Row>,
    footer: Option<FooterPlace>,
    torn: Option<Torn>,
}

impl Row {
    pub(super) fn key(&self) -> RowKey {
        RowKey {
            cluster_name: self.cluster_name.clone(),
            uid: self.uid.clone(),
            version: self.version.clone(),
        }
    }

    pub(super) fn has_key(&self, key: &RowKey) -> bool {
        self.uid == key.uid && self.version == key.version && self.cluster_name == key.cluster_name
    }

    /// Where the row's frames end in its segment; 0 when it has none.
    pub(super) fn end(&self) -> u64 {
        self.frames.last().map_or(0, |frame| frame.offset.saturating_add(frame.length.into()))
    }

    pub(super) fn into_info(self) -> RowInfo {
        RowInfo {
            stored_bytes: Some(self.frames.iter().map(|frame| u64::from(frame.length)).sum()),
            key: RowKey { cluster_name: self.cluster_name, uid: self.uid, version: self.version },
            namespace: self.namespace,
            name: self.name,
            age: None,
            nodes: None,
            bytes: Some(self.bytes),
            sha256: Some(self.sha256),
        }
    }

    /// Sizes come from a disk: a reader allocates nothing on their word that these bounds forbid.
    fn is_plausible(&self) -> bool {
        let mut end = self.frames.first().map_or(0, |frame| frame.offset);
        let mut bytes = 0_u64;
        for frame in &self.frames {
            let sized = (1..=MAX_STORED_FRAME_BYTES).contains(&frame.length)
                && (1..=MAX_FRAME_BYTES).contains(&frame.raw_length);
            let Some(next) = end.checked_add(frame.length.into()) else { return false };
            if !sized || frame.offset != end {
                return false;
            }
            end = next;
            bytes += u64::from(frame.raw_length);
        }
        self.segment >= 1 && bytes == self.bytes && bytes <= MAX_ROW_BYTES
    }
}
