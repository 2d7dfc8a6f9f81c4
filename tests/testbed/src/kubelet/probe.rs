use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::AbortHandle;

use super::container::Container;
use super::pod::Pod;
use super::{http, run};

/// How often a container that is not ready yet is asked. (The Deployments of Argo's release wait 10 seconds before they
/// ask for the first time, which would be most of a test's time.)
const EAGER: Duration = Duration::from_millis(100);

/// Probes of a process; they end when this is stopped.
pub(super) struct Probes {
    /// Whether it must prove that it is ready.
    pub(super) readiness: bool,
    tasks: Vec<AbortHandle>,
}

impl Probes {
    pub(super) fn stop(self) {
        for task in self.tasks {
            task.abort();
        }
    }
}

/// Starts the probes that a container's program and its pod ask for.
pub(super) fn start(pod: &Arc<Pod>, index: usize, id: &str) -> Probes {
    let mut tasks = Vec::new();
    let Some(container) = pod.containers.get(index) else {
        return Probes { readiness: false, tasks };
    };
    let readiness =
        !container.program.probes.is_empty() || !container.spec["readinessProbe"].is_null();
    if readiness {
        tasks.push(tokio::spawn(ready(Arc::clone(pod), index, id.to_owned())).abort_handle());
    }
    if !container.spec["livenessProbe"].is_null() {
        tasks.push(tokio::spawn(alive(Arc::clone(pod), index)).abort_handle());
    }
    Probes { readiness, tasks }
}

/// Finds out when the container is ready, and then whether it still is.
async fn ready(pod: Arc<Pod>, index: usize, id: String) {
    let Some(container) = pod.containers.get(index) else { return };
    let set = |ready: bool| {
        container.set(&pod, |state| {
            // A probe of a process that has ended meanwhile says nothing about the next.
            if state.id.as_deref() == Some(&id) {
                state.ready = ready;
            }
        });
    };
    let timeout = Duration::from_secs(1);
    for (port, path) in &container.program.probes {
        let port = pod.ports.get(port).copied().unwrap_or(*port);
        let path = run::filled(&pod, path);
        // 503 is the gateway's; a server without an archive answers 500 of its own.
        while !http::status(port, &path, timeout).await.is_ok_and(|code| code != 503) {
            tokio::time::sleep(EAGER).await;
        }
    }
    let Some(probe) = Probe::new(&pod, container, "readinessProbe") else {
        set(true);
        return;
    };
    while probe.once().await.is_err() {
        tokio::time::sleep(EAGER).await;
    }
    set(true);
    let mut failures = 0;
    loop {
        tokio::time::sleep(probe.period).await;
        match probe.once().await {
            Ok(()) if failures >= probe.failures => {
                failures = 0;
                set(true);
            }
            Ok(()) => failures = 0,
            Err(error) => {
                failures += 1;
                let message = format!("Readiness probe failed: {error}");
                pod.event(&container.name, "Warning", "Unhealthy", message);
                if failures == probe.failures {
                    set(false);
                }
            }
        }
    }
}

/// Ends the process when it no longer answers.
async fn alive(pod: Arc<Pod>, index: usize) {
    let Some(container) = pod.containers.get(index) else { return };
    let Some(probe) = Probe::new(&pod, container, "livenessProbe") else { return };
    tokio::time::sleep(probe.delay).await;
    let mut failures = 0;
    loop {
        match probe.once().await {
            Ok(()) => failures = 0,
            Err(error) => {
                failures += 1;
                let name = &container.name;
                pod.event(name, "Warning", "Unhealthy", format!("Liveness probe failed: {error}"));
                if failures >= probe.failures {
                    let message =
                        format!("Container {name} failed liveness probe, will be restarted");
                    pod.event(name, "Normal", "Killing", message);
                    container.terminate();
                    tokio::time::sleep(Duration::from_secs(30)).await;
                    container.kill();
                    return;
                }
            }
        }
        tokio::time::sleep(probe.period).await;
    }
}

/// A probe by HTTP.
struct Probe {
    port: u16,
    path: String,
    delay: Duration,
    period: Duration,
    timeout: Duration,
    failures: u64,
}

impl Probe {
    /// `None` when the pod has none of this name, or one of another kind.
    fn new(pod: &Pod, container: &Container, name: &str) -> Option<Self> {
        let probe = &container.spec[name];
        let wanted = probe.get("httpGet")?;
        let port = match &wanted["port"] {
            Value::String(name) => container.spec["ports"]
                .as_array()?
                .iter()
                .find(|port| port["name"] == name.as_str())?["containerPort"]
                .as_u64()?,
            port => port.as_u64()?,
        };
        let port = u16::try_from(port).ok()?;
        let seconds =
            |key: &str, default: u64| Duration::from_secs(probe[key].as_u64().unwrap_or(default));
        Some(Self {
            port: pod.ports.get(&port).copied().unwrap_or(port),
            path: wanted["path"].as_str().unwrap_or("/").to_owned(),
            delay: seconds("initialDelaySeconds", 0),
            period: seconds("periodSeconds", 10),
            timeout: seconds("timeoutSeconds", 1),
            failures: probe["failureThreshold"].as_u64().unwrap_or(3),
        })
    }

    async fn once(&self) -> Result<(), String> {
        match http::status(self.port, &self.path, self.timeout).await? {
            200..400 => Ok(()),
            code => Err(format!("HTTP probe failed with statuscode: {code}")),
        }
    }
}
