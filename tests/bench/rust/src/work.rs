//! One repetition of each mode.

use anyhow::{Context as _, anyhow};
use argo_offload_core::config::{self, File, Options, Stage, judge};
use argo_offload_core::golang::{ArgoVersion, Count, Encoder, Root};
use argo_offload_core::nodes::{MAX_DECOMPRESSED_BYTES, decompress};
use argo_offload_core::size::{compress_marshalled_nodes, measure};
use argo_offload_core::yaml;
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
    /// Read YAML and convert it to JSON: its length
    Yaml,
    /// Judge a ConfigMap of the controller as the controller does: its persistence section
    Config,
    /// Lint a file and count the findings. Argo's code has no such thing
    Lint,
    /// Convert JSON to YAML: its length
    Emit,
}

/// What the mode found out. Answers of `nodes`, `workflow`, `decompress`, `yaml`
/// and `config` are exactly Go's.
#[derive(Serialize)]
#[serde(untagged)]
pub(crate) enum Answer {
    Number(u64),
    Version(String),
    Text(String),
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
            Mode::Yaml => {
                let document = yaml::read(content)?;
                let converted = yaml::to_json(&document).map_err(|error| anyhow!("{error:?}"))?;
                Answer::Number(converted.json.len() as u64)
            }
            Mode::Config => {
                let verdict = judge(content, ARGO);
                anyhow::ensure!(verdict.stage == Stage::Ok, "refused: {:?}", verdict.error);
                let persistence = verdict.persistence.into_iter().next().unwrap_or_default();
                Answer::Text(String::from_utf8(persistence)?)
            }
            Mode::Lint => {
                let files = [File { name: "file.yaml", text: content, named: true }];
                let options = Options { version: Some(ARGO), ..Options::default() };
                Answer::Number(config::lint(&files, &options).findings.len() as u64)
            }
            Mode::Emit => {
                let written = yaml::emit(content).map_err(|error| anyhow!("{error:?}"))?;
                Answer::Number(written.len() as u64)
            }
        })
    }
}
