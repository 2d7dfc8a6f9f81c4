//! The store that `--store` names.

use anyhow::{Error, Result};
use argo_offload_core::workflow::Envelope;

use super::live::{self, NoDatabase, Server};
use crate::cli::LiveArguments;
use crate::cluster::{Cluster, connect};
use crate::failure::{self, Failure};
use crate::output::{printable, say};
use crate::store::{Access, NodeStore, StoreAddress};

/// Where nodes in files are when nothing is said.
const DEFAULT_DIR: &str = "offloaded-nodes";

/// What `--store` names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// A store that needs no cluster.
    Address(StoreAddress),
    /// `cluster`: the controller's own database.
    Cluster,
    /// `server`: argo-server.
    Server,
}

impl Named {
    /// Whether a text names a store that the cluster leads to.
    pub(super) fn is_of_cluster(store: &str) -> bool {
        matches!(store, "cluster" | "server")
    }

    /// What is given, else the archive `offloaded-nodes`. The text is never repeated: it may hold a password.
    ///
    /// # Errors
    /// It names no store.
    pub(super) fn in_files(store: Option<&str>) -> Result<Self> {
        match store {
            None => Ok(Self::Address(StoreAddress::Dir(DEFAULT_DIR.into()))),
            Some("cluster") => Ok(Self::Cluster),
            Some("server") => Ok(Self::Server),
            Some(text) => Ok(Self::Address(text.parse().map_err(|error| {
                Failure::new(format_args!("--store: {error}; and cluster and server"))
            })?)),
        }
    }
}

/// The archive, or other store without a cluster, that `--store` names.
///
/// # Errors
/// It names none.
pub(super) fn address(store: Option<&str>) -> Result<StoreAddress> {
    match Named::in_files(store)? {
        Named::Address(address) => Ok(address),
        Named::Cluster | Named::Server => Err(Failure::new(
            "--store: the controller alone writes into its database: a row that it does not know of is deleted by it",
        )
        .help("name an archive: --store dir:PATH")
        .into()),
    }
}

/// Where nodes come from.
pub(super) enum Nodes {
    /// By uid and version.
    Store(Box<dyn NodeStore>),
    /// With the whole workflow, by namespace and name.
    Server(Box<Server>),
}

impl Nodes {
    /// Opens what is named; within [`live::block_on`].
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) async fn open(named: &Named, arguments: &LiveArguments) -> Result<Self> {
        match named {
            Named::Address(address) => opened(address, &arguments.database.access()?),
            _ => {
                let cluster = connect(&arguments.connection).await?;
                let workflows = arguments.connection.namespace.as_deref();
                Self::of_cluster(&cluster, named, workflows, arguments).await
            }
        }
    }

    /// The same where the cluster is connected already: for workflows of a namespace, or of all.
    ///
    /// # Errors
    /// It cannot be opened.
    pub(super) async fn of_cluster(
        cluster: &Cluster,
        named: &Named,
        workflows: Option<&str>,
        arguments: &LiveArguments,
    ) -> Result<Self> {
        if let Named::Address(address) = named {
            return opened(address, &arguments.database.access()?);
        }
        if *named == Named::Server {
            let server = live::server(cluster, None, arguments).await?;
            return Ok(Self::Server(Box::new(server)));
        }
        let database =
            live::database(cluster, workflows, arguments).await.map_err(NoDatabase::into_error)?;
        Ok(Self::Store(Box::new(database.store)))
    }

    /// How it is named in messages; holds no secret.
    pub(super) fn describe(&self) -> String {
        match self {
            Self::Store(store) => store.describe(),
            Self::Server(server) => server.describe(),
        }
    }

    /// The nodes of an offloaded workflow, whose version is not checked here; `None` if there is no such row.
    ///
    /// # Errors
    /// They cannot be read; argo-server has another workflow of that name.
    pub(super) fn read(&self, envelope: &Envelope<'_>) -> Result<Option<Vec<u8>>> {
        let Envelope { namespace, name, uid, offload_version, .. } = envelope;
        let server = match self {
            Self::Store(store) => {
                return Ok(store.get(uid, offload_version)?.map(|record| record.nodes));
            }
            Self::Server(server) => server,
        };
        let answer = server.workflow(namespace, name)?;
        let place = server.describe();
        let fresh = Envelope::parse(&answer)
            .map_err(|error| Failure::new(format_args!("{place}: workflow/{name}: {error}")))?;
        match fresh.nodes_text() {
            Some(nodes) if fresh.uid == *uid => Ok(Some(nodes.to_vec())),
            _ => Err(Failure::new(format_args!(
                "{place} has no nodes of a workflow {name:?} with uid {uid}"
            ))
            .help("take the workflow from the cluster again: kubectl get workflow NAME -o json")
            .into()),
        }
    }

    /// Opens the controller's database or, where this user may not or cannot, says so and asks argo-server.
    ///
    /// # Errors
    /// Neither can be had.
    pub(super) async fn open_any(
        cluster: &Cluster,
        workflows: Option<&str>,
        arguments: &LiveArguments,
    ) -> Result<Self> {
        let (why, namespace) = match live::database(cluster, workflows, arguments).await {
            Ok(database) => return Ok(Self::Store(Box::new(database.store))),
            Err(NoDatabase::Failed(error)) => return Err(error),
            Err(NoDatabase::NotForUs { why, namespace }) => (why, namespace),
        };
        match live::server(cluster, namespace.as_deref(), arguments).await {
            Ok(server) => {
                let name = server.describe();
                failure::note(
                    format_args!("the nodes come from {}", printable(&name)),
                    format_args!("{why:#}"),
                );
                Ok(Self::Server(Box::new(server)))
            }
            Err(error) => Err(neither(&why, &error)),
        }
    }
}

/// Neither the database nor argo-server can be had.
fn neither(why: &Error, error: &crate::cluster::ClusterError) -> Error {
    let help = error.help().unwrap_or_default().to_owned();
    Failure::new(format_args!("{why:#}; and argo-server, which could read it: {error}"))
        .help(help)
        .into()
}

/// Opens a store that needs no cluster.
pub(super) fn opened(address: &StoreAddress, access: &Access) -> Result<Nodes> {
    let store = address.open(access)?;
    warn(store.as_ref());
    Ok(Nodes::Store(store))
}

/// Says what was odd about a store.
pub(super) fn warn(store: &dyn NodeStore) {
    for warning in store.warnings() {
        say(format_args!("warning: {}", printable(&warning)));
    }
}
