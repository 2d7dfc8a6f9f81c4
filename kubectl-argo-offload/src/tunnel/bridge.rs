use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use kube::api::Portforwarder;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use super::Target;
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind};
use crate::output::shortened;

/// How long the port-forward may take to be opened, and then the one connection to come: less than a database's
/// connection as a whole may, so that it is the tunnel that is named.
const OPEN: Duration = Duration::from_secs(8);
/// How long is waited for the reason of a connection that ended.
const REASON: Duration = Duration::from_secs(2);

/// A port of a pod at an address of this machine, for one connection.
///
/// Each connection has its own tunnel and so its own WebSocket. Dropping it ends the connection.
pub struct Tunnel {
    address: SocketAddr,
    target: Target,
    failure: Arc<Mutex<Option<ClusterError>>>,
    ended: watch::Receiver<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Tunnel {
    /// Opens a port-forward and listens for the one connection that goes through it.
    ///
    /// # Errors
    /// The user may not forward ports, the pod is not there, or the API does not answer.
    pub async fn open(cluster: &Cluster, target: &Target) -> Result<Self, ClusterError> {
        let Target { namespace, pod, port } = target;
        // A WebSocket begins with GET; the right for it is `create` from Kubernetes 1.35 on, `get` before.
        let access = Access::create("", "pods/portforward").in_namespace(namespace).named(pod);
        let pods: Api<Pod> = Api::namespaced(cluster.client(), namespace);
        let ports = [*port];
        let opened = tokio::time::timeout(OPEN, pods.portforward(pod, &ports)).await;
        let forwarder = match opened {
            Ok(Ok(forwarder)) => forwarder,
            Ok(Err(error)) => {
                let error = not_opened(&error, cluster, &access);
                tracing::debug!(%target, %error, "tunnel is not open");
                return Err(error);
            }
            Err(_) => {
                return Err(ClusterError::new(
                    ErrorKind::Timeout,
                    format_args!("the port-forward to {target} was not opened within {OPEN:?}"),
                )
                .with_help(by_hand(target)));
            }
        };
        let listening = |error: std::io::Error| {
            ClusterError::new(
                ErrorKind::Unreachable,
                format_args!("cannot listen on 127.0.0.1: {error}"),
            )
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        tracing::debug!(%target, %address, "tunnel is open");
        let failure = Arc::new(Mutex::new(None));
        let (end, ended) = watch::channel(false);
        let task = tokio::spawn({
            let (failure, target) = (Arc::clone(&failure), target.clone());
            async move {
                let result = serve(listener, forwarder, &target).await;
                match &result {
                    Ok(()) => tracing::debug!(%target, "tunnel is closed"),
                    Err(error) => tracing::debug!(%target, %error, "tunnel is closed"),
                }
                *failure.lock().unwrap_or_else(PoisonError::into_inner) = result.err();
                let _ = end.send(true);
            }
        });
        Ok(Self { address, target: target.clone(), failure, ended, task })
    }

    /// Where to connect instead of the database's own host and port, once.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it leads.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Why the connection through the tunnel ended, for whoever saw it end too early. `None` while it is open, and
    /// when this side ended it.
    pub async fn failure(&self) -> Option<ClusterError> {
        let mut ended = self.ended.clone();
        let _ = tokio::time::timeout(REASON, ended.wait_for(|ended| *ended)).await;
        self.failure.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl std::fmt::Debug for Tunnel {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Tunnel")
            .field("address", &self.address)
            .field("target", &self.target)
            .finish_non_exhaustive()
    }
}

fn by_hand(target: &Target) -> String {
    let Target { namespace, pod, port } = target;
    format!(
        "try it by hand: kubectl port-forward -n {namespace} pod/{pod} :{port}; or --via direct"
    )
}

fn not_opened(error: &kube::Error, cluster: &Cluster, access: &Access) -> ClusterError {
    // The API server says which of the two verbs it is that lacks.
    let lacks_get =
        matches!(error, kube::Error::Api(status) if status.message.contains(" cannot get "));
    let access = Access { verb: if lacks_get { "get" } else { access.verb }, ..access.clone() };
    let error = ClusterError::of_request(error, cluster.server(), &access);
    match error.kind() {
        ErrorKind::Forbidden(_) => {
            let both = "a tunnel needs the verbs get and create on pods/portforward; --via direct needs none";
            let help = error.help().map_or_else(|| both.into(), |help| format!("{help} ({both})"));
            error.clone().with_help(help)
        }
        _ => error,
    }
}

/// Takes one connection and carries its bytes until one side ends it.
async fn serve(
    listener: TcpListener,
    mut forwarder: Portforwarder,
    target: &Target,
) -> Result<(), ClusterError> {
    let Ok(accepted) = tokio::time::timeout(OPEN, listener.accept()).await else { return Ok(()) };
    // Whoever comes second is refused.
    drop(listener);
    let cut = |why: String| {
        ClusterError::new(ErrorKind::Cut, format_args!("the tunnel to {target} was cut: {why}"))
            .with_help(by_hand(target))
    };
    let (local, _) = accepted.map_err(|error| cut(error.to_string()))?;
    let _ = local.set_nodelay(true);
    let (Some(remote), Some(reason)) =
        (forwarder.take_stream(target.port), forwarder.take_error(target.port))
    else {
        return Err(cut("it has no stream".into()));
    };
    match carry(local, remote).await {
        End::Local => {
            forwarder.abort();
            Ok(())
        }
        End::Remote => {
            // What the pod's side said comes before its end; a broken WebSocket is told by the task.
            let said =
                tokio::time::timeout(Duration::from_millis(200), reason).await.ok().flatten();
            let broken = tokio::time::timeout(Duration::from_millis(200), forwarder.join()).await;
            let why = match (said, broken) {
                (Some(said), _) => shortened(said.trim(), 300),
                (None, Ok(Err(error))) => {
                    // rustls adds the address of its manual.
                    let text = error.to_string();
                    shortened(text.split(": https://docs.rs/").next().unwrap_or(&text), 300)
                }
                (None, _) => "the other side ended the connection".into(),
            };
            Err(cut(why))
        }
    }
}

/// Which side ended a connection.
enum End {
    Local,
    Remote,
}

/// Carries bytes both ways. When one side ends, what it sent before still arrives; then all is over, as a
/// port-forward cannot end one direction alone.
async fn carry(local: TcpStream, remote: DuplexStream) -> End {
    let (mut from_local, mut to_local) = local.into_split();
    let (mut from_remote, mut to_remote) = tokio::io::split(remote);
    let up = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from_local.read(&mut buffer).await {
                Ok(0) | Err(_) => return End::Local,
                Ok(length) => {
                    if to_remote.write_all(&buffer[..length]).await.is_err() {
                        // What came from there before is still being carried down.
                        std::future::pending::<()>().await;
                    }
                }
            }
        }
    };
    let down = async {
        let mut buffer = vec![0; 64 * 1024];
        loop {
            match from_remote.read(&mut buffer).await {
                Ok(0) | Err(_) => return End::Remote,
                Ok(length) => {
                    if to_local.write_all(&buffer[..length]).await.is_err() {
                        return End::Local;
                    }
                }
            }
        }
    };
    tokio::select! {
        end = up => end,
        end = down => end,
    }
}
