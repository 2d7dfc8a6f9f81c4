//! The lines of a manifest that cannot be used. **Invariant:** bounded, however many there are.

use std::collections::BTreeMap;

use super::Notice;
use super::line::Found;
use super::manifest::Torn;
use super::notice::MOST_OF_A_KIND;

/// More are only counted. An archive that had as many interrupted writes would be a first.
const MOST_HELD: usize = 64 << 10;

/// Damaged lines by their offset, each with its number from 1.
#[derive(Debug, Default)]
pub(super) struct DamagedLines {
    held: BTreeMap<u64, (u64, Found)>,
    counted: u64,
    /// The last one added, if the line feed is missing from it.
    torn: Option<Found>,
}

impl DamagedLines {
    /// Adds a line behind the ones before.
    pub(super) fn add(&mut self, number: u64, found: Found) {
        if !found.terminated {
            self.torn = Some(found);
        } else if self.held.len() < MOST_HELD {
            self.held.insert(found.offset, (number, found));
        } else {
            self.counted += 1;
        }
    }

    /// Takes out the line that is known to be left behind by an interrupted write.
    pub(super) fn forgive(&mut self, torn: &Torn) {
        if self.held.get(&torn.offset).is_some_and(|(_, found)| found.length == torn.length) {
            self.held.remove(&torn.offset);
        }
    }

    /// Takes out the line that ends the file without a line feed.
    pub(super) fn take_torn(&mut self) -> Option<Found> {
        self.torn.take()
    }

    /// Takes out the first line of the file, whose notice is another one.
    pub(super) fn forget_first_line(&mut self) {
        self.held.remove(&0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.held.is_empty() && self.counted == 0
    }

    /// The first ones each, and how many more.
    pub(super) fn notices(&self) -> impl Iterator<Item = Notice> + '_ {
        let named = self.held.values().take(MOST_OF_A_KIND);
        let lines = self.held.len().saturating_sub(MOST_OF_A_KIND) as u64 + self.counted;
        named
            .map(|(line, found)| Notice::ManifestLine { line: *line, offset: found.offset })
            .chain((lines > 0).then_some(Notice::MoreManifestLines { lines }))
    }
}
