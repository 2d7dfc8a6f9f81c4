//! Arguments of `lint` and `explain`.

use std::path::PathBuf;

use argo_offload_core::golang::ArgoVersion;
use clap::{Args, ValueEnum};

use super::ConnectionArguments;
use super::words::{ANYTHING, RULE};

const LINT_EXAMPLES: &str = "\
Examples:
  # The controller's ConfigMap with its Secret, before it is applied
  kubectl argo-offload lint workflow-controller-configmap.yaml secret.yaml

  # What is in the cluster now: the controller's ConfigMap, its Secrets and Deployments
  kubectl argo-offload lint --live

  # Helm values, for the version that runs and for the one that is to come
  kubectl argo-offload lint values.yaml --argo-version 3.7 --upgrade-to 4.1

  # See what would be mended, then mend it
  kubectl argo-offload lint manifests/ --diff
  kubectl argo-offload lint manifests/ --fix

  # In CI, for code scanning; warnings fail too
  kubectl argo-offload lint manifests/ --fail-on warning -o sarif > lint.sarif";

/// Arguments of `lint`.
#[derive(Debug, Args)]
#[command(after_help = LINT_EXAMPLES)]
pub struct LintArguments {
    /// Files, folders with the .yaml, .yml and .json files below them, or - for stdin
    #[arg(value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// The same, as kubectl has it
    #[arg(short, long = "filename", value_name = "FILE")]
    pub filename: Vec<PathBuf>,
    /// Instead of files, what is in the cluster: the controller's ConfigMap, the Secrets that it names, and the
    /// Deployments of controller and server. --namespace is the controller's
    #[arg(long, conflicts_with_all = ["files", "filename", "mend", "list_rules"])]
    pub live: bool,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: LintOutput,
    /// The version of Argo Workflows that judges [default: the controller's image, else 4.1]
    #[arg(long, value_name = "VERSION")]
    pub argo_version: Option<ArgoVersion>,
    /// Also say what this version, which the controller is to be upgraded to, would refuse
    #[arg(long, value_name = "VERSION")]
    pub upgrade_to: Option<ArgoVersion>,
    /// Only these rules: codes, names, or beginnings of codes such as AO2; may be repeated
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RULE, hide_possible_values = true)]
    pub select: Vec<String>,
    /// Not these rules; may be repeated
    #[arg(long, value_name = "RULE", value_delimiter = ',', value_parser = RULE, hide_possible_values = true)]
    pub ignore: Vec<String>,
    /// Exit with 1 from this severity on
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: LintFailOn,
    /// Mend what can be mended with certainty, in the files; what comes from stdin goes to stdout
    #[arg(long, group = "mend")]
    pub fix: bool,
    /// With --fix or --diff: also apply fixes that may not be what is meant
    #[arg(long, requires = "mend")]
    pub unsafe_fixes: bool,
    /// Show what --fix would change; exit with 1 if there is something
    #[arg(long, group = "mend", conflicts_with = "output")]
    pub diff: bool,
    /// List the rules, as text or JSON
    #[arg(long)]
    pub list_rules: bool,
    /// Say what each document was taken for
    #[arg(long)]
    pub explain_sources: bool,
    /// The controller's ConfigMap [default: what its Deployment says]
    #[arg(long, value_name = "NAME", requires = "live")]
    pub configmap: Option<String>,
    /// How the cluster is reached.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// How `lint` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LintOutput {
    /// For people.
    Text,
    /// A LintReport as JSON.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// When `lint` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LintFailOn {
    /// At any finding.
    Info,
    /// At a warning.
    Warning,
    /// At an error.
    Error,
    /// At none.
    Never,
}

const EXPLAIN_EXAMPLES: &str = "\
Examples:
  # A rule of lint, and a check of doctor
  kubectl argo-offload explain AO212
  kubectl argo-offload explain AD307

  # A message that a workflow or the controller shows
  kubectl argo-offload explain 'offload node status is not supported'

  # What went wrong, from the controller's log
  kubectl logs deploy/workflow-controller -n argo --previous | kubectl argo-offload explain -";

/// Arguments of `explain`.
#[derive(Debug, Args)]
#[command(after_help = EXPLAIN_EXAMPLES)]
pub struct ExplainArguments {
    /// A rule's or check's code or name, a symptom's name, a message, or - to find known symptoms in a log on stdin
    #[arg(value_name = "CODE|-", value_parser = ANYTHING, hide_possible_values = true)]
    pub subject: String,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "text")]
    pub output: ExplainOutput,
}

/// How `explain` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExplainOutput {
    /// For people.
    Text,
    /// A Rule, Check, Symptom or SymptomList as JSON.
    Json,
}
