//! A workflow with its nodes, wherever they are.

use std::borrow::Cow;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::{decompress_nodes, entries, merge_other_nodes};
use argo_offload_core::workflow::{Envelope, Storage};

use super::source::Store;
use crate::commands::merge;
use crate::failure::Failure;
use crate::input::{Document, Objects};
use crate::output::counted;
use crate::output::{bytes, printable};
use crate::store::{NodeStore, RowInfo};

/// How many of a workflow's other versions are read and counted when its own is lost.
const COUNTED_VERSIONS: usize = 10;

/// A workflow with its nodes in `status.nodes`.
pub(super) struct Hydrated<'a> {
    /// Its text.
    pub(super) text: Cow<'a, [u8]>,
    /// Where the nodes were, in words.
    pub(super) place: String,
}

/// What hydration needs beside the workflow.
pub(super) struct Hydrator<'a> {
    pub(super) encoder: Encoder,
    pub(super) argo: ArgoVersion,
    pub(super) store: Store<'a>,
    /// `--row-version`
    pub(super) row_version: Option<&'a str>,
}

impl Hydrator<'_> {
    /// The workflow with its nodes.
    ///
    /// # Errors
    /// They cannot be read, or are not there: with what is known of them and what to do next.
    pub(super) fn hydrate<'o>(
        &mut self,
        objects: &'o Objects,
        document: &Document,
    ) -> Result<Hydrated<'o>> {
        let text = document.text(objects);
        let envelope = document.envelope(objects)?;
        if let Some(version) = self.row_version
            && envelope.storage() != Storage::Offloaded
        {
            let what = format!("the nodes of workflow/{} are not offloaded", envelope.name);
            let help = format!("leave out --row-version {version}");
            return Err(Failure::new(what).help(help).into());
        }
        let place = match envelope.storage() {
            Storage::None => "none",
            Storage::Inline => "in the object",
            Storage::Compressed => "compressed in the object",
            Storage::Offloaded => return self.fetch(objects, document, &envelope),
        };
        let text = decompress_nodes(&mut self.encoder, text)
            .map_err(|error| merge::failure(objects, document, self.argo, &error))?;
        Ok(Hydrated { text, place: place.into() })
    }

    /// The workflow with the nodes of its row.
    fn fetch<'o>(
        &mut self,
        objects: &'o Objects,
        document: &Document,
        envelope: &Envelope<'o>,
    ) -> Result<Hydrated<'o>> {
        if envelope.uid.is_empty() {
            return Err(Failure::new(
                "the Workflow has no metadata.uid, under which its row is stored",
            )
            .help("take the workflow from the cluster: kubectl get workflow NAME -o json")
            .into());
        }
        let named = &*envelope.offload_version;
        let version = self.row_version.unwrap_or(named);
        let store = self.store.get().map_err(|error| unreachable_row(envelope, &error))?;
        let Some(record) = store.get(&envelope.uid, version)? else {
            return Err(lost(store, envelope, version)?.into());
        };
        let place = match self.row_version {
            Some(version) if version != named => {
                format!("the version {version} in {}; the workflow names {named}", store.describe())
            }
            _ => format!("offloaded as {named} in {}", store.describe()),
        };
        let text = document.text(objects);
        let merged = merge_other_nodes(&mut self.encoder, text, &record.nodes, version)
            .map_err(|error| merge::failure(objects, document, self.argo, &error))?;
        Ok(Hydrated { text: Cow::Owned(merged), place })
    }
}

/// The store cannot be opened.
fn unreachable_row(envelope: &Envelope<'_>, error: &anyhow::Error) -> Failure {
    Failure::new(format_args!(
        "the nodes of workflow/{} are offloaded as {}: {error:#}",
        envelope.name, envelope.offload_version
    ))
    .help("name the store that has them: --store dir:PATH")
}

/// The row is not there: says which ones are.
fn lost(store: &dyn NodeStore, envelope: &Envelope<'_>, version: &str) -> Result<Failure> {
    let failure = Failure::new(format_args!(
        "the nodes of workflow/{} are lost: {} has no row of uid {} with version {version}",
        envelope.name,
        store.describe(),
        envelope.uid,
    ));
    let others = store.versions_of(&envelope.uid)?;
    let Some(newest) = others.last() else {
        return Ok(
            failure.help("it has no other row of this workflow either: name another --store")
        );
    };
    let mut known: Vec<String> = Vec::new();
    for row in others.iter().rev().take(COUNTED_VERSIONS) {
        known.push(described(store, row));
    }
    let more = others.len().saturating_sub(COUNTED_VERSIONS);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    Ok(failure.help(format_args!(
        "it has {} of this workflow: {}{more}; show one with --row-version {}",
        counted(others.len() as u64, "other version"),
        known.join(", "),
        printable(&newest.key.version)
    )))
}

/// `fnv:7 (3 nodes, 1.2KiB)`
fn described(store: &dyn NodeStore, row: &RowInfo) -> String {
    let nodes = match store.read(&row.key) {
        Ok(Some(record)) => entries(&record.nodes).ok().map(|nodes| nodes.len()),
        _ => None,
    };
    let count = nodes.map_or("unreadable".into(), |nodes| counted(nodes as u64, "node"));
    format!(
        "{} ({count}, {})",
        printable(&row.key.version),
        row.bytes.map_or_else(|| "size unknown".to_owned(), bytes)
    )
}
