//! The command line.

mod connection;
mod doctor;
mod enable;
mod get;
mod lint;
mod relay;
mod rows;
mod words;

use std::path::PathBuf;

use argo_offload_core::golang::ArgoVersion;
use clap::{Args, Parser, Subcommand, ValueEnum};

pub(crate) use connection::parse_duration;
pub use connection::{ConnectionArguments, ControllerArguments, SelectionArguments};
pub use doctor::{DoctorArguments, DoctorFailOn, DoctorOutput};
pub use enable::{
    ChangeArguments, ChangeForm, DatabaseTls, DisableArguments, DryRun, EnableArguments,
    WantedArguments,
};
pub use get::{GetArguments, GetOutput, Status};
pub use lint::{ExplainArguments, ExplainOutput, LintArguments, LintFailOn, LintOutput};
pub use relay::RelayArguments;
pub use rows::{DatabaseArguments, LiveArguments, RowsArguments, RowsBytes, RowsOutput, RowsSort};

const AFTER_HELP: &str = "\
Exit codes: 0 done, 1 the answer asked for is bad, 2 could not do it.

Environment:
  ARGO_OFFLOAD_LOG          debug or trace: what is asked of the cluster and
                            of databases, on stderr; never a secret
  ARGO_OFFLOAD_DB_PASSWORD  the password for --store mysql://…
  ARGO_SERVER, ARGO_TOKEN   argo-server and who you are, as argo takes them";

/// See, split and merge the node status that Argo Workflows keeps outside Kubernetes.
///
/// Argo keeps the state of every task in a Workflow's status.nodes. Kubernetes refuses objects above
/// about 1 MiB, so the controller compresses the nodes and, when that is not enough, offloads them to
/// a database. These commands say how large a workflow is, what the controller does with it, and take
/// its nodes out and put them back, byte for byte as Argo's own code would.
#[derive(Debug, Parser)]
#[command(
    name = "kubectl argo-offload",
    bin_name = "kubectl argo-offload",
    version,
    arg_required_else_help = true,
    disable_help_subcommand = true,
    max_term_width = 100,
    after_help = AFTER_HELP
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show how large workflows are and what the controller does with them
    Size(Box<SizeArguments>),
    /// List the rows of offloaded nodes in a store
    #[command(visible_alias = "ls")]
    Rows(Box<RowsArguments>),
    /// Show workflows and their nodes, wherever those are
    Get(Box<GetArguments>),
    /// Take a workflow's nodes out: the workflow without them goes to stdout, they go to a store
    Split(SplitArguments),
    /// Put a workflow's nodes back, from a store, from parts, or from its compressedNodes
    Merge(Box<MergeArguments>),
    /// Say what the controller would say about its configuration, and what hurts later
    Lint(Box<LintArguments>),
    /// Say whether offloading works, from the cluster to the last row, and what is about to break
    Doctor(Box<DoctorArguments>),
    /// Turn offloading on: checked before, watched after, with a way back
    Enable(Box<EnableArguments>),
    /// Turn offloading off, once no running workflow needs it
    Disable(Box<DisableArguments>),
    /// Explain a rule of lint, a check of doctor, or the known symptoms in a log
    Explain(ExplainArguments),
    /// Print JSON Schemas, for editors and scripts; without a name, what there is
    #[command(after_help = SCHEMA_EXAMPLES)]
    Schema {
        /// The schema to print
        name: Option<SchemaName>,
    },
    /// Print the version of this plugin and the versions of Argo it knows
    Version(VersionArguments),
    /// Print a completion script for a shell
    #[command(after_help = COMPLETION_EXAMPLES)]
    Completion {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// What runs in the pod of --via relay: passes connections on
    #[command(hide = true)]
    Relay(RelayArguments),
    /// What kubectl asks for when TAB is pressed
    #[command(name = "__complete", hide = true)]
    Complete {
        /// The words typed so far.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        words: Vec<String>,
    },
}

const SIZE_EXAMPLES: &str = "\
Examples:
  # One workflow in the cluster: its size, the verdict, and the bytes by field
  kubectl argo-offload size my-workflow -n argo

  # All that are running, in all namespaces, by the limit and version of the controller
  kubectl argo-offload size -A -l workflows.argoproj.io/completed!=true

  # Watch one grow until it ends
  kubectl argo-offload size my-workflow -w

  # From a file
  kubectl get workflow my-workflow -o json --show-managed-fields > my-workflow.json
  kubectl argo-offload size -f my-workflow.json

  # A folder of workflows, as the controller of Argo 3.7 counts them
  kubectl argo-offload size -f workflows/ --argo-version 3.7

  # In CI: fail when a workflow comes within 10 % of the limit
  kubectl argo-offload size -f my-workflow.json --fail-on near

  # The names of those that the controller would offload
  kubectl argo-offload size -f workflows/ -o json |
    jq -r '.items[] | select(.verdict == \"Offloaded\") | .name'";

/// Arguments of `size`.
#[derive(Debug, Args)]
#[command(after_help = SIZE_EXAMPLES)]
pub struct SizeArguments {
    /// Which workflows of the cluster.
    #[command(flatten)]
    pub selection: SelectionArguments,
    /// Instead of the cluster: a file, a folder, or - for stdin; may be repeated. JSON or YAML: objects, Lists,
    /// several documents, JSON lines; also .gz and .zst
    #[arg(short, long = "filename", value_name = "FILE", conflicts_with_all = ["names", "selector", "all_namespaces"])]
    pub filename: Vec<PathBuf>,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: SizeOutput,
    /// The version of Argo Workflows whose code decides [default: the controller's, else 4.1]
    #[arg(long, value_name = "VERSION")]
    pub argo_version: Option<ArgoVersion>,
    /// The controller's MAX_WORKFLOW_SIZE in bytes; Ki and Mi may follow [default: the controller's, else 1Mi]
    #[arg(long, value_name = "BYTES", value_parser = parse_bytes)]
    pub max_size: Option<u64>,
    /// Whether the controller has nodeStatusOffLoad on [default: what its ConfigMap says, else true]
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    pub offloading: Option<bool>,
    /// The controller runs with ALWAYS_OFFLOAD_NODE_STATUS=true
    #[arg(long)]
    pub always_offload: bool,
    /// Exit with 1 if a workflow is `near` its limit (90 % of it, or a borderline verdict) or `over` it
    /// (the controller fails, or what it stores is larger than the limit)
    #[arg(long, value_name = "LEVEL")]
    pub fail_on: Option<FailOn>,
    /// Also how much the offloaded nodes take in the database, which reads these rows for it
    #[arg(long, conflicts_with_all = ["filename", "watch"])]
    pub row_bytes: bool,
    /// Print one workflow's size again whenever it changes, until it ends
    #[arg(short, long, conflicts_with_all = ["filename", "selector", "all_namespaces"])]
    pub watch: bool,
    /// Which controller decides, and how it and its database are reached.
    #[command(flatten)]
    pub live: LiveArguments,
}

/// When `size` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum FailOn {
    /// At 90 % of the limit.
    Near,
    /// Above the limit.
    Over,
}

/// How `size` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SizeOutput {
    /// A table; for one workflow also its fields.
    Table,
    /// A table with more columns.
    Wide,
    /// A SizeReport as JSON.
    Json,
    /// A SizeReport as YAML.
    Yaml,
    /// Only names.
    Name,
}

/// Which Argo decides.
#[derive(Clone, Copy, Debug, Args)]
pub struct ArgoArguments {
    /// The version of Argo Workflows whose code decides
    #[arg(long, value_name = "VERSION", default_value_t = ArgoVersion::NEWEST)]
    pub argo_version: ArgoVersion,
}

const SPLIT_EXAMPLES: &str = "\
Examples:
  # Into the archive ./offloaded-nodes; the workflow without its nodes goes on
  kubectl argo-offload split -f my-workflow.json > dehydrated.json

  # Into another archive, in a pipe
  kubectl get workflow my-workflow -o json |
    kubectl argo-offload split -f - --store dir:backup > dehydrated.json

  # YAML in, YAML out
  kubectl get workflow my-workflow -o yaml |
    kubectl argo-offload split -f - -o yaml > dehydrated.yaml

  # Into plain JSON files of at most 4 MiB, each a valid node map
  kubectl argo-offload split -f my-workflow.json --out parts --max-part 4Mi > dehydrated.json";

/// Arguments of `split`.
#[derive(Debug, Args)]
#[command(after_help = SPLIT_EXAMPLES)]
pub struct SplitArguments {
    /// A file with one workflow, or - for stdin: JSON or YAML, also .gz and .zst
    #[arg(short, long = "filename", value_name = "FILE")]
    pub filename: PathBuf,
    /// How the workflow is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "json")]
    pub output: WorkflowOutput,
    /// Where the nodes go: dir:PATH, an archive [default: dir:offloaded-nodes]
    #[arg(long, value_name = "STORE", conflicts_with = "out")]
    pub store: Option<String>,
    /// Write the nodes as plain JSON files into this folder instead
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// The most bytes a part may have; Ki and Mi may follow [default: 4Mi]
    #[arg(long, value_name = "BYTES", requires = "out", value_parser = parse_bytes)]
    pub max_part: Option<u64>,
    /// Whose code decides.
    #[command(flatten)]
    pub argo: ArgoArguments,
}

/// How `split` and `merge` print a workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum WorkflowOutput {
    /// JSON, changed in nothing but where the nodes are.
    Json,
    /// YAML, as kubectl prints it.
    Yaml,
}

const MERGE_EXAMPLES: &str = "\
Examples:
  # From the archive that split wrote
  kubectl argo-offload merge -f dehydrated.json > my-workflow.json

  # The same as YAML
  kubectl argo-offload merge -f dehydrated.json -o yaml > my-workflow.yaml

  # From the controller's database; from Argo's table in any other, whose password is asked for
  kubectl argo-offload merge -f dehydrated.json --store cluster
  kubectl argo-offload merge -f dehydrated.json --store mysql://argo@db.example/argo

  # From parts
  kubectl argo-offload merge -f dehydrated.json --parts parts > my-workflow.json

  # A workflow whose nodes are compressed
  kubectl get workflow my-workflow -o json |
    kubectl argo-offload merge -f - | jq '.status.nodes | length'";

/// Arguments of `merge`.
#[derive(Debug, Args)]
#[command(after_help = MERGE_EXAMPLES)]
pub struct MergeArguments {
    /// A file with one workflow, or - for stdin: JSON or YAML, also .gz and .zst
    #[arg(short, long = "filename", value_name = "FILE")]
    pub filename: PathBuf,
    /// How the workflow is printed
    #[arg(short, long, value_name = "FORMAT", default_value = "json")]
    pub output: WorkflowOutput,
    /// Where the nodes are: dir:PATH, an archive; cluster, the controller's database; server, through argo-server;
    /// or mysql://USER@HOST/DATABASE [default: dir:offloaded-nodes]
    #[arg(long, value_name = "STORE", conflicts_with = "parts")]
    pub store: Option<String>,
    /// The folder with the parts that `split --out` wrote
    #[arg(long, value_name = "FOLDER")]
    pub parts: Option<PathBuf>,
    /// How the cluster and the database are reached.
    #[command(flatten)]
    pub live: LiveArguments,
    /// Whose code decides.
    #[command(flatten)]
    pub argo: ArgoArguments,
}

const SCHEMA_EXAMPLES: &str = "\
A first line `# yaml-language-server: $schema=FILE` makes editors check and complete a YAML file.

Examples:
  # What there is
  kubectl argo-offload schema

  # For an editor: beside the file it is for
  kubectl argo-offload schema workflow-controller-config > workflow-controller-config.json

  # The fields of an item of `size -o json`
  kubectl argo-offload schema size-report | jq '.definitions.Item.properties | keys'";

/// The schemas; each is `schema/NAME.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaName {
    /// What is under `persistence` in the controller's configuration
    Persistence,
    /// The controller's configuration, the text under `config` in its ConfigMap
    WorkflowControllerConfig,
    /// The controller's ConfigMap
    WorkflowControllerConfigmap,
    /// Values of the Helm chart argo-workflows
    HelmValues,
    /// The output of `size -o json`
    SizeReport,
    /// The output of `rows -o json`
    RowList,
    /// The output of `lint -o json`
    LintReport,
    /// The output of `lint --list-rules -o json`
    RuleList,
    /// The output of `doctor -o json`
    DoctorReport,
    /// The output of `doctor --list-checks -o json`
    CheckList,
    /// The file of `enable --from-file`
    EnableValues,
    /// The output of `explain CODE -o json` for a rule of lint
    Rule,
    /// The output of `explain CODE -o json` for a check of doctor
    Check,
    /// The output of `explain SYMPTOM -o json`
    Symptom,
    /// The output of `explain - -o json`
    SymptomList,
    /// The output of `version -o json`
    Version,
}

/// Arguments of `version`.
#[derive(Debug, Args)]
pub struct VersionArguments {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: VersionOutput,
}

/// How `version` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VersionOutput {
    /// For people.
    Text,
    /// A Version as JSON.
    Json,
    /// A Version as YAML.
    Yaml,
}

const COMPLETION_EXAMPLES: &str = "\
The script completes the binary itself, kubectl-argo_offload. For TAB behind `kubectl argo-offload`,
put the file kubectl_complete-argo_offload on the PATH; kubectl 1.26 and later run it.

Examples:
  # For this session
  kubectl argo-offload completion bash > argo-offload.bash && source argo-offload.bash";

/// Reads `4194304`, `4096Ki`, `4Mi` and, as people write them, `4MiB`.
fn parse_bytes(text: &str) -> Result<u64, String> {
    let error =
        || format!("expected a number of bytes such as 1048576, 1024Ki or 1Mi, found {text:?}");
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit: u64 = match text.get(digits.len()..).unwrap_or_default() {
        "" => 1,
        "Ki" | "KiB" => 1 << 10,
        "Mi" | "MiB" => 1 << 20,
        "Gi" | "GiB" => 1 << 30,
        _ => return Err(error()),
    };
    let number: u64 = digits.parse().map_err(|_| error())?;
    number.checked_mul(unit).filter(|bytes| *bytes > 0).ok_or_else(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn bytes_are_read_with_binary_units() {
        assert_eq!(parse_bytes("4Mi"), Ok(4 << 20));
        assert_eq!(parse_bytes("1048576"), Ok(1 << 20));
        for refused in ["", "0", "1MB", "-1", "1.5Mi", "Mi", "99999999999Gi"] {
            assert!(parse_bytes(refused).is_err(), "{refused}");
        }
    }
}
