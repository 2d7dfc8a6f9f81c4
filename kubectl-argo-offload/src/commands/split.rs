//! `split`: take a workflow's nodes out.

use std::path::Path;

use anyhow::{Context, Result};
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::{Record, SplitError, split_nodes};

use super::{Answer, parts};
use crate::cli::SplitArguments;
use crate::failure::Failure;
use crate::input::{Document, Input, single};
use crate::output::{bytes, printable, write_stdout};
use crate::store::{NodeRecord, NodeStore, Put, StoreAddress};

/// Where nodes go when nothing is said.
pub(super) const DEFAULT_STORE: &str = "offloaded-nodes";

pub(super) fn run(arguments: &SplitArguments) -> Result<Answer> {
    let argo = arguments.argo.argo_version;
    let (input, document) = single(&arguments.filename)?;
    let text = document.text(&input);
    let split = split_nodes(&mut Encoder::new(argo), text)
        .map_err(|error| failure(&input, &document, argo, &error))?;
    let Some(record) = &split.record else {
        let envelope = document.envelope(&input)?;
        let why = if envelope.offload_version.is_empty() {
            "it has no nodes"
        } else {
            "its nodes are already offloaded"
        };
        anstream::eprintln!("workflow/{} unchanged: {why}", printable(&envelope.name));
        return finish(text);
    };
    // The nodes are safe before the workflow without them is given out.
    let kept = match &arguments.out {
        Some(folder) => write_parts(folder, record, arguments.max_part)?,
        None => store(arguments.store.as_ref(), record)?,
    };
    anstream::eprintln!(
        "workflow/{} split: {} nodes ({}) {kept} as {}; {} of {} are left",
        printable(&record.name),
        record.count,
        bytes(record.nodes.len() as u64),
        record.version,
        bytes(split.workflow.len() as u64),
        bytes(text.len() as u64),
    );
    finish(&split.workflow)
}

/// Prints the workflow, with the line end that files have.
pub(super) fn finish(workflow: &[u8]) -> Result<Answer> {
    write_stdout(workflow)?;
    if workflow.last() != Some(&b'\n') {
        write_stdout(b"\n")?;
    }
    Ok(Answer::Good)
}

/// Writes the row, reads it back and compares; says where it is.
fn store(address: Option<&StoreAddress>, record: &Record) -> Result<String> {
    let default = StoreAddress::Dir(DEFAULT_STORE.into());
    let address = address.unwrap_or(&default);
    let mut store = address.open_for_writing()?;
    warn(store.as_ref());
    let row = NodeRecord {
        cluster_name: String::new(),
        namespace: record.namespace.clone(),
        name: record.name.clone(),
        uid: record.uid.clone(),
        version: record.version.to_string(),
        nodes: record.nodes.clone(),
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
        Put::Written => format!("are in {place}"),
        Put::AlreadyStored => format!("were already in {place}"),
    })
}

/// Says what was odd about a store.
pub(super) fn warn(store: &dyn NodeStore) {
    for warning in store.warnings() {
        anstream::eprintln!("warning: {}", printable(&warning));
    }
}

fn write_parts(folder: &Path, record: &Record, max_bytes: u64) -> Result<String> {
    let max_bytes = usize::try_from(max_bytes).unwrap_or(usize::MAX);
    let count = parts::write(folder, record, max_bytes)?;
    let word = if count == 1 { "part" } else { "parts" };
    Ok(format!("are in {count} {word} in {}", folder.display()))
}

fn failure(input: &Input, document: &Document, argo: ArgoVersion, error: &SplitError) -> Failure {
    match error {
        SplitError::Envelope(error) => document.envelope_failure(input, error),
        SplitError::Decode { error, in_compressed: false } => {
            let what = format!("{error}; Argo {argo} refuses this");
            document.failure(input, error.at, what)
        }
        SplitError::Decode { error, in_compressed: true } => Failure::new(format!(
            "{}: in the decompressed compressedNodes, at byte {}: {error}; Argo {argo} refuses this",
            input.name, error.at
        )),
        SplitError::WouldDrop(_) => {
            let failure = Failure::new(format!("{}: {error}", input.name));
            if argo < ArgoVersion::NEWEST {
                let newest = ArgoVersion::NEWEST;
                failure.help(format_args!("nothing was written; try --argo-version {newest}"))
            } else {
                failure.help(
                    "nothing was written; the nodes come from a newer Argo or were edited by hand",
                )
            }
        }
        SplitError::NoUid => Failure::new(format!("{}: {error}", input.name))
            .help("take the workflow from the cluster: kubectl get workflow NAME -o json"),
        other => Failure::new(format!("{}: {other}", input.name)),
    }
}
