//! Arguments of `get`.

use std::path::PathBuf;

use argo_offload_core::nodes::tree::{Phase, Selector};
use clap::{Args, ValueEnum};

use super::{ArgoArguments, LiveArguments, SelectionArguments};

const GET_EXAMPLES: &str = "\
Examples:
  # One workflow as a tree, wherever its nodes are
  kubectl argo-offload get my-workflow -n argo

  # All workflows, and where their nodes are
  kubectl argo-offload get -A

  # What failed, and why
  kubectl argo-offload get my-workflow --status Failed,Error --limit 0

  # Nodes as argo selects them
  kubectl argo-offload get my-workflow --node-field-selector phase!=Succeeded

  # All of it with its nodes, for jq
  kubectl argo-offload get my-workflow -o json | jq '.status.nodes | length'

  # Follow it until it ends
  kubectl argo-offload get my-workflow -w

  # With rights on workflows alone: through argo-server, by its token
  ARGO_SERVER=argo.example.com:443 ARGO_TOKEN=\"Bearer …\" kubectl argo-offload get my-workflow

  # From a file; nodes that are not in it may be in the archive ./offloaded-nodes
  kubectl argo-offload get -f my-workflow.json";

/// Arguments of `get`.
#[derive(Debug, Args)]
#[command(after_help = GET_EXAMPLES)]
pub struct GetArguments {
    /// Which workflows of the cluster; with -f, which of the names in the files.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Instead of the cluster: a file, a folder, or - for stdin; may be repeated. JSON or YAML: objects, Lists,
    /// several documents, JSON lines; also .gz and .zst
    #[arg(short, long = "filename", value_name = "FILE", conflicts_with_all = ["selector", "all_namespaces"])]
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
    /// Where offloaded nodes are: cluster, the controller's database; server, through argo-server;
    /// mysql://USER@HOST/DATABASE; or dir:PATH, an archive [default: cluster, or server where only that can be used;
    /// with -f dir:offloaded-nodes]
    #[arg(long, value_name = "STORE")]
    pub store: Option<String>,
    /// Show the nodes of this version, such as fnv:784127654, instead of the one the workflow names
    #[arg(long, value_name = "VERSION")]
    pub row_version: Option<String>,
    /// Follow one workflow until it ends; with -f -, each object on stdin is its next state
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
    /// How the cluster and the database are reached.
    #[command(flatten)]
    pub live: LiveArguments,
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
