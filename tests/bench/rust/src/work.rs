//! One repetition of each mode.

use anyhow::Context as _;
use argo_offload_core::golang::{ArgoVersion, Count, Encoder, Root};
use argo_offload_core::nodes::{MAX_DECOMPRESSED_BYTES, decompress};
use argo_offload_core::size::{compress_marshalled_nodes, measure};
use clap::ValueEnum;
use serde::Serialize;

/// What is done with the file's bytes.
#[derive(Clone, Copy, Serialize, ValueEnum)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Mode {
    /// Read a node map and compute its version
    Nodes,
    /// Read a Workflow and count what Go marshals
    Workflow,
    /// The length of status.compressedNodes for a node map
    Compress,
    /// Read status.compressedNodes and count the nodes
    Decompress,
    /// As workflow, and where the bytes are and what offloading would save: what `measure` needs to
    /// know of a Workflow. Argo's code has no such thing
    Measure,
}

/// What the mode found out. Answers of `nodes`, `workflow` and `decompress` are exactly Go's.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Number(u64),
    Version(String),
}

/// Argo's release in tests/bench/go/go.mod.
const ARGO: ArgoVersion = ArgoVersion { major: 3, minor: 7, patch: Some(6) };

pub(crate) struct Worker {
    encoder: Encoder,
}

impl Default for Worker {
    fn default() -> Self {
        Self { encoder: Encoder::new(ARGO) }
    }
}

impl Worker {
    pub(crate) fn work(&mut self, mode: Mode, content: &[u8]) -> anyhow::Result<Answer> {
        Ok(match mode {
            Mode::Nodes => Answer::Version(self.encoder.node_version(content)?.0.to_string()),
            Mode::Workflow => {
                let encoded =
                    self.encoder.encode(content, Root::Workflow, &mut Count::default())?;
                Answer::Number(encoded.bytes)
            }
            Mode::Compress => Answer::Number(compress_marshalled_nodes(content).bytes),
            Mode::Decompress => {
                let nodes = decompress(content.trim_ascii(), MAX_DECOMPRESSED_BYTES)?;
                let encoded = self.encoder.encode(&nodes, Root::Nodes, &mut Count::default())?;
                Answer::Number(encoded.nodes.context("the nodes are null")?)
            }
            Mode::Measure => {
                Answer::Number(measure(&mut self.encoder, ARGO, content)?.offloaded_bytes)
            }
        })
    }
}
