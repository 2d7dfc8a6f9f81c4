//! `merge`: put a workflow's nodes back.

use std::path::Path;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, Encoder, NodeVersion};
use argo_offload_core::nodes::{MergeError, decompress_nodes, merge_nodes};
use argo_offload_core::workflow::Envelope;

use super::split::{DEFAULT_STORE, finish, warn};
use super::{Answer, parts};
use crate::cli::MergeArguments;
use crate::failure::Failure;
use crate::input::{Document, Input, single};
use crate::output::{bytes, printable};
use crate::store::{NodeStore, StoreAddress};

pub(super) fn run(arguments: &MergeArguments) -> Result<Answer> {
    let argo = arguments.argo.argo_version;
    let (input, document) = single(&arguments.filename)?;
    let text = document.text(&input);
    let envelope = document.envelope(&input)?;
    let mut encoder = Encoder::new(argo);
    if envelope.offload_version.is_empty() {
        let hydrated = decompress_nodes(&mut encoder, text)
            .map_err(|error| failure(&input, &document, argo, &error))?;
        let what = if envelope.compressed_nodes.is_some() {
            "decompressed"
        } else if envelope.nodes.is_some() {
            "unchanged: it has its nodes"
        } else {
            "unchanged: it has no nodes, and none are offloaded"
        };
        anstream::eprintln!("workflow/{} {what}", printable(&envelope.name));
        return finish(&hydrated);
    }
    let (nodes, place) = match &arguments.parts {
        Some(folder) => from_parts(folder, &envelope)?,
        None => from_store(arguments.store.as_ref(), &envelope)?,
    };
    let merged = merge_nodes(&mut encoder, text, &nodes)
        .map_err(|error| failure(&input, &document, argo, &error))?;
    anstream::eprintln!(
        "workflow/{} merged: {} of nodes from {place}",
        printable(&envelope.name),
        bytes(nodes.len() as u64)
    );
    finish(&merged)
}

fn from_parts(folder: &Path, envelope: &Envelope<'_>) -> Result<(Vec<u8>, String)> {
    let version: NodeVersion = envelope.offload_version.parse().map_err(|error| {
        Failure::new(format!("status.offloadNodeStatusVersion: {error}"))
            .help("Argo writes fnv: and a number; this workflow was changed by something else")
    })?;
    Ok((parts::read(folder, version)?, folder.display().to_string()))
}

fn from_store(
    address: Option<&StoreAddress>,
    envelope: &Envelope<'_>,
) -> Result<(Vec<u8>, String)> {
    let default = StoreAddress::Dir(DEFAULT_STORE.into());
    let store = address.unwrap_or(&default).open()?;
    warn(store.as_ref());
    match store.get(&envelope.uid, &envelope.offload_version)? {
        Some(record) => Ok((record.nodes, store.describe())),
        None => Err(missing(store.as_ref(), envelope)?.into()),
    }
}

/// The row is not there: says what is.
fn missing(store: &dyn NodeStore, envelope: &Envelope<'_>) -> Result<Failure> {
    let others = store.versions_of(&envelope.uid)?;
    let failure = Failure::new(format!(
        "{} has no row of uid {} with version {}",
        store.describe(),
        envelope.uid,
        envelope.offload_version
    ));
    if others.is_empty() {
        return Ok(
            failure.help("it has no other row of this workflow either: name another --store")
        );
    }
    let known: Vec<String> = others
        .iter()
        .take(5)
        .map(|row| format!("{} ({})", row.key.version, bytes(row.bytes)))
        .collect();
    Ok(failure.help(format_args!(
        "it has {} other versions of this workflow: {}",
        others.len(),
        known.join(", ")
    )))
}

fn failure(input: &Input, document: &Document, argo: ArgoVersion, error: &MergeError) -> Failure {
    match error {
        MergeError::Envelope(error) => document.envelope_failure(input, error),
        MergeError::Workflow(error) => {
            let what = format!("{error}; Argo {argo} refuses this");
            document.failure(input, error.at, what)
        }
        MergeError::Decode(error) => Failure::new(format!(
            "{}: in the nodes to be put back, at byte {}: {error}; Argo {argo} refuses this",
            input.name, error.at
        )),
        MergeError::Version { .. } => Failure::new(format!("{}: {error}", input.name)).help(
            "nothing was printed; the row or part was changed, or belongs to another workflow",
        ),
        MergeError::Decompress(_) => {
            let span = document.envelope(input).ok().and_then(|envelope| envelope.compressed_nodes);
            document.failure(input, span.map_or(0, |span| span.start), error)
        }
        other => Failure::new(format!("{}: {other}", input.name)),
    }
}
