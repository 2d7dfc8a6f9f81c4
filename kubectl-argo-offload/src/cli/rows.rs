//! Arguments of `rows`, and of every command that opens a database.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConnectionArguments, ControllerArguments};
use crate::failure::Failure;
use crate::store::{Access, Sizes};
use crate::tunnel::Via;

const DATABASE: &str = "Database";

/// How a database is opened.
#[derive(Debug, Args)]
#[command(next_help_heading = DATABASE)]
pub struct DatabaseArguments {
    /// The file with the password for a store mysql://… [default: the variable ARGO_OFFLOAD_DB_PASSWORD, or a prompt]
    #[arg(long, value_name = "FILE")]
    pub db_password_file: Option<PathBuf>,
    /// How the controller's database is reached: directly, or by a port-forward to a Service or Pod of the cluster.
    /// auto sees whether its host is one of the cluster's
    #[arg(long, value_name = "WAY", default_value_t = Via::Auto)]
    pub via: Via,
    /// A file with certificates, PEM, by which the controller's database is trusted beside public authorities
    #[arg(long, value_name = "FILE")]
    pub db_ca: Option<PathBuf>,
    /// Let credentials go unencrypted over a network
    #[arg(long)]
    pub allow_plaintext: bool,
}

/// How a cluster, its controller and the controller's database are reached.
#[derive(Debug, Args)]
pub struct LiveArguments {
    /// How a database is opened.
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// Which controller's database.
    #[command(flatten)]
    pub controller: ControllerArguments,
    /// How the cluster is reached.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

impl DatabaseArguments {
    /// How a store that is named by its address is opened.
    ///
    /// # Errors
    /// There are flags that only count for the controller's own database.
    pub(crate) fn access(&self) -> Result<Access, Failure> {
        let flag = match self {
            Self { via: Via::Auto, db_ca: None, .. } => {
                return Ok(Access {
                    password_file: self.db_password_file.clone(),
                    allow_plaintext: self.allow_plaintext,
                });
            }
            Self { db_ca: Some(_), .. } => "--db-ca",
            _ => "--via",
        };
        Err(Failure::new(format_args!(
            "{flag} is for the controller's own database, and --store names another store"
        ))
        .help("leave one of them out; mysql:// is reached directly, and takes its authority as ?ca=FILE"))
    }
}

const ROWS_EXAMPLES: &str = "\
Examples:
  # What is in the controller's database, and which of it workflows still need
  kubectl argo-offload rows

  # The largest first
  kubectl argo-offload rows --bytes estimate --sort bytes

  # Every version of every workflow of a namespace
  kubectl argo-offload ls -n team-a --versions -o json

  # An archive
  kubectl argo-offload rows --store dir:offloaded-nodes

  # Argo's table in a database, without a cluster; the password is asked for
  kubectl argo-offload rows --store 'mysql://argo@db.example/argo?table=argo_workflows'";

/// Arguments of `rows`.
#[derive(Debug, Args)]
#[command(after_help = ROWS_EXAMPLES)]
pub struct RowsArguments {
    /// Where the rows are: cluster, the controller's database; mysql://USER@HOST/DATABASE; or dir:PATH, an archive.
    /// All rows, or with --namespace those of its workflows
    #[arg(long, value_name = "STORE", default_value = "cluster")]
    pub store: String,
    /// Also rows that controllers with other cluster names wrote
    #[arg(long)]
    pub all_clusters: bool,
    /// One line for each row instead of one for each workflow
    #[arg(long)]
    pub versions: bool,
    /// What comes first
    #[arg(long, value_name = "KEY", default_value = "age")]
    pub sort: RowsSort,
    /// How much is read to know sizes in a database: the newest row of each workflow, or every row
    #[arg(long, value_name = "HOW", default_value = "none")]
    pub bytes: RowsBytes,
    /// Output format
    #[arg(short, long, value_name = "FORMAT", default_value = "table")]
    pub output: RowsOutput,
    /// How the cluster and the database are reached.
    #[command(flatten)]
    pub live: LiveArguments,
}

/// How `rows` is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsSort {
    /// The newest first.
    Age,
    /// The largest first.
    Bytes,
    /// The one with the most versions first.
    Versions,
    /// By cluster name, namespace, name and uid.
    Name,
}

/// How `rows` learns how large rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsBytes {
    /// Not, where the store does not know.
    None,
    /// From the newest row of each workflow.
    Estimate,
    /// From every row.
    Exact,
}

impl From<RowsBytes> for Sizes {
    fn from(bytes: RowsBytes) -> Self {
        match bytes {
            RowsBytes::None => Self::None,
            RowsBytes::Estimate => Self::Estimate,
            RowsBytes::Exact => Self::Exact,
        }
    }
}

/// How `rows` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowsOutput {
    /// A table.
    Table,
    /// A table with more columns.
    Wide,
    /// A RowList as JSON.
    Json,
    /// A RowList as YAML.
    Yaml,
    /// Only uids.
    Name,
}
