//! Arguments of `doctor`.

use std::path::PathBuf;

use argo_offload_core::golang::ArgoVersion;
use clap::{Args, ValueEnum};

use super::words::CHECK;
use super::{ConnectionArguments, DatabaseArguments};

const DOCTOR_EXAMPLES: &str = "\
Examples:
  # Does offloading work?
  kubectl argo-offload doctor

  # Of one of several controllers
  kubectl argo-offload doctor -n argo

  # From within the cluster, as the controller sees the database
  kubectl argo-offload doctor --via relay --relay-image registry.example/kubectl-argo_offload:v1

  # Only the database, and what one check means
  kubectl argo-offload doctor --select AD3
  kubectl argo-offload explain AD307

  # Before an upgrade; warnings fail too
  kubectl argo-offload doctor --upgrade-to 4.1 --fail-on warning

  # What is wrong, for a script
  kubectl argo-offload doctor -o json |
    jq -r '.items[] | select(.status == \"error\") | .code'

  # For a bug report
  kubectl argo-offload doctor --bundle doctor.tar.gz

  # For Prometheus, by node_exporter's textfile collector
  kubectl argo-offload doctor -o prometheus --fail-on never > argo_offload.prom";

/// Arguments of `doctor`.
#[derive(Debug, Args)]
#[command(after_help = DOCTOR_EXAMPLES)]
pub struct DoctorArguments {
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: DoctorOutput,
    /// Only these checks: codes, names, or beginnings of codes such as AD3; may be repeated
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = CHECK, hide_possible_values = true)]
    pub select: Vec<String>,
    /// Not these checks; may be repeated
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = CHECK, hide_possible_values = true)]
    pub ignore: Vec<String>,
    /// Exit with 1 from this severity on
    #[arg(long, value_name = "SEVERITY", default_value = "error")]
    pub fail_on: DoctorFailOn,
    /// Also say what this version, which the controller is to be upgraded to, would refuse
    #[arg(long, value_name = "VERSION")]
    pub upgrade_to: Option<ArgoVersion>,
    /// Also write what a bug report needs into this file: no secrets, no inputs or outputs of nodes
    #[arg(long, value_name = "FILE.tar.gz", conflicts_with = "list_checks")]
    pub bundle: Option<PathBuf>,
    /// List the checks
    #[arg(long)]
    pub list_checks: bool,
    /// The controller's ConfigMap [default: what its Deployment says]
    #[arg(long, value_name = "NAME")]
    pub configmap: Option<String>,
    /// How the database is reached.
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// How the cluster is reached; --namespace is the controller's.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// How `doctor` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DoctorOutput {
    /// A table, line by line as checks end.
    Table,
    /// A DoctorReport as JSON.
    Json,
    /// A DoctorReport as YAML.
    Yaml,
    /// Metrics in Prometheus' text format.
    Prometheus,
}

/// When `doctor` fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DoctorFailOn {
    /// At a warning.
    Warning,
    /// At an error.
    Error,
    /// At none.
    Never,
}
