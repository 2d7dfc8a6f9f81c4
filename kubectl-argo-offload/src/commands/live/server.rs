//! argo-server as the one that reads the nodes.

use crate::cli::LiveArguments;
use crate::cluster::{Cluster, ClusterError, find_controller};
use crate::store::server::{ArgoServer, Settings, Token};

/// argo-server, and the cluster whose credentials it may be told.
#[derive(Debug)]
pub(in crate::commands) struct Server {
    cluster: Cluster,
    server: ArgoServer,
}

impl Server {
    /// How it is named in messages; holds no secret.
    pub(in crate::commands) fn describe(&self) -> String {
        self.server.describe()
    }

    /// The JSON text of a Workflow with its nodes, without `apiVersion` and `kind`.
    ///
    /// # Errors
    /// As [`ArgoServer::workflow`].
    pub(in crate::commands) fn workflow(
        &self,
        namespace: &str,
        name: &str,
    ) -> Result<Vec<u8>, ClusterError> {
        super::wait(self.server.workflow(&self.cluster, namespace, name))
    }
}

/// The argo-server of `ARGO_SERVER`; without that the one beside the controller, by port-forward.
///
/// # Errors
/// The environment names none that can be used, and none can be reached in the cluster.
pub(in crate::commands) async fn server(
    cluster: &Cluster,
    controller_namespace: Option<&str>,
    arguments: &LiveArguments,
) -> Result<Server, ClusterError> {
    let get = |name: &str| std::env::var(name).ok();
    let server = match Settings::from_environment(get)? {
        Some(settings) => ArgoServer::new(Settings {
            allow_plaintext: arguments.database.allow_plaintext,
            ..settings
        })?,
        None => {
            let given = arguments.controller.controller_namespace.as_deref();
            let namespace = match controller_namespace.or(given) {
                Some(namespace) => namespace.to_owned(),
                None => {
                    let own = cluster.namespace();
                    let found = find_controller(cluster, &arguments.controller, Some(own)).await;
                    found.map_or_else(|_| own.to_owned(), |controller| controller.namespace)
                }
            };
            let token = match get("ARGO_TOKEN").filter(|token| !token.is_empty()) {
                Some(token) => Token::Header(token.into()),
                None => Token::OfCluster,
            };
            ArgoServer::through(cluster, &namespace, token).await.map_err(|error| {
                let help = "say where argo-server is and who you are: ARGO_SERVER=HOST:PORT and ARGO_TOKEN=\"Bearer …\"";
                match error.help() {
                    Some(right) if error.is_forbidden() => {
                        let help = format!("{help}; or {right}");
                        error.with_help(help)
                    }
                    _ => error.with_help(help),
                }
            })?
        }
    };
    Ok(Server { cluster: cluster.clone(), server })
}
