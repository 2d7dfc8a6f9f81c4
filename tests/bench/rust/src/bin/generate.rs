//! Makes the files that the benchmarks read. The same arguments give the same bytes everywhere.

use std::fs;
use std::path::PathBuf;

use anyhow::Context as _;
use argo_offload_testkit::{realistic_nodes, realistic_workflow, to_mysql_text};
use clap::{Parser, ValueEnum};

#[path = "../manifests.rs"]
mod manifests;

#[derive(Parser)]
struct Arguments {
    kind: Kind,
    /// Of nodes; of YAML the bytes, not to be exceeded
    size: usize,
    file: PathBuf,
}

#[derive(Clone, Copy, ValueEnum)]
enum Kind {
    /// status.nodes as Go marshals it
    Nodes,
    /// The same as MySQL's JSON type prints it
    Mysql,
    /// A Workflow as Go marshals it
    Workflow,
    /// Many manifests in one YAML document: ConfigMaps of the controller, Workflows
    Yaml,
    /// One ConfigMap of the controller, in YAML
    ConfigMap,
}

const SEED: u64 = 15_000;
/// As in the larger workflows seen.
const BYTES_A_NODE: usize = 2_000;

fn main() -> anyhow::Result<()> {
    let Arguments { kind, size, file } = Arguments::parse();
    let text = match kind {
        Kind::Nodes => realistic_nodes(SEED, size, BYTES_A_NODE),
        Kind::Mysql => to_mysql_text(&realistic_nodes(SEED, size, BYTES_A_NODE)),
        Kind::Workflow => realistic_workflow(SEED, size, BYTES_A_NODE),
        Kind::Yaml => manifests::list(size)?,
        Kind::ConfigMap => manifests::config_map(size),
    };
    fs::write(&file, text).with_context(|| file.display().to_string())
}
