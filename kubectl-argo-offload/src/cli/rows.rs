//! Arguments of `rows`, and of every command that opens a database.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{ConnectionArguments, ControllerArguments};
use crate::failure::Failure;
use crate::store::{Access, Sizes};
use crate::tunnel::{RelayPod, Via};

const DATABASE: &str = "Database";

/// How a database is opened.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = DATABASE)]
pub struct DatabaseArguments {
    /// The file with the password for a store mysql://… [default: the variable ARGO_OFFLOAD_DB_PASSWORD, or a prompt]
    #[arg(long, value_name = "FILE")]
    pub db_password_file: Option<PathBuf>,
    /// How the controller's database is reached: direct; svc/NAME or pod/NAME by a port-forward into the cluster; relay
    /// through a pod made for it. auto sees whether its host is one of the cluster's
    #[arg(long, value_name = "WAY", default_value_t = Via::Auto)]
    pub via: Via,
    /// The image of the relay's pod, which has this program as its entry point
    #[arg(long, value_name = "IMAGE", hide_short_help = true)]
    pub relay_image: Option<String>,
    /// What runs in the relay's image instead: words, in which {listen}, {host} and {port} are put
    #[arg(long, value_name = "COMMAND", hide_short_help = true, requires = "relay_image")]
    pub relay_command: Option<String>,
    /// A JSON merge patch for the relay's pod, for what the cluster wants of pods
    #[arg(long, value_name = "JSON", hide_short_help = true, requires = "relay_image")]
    pub relay_overrides: Option<String>,
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
    /// The relay's pod, where there is to be one.
    ///
    /// # Errors
    /// What is given makes none.
    pub(crate) fn relay(&self, host: &str, port: u16) -> Result<Option<RelayPod>, Failure> {
        let image = match (&self.via, &self.relay_image) {
            (Via::Relay, Some(image)) => image,
            (Via::Relay, None) => {
                return Err(Failure::new("--via relay needs an image for its pod").help(
                    "--relay-image IMAGE, with this program as its entry point, or with --relay-command for another \
                     such as: socat TCP-LISTEN:13306,fork,bind=127.0.0.1 TCP:{host}:{port}",
                ));
            }
            (_, None) => return Ok(None),
            (_, Some(_)) => {
                return Err(Failure::new("--relay-image is for --via relay")
                    .help("add --via relay, or leave it out"));
            }
        };
        let (command, overrides) = (self.relay_command.as_deref(), self.relay_overrides.as_deref());
        RelayPod::new(image, command, overrides, (host, port)).map(Some).map_err(|error| {
            Failure::new(error).help("see examples in docs/stores.md, \"A relay\"")
        })
    }

    /// How a store that is named by its address is opened.
    ///
    /// # Errors
    /// There are flags that only count for the controller's own database.
    pub(crate) fn access(&self) -> Result<Access, Failure> {
        let flag = match self {
            Self { via: Via::Auto, db_ca: None, relay_image: None, .. } => {
                return Ok(Access {
                    password_file: self.db_password_file.clone(),
                    allow_plaintext: self.allow_plaintext,
                });
            }
            Self { db_ca: Some(_), .. } => "--db-ca",
            Self { via: Via::Auto, .. } => "--relay-image",
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
