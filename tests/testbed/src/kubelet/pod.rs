use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tokio::sync::{Notify, watch};
use tokio::task::JoinSet;

use super::api::Change;
use super::container::Container;
use super::events::Event;
use super::state::now;
use super::watch::delete_now;
use super::{Shared, locked};
use crate::process::free_port;

/// A pod whose containers are processes.
pub(super) struct Pod {
    pub(super) shared: Arc<Shared>,
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) node: String,
    /// Seconds since 1970 do not order the pods of one second; this does.
    pub(super) number: u32,
    pub(super) address: String,
    /// A container's port → the port of this machine that stands for it.
    pub(super) ports: BTreeMap<u16, u16>,
    pub(super) kubeconfig: PathBuf,
    pub(super) containers: Vec<Container>,
    started: String,
    object: Mutex<Value>,
    /// How long the processes have once they are to end.
    stop: watch::Sender<Option<Duration>>,
    changed: Notify,
    /// Each condition's status and since when.
    conditions: Mutex<BTreeMap<&'static str, (bool, String)>>,
}

impl Pod {
    /// Gives a pod what it needs and starts its containers.
    pub(super) async fn start(shared: &Arc<Shared>, object: &Value) -> Result<Arc<Self>> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let metadata = &object["metadata"];
        let (namespace, name, uid) =
            (text(&metadata["namespace"]), text(&metadata["name"]), text(&metadata["uid"]));
        let folder = shared.setup.folder.join(format!("{namespace}_{name}_{uid}"));
        std::fs::create_dir_all(&folder)
            .with_context(|| format!("cannot make {}", folder.display()))?;
        let account = object["spec"]["serviceAccountName"].as_str().unwrap_or("default");
        let kubeconfig = identity(shared, object, account, &folder).await?;
        let specs = object["spec"]["containers"].as_array().cloned().unwrap_or_default();
        let containers: Vec<Container> = specs
            .iter()
            .filter_map(|spec| Container::new(&shared.setup.programs, spec, &folder))
            .collect();
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let pod = Arc::new(Self {
            shared: Arc::clone(shared),
            ports: ports(&containers)?,
            namespace,
            name,
            uid,
            node: text(&object["spec"]["nodeName"]),
            number,
            // Endpoints refuse addresses of the loopback.
            address: format!("10.244.{}.{}", number / 250 % 256, number % 250 + 2),
            kubeconfig,
            containers,
            started: now(),
            object: Mutex::new(object.clone()),
            stop: watch::channel(None).0,
            changed: Notify::new(),
            conditions: Mutex::default(),
        });
        pod.forward_ports().await?;
        tokio::spawn(live(Arc::clone(&pod)));
        Ok(pod)
    }

    /// The object as the API server has it.
    pub(super) fn object(&self) -> Value {
        locked(&self.object).clone()
    }

    pub(super) fn see(&self, object: &Value) {
        *locked(&self.object) = object.clone();
    }

    /// Lets the processes end within `grace`, and then removes the object.
    pub(super) fn delete(&self, grace: Duration) {
        self.stop.send_if_modified(|stop| {
            let first = stop.is_none();
            if first {
                *stop = Some(grace);
            }
            first
        });
    }

    /// Ends the processes at once.
    pub(super) fn abandon(&self) {
        self.stop.send_replace(Some(Duration::ZERO));
        for container in &self.containers {
            container.kill();
        }
    }

    /// How long the processes have, if they are to end.
    pub(super) fn stopping(&self) -> Option<Duration> {
        *self.stop.borrow()
    }

    /// Sleeps; true when the pod is to end meanwhile.
    pub(super) async fn stops_within(&self, time: Duration) -> bool {
        let mut stop = self.stop.subscribe();
        tokio::time::timeout(time, stop.wait_for(Option::is_some)).await.is_ok()
    }

    /// Says that the status has changed.
    pub(super) fn changed(&self) {
        self.changed.notify_one();
    }

    /// `NAME_NAMESPACE(UID)`, as in messages of the kubelet.
    pub(super) fn full_name(&self) -> String {
        format!("{}_{}({})", self.name, self.namespace, self.uid)
    }

    /// Reports something about a container.
    pub(super) fn event(
        &self,
        container: &str,
        kind: &'static str,
        reason: &'static str,
        message: String,
    ) {
        let about = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "namespace": self.namespace,
            "name": self.name,
            "uid": self.uid,
            "fieldPath": format!("spec.containers{{{container}}}"),
        });
        // Nobody reads any more when the cluster ends.
        let _ = self.shared.events.send(Event {
            about,
            node: self.node.clone(),
            kind,
            reason,
            message,
        });
    }

    fn path(&self) -> String {
        format!("/api/v1/namespaces/{}/pods/{}", self.namespace, self.name)
    }

    /// Tells kwok where port-forwards to this pod lead.
    async fn forward_ports(&self) -> Result<()> {
        if self.ports.is_empty() {
            return Ok(());
        }
        let forwards: Vec<Value> = self
            .ports
            .iter()
            .map(|(port, target)| {
                json!({ "ports": [port], "target": { "address": "127.0.0.1", "port": target } })
            })
            .collect();
        let owner =
            json!({ "apiVersion": "v1", "kind": "Pod", "name": self.name, "uid": self.uid });
        let body = json!({
            "apiVersion": "kwok.x-k8s.io/v1alpha1",
            "kind": "PortForward",
            "metadata": { "name": self.name, "namespace": self.namespace, "ownerReferences": [owner] },
            "spec": { "forwards": forwards },
        });
        let path = format!(
            "/apis/kwok.x-k8s.io/v1alpha1/namespaces/{}/portforwards/{}?fieldManager=testbed&force=true",
            self.namespace, self.name
        );
        self.shared.api.change(Change::Apply, &path, &body).await.map(|_| ())
    }

    /// Writes the status.
    async fn write_status(&self) {
        let body = json!({ "metadata": { "uid": self.uid }, "status": self.status() });
        let path = format!("{}/status", self.path());
        if let Err(error) = self.shared.api.change(Change::StrategicMerge, &path, &body).await {
            eprintln!("testbed: status of {}: {error:#}", self.full_name());
        }
    }

    fn status(&self) -> Value {
        let states: Vec<_> =
            self.containers.iter().map(|container| (container, container.state())).collect();
        let statuses: Vec<Value> = states
            .iter()
            .map(|(container, state)| state.status(&container.name, &container.image))
            .collect();
        let unready: Vec<&str> = statuses
            .iter()
            .filter(|status| status["ready"] == false)
            .filter_map(|status| status["name"].as_str())
            .collect();
        let first_wait = states.iter().all(|(_, state)| {
            state.name() == "waiting"
                && state.last.as_object().is_none_or(serde_json::Map::is_empty)
        });
        let message = format!("containers with unready status: [{}]", unready.join(" "));
        let mut conditions = Vec::new();
        let mut known = locked(&self.conditions);
        for (kind, holds) in [
            ("PodReadyToStartContainers", true),
            ("Initialized", true),
            ("ContainersReady", unready.is_empty()),
            ("Ready", unready.is_empty()),
        ] {
            let since = known.entry(kind).or_insert_with(|| (holds, now()));
            if since.0 != holds {
                *since = (holds, now());
            }
            let mut condition = json!({
                "type": kind,
                "status": if holds { "True" } else { "False" },
                "lastProbeTime": null,
                "lastTransitionTime": since.1,
                "reason": null,
                "message": null,
            });
            if !holds {
                condition["reason"] = "ContainersNotReady".into();
                condition["message"] = message.as_str().into();
            }
            conditions.push(condition);
        }
        json!({
            "phase": if first_wait { "Pending" } else { "Running" },
            "conditions": conditions,
            "containerStatuses": statuses,
            "hostIP": "127.0.0.1",
            "hostIPs": [{ "ip": "127.0.0.1" }],
            "podIP": self.address,
            "podIPs": [{ "ip": self.address }],
            "startTime": self.started,
        })
    }
}

/// A pod's life: writes the status whenever it changes, one at a time, and removes the object in the end.
async fn live(pod: Arc<Pod>) {
    let mut containers = JoinSet::new();
    for index in 0..pod.containers.len() {
        containers.spawn(super::container::live(Arc::clone(&pod), index));
    }
    loop {
        tokio::select! {
            () = pod.changed.notified() => pod.write_status().await,
            ended = containers.join_next() => if ended.is_none() { break },
        }
    }
    // What ended the containers is seen before the object goes.
    pod.write_status().await;
    if let Err(error) = delete_now(&pod.shared, &pod.object()).await {
        eprintln!("testbed: deleting {}: {error:#}", pod.full_name());
    }
}

/// A kubeconfig with a token of the pod's service account.
async fn identity(
    shared: &Shared,
    object: &Value,
    account: &str,
    folder: &Path,
) -> Result<PathBuf> {
    let metadata = &object["metadata"];
    let namespace = metadata["namespace"].as_str().unwrap_or_default();
    let body = json!({
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {
            "expirationSeconds": 86_400,
            "boundObjectRef": {
                "apiVersion": "v1",
                "kind": "Pod",
                "name": metadata["name"],
                "uid": metadata["uid"],
            },
        },
    });
    let path = format!("/api/v1/namespaces/{namespace}/serviceaccounts/{account}/token");
    let answer = shared.api.change(Change::Create, &path, &body).await?;
    let answer = answer.with_context(|| format!("no service account {account} in {namespace}"))?;
    let token = answer["status"]["token"].as_str().context("the answer has no token")?;
    crate::cluster::kubeconfig::write(
        &folder.join("kubeconfig"),
        &shared.setup.server,
        &shared.setup.authority,
        &crate::cluster::kubeconfig::Credential::Token(token),
        namespace,
    )
}

/// A port of this machine for each port of the containers: two pods of one Deployment share the machine.
fn ports(containers: &[Container]) -> Result<BTreeMap<u16, u16>> {
    let ports: BTreeSet<u16> = containers.iter().flat_map(Container::ports).collect();
    ports.into_iter().map(|port| Ok((port, free_port()?))).collect()
}
