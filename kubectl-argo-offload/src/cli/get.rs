//! Arguments of `get`.

use std::path::PathBuf;

use argo_offload_core::nodes::tree::{Phase, Selector};
use clap::{Args, ValueEnum};

use super::ArgoArguments;

const GET_EXAMPLES: &str = "\
Examples:
  # One workflow as a tree; its nodes may be in the archive ./offloaded-nodes
  kubectl get workflow my-workflow -o json | kubectl argo-offload get -f -

  # Where the nodes of all workflows are
  kubectl get workflows -A -o json | kubectl argo-offload get -f -

  # What failed, and why
  kubectl argo-offload get -f my-workflow.json --status Failed,Error --limit 0

  # Nodes as argo selects them
  kubectl argo-offload get -f my-workflow.json --node-field-selector phase!=Succeeded

  # All of it with its nodes, for jq
  kubectl argo-offload get -f my-workflow.json -o json | jq '.status.nodes | length'

  # Follow it until it ends
  kubectl get workflow my-workflow -o json -w | kubectl argo-offload get -f - -w";

/// Arguments of `get`.
#[derive(Debug, Args)]
#[command(after_help = GET_EXAMPLES)]
pub struct GetArguments {
    /// Only workflows of these names; without one, all
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// A file, a folder, or - for stdin; may be repeated. JSON or YAML: objects, Lists, several documents,
    /// JSON lines; also .gz and .zst
    #[arg(short, long = "filename", value_name = "FILE", required = true)]
    pub filename: Vec<PathBuf>,
    /// Output format [default: tree for one workflow, table for several]
    #[arg(short, long, value_name = "FORMAT")]
    pub output: Option<GetOutput>,
    /// Only nodes in these phases
    #[arg(long, value_name = "PHASE", value_delimiter = ',', ignore_case = true)]
    pub status: Vec<Status>,
    /// Only nodes of this template
    #[arg(long, value_name = "TEMPLATE")]
    pub template: Option<String>,
    /// Only nodes with these fields, such as phase=Failed,displayName!=main. Fields: id, name, displayName,
    /// templateName, templateRef.name, templateRef.template, phase, type, boundaryID,
    /// inputs.parameters.NAME.value
    #[arg(long, value_name = "TERMS", default_value = "", hide_default_value = true)]
    pub node_field_selector: Selector,
    /// Only so many levels below the root; what is deeper is counted
    #[arg(long, value_name = "LEVELS")]
    pub depth: Option<u32>,
    /// Only so many children of a node, those that failed first; the others are counted. 0 for all [default: all
    /// of up to 200 nodes, 20 of more]
    #[arg(long, value_name = "NUMBER")]
    pub limit: Option<usize>,
    /// Where offloaded nodes are: dir:PATH, an archive [default: dir:offloaded-nodes]
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
    /// Show the nodes of this version, such as fnv:784127654, instead of the one the workflow names
    #[arg(long, value_name = "VERSION")]
    pub row_version: Option<String>,
    /// Follow one workflow until it ends: each object on stdin is its next state
    #[arg(short, long)]
    pub watch: bool,
    /// Words and lines of ASCII
    #[arg(long)]
    pub no_utf8: bool,
    /// No colours
    #[arg(long)]
    pub no_color: bool,
    /// Whose code reads.
    #[command(flatten)]
    pub argo: ArgoArguments,
}

/// How `get` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GetOutput {
    /// A table, one line a workflow.
    Table,
    /// More columns, of the table or of the tree.
    Wide,
    /// A workflow and its nodes.
    Tree,
    /// The workflow with its nodes, as JSON; several in a List.
    Json,
    /// The workflow with its nodes, as YAML; several as documents.
    Yaml,
    /// Only names.
    Name,
}

/// A phase that nodes are shown in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "PascalCase")]
pub enum Status {
    /// Waiting.
    Pending,
    /// Running.
    Running,
    /// Done.
    Succeeded,
    /// Its condition was false.
    Skipped,
    /// Failed.
    Failed,
    /// Failed by something else than itself.
    Error,
}

impl From<Status> for Phase {
    fn from(status: Status) -> Self {
        match status {
            Status::Pending => Self::Pending,
            Status::Running => Self::Running,
            Status::Succeeded => Self::Succeeded,
            Status::Skipped => Self::Skipped,
            Status::Failed => Self::Failed,
            Status::Error => Self::Error,
        }
    }
}
