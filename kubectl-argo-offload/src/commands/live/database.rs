//! The database of the cluster's controller, reached as the controller's own configuration says.

use anyhow::Error;
use argo_offload_core::golang::ArgoVersion;
use secrecy::{ExposeSecret, SecretString};

use crate::cli::{DatabaseArguments, LiveArguments};
use crate::cluster::{
    Cluster, ClusterError, Configuration, Controller, SecretKey, configuration, find_controller,
    secret_text,
};
use crate::failure::Failure;
use crate::store::mysql::{
    Connector, DatabaseError, Limits, MySqlStore, Persistence, PersistenceError, Target,
};
use crate::tunnel::{Relay, Route, route};

/// Argo's table, and the controller that writes it.
pub(in crate::commands) struct Database {
    /// Open for reading.
    pub(in crate::commands) store: MySqlStore,
    /// Under which the controller writes.
    pub(in crate::commands) cluster_name: String,
    /// The one namespace whose workflows it runs; `None` for all.
    pub(in crate::commands) managed_namespace: Option<String>,
    /// The `instanceID` of the workflows it runs, empty for those without; `None` where it is not known.
    pub(in crate::commands) instance_id: Option<String>,
}

/// Why there is none.
pub(in crate::commands) enum NoDatabase {
    /// This user may not see how it is reached, or it is none that can be read: argo-server can.
    NotForUs {
        /// What stands in the way.
        why: Error,
        /// The controller's namespace, where that is known.
        namespace: Option<String>,
    },
    /// Everything else.
    Failed(Error),
}

impl NoDatabase {
    /// The reason, for whom argo-server is no way out.
    pub(in crate::commands) fn into_error(self) -> Error {
        match self {
            Self::NotForUs { why, .. } | Self::Failed(why) => why,
        }
    }

    fn of(error: ClusterError, namespace: Option<&str>) -> Self {
        if error.is_forbidden() || (namespace.is_none() && error.is_not_found()) {
            return Self::NotForUs { why: error.into(), namespace: namespace.map(Into::into) };
        }
        Self::Failed(error.into())
    }
}

/// Finds the controller of a namespace's workflows (of all without one), reads its ConfigMap and Secrets, and connects.
///
/// # Errors
/// There is no such controller or database, the user may not see it, or it cannot be reached.
pub(in crate::commands) async fn database(
    cluster: &Cluster,
    workflows: Option<&str>,
    arguments: &LiveArguments,
) -> Result<Database, NoDatabase> {
    let controller = find_controller(cluster, &arguments.controller, workflows)
        .await
        .map_err(|error| NoDatabase::of(error, None))?;
    let namespace = controller.namespace.as_str();
    let failed = |error: ClusterError| NoDatabase::of(error, Some(namespace));
    let argo = controller.version.unwrap_or(ArgoVersion::NEWEST);
    let configuration = configuration(cluster, &controller, argo).await.map_err(failed)?;
    let persistence = persistence(&configuration, namespace)?;
    let target =
        target(cluster, &controller, &persistence, &arguments.database, Credentials::default())
            .await?;
    let connector = connector(cluster, namespace, target, &arguments.database).await?;
    let store = MySqlStore::connect(connector).await.map_err(|error| unreachable(&error))?;
    let cluster_name = persistence.cluster_name;
    Ok(Database {
        store,
        cluster_name,
        managed_namespace: controller.managed_namespace.clone(),
        instance_id: configuration.verdict.instance_id,
    })
}

/// The MySQL or MariaDB that a controller's configuration names.
///
/// # Errors
/// The controller refuses the configuration, or it names none.
pub(in crate::commands) fn persistence(
    configuration: &Configuration,
    namespace: &str,
) -> Result<Persistence, NoDatabase> {
    let section =
        configuration.persistence().map_err(|error| NoDatabase::of(error, Some(namespace)))?;
    let section = section.map(|persistence| persistence.json).unwrap_or_default();
    Persistence::parse(&section).map_err(|error| {
        let what = format!("the ConfigMap {}: {error}", configuration.place);
        match error {
            PersistenceError::PostgreSql => {
                let help = "get NAME reads its workflows through argo-server: ARGO_SERVER=HOST:PORT and ARGO_TOKEN=\"Bearer …\"";
                NoDatabase::NotForUs {
                    why: Failure::new(what).help(help).into(),
                    namespace: Some(namespace.into()),
                }
            }
            PersistenceError::None => NoDatabase::Failed(
                Failure::new(what)
                    .help("without it no nodes are offloaded; another --controller-namespace, or another --store?")
                    .into(),
            ),
            _ => NoDatabase::Failed(
                Failure::new(what).help("see what is wrong: kubectl argo-offload lint --live").into(),
            ),
        }
    })
}

/// User and password as far as they are known; what is not is read from the Secrets.
#[derive(Clone, Debug, Default)]
pub(in crate::commands) struct Credentials {
    pub(in crate::commands) user: Option<String>,
    pub(in crate::commands) password: Option<SecretString>,
}

/// The database with its user and password.
///
/// # Errors
/// A Secret or its key is not there, or this user may not read it.
pub(in crate::commands) async fn target(
    cluster: &Cluster,
    controller: &Controller,
    persistence: &Persistence,
    arguments: &DatabaseArguments,
    given: Credentials,
) -> Result<Target, NoDatabase> {
    let failed = |error: ClusterError| NoDatabase::of(error, Some(&controller.namespace));
    let user = match given.user {
        Some(user) => user,
        None => {
            let user = credential(cluster, controller, &persistence.user).await.map_err(failed)?;
            user.expose_secret().to_owned()
        }
    };
    let password = match given.password {
        Some(password) => password,
        None => credential(cluster, controller, &persistence.password).await.map_err(failed)?,
    };
    let mut target = persistence.target(user, password);
    target.allow_plaintext = arguments.allow_plaintext;
    if let Some(file) = &arguments.db_ca {
        target.trust(file).map_err(|error| {
            NoDatabase::Failed(
                Failure::new(format_args!("cannot read {}: {error}", file.display()))
                    .help("--db-ca names a file with certificates in PEM")
                    .into(),
            )
        })?;
    }
    Ok(target)
}

/// The way to it: straight, through a Service or pod of the cluster, or through a relay, which is made.
///
/// # Errors
/// There is no such way.
pub(in crate::commands) async fn connector(
    cluster: &Cluster,
    namespace: &str,
    mut target: Target,
    arguments: &DatabaseArguments,
) -> Result<Connector, NoDatabase> {
    let relay = arguments
        .relay(&target.host, target.port)
        .map_err(|failure| NoDatabase::Failed(failure.into()))?;
    if let Some(pod) = relay {
        let relay = Relay::start(cluster, namespace, &pod)
            .await
            .map_err(|error| NoDatabase::Failed(error.into()))?;
        return Ok(Connector::new(target, Limits::default()).by_relay(cluster, relay));
    }
    let way = route(cluster, &arguments.via, &target.host, target.port, namespace)
        .await
        .map_err(|error| NoDatabase::Failed(error.into()))?;
    Ok(match way {
        Route::Direct { host, port } => {
            // A Service can be another name for a host outside: the certificate is for the name that is configured.
            if host != target.host {
                target.tls_name = Some(std::mem::replace(&mut target.host, host));
            }
            target.port = port;
            Connector::new(target, Limits::default())
        }
        Route::Through(pod) => Connector::new(target, Limits::default()).through(cluster, pod),
    })
}

/// Why there is no connection, with the other ways there are.
pub(in crate::commands) fn unreachable(error: &DatabaseError) -> NoDatabase {
    let help = format!(
        "{}; another way to it: --via svc/NAME, pod/NAME, relay or direct; through argo-server: --store server",
        error.help()
    );
    NoDatabase::Failed(Failure::new(error).help(help).into())
}

/// A user name or password, where the controller may take it from.
async fn credential(
    cluster: &Cluster,
    controller: &Controller,
    at: &SecretKey,
) -> Result<SecretString, ClusterError> {
    let error = match secret_text(cluster, &controller.namespace, at).await {
        Err(error) if error.is_forbidden() || error.is_not_found() => error,
        result => return result,
    };
    match controller.other_secret_namespace() {
        Some(other) => secret_text(cluster, other, at).await.map_err(|_| error),
        None => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Access, ErrorKind};

    #[test]
    fn argo_server_is_a_way_out_where_something_is_forbidden() {
        let forbidden = || ClusterError::forbidden(&Access::get("", "secrets"), None);
        let missing = || ClusterError::new(ErrorKind::NotFound, "there is no ConfigMap");
        assert!(matches!(NoDatabase::of(forbidden(), Some("argo")), NoDatabase::NotForUs { .. }));
        assert!(matches!(NoDatabase::of(missing(), None), NoDatabase::NotForUs { .. }));
        // A Secret that is not there is a fault to be told, not to be gone around.
        assert!(matches!(NoDatabase::of(missing(), Some("argo")), NoDatabase::Failed(_)));
    }
}
