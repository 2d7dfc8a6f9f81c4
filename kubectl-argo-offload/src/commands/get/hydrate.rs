//! A workflow with its nodes, wherever they are.

use std::borrow::Cow;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::{MergeError, decompress_nodes, entries, merge_other_nodes};
use argo_offload_core::workflow::{Envelope, Storage};

use super::source::Store;
use crate::commands::live::Server;
use crate::commands::merge;
use crate::commands::named_store::Nodes;
use crate::failure::{self, Failure};
use crate::input::{Document, Objects};
use crate::output::{bytes, counted, duration, printable};
use crate::store::{NodeStore, RowInfo, StoreError};

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
        let store = match self.store.get().map_err(|error| unreachable_row(envelope, &error))? {
            Nodes::Store(store) => store.as_ref(),
            Nodes::Server(server) => {
                let answer = ask(server, envelope, self.row_version)?;
                let text = document.text(objects);
                return of_server(&mut self.encoder, self.argo, text, envelope, server, answer);
            }
        };
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

/// Asks argo-server for a workflow with its nodes.
fn ask(server: &Server, envelope: &Envelope<'_>, row_version: Option<&str>) -> Result<Vec<u8>> {
    if let Some(version) = row_version {
        return Err(Failure::new("argo-server knows only the version that a workflow names")
            .help(format_args!("leave out --row-version {version}, or give another --store"))
            .into());
    }
    if envelope.namespace.is_empty() {
        return Err(Failure::new(
            "the Workflow has no metadata.namespace, by which argo-server knows it",
        )
        .help("take the workflow from the cluster: kubectl get workflow NAME -o json")
        .into());
    }
    Ok(server.workflow(&envelope.namespace, &envelope.name)?)
}

/// The workflow with the nodes of argo-server's answer; when it has gone on meanwhile, that answer itself.
fn of_server<'o>(
    encoder: &mut Encoder,
    argo: ArgoVersion,
    text: &'o [u8],
    envelope: &Envelope<'_>,
    server: &Server,
    answer: Vec<u8>,
) -> Result<Hydrated<'o>> {
    let name = &envelope.name;
    let refused = |why: &dyn std::fmt::Display| {
        Failure::new(format_args!("{}: workflow/{name}: {why}", server.describe()))
            .help("read the row from the database itself: --store cluster")
    };
    let fresh = Envelope::parse(&answer).map_err(|error| refused(&error))?;
    if fresh.uid != envelope.uid {
        return Err(refused(&"another workflow has this name now")
            .help("take the workflow from the cluster again: kubectl get workflow NAME -o json")
            .into());
    }
    let Some(nodes) = fresh.nodes_text() else {
        return Err(refused(&"it comes without nodes").into());
    };
    let version = &*envelope.offload_version;
    match merge_other_nodes(encoder, text, nodes, version) {
        Ok(merged) => Ok(Hydrated {
            text: Cow::Owned(merged),
            place: format!("offloaded as {version}, read by {}", server.describe()),
        }),
        Err(MergeError::Version { .. }) => Ok(Hydrated {
            place: format!("as {} has it now", server.describe()),
            text: Cow::Owned(answer),
        }),
        Err(MergeError::WouldDrop(dropped)) => {
            Err(refused(&format_args!("its nodes have what Argo {argo} does not know: {dropped}"))
                .help(format_args!("try --argo-version {}", ArgoVersion::NEWEST))
                .into())
        }
        Err(error) => Err(refused(&error).into()),
    }
}

/// The store cannot be opened.
fn unreachable_row(envelope: &Envelope<'_>, error: &anyhow::Error) -> Failure {
    // The archive that is not there is most likely the one that nobody named.
    let named = !matches!(error.downcast_ref(), Some(StoreError::NoArchive { .. }));
    let help = failure::help_of(error).filter(|_| named).unwrap_or(Cow::Borrowed(
        "name the store that has them: --store cluster, server, dir:PATH or mysql://USER@HOST/DATABASE",
    ));
    Failure::new(format_args!(
        "the nodes of workflow/{} are offloaded as {}: {error:#}",
        envelope.name, envelope.offload_version
    ))
    .help(help)
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

/// `fnv:7 (3 nodes, 1.2KiB, 5m old)`
fn described(store: &dyn NodeStore, row: &RowInfo) -> String {
    let mut known = Vec::new();
    match store.read(&row.key) {
        Ok(Some(record)) => {
            let nodes = entries(&record.nodes).map_or(0, |nodes| nodes.len());
            known.extend([counted(nodes as u64, "node"), bytes(record.nodes.len() as u64)]);
        }
        _ => known.push("unreadable".into()),
    }
    known.extend(row.age.map(|age| format!("{} old", duration(age.as_secs()))));
    format!("{} ({})", printable(&row.key.version), known.join(", "))
}
