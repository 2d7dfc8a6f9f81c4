//! Reading everything once, to know that it can be read.

use super::frame::read_row;
use super::index::RowReader;
use super::segment::segment_name;
use super::{Damage, DirStore, Notice, StoreError};

/// What a check of every row found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// Rows checked.
    pub rows: u64,
    /// Bytes of JSON text in the sound ones.
    pub bytes: u64,
    /// Rows with at least one damaged part.
    pub damaged_rows: u64,
    /// Every damaged part of every row, in the order of the rows.
    pub damage: Vec<Damage>,
    /// What was odd about the archive when it was opened.
    pub notices: Vec<Notice>,
}

impl DirStore {
    /// Reads every frame of every row and compares all checksums. Holds one frame.
    ///
    /// # Errors
    /// When the list of rows can no longer be read; damaged rows are in the report.
    pub fn check(&self) -> Result<CheckReport, StoreError> {
        let mut report = CheckReport {
            rows: 0,
            bytes: 0,
            damaged_rows: 0,
            damage: Vec::new(),
            notices: self.notices().to_vec(),
        };
        let mut reader = RowReader::new(&self.path);
        for slot in self.listing.index.slots() {
            let row = reader.row(slot)?;
            report.rows += 1;
            match read_row(&self.path, &row, |_| {}) {
                Ok(()) => report.bytes += row.bytes,
                Err(parts) => {
                    report.damaged_rows += 1;
                    report.damage.extend(parts.into_iter().map(|part| Damage {
                        store: self.store.clone(),
                        key: row.key(),
                        file: segment_name(row.segment),
                        offset: part.offset,
                        problem: part.problem,
                    }));
                }
            }
        }
        Ok(report)
    }
}
