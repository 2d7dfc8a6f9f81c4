//! Pods that are processes: a small kubelet for the pods of Argo's own programs.
//!
//! kwok runs nothing. For pods labelled `app: workflow-controller`, `app: argo-server` or `app: argo-offload-relay` that
//! are bound to a node, this starts the real program, keeps its log as a kubelet does, turns its exit into the container's status, restarts it
//! with back-off, and stops it when the pod is deleted. So roll-outs, deletions, crash loops and `kubectl logs` are real.
//! kwok's stages leave these pods alone.
//!
//! Not done: init containers, volumes, probes other than HTTP, `preStop`. `kubectl exec` is kwok's: it runs on this
//! machine.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::runtime::Runtime;
use tokio::sync::mpsc;

use crate::guard::Guard;
use api::Api;
use events::Event;
use pod::Pod;

mod api;
mod container;
mod endpoint;
mod environment;
mod events;
mod http;
mod logs;
mod pod;
mod probe;
mod run;
mod service;
mod state;
mod watch;

/// What a container of some name runs, in place of its image.
///
/// In arguments, environment and probes: `{port:N}` is the port of this machine that stands for the container's port N;
/// `{kubeconfig}` is a kubeconfig of the pod's service account; `{namespace}` is the pod's.
#[derive(Clone, Debug)]
pub(crate) struct Program {
    /// The container's name.
    pub(crate) container: String,
    /// Stands for the image's entry point and the pod's `command`; the pod's `args` follow.
    pub(crate) path: PathBuf,
    /// Arguments after the pod's.
    pub(crate) arguments: Vec<String>,
    /// Environment below the pod's.
    pub(crate) environment: Vec<(String, String)>,
    /// An image whose name does not contain this cannot be pulled.
    pub(crate) image: String,
    /// Ports besides those that the pod names.
    pub(crate) ports: Vec<u16>,
    /// Port and path of what must answer with less than 500 until the container is ready, in place of its readiness
    /// probe.
    pub(crate) probes: Vec<(u16, String)>,
}

/// What a kubelet is started with.
pub(crate) struct Setup {
    /// For logs and kubeconfigs of pods.
    pub(crate) folder: PathBuf,
    /// An administrator's.
    pub(crate) kubeconfig: PathBuf,
    /// The API server's address and authority.
    pub(crate) server: String,
    pub(crate) authority: PathBuf,
    /// What the endpoint shows.
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    /// The endpoint's port, and kwok's behind it.
    pub(crate) listen: u16,
    pub(crate) behind: u16,
    pub(crate) programs: Vec<Program>,
    pub(crate) guard: Arc<Guard>,
}

/// Running pods. Dropping it ends their processes.
pub(crate) struct Kubelet {
    shared: Arc<Shared>,
    runtime: Option<Runtime>,
}

/// What all pods know.
struct Shared {
    setup: Setup,
    api: Api,
    pods: Mutex<BTreeMap<String, Arc<Pod>>>,
    events: mpsc::UnboundedSender<Event>,
}

impl Shared {
    /// The pods by uid.
    fn pods(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Pod>>> {
        locked(&self.pods)
    }
}

/// A lock whose holder never leaves its value half changed.
fn locked<Value>(mutex: &Mutex<Value>) -> MutexGuard<'_, Value> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Kubelet {
    pub(crate) fn start(setup: Setup) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("kubelet")
            .enable_all()
            .build()?;
        std::fs::create_dir_all(&setup.folder)?;
        let (events, posted) = mpsc::unbounded_channel();
        let api = runtime.block_on(Api::new(&setup))?;
        let endpoint = runtime.block_on(endpoint::Endpoint::bind(&setup))?;
        let shared = Arc::new(Shared { setup, api, pods: Mutex::default(), events });
        runtime.spawn(endpoint.serve(Arc::clone(&shared)));
        runtime.spawn(events::write(Arc::clone(&shared), posted));
        runtime.spawn(watch::pods(Arc::clone(&shared)));
        Ok(Self { shared, runtime: Some(runtime) })
    }

    /// A port of this machine that leads to a container's port in the newest pod of that container in a namespace that
    /// is ready, as a Service would.
    pub(crate) fn service(&self, namespace: &str, container: &str, port: u16) -> Result<u16> {
        let runtime = self.runtime.as_ref().context("the kubelet has been stopped")?;
        let leads =
            service::Leads { namespace: namespace.into(), container: container.into(), port };
        runtime.block_on(service::start(Arc::clone(&self.shared), leads))
    }

    /// Ends all processes, at once.
    pub(crate) fn stop(&mut self) {
        let Some(runtime) = self.runtime.take() else { return };
        let pods: Vec<_> = self.shared.pods().values().cloned().collect();
        for pod in pods {
            pod.abandon();
        }
        // No task runs any more after this; a process that was just being started ends with its handle.
        runtime.shutdown_timeout(Duration::from_secs(5));
    }
}

impl Drop for Kubelet {
    fn drop(&mut self) {
        self.stop();
    }
}
