//! Several workflows: a table with where their nodes are.

use std::borrow::Cow;

use anyhow::Result;
use argo_offload_core::nodes::tree::Tree;
use argo_offload_core::nodes::{MAX_DECOMPRESSED_BYTES, decompress, entries};
use argo_offload_core::workflow::Storage;
use jiff::Timestamp;

use super::describe::waits;
use super::durations;
use super::facts::{Facts, seconds};
use super::hydrate::Hydrator;
use crate::input::{Document, Objects};
use crate::output::{Table, age, bytes, shortened};

/// The most characters of a message in a row.
const MESSAGE: usize = 60;

/// A table that grows.
pub(super) struct List {
    table: Table,
    wide: bool,
    now: Timestamp,
}

impl List {
    pub(super) fn new(wide: bool) -> Self {
        let mut headers =
            vec!["NAMESPACE", "NAME", "STATUS", "PROGRESS", "NODES", "STORED", "DURATION"];
        if wide {
            headers.extend(["PRIORITY", "BYTES", "VERSION", "UID"]);
        }
        headers.extend(["MESSAGE", "AGE"]);
        Self { table: Table::new(&headers), wide, now: Timestamp::now() }
    }

    /// Adds a workflow.
    ///
    /// # Errors
    /// Argo's own code would refuse it.
    pub(super) fn add(
        &mut self,
        hydrator: &mut Hydrator<'_>,
        objects: &Objects,
        document: &Document,
    ) -> Result<()> {
        let envelope = document.envelope(objects)?;
        let facts = match Facts::read(&mut hydrator.encoder, &envelope) {
            Ok(facts) => facts,
            // With its place.
            Err(error) => return Err(hydrator.hydrate(objects, document).err().unwrap_or(error)),
        };
        let storage = envelope.storage();
        let nodes = match (envelope.nodes_text(), envelope.compressed_nodes_text()) {
            (Some(nodes), _) => Some(Cow::Borrowed(nodes)),
            (_, Some(compressed)) => Some(Cow::Owned(
                decompress(&compressed, MAX_DECOMPRESSED_BYTES)
                    .map_err(|error| document.in_compressed_nodes(objects, &error))?,
            )),
            _ => None,
        };
        let count = match (&nodes, storage) {
            (Some(nodes), _) => entries(nodes)
                .map_err(|error| document.in_compressed_nodes(objects, error))?
                .len()
                .to_string(),
            (None, Storage::Offloaded) => "?".into(),
            (None, _) => "0".into(),
        };
        // Only a running workflow can wait.
        let waiting = envelope.phase == "Running"
            && nodes
                .as_deref()
                .and_then(|nodes| Tree::read(nodes, &envelope.name).ok())
                .is_some_and(|tree| tree.nodes().iter().any(waits));
        let status = &facts.status;
        let (started, finished) = (status.started_at.as_ref(), status.finished_at.as_ref());
        let mut cells = vec![
            envelope.namespace.to_string(),
            envelope.name.to_string(),
            facts.status(&envelope, waiting),
            status.progress.clone(),
            count,
            stored(storage).into(),
            durations::short(seconds(started), seconds(finished), self.now),
        ];
        if self.wide {
            cells.extend([
                facts.spec.priority.to_string(),
                bytes(document.text(objects).len() as u64),
                envelope.offload_version.to_string(),
                envelope.uid.to_string(),
            ]);
        }
        cells.push(shortened(&envelope.message, MESSAGE));
        cells.push(age(&envelope.creation_timestamp, self.now));
        self.table.row(cells);
        Ok(())
    }

    /// The table.
    pub(super) fn text(&mut self) -> String {
        self.table.text()
    }
}

/// As `size` has it.
fn stored(storage: Storage) -> &'static str {
    match storage {
        Storage::None => "<none>",
        Storage::Inline => "inline",
        Storage::Compressed => "compressed",
        Storage::Offloaded => "offloaded",
    }
}
