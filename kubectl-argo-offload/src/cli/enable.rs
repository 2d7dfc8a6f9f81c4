//! Arguments of `enable` and `disable`.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer};

use super::connection::parse_duration;
use super::words::CHECK;
use super::{ConnectionArguments, DatabaseArguments};

const ENABLE_EXAMPLES: &str = "\
Examples:
  # What would be done, to be looked at
  kubectl argo-offload enable --db-host db --db-name argo --db-user argo --dry-run client

  # Do it: the password is asked for, the plan is shown and must be agreed to
  kubectl argo-offload enable -n argo --db-host db --db-name argo --db-user argo

  # In a pipeline
  cat password |
    kubectl argo-offload enable --db-host db --db-name argo --db-user argo --password-stdin -y

  # With a Secret that is there already
  kubectl argo-offload enable --db-host db --db-name argo --secret argo-mysql-config -y

  # Has it worked? And does the controller really offload?
  kubectl argo-offload enable --verify --smoke-test -n argo

  # The configuration is Helm's: its values, to be put into the chart's
  kubectl argo-offload enable --db-host db --db-name argo -o helm

  # As it was before
  kubectl argo-offload enable -n argo --rollback";

/// Arguments of `enable`.
#[derive(Clone, Debug, Args)]
#[command(after_help = ENABLE_EXAMPLES)]
pub struct EnableArguments {
    /// What the configuration is to say.
    #[command(flatten)]
    pub wanted: WantedArguments,
    /// Take what no flag says from this file of YAML or JSON; - is stdin
    #[arg(long, value_name = "FILE")]
    pub from_file: Option<PathBuf>,
    /// Read the database's password from stdin
    #[arg(long)]
    pub password_stdin: bool,
    /// Do it although these checks find errors: codes of doctor such as AD302; may be repeated
    #[arg(long, value_name = "CHECK", value_delimiter = ',', value_parser = CHECK, hide_possible_values = true)]
    pub force: Vec<String>,
    /// Leave it as it is when the controller does not come up with it
    #[arg(long)]
    pub no_rollback: bool,
    /// Put back what the last enable or disable has changed
    #[arg(long, conflicts_with_all = ["WantedArguments", "from_file", "password_stdin", "output"])]
    pub rollback: bool,
    /// Change nothing, and check that offloading is on and works
    #[arg(long, conflicts_with_all = ["WantedArguments", "from_file", "password_stdin", "output", "rollback"])]
    pub verify: bool,
    /// Have the controller offload a workflow of 100 waiting nodes, read it back, compare it, and delete it
    #[arg(long, conflicts_with_all = ["output", "rollback"])]
    pub smoke_test: bool,
    /// The namespace of that workflow [default: the one that the controller manages, else its own]
    #[arg(long, value_name = "NAME", requires = "smoke_test", hide_short_help = true)]
    pub smoke_test_namespace: Option<String>,
    /// How the change is printed, where the configuration is kept by Argo CD, Flux or Helm, or instead of doing it
    #[arg(short, long, value_name = "FORM")]
    pub output: Option<ChangeForm>,
    /// How it is done.
    #[command(flatten)]
    pub how: ChangeArguments,
    /// How the database is reached, to be tried before anything is changed.
    #[command(flatten)]
    pub database: DatabaseArguments,
    /// How the cluster is reached; --namespace is the controller's.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// What the configuration is to say, and its Secret; in a file under the flags' names, written like `dbHost`.
#[derive(Clone, Debug, Default, PartialEq, Args, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "EnableValues"))]
#[serde(deny_unknown_fields, rename_all = "camelCase", default)]
pub struct WantedArguments {
    /// The database's host [default: what the configuration says]
    #[arg(long, value_name = "HOST")]
    pub db_host: Option<String>,
    /// The database's port [default: what the configuration says, else 3306]
    #[arg(long, value_name = "PORT")]
    pub db_port: Option<u16>,
    /// The database's name [default: what the configuration says]
    #[arg(long, value_name = "NAME")]
    pub db_name: Option<String>,
    /// The table of node statuses [default: what the configuration says, else argo_workflows]
    #[arg(long, value_name = "NAME")]
    pub db_table: Option<String>,
    /// The database's user [default: what the Secret says]
    #[arg(long, value_name = "NAME")]
    pub db_user: Option<String>,
    /// How the controller encrypts its connection [default: what the configuration says]
    #[arg(long, value_name = "HOW")]
    #[cfg_attr(
        test,
        schemars(
            with = "Option<serde_json::Value>",
            extend("enum" = ["true", "preferred", "skip-verify", "false", true, false, null])
        )
    )]
    pub db_tls: Option<DatabaseTls>,
    /// Under which name this controller's rows are kept; two controllers must not have the same in one table
    /// [default: what the configuration says, else default]
    #[arg(long, value_name = "NAME")]
    pub cluster_name: Option<String>,
    /// The Secret with the keys username and password; it is made where it is not there
    /// [default: what the configuration says, else argo-mysql-config]
    #[arg(long, value_name = "NAME")]
    pub secret: Option<String>,
    /// The Secret's namespace [default: the controller's, from which it reads it]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub secret_namespace: Option<String>,
    /// Also keep workflows that have ended in the database
    #[arg(long)]
    pub archive: bool,
    /// How long they are kept, for example 30d
    #[arg(long, value_name = "TIME")]
    #[serde(rename = "archiveTTL")]
    pub archive_ttl: Option<String>,
}

impl WantedArguments {
    /// The same, with what is not said taken from `file`.
    #[must_use]
    pub fn or(self, file: Self) -> Self {
        Self {
            db_host: self.db_host.or(file.db_host),
            db_port: self.db_port.or(file.db_port),
            db_name: self.db_name.or(file.db_name),
            db_table: self.db_table.or(file.db_table),
            db_user: self.db_user.or(file.db_user),
            db_tls: self.db_tls.or(file.db_tls),
            cluster_name: self.cluster_name.or(file.cluster_name),
            secret: self.secret.or(file.secret),
            secret_namespace: self.secret_namespace.or(file.secret_namespace),
            archive: self.archive || file.archive,
            archive_ttl: self.archive_ttl.or(file.archive_ttl),
        }
    }
}

const DISABLE_EXAMPLES: &str = "\
Examples:
  # What would be done
  kubectl argo-offload disable -n argo --dry-run client

  # Wait until no running workflow has its nodes in the database, then do it
  kubectl argo-offload disable -n argo --drain --timeout 1h -y";

/// Arguments of `disable`.
#[derive(Clone, Debug, Args)]
#[command(after_help = DISABLE_EXAMPLES)]
pub struct DisableArguments {
    /// Wait until no running workflow has its nodes in the database
    #[arg(long)]
    pub drain: bool,
    /// How it is done.
    #[command(flatten)]
    pub how: ChangeArguments,
    /// How the cluster is reached; --namespace is the controller's.
    #[command(flatten)]
    pub connection: ConnectionArguments,
}

/// How something is changed.
#[derive(Clone, Debug, Args)]
pub struct ChangeArguments {
    /// none; client: only show what would be done; server: have the API check it, and store nothing
    #[arg(long, value_name = "WHERE", default_value = "none")]
    pub dry_run: DryRun,
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
    /// Change the ConfigMap although Argo CD, Flux or Helm keep it, and will undo it
    #[arg(long)]
    pub force_owned: bool,
    /// How long is waited until the controller runs, or with --drain until no workflow is left
    #[arg(long, value_name = "TIME", default_value = "5m", value_parser = parse_duration)]
    pub timeout: Duration,
    /// The controller's ConfigMap [default: what its Deployment says]
    #[arg(long, value_name = "NAME")]
    pub configmap: Option<String>,
}

/// Where a change is only tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DryRun {
    /// It is done.
    None,
    /// It is only shown.
    Client,
    /// The API checks it, and stores nothing.
    Server,
}

/// The option `tls` of the controller's driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum DatabaseTls {
    /// Always, and the certificate must be the server's.
    True,
    /// If the server can; whose certificate it is, is not looked at.
    Preferred,
    /// Always; whose certificate it is, is not looked at.
    SkipVerify,
    /// Not at all.
    False,
}

/// `tls: true` in YAML is no text.
impl<'de> Deserialize<'de> for DatabaseTls {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Bool(bool),
            Text(String),
        }

        let text = match Written::deserialize(from)? {
            Written::Bool(is) => is.to_string(),
            Written::Text(text) => text,
        };
        Self::from_str(&text, false).map_err(D::Error::custom)
    }
}

impl DatabaseTls {
    /// As it stands in the configuration.
    #[must_use]
    pub fn text(self) -> &'static str {
        match self {
            Self::True => "true",
            Self::Preferred => "preferred",
            Self::SkipVerify => "skip-verify",
            Self::False => "false",
        }
    }
}

/// The form in which a change is printed for whoever keeps the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ChangeForm {
    /// Values of the chart argo-workflows.
    Helm,
    /// A patch for kustomize.
    Kustomize,
    /// The whole ConfigMap.
    Yaml,
}
