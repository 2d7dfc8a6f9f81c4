//! A way to a database that only pods of the cluster can reach: a short-lived pod that passes connections on.
//!
//! **Invariants:** the pod listens on its own loopback, where a port-forward alone can reach it; it is deleted when the
//! last connection through it is closed, on errors and signals too, and ends by itself where that cannot be done.

mod manifest;
mod pass;
mod state;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use k8s_openapi::api::core::v1::Pod;
use serde_json::Value;

use super::Target;
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind, name_suffix};
use crate::failure;
use crate::signal::{Open, exit, signal};

use state::{State, state};

pub use manifest::{RelayPod, RelayPodError};
pub use pass::pass_on;

/// How long the pod may take to run, its image pulled.
const START: Duration = Duration::from_secs(60);
/// Between two looks at it.
const LOOK: Duration = Duration::from_millis(250);
/// How long its deletion may take.
const END: Duration = Duration::from_secs(5);

/// A relay that runs. It is deleted when this is dropped, within a runtime with several threads, and when the process
/// is interrupted or terminated.
#[derive(Debug)]
pub struct Relay {
    pod: Arc<Created>,
    signals: tokio::task::JoinHandle<()>,
}

/// A pod that is there, or may be.
#[derive(Debug)]
struct Created {
    cluster: Cluster,
    target: Target,
    /// Whether a signal ends the process.
    ending: AtomicBool,
    /// Whether the cluster has refused it.
    refused: AtomicBool,
}

impl Created {
    fn new(cluster: &Cluster, namespace: &str, pod: String) -> Self {
        let target = Target { namespace: namespace.into(), pod, port: manifest::PORT };
        Self {
            cluster: cluster.clone(),
            target,
            ending: AtomicBool::new(false),
            refused: AtomicBool::new(false),
        }
    }
}

impl Relay {
    /// Makes the pod in a namespace and waits until it runs.
    ///
    /// # Errors
    /// The user may not make pods, or the cluster refuses this one or cannot run it.
    pub async fn start(
        cluster: &Cluster,
        namespace: &str,
        pod: &RelayPod,
    ) -> Result<Self, ClusterError> {
        let name = format!("{}-{}", manifest::NAME, name_suffix());
        let manifest = pod.manifest(namespace, &name);
        remove_ended(cluster, namespace).await;
        // From here on it may be there, also where no answer comes.
        let created = Arc::new(Created::new(cluster, namespace, name));
        let signals = tokio::spawn(delete_on_signal(Arc::clone(&created)));
        let relay = Self { pod: created, signals };
        relay.create(&manifest).await?;
        relay.wait().await?;
        Ok(relay)
    }

    /// Where port-forwards lead.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.pod.target
    }

    async fn create(&self, manifest: &Value) -> Result<(), ClusterError> {
        let Created { cluster, target: Target { namespace, .. }, .. } = &*self.pod;
        let access = Access::create("", "pods").in_namespace(namespace);
        let path = format!("/api/v1/namespaces/{namespace}/pods");
        let result = cluster.create(&path, manifest, &access).await;
        if let Err(error) = &result {
            let refused = matches!(error.kind(), ErrorKind::Forbidden(_) | ErrorKind::Answer);
            self.pod.refused.store(refused, Ordering::Relaxed);
        }
        result.map(|_| ()).map_err(|error| match error.kind() {
            ErrorKind::Answer => error.with_help(
                "give the relay's pod what the cluster wants of pods: --relay-overrides '{\"spec\": {…}}'",
            ),
            _ => error,
        })
    }

    async fn wait(&self) -> Result<(), ClusterError> {
        let Created { cluster, target: Target { namespace, pod, .. }, .. } = &*self.pod;
        let access = Access::get("", "pods").in_namespace(namespace).named(pod);
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}");
        let start = Instant::now();
        loop {
            let seen: Pod = cluster.object(&path, &access).await?;
            let status = seen.status.unwrap_or_default();
            let problem = match state(&status) {
                State::Runs => return Ok(()),
                State::Fails(why) => why,
                State::Waits(why) if start.elapsed() > START => {
                    format!("it does not run after {START:?}: {why}")
                }
                State::Waits(_) => {
                    tokio::time::sleep(LOOK).await;
                    continue;
                }
            };
            return Err(ClusterError::new(
                ErrorKind::Answer,
                format_args!("the relay's pod {pod} in the namespace {namespace}: {problem}"),
            )
            .with_help(
                "another image or command: --relay-image, --relay-command, --relay-overrides",
            ));
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        if self.pod.ending.load(Ordering::Relaxed) {
            // What broke off did so because the pod is being deleted, which ends the process.
            std::thread::sleep(END + Duration::from_secs(1));
        }
        self.signals.abort();
        if self.pod.refused.load(Ordering::Relaxed) {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            self.pod.left(&"the runtime has ended");
            return;
        };
        tokio::task::block_in_place(|| runtime.block_on(self.pod.delete()));
    }
}

impl Created {
    /// Deletes the pod, or says that it is left.
    async fn delete(&self) {
        let Self { cluster, target: Target { namespace, pod, .. }, .. } = self;
        let access = Access::delete("", "pods").in_namespace(namespace).named(pod);
        let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}?gracePeriodSeconds=0");
        match tokio::time::timeout(END, cluster.delete(&path, &access)).await {
            Ok(Ok(())) => tracing::debug!(%namespace, %pod, "relay is deleted"),
            Ok(Err(error)) if error.is_not_found() => {}
            Ok(Err(error)) => {
                tracing::debug!(%error, "relay is not deleted");
                self.left(&error);
            }
            Err(_) => self.left(&format_args!("no answer within {END:?}")),
        }
    }

    fn left(&self, why: &dyn std::fmt::Display) {
        let Target { namespace, pod, .. } = &self.target;
        let minutes = manifest::DEADLINE.as_secs() / 60;
        let what = format_args!(
            "the relay's pod is left and ends by itself within {minutes} minutes; kubectl delete pod {pod} -n {namespace}"
        );
        failure::note(what, why);
    }
}

/// Deletes the pod before the process ends by a signal.
async fn delete_on_signal(pod: Arc<Created>) {
    let open = Open::new();
    let code = signal().await;
    pod.ending.store(true, Ordering::Relaxed);
    pod.delete().await;
    drop(open);
    exit(code).await;
}

/// Removes what relays of killed processes left, where the user may.
async fn remove_ended(cluster: &Cluster, namespace: &str) {
    #[derive(serde::Deserialize)]
    struct Pods {
        items: Vec<Pod>,
    }
    let access = Access::list("", "pods").in_namespace(namespace);
    let path =
        format!("/api/v1/namespaces/{namespace}/pods?labelSelector=app%3D{}", manifest::NAME);
    let Ok(pods) = cluster.object::<Pods>(&path, &access).await else { return };
    for pod in pods.items {
        let phase = pod.status.and_then(|status| status.phase).unwrap_or_default();
        let Some(name) = pod.metadata.name else { continue };
        if matches!(phase.as_str(), "Failed" | "Succeeded") {
            Created::new(cluster, namespace, name).delete().await;
        }
    }
}
