//! What checks look at. Each fact is gathered when the first check asks for it, and once.

use argo_offload_core::golang::ArgoVersion;
use tokio::sync::{Mutex, OnceCell};

use super::check::Skipped;
use super::checks::{
    configuration, controller, database_credentials, database_login, database_table,
};
use super::survey::{self, Survey};
use crate::cli::DatabaseArguments;
use crate::cluster::{
    self, Cluster, ClusterError, Configuration, Controller, ErrorKind, ProgramPod, controller_pods,
    server_pods,
};
use crate::commands::live::{self, Credentials, NoDatabase};
use crate::store::mysql::{
    DatabaseError, Inspector, Persistence, ServerFacts, Target, expected_migration,
};

/// A cluster, its controller and the controller's database.
pub(in crate::commands) struct Facts {
    pub(super) cluster: Cluster,
    /// How the database is reached.
    pub(super) database: DatabaseArguments,
    /// The version of Argo that the controller is to be upgraded to.
    pub(super) upgrade_to: Option<ArgoVersion>,
    found: Result<Controller, ClusterError>,
    configuration: OnceCell<Result<Configuration, ClusterError>>,
    controller_pods: OnceCell<Result<Vec<ProgramPod>, ClusterError>>,
    server_pods: OnceCell<Result<Vec<ProgramPod>, ClusterError>>,
    target: OnceCell<Result<Target, anyhow::Error>>,
    inspector: OnceCell<Result<Mutex<Inspector>, NotReached>>,
    server: OnceCell<Result<ServerFacts, DatabaseError>>,
    survey: OnceCell<Result<Survey, anyhow::Error>>,
    /// The Secret that is planned, by name with its JSON text.
    secret: Option<(String, Vec<u8>)>,
    credentials: Credentials,
}

/// What is planned, and looked at as if it were there.
pub(in crate::commands) struct Planned {
    /// The ConfigMap.
    pub(in crate::commands) configuration: Configuration,
    /// The Secret of user and password by name, with its JSON text, where it is to change.
    pub(in crate::commands) secret: Option<(String, Vec<u8>)>,
    /// What of user and password is to change.
    pub(in crate::commands) credentials: Credentials,
}

/// Why there is no connection to the database.
pub(super) enum NotReached {
    /// There is no way to it.
    NoWay(anyhow::Error),
    /// The way ends, or the server says no.
    Database {
        error: DatabaseError,
        /// From where it was tried.
        way: String,
    },
}

impl Facts {
    pub(in crate::commands) fn new(
        cluster: Cluster,
        found: Result<Controller, ClusterError>,
        database: DatabaseArguments,
        upgrade_to: Option<ArgoVersion>,
    ) -> Self {
        Self {
            cluster,
            database,
            upgrade_to,
            found,
            configuration: OnceCell::new(),
            controller_pods: OnceCell::new(),
            server_pods: OnceCell::new(),
            target: OnceCell::new(),
            inspector: OnceCell::new(),
            server: OnceCell::new(),
            survey: OnceCell::new(),
            secret: None,
            credentials: Credentials::default(),
        }
    }

    /// The same, with what is planned in the place of what is there.
    pub(in crate::commands) fn planned(self, planned: Planned) -> Self {
        let Planned { configuration, secret, credentials } = planned;
        let configuration = OnceCell::new_with(Some(Ok(configuration)));
        Self { configuration, secret, credentials, ..self }
    }

    /// The Secret that is planned.
    pub(super) fn planned_secret(&self) -> Option<(&str, &[u8])> {
        self.secret.as_ref().map(|(name, text)| (name.as_str(), text.as_slice()))
    }

    /// What the search for the controller ended with.
    pub(super) fn found(&self) -> Result<&Controller, &ClusterError> {
        self.found.as_ref()
    }

    /// The controller, or at least its ConfigMap.
    pub(super) fn controller(&self) -> Result<&Controller, Skipped> {
        self.found().map_err(|error| seen(error, &controller::CHECK))
    }

    /// The version of Argo that judges.
    pub(super) fn argo(&self) -> ArgoVersion {
        self.found().ok().and_then(|controller| controller.version).unwrap_or_default()
    }

    /// The number that `schema_history` must have; `None` where the controller's version is not known.
    pub(super) fn expected_migration(&self) -> Option<i64> {
        expected_migration(self.found().ok()?.version?)
    }

    /// The controller's pods.
    pub(super) async fn controller_pods(&self) -> Result<&[ProgramPod], Skipped> {
        let controller = self.controller()?;
        let pods =
            self.controller_pods.get_or_init(|| controller_pods(&self.cluster, controller)).await;
        pods.as_deref().map_err(|error| seen(error, &controller::CHECK))
    }

    /// argo-server's pods beside the controller.
    pub(super) async fn server_pods(&self) -> Result<&[ProgramPod], Skipped> {
        let namespace = &self.controller()?.namespace;
        let pods = self.server_pods.get_or_init(|| server_pods(&self.cluster, namespace)).await;
        pods.as_deref().map_err(|error| seen(error, &controller::CHECK))
    }

    /// The ConfigMap as it is, for the check that speaks of it.
    pub(super) async fn read_configuration(
        &self,
    ) -> Result<Result<&Configuration, &ClusterError>, Skipped> {
        let controller = self.controller()?;
        let read = || cluster::configuration(&self.cluster, controller, self.argo());
        Ok(self.configuration.get_or_init(read).await.as_ref())
    }

    /// The ConfigMap.
    pub(super) async fn configuration(&self) -> Result<&Configuration, Skipped> {
        self.read_configuration().await?.map_err(|error| seen(error, &configuration::CHECK))
    }

    /// The MySQL or MariaDB of the configuration.
    pub(super) async fn persistence(&self) -> Result<Persistence, Skipped> {
        let controller = self.controller()?;
        let configuration = self.configuration().await?;
        live::persistence(configuration, &controller.namespace).map_err(|error| match error {
            NoDatabase::NotForUs { why, .. } => Skipped::because(why),
            NoDatabase::Failed(why) => match configuration.persistence() {
                Ok(_) => Skipped::because(why),
                Err(_) => Skipped::after(&configuration::CHECK),
            },
        })
    }

    /// What is connected to, for the check that speaks of the Secrets.
    pub(super) async fn read_target(&self) -> Result<Result<&Target, &anyhow::Error>, Skipped> {
        let controller = self.controller()?;
        let persistence = self.persistence().await?;
        let read = || async {
            let given = self.credentials.clone();
            live::target(&self.cluster, controller, &persistence, &self.database, given)
                .await
                .map_err(NoDatabase::into_error)
        };
        Ok(self.target.get_or_init(read).await.as_ref())
    }

    /// The connection, for the check that speaks of it.
    pub(super) async fn connection(
        &self,
    ) -> Result<Result<&Mutex<Inspector>, &NotReached>, Skipped> {
        let namespace = &self.controller()?.namespace;
        let target = self
            .read_target()
            .await?
            .map_err(|error| seen_any(error, &database_credentials::CHECK))?;
        let connect = || async {
            let connector =
                live::connector(&self.cluster, namespace, target.clone(), &self.database)
                    .await
                    .map_err(|error| NotReached::NoWay(error.into_error()))?;
            let inspector = Inspector::connect(&connector).await;
            inspector
                .map(Mutex::new)
                .map_err(|error| NotReached::Database { error, way: connector.way() })
        };
        Ok(self.inspector.get_or_init(connect).await.as_ref())
    }

    /// The database, to be asked.
    pub(super) async fn inspector(&self) -> Result<&Mutex<Inspector>, Skipped> {
        self.connection().await?.map_err(|error| match error {
            NotReached::NoWay(error) => seen_any(error, &database_login::CHECK),
            NotReached::Database { .. } => Skipped::after(&database_login::CHECK),
        })
    }

    /// What the database's server says about itself.
    pub(super) async fn server(&self) -> Result<&ServerFacts, Skipped> {
        let inspector = self.inspector().await?;
        let ask = || async { inspector.lock().await.server().await };
        self.server.get_or_init(ask).await.as_ref().map_err(not_answered)
    }

    /// Rows and workflows.
    pub(super) async fn survey(&self) -> Result<&Survey, Skipped> {
        let survey = self.survey.get_or_init(|| survey::make(self)).await;
        survey.as_ref().map_err(|error| match error.downcast_ref::<ClusterError>() {
            Some(error) if error.is_forbidden() => Skipped::forbidden(error),
            _ => Skipped::because(format_args!("the workflows cannot be read: {error:#}")),
        })
    }

    /// The keys of the controller's rows: of its cluster name, and within the namespace that it manages. Those of other
    /// namespaces are another controller's, which each leaves alone.
    pub(super) async fn keys(&self) -> Result<Vec<crate::store::RowInfo>, Skipped> {
        let inspector = self.inspector().await?;
        let keys = inspector.lock().await.keys().await;
        let mut keys = keys.map_err(|_| Skipped::after(&database_table::CHECK))?;
        if let Some(managed) = &self.controller()?.managed_namespace {
            keys.retain(|row| row.namespace == *managed);
        }
        Ok(keys)
    }
}

/// A question that the database did not answer.
pub(super) fn not_answered(error: &DatabaseError) -> Skipped {
    Skipped { why: error.to_string(), help: Some(error.help().to_owned()) }
}

/// Skipped for want of a right, or since `check` says what is wrong.
fn seen(error: &ClusterError, check: &super::check::Check) -> Skipped {
    match error.kind() {
        ErrorKind::Forbidden(_) => Skipped::forbidden(error),
        _ => Skipped::after(check),
    }
}

fn seen_any(error: &anyhow::Error, check: &super::check::Check) -> Skipped {
    match error.downcast_ref::<ClusterError>() {
        Some(error) => seen(error, check),
        None => Skipped::after(check),
    }
}
