//! `split`: take a workflow's nodes out.

use std::path::Path;

use anyhow::{Context, Result};
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::{Record, Split, SplitError, split_nodes};
use argo_offload_core::workflow::Storage;

use super::named_store::{address, warn};
use super::printed_workflow::finish;
use super::{Answer, notice, parts};
use crate::cli::SplitArguments;
use crate::failure::Failure;
use crate::input::{Document, Objects, single};
use crate::output::{bytes, counted, printable, say};
use crate::store::{NodeRecord, Put};

/// The most bytes of a part when nothing is said: 4 MiB.
const MAX_PART: u64 = 4 << 20;

pub(super) fn run(arguments: &SplitArguments) -> Result<Answer> {
    let argo = arguments.argo.argo_version;
    notice(argo);
    let (objects, document) = single(&arguments.filename)?;
    let text = document.text(&objects);
    let Split { workflow, record } = split_nodes(&mut Encoder::new(argo), text)
        .map_err(|error| failure(&objects, &document, argo, &error))?;
    let Some(record) = record else {
        let envelope = document.envelope(&objects)?;
        let why = match envelope.storage() {
            Storage::Offloaded => "its nodes are already offloaded",
            _ => "it has no nodes",
        };
        say(format_args!("workflow/{} unchanged: {why}", printable(&envelope.name)));
        return finish(text, arguments.output);
    };
    let summary = format!(
        "workflow/{} split: {} ({}) as {}",
        printable(&record.name),
        counted(record.count, "node"),
        bytes(record.nodes.len() as u64),
        record.version,
    );
    // The nodes are safe before the workflow without them is given out.
    let kept = match &arguments.out {
        Some(folder) => write_parts(folder, &record, arguments.max_part.unwrap_or(MAX_PART))?,
        None => store(arguments.store.as_deref(), record)?,
    };
    say(format_args!(
        "{summary} {}; the workflow without them has {} of {}",
        printable(&kept),
        bytes(workflow.len() as u64),
        bytes(text.len() as u64),
    ));
    finish(&workflow, arguments.output)
}

/// Writes the row, reads it back and compares; says where it is.
fn store(store: Option<&str>, record: Record) -> Result<String> {
    let mut store = address(store)?.open_for_writing()?;
    warn(store.as_ref());
    let row = NodeRecord {
        cluster_name: String::new(),
        namespace: record.namespace,
        name: record.name,
        uid: record.uid,
        version: record.version.to_string(),
        nodes: record.nodes,
    };
    let put = store.put(&row)?;
    let back = store.read(&row.key())?;
    if back.is_none_or(|back| back.nodes != row.nodes) {
        return Err(Failure::new(format!("{} does not give back what was put", store.describe()))
            .help("the workflow was not printed; check the disk and try another --store")
            .into());
    }
    store.finish().context("the nodes are safe in the store, but it could not be closed")?;
    let place = store.describe();
    Ok(match put {
        Put::Written => format!("in {place}"),
        Put::AlreadyStored => format!("in {place}, where they were already"),
    })
}

fn write_parts(folder: &Path, record: &Record, max_bytes: u64) -> Result<String> {
    let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let count = parts::write(folder, record, max_bytes)?;
    Ok(format!("in {} in {}", counted(count as u64, "part"), folder.display()))
}

fn failure(
    objects: &Objects,
    document: &Document,
    argo: ArgoVersion,
    error: &SplitError,
) -> Failure {
    let plain = || Failure::new(format!("{}: {error}", objects.name));
    match error {
        SplitError::Envelope(error) => document.envelope_failure(objects, error),
        SplitError::NotUtf8 { at } => document
            .failure(objects, *at, error)
            .help("nothing was written; fetch the workflow again, as UTF-8"),
        SplitError::Decode { error, in_compressed: false } => {
            document.refused(objects, error, argo)
        }
        SplitError::Decode { error, in_compressed: true } => {
            Failure::in_nodes(&objects.name, "the decompressed compressedNodes", error, argo)
        }
        SplitError::Decompress(_) => document.in_compressed_nodes(objects, error),
        SplitError::WouldDrop(_) if argo < ArgoVersion::NEWEST => {
            let newest = ArgoVersion::NEWEST;
            plain().help(format_args!("nothing was written; try --argo-version {newest}"))
        }
        SplitError::WouldDrop(_) => plain()
            .help("nothing was written; the nodes come from a newer Argo or were edited by hand"),
        SplitError::NoUid => {
            plain().help("take the workflow from the cluster: kubectl get workflow NAME -o json")
        }
        SplitError::NotStable => plain()
            .help("nothing was written; look for such a startedAt or finishedAt in the nodes"),
    }
}
