//! `merge`: put a workflow's nodes back.

use std::path::Path;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, Encoder, NodeVersion};
use argo_offload_core::nodes::{MergeError, decompress_nodes, merge_nodes};
use argo_offload_core::workflow::{Envelope, Storage};

use super::live::{block_on, wait};
use super::named_store::{Named, Nodes};
use super::printed_workflow::finish;
use super::{Answer, notice, parts};
use crate::cli::MergeArguments;
use crate::failure::Failure;
use crate::input::{Document, Objects, single};
use crate::output::{bytes, counted, duration, printable, say};
use crate::store::{NodeStore, RowInfo};

pub(super) fn run(arguments: &MergeArguments) -> Result<Answer> {
    block_on(async { merge(arguments) })
}

fn merge(arguments: &MergeArguments) -> Result<Answer> {
    let argo = arguments.argo.argo_version;
    notice(argo);
    let (objects, document) = single(&arguments.filename)?;
    let text = document.text(&objects);
    let envelope = document.envelope(&objects)?;
    let mut encoder = Encoder::new(argo);
    let what = match envelope.storage() {
        Storage::Offloaded => None,
        Storage::Compressed => Some("decompressed"),
        Storage::Inline => Some("unchanged: it has its nodes"),
        Storage::None => Some("unchanged: it has no nodes, and none are offloaded"),
    };
    if let Some(what) = what {
        let hydrated = decompress_nodes(&mut encoder, text)
            .map_err(|error| failure(&objects, &document, argo, &error))?;
        say(format_args!("workflow/{} {what}", printable(&envelope.name)));
        return finish(&hydrated, arguments.output);
    }
    let (nodes, place) = match &arguments.parts {
        Some(folder) => from_parts(folder, &envelope)?,
        None => from_store(arguments, &envelope)?,
    };
    let merged = merge_nodes(&mut encoder, text, &nodes)
        .map_err(|error| failure(&objects, &document, argo, &error))?;
    say(format_args!(
        "workflow/{} merged: {} of nodes from {}",
        printable(&envelope.name),
        bytes(nodes.len() as u64),
        printable(&place)
    ));
    finish(&merged, arguments.output)
}

fn from_parts(folder: &Path, envelope: &Envelope<'_>) -> Result<(Vec<u8>, String)> {
    let version: NodeVersion = envelope.offload_version.parse().map_err(|error| {
        Failure::new(format!("status.offloadNodeStatusVersion: {error}"))
            .help("Argo writes fnv: and a number; this workflow was changed by something else")
    })?;
    Ok((parts::read(folder, version)?, folder.display().to_string()))
}

fn from_store(arguments: &MergeArguments, envelope: &Envelope<'_>) -> Result<(Vec<u8>, String)> {
    if envelope.uid.is_empty() {
        return Err(Failure::new(
            "the Workflow has no metadata.uid, under which its row is stored",
        )
        .help("take the workflow from the cluster: kubectl get workflow NAME -o json")
        .into());
    }
    let named = Named::in_files(arguments.store.as_deref())?;
    let nodes = wait(Nodes::open(&named, &arguments.live))?;
    match (nodes.read(envelope)?, &nodes) {
        (Some(found), _) => Ok((found, nodes.describe())),
        (None, Nodes::Store(store)) => Err(missing(store.as_ref(), envelope)?.into()),
        (None, Nodes::Server(server)) => {
            Err(Failure::new(format_args!("{} has no nodes of it", server.describe()))
                .help("read the row from the database itself: --store cluster")
                .into())
        }
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
    let known: Vec<String> = others.iter().take(5).map(known).collect();
    Ok(failure.help(format_args!(
        "it has {} of this workflow: {}",
        counted(others.len() as u64, "other version"),
        known.join(", ")
    )))
}

/// A version with what the store knows of it.
fn known(row: &RowInfo) -> String {
    let size = row.bytes.or(row.stored_bytes).map(bytes);
    let age = row.age.map(|age| format!("{} old", duration(age.as_secs())));
    let details: Vec<String> = size.into_iter().chain(age).collect();
    if details.is_empty() {
        row.key.version.clone()
    } else {
        format!("{} ({})", row.key.version, details.join(", "))
    }
}

/// The error for nodes that cannot be put back.
pub(super) fn failure(
    objects: &Objects,
    document: &Document,
    argo: ArgoVersion,
    error: &MergeError,
) -> Failure {
    let plain = || Failure::new(format!("{}: {error}", objects.name));
    match error {
        MergeError::Envelope(error) => document.envelope_failure(objects, error),
        MergeError::Workflow(error) => document.refused(objects, error, argo),
        MergeError::Decode(error) => {
            Failure::in_nodes(&objects.name, "the nodes to be put back", error, argo)
        }
        MergeError::Decompress(_) => document.in_compressed_nodes(objects, error),
        MergeError::Version { .. } => plain().help(
            "nothing was printed; the row or part was changed, or belongs to another workflow",
        ),
        MergeError::WouldDrop(_) => plain()
            .help(format_args!("nothing was printed; try --argo-version {}", ArgoVersion::NEWEST)),
        MergeError::NotOffloaded => plain().help("it has its nodes: there is nothing to put back"),
    }
}
