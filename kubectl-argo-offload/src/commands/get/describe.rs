//! One workflow for people: its header and its tree.

use anyhow::Result;
use argo_offload_core::golang::Root;
use argo_offload_core::nodes::tree::{Filter, Node, Phase, PodNames, Tree, View};
use argo_offload_core::workflow::{Envelope, Storage};
use jiff::Timestamp;

use super::facts::Facts;
use super::hydrate::Hydrator;
use super::look::{Look, grouped};
use super::{header, tree};
use crate::input::{Document, Objects};
use crate::output::bytes;

/// The annotation that says how pods are named.
const POD_NAME_FORMAT: &str = "workflows.argoproj.io/pod-name-format";

/// Which part of a tree is shown.
pub(super) struct Part {
    pub(super) filter: Filter,
    pub(super) depth: Option<u32>,
    pub(super) limit: Option<usize>,
}

/// A workflow as text, and what a watch needs of it.
pub(super) struct Described {
    /// Lines, each ended.
    pub(super) text: String,
    pub(super) name: String,
    /// The workflow's status as argo prints it.
    pub(super) status: String,
    /// Whether it has ended.
    pub(super) ended: bool,
    /// Its nodes as far as changes are told.
    pub(super) nodes: Vec<NodeState>,
    /// Why the nodes are not in the text.
    pub(super) problem: Option<anyhow::Error>,
}

/// A node as far as changes are told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct NodeState {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) kind: String,
    pub(super) phase: String,
    pub(super) message: String,
}

/// Describes a workflow; with its header alone, and the problem, if its nodes cannot be had.
///
/// # Errors
/// It is no Workflow that Argo reads.
pub(super) fn describe(
    hydrator: &mut Hydrator<'_>,
    objects: &Objects,
    document: &Document,
    part: &Part,
    look: Look,
    with_states: bool,
) -> Result<Described> {
    let now = Timestamp::now();
    let envelope = document.envelope(objects)?;
    let (hydrated, problem) = match hydrator.hydrate(objects, document) {
        Ok(hydrated) => (Some(hydrated), None),
        Err(error) => (None, Some(error)),
    };
    let facts = match Facts::read(&mut hydrator.encoder, &envelope) {
        Ok(facts) => facts,
        // What hydration says of such a workflow has its place.
        Err(error) => return Err(problem.unwrap_or(error)),
    };
    let mut canonical = Vec::new();
    let mut nodes_line = match envelope.storage() {
        Storage::Offloaded => {
            format!("offloaded as {}, not read: see below", envelope.offload_version)
        }
        _ => "not readable: see below".into(),
    };
    if let Some(hydrated) = &hydrated {
        nodes_line.clone_from(&hydrated.place);
        if let Some(nodes) = Envelope::parse(&hydrated.text)?.nodes_text() {
            hydrator.encoder.encode(nodes, Root::Nodes, &mut canonical)?;
        }
    }
    drop(hydrated);
    let nodes = if canonical.is_empty() { b"{}".as_slice() } else { &canonical };
    let tree = Tree::read(nodes, &envelope.name)?;
    let all = tree.nodes();
    if !all.is_empty() {
        let count = grouped(all.len() as u64);
        nodes_line = format!("{count} {nodes_line} ({})", bytes(canonical.len() as u64));
    }
    let waiting = all.iter().any(waits);
    let mut text = header::text(&facts, &envelope, &nodes_line, waiting, look, now);
    if !all.is_empty() {
        let Part { filter, depth, limit } = part;
        let outline = tree.outline(&View { filter, depth: *depth, limit: *limit });
        let annotation = facts.metadata.annotations.get(POD_NAME_FORMAT);
        let drawing = tree::Drawing {
            tree: &tree,
            outline: &outline,
            workflow: &envelope.name,
            pods: annotation.map_or(PodNames::default(), |format| PodNames::of(format)),
            now,
        };
        text.push('\n');
        text.push_str(&tree::text(&drawing, look));
        let left_out = tree::left_out(&outline);
        if !left_out.is_empty() {
            text.push_str(&format!("\nNot listed: {left_out}.\n"));
        }
    }
    let nodes = if with_states { all.iter().map(state).collect() } else { Vec::new() };
    Ok(Described {
        text,
        name: envelope.name.to_string(),
        status: facts.status(&envelope, waiting),
        ended: facts.status.finished_at.is_some(),
        nodes,
        problem,
    })
}

/// Whether the node is a suspend node that waits: Argo's `IsActiveSuspendNode`.
pub(super) fn waits(node: &Node<'_>) -> bool {
    node.kind == "Suspend" && node.phase == Phase::Running
}

fn state(node: &Node<'_>) -> NodeState {
    NodeState {
        id: node.id.to_string(),
        name: node.name.to_string(),
        kind: node.kind.to_string(),
        phase: node.phase_text.to_string(),
        message: node.message.to_string(),
    }
}
