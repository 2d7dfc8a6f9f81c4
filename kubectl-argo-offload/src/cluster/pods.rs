//! Pods of Argo's programs: whether they run, since when, and how the one before ended.

use jiff::Timestamp;
use k8s_openapi::api::core::v1::{Container, ContainerStatus, Pod};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::Time;

use super::access::Access;
use super::controller::{Controller, PODS, deployment_of, is_controller};
use super::error::ClusterError;
use super::list::list;
use super::request::Cluster;

/// Labels of argo-server's pods: upstream's manifests, and the Helm chart's.
pub(crate) const SERVER_LABELS: [&str; 2] = [
    "app=argo-server",
    "app.kubernetes.io/component=server,app.kubernetes.io/part-of=argo-workflows",
];

/// How many of a log's last lines are read.
const LINES: u32 = 200;
/// How many bytes of its beginning are read.
const HEAD: u32 = 64 << 10;

/// A pod of the controller or of argo-server, seen from the container that runs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramPod {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The container's name.
    pub container: String,
    /// Whether the container is ready.
    pub ready: bool,
    /// When the container that runs was started.
    pub started: Option<Timestamp>,
    /// How often it was started again.
    pub restarts: i32,
    /// Why it does not run: `CrashLoopBackOff`, `ImagePullBackOff` …; `Error` for one that has just ended.
    pub waiting: Option<String>,
    /// How it ended last.
    pub last_end: Option<Ending>,
    /// Whether what ended is the container that is there, and not the one before.
    pub has_ended: bool,
    /// The service account.
    pub account: String,
    /// The Deployment that it belongs to, by the name of its ReplicaSet.
    pub deployment: Option<String>,
    /// Whether something makes it anew when it is deleted.
    pub is_owned: bool,
}

/// How a container ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// `Error`, `OOMKilled` …
    pub reason: String,
    /// The exit code.
    pub code: i32,
    /// When.
    pub at: Option<Timestamp>,
}

/// The pods of a controller, of its own Deployment where that is known.
///
/// # Errors
/// The user may not list pods, or the API does not answer.
pub async fn controller_pods(
    cluster: &Cluster,
    controller: &Controller,
) -> Result<Vec<ProgramPod>, ClusterError> {
    let of_controller = |pod: &Pod| match controller.workload.as_deref() {
        None => true,
        Some(workload) => match workload.split_once('/') {
            Some(("deployment", name)) => deployment_of(pod).as_deref() == Some(name),
            // Whatever makes such a pod anew gives it another name.
            _ => deployment_of(pod).is_none(),
        },
    };
    let selectors = PODS.map(|(_, labels)| labels);
    pods(cluster, &controller.namespace, &selectors, is_controller, of_controller).await
}

/// The pods of argo-server in a namespace.
///
/// # Errors
/// The user may not list pods, or the API does not answer.
pub async fn server_pods(
    cluster: &Cluster,
    namespace: &str,
) -> Result<Vec<ProgramPod>, ClusterError> {
    pods(cluster, namespace, &SERVER_LABELS, is_server, |_| true).await
}

/// The last lines of a pod's log: of the container that is there, or of the one that ended last.
///
/// # Errors
/// The user may not read logs, or there is none.
pub async fn log_tail(
    cluster: &Cluster,
    pod: &ProgramPod,
    ended: bool,
) -> Result<String, ClusterError> {
    let previous = ended && !pod.has_ended;
    log(cluster, pod, &format!("previous={previous}&tailLines={LINES}")).await
}

/// The first lines of the log of the container that is there.
///
/// # Errors
/// The user may not read logs, or there is none.
pub async fn log_head(cluster: &Cluster, pod: &ProgramPod) -> Result<String, ClusterError> {
    log(cluster, pod, &format!("limitBytes={HEAD}")).await
}

async fn log(cluster: &Cluster, pod: &ProgramPod, part: &str) -> Result<String, ClusterError> {
    let ProgramPod { namespace, name, container, .. } = pod;
    let access = Access::get("", "pods/log").in_namespace(namespace).named(name);
    let path =
        format!("/api/v1/namespaces/{namespace}/pods/{name}/log?container={container}&{part}");
    let text = cluster.get(&path, &access).await?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

async fn pods(
    cluster: &Cluster,
    namespace: &str,
    selectors: &[&str],
    is_program: fn(&Container) -> bool,
    is_meant: impl Fn(&Pod) -> bool,
) -> Result<Vec<ProgramPod>, ClusterError> {
    let access = Access::list("", "pods").in_namespace(namespace);
    let path = format!("/api/v1/namespaces/{namespace}/pods");
    let mut found: Vec<ProgramPod> = Vec::new();
    for labels in selectors {
        let all: Vec<Pod> = list(cluster, &path, &access, Some(("labelSelector", labels))).await?;
        for pod in all.iter().filter(|pod| is_meant(pod)) {
            if let Some(pod) = of_pod(pod, is_program, namespace)
                && found.iter().all(|known| known.name != pod.name)
            {
                found.push(pod);
            }
        }
    }
    Ok(found)
}

/// Pods that are being deleted, or have ended, are none of the program's any more.
fn of_pod(pod: &Pod, is_program: fn(&Container) -> bool, namespace: &str) -> Option<ProgramPod> {
    let status = pod.status.as_ref()?;
    let ended = matches!(status.phase.as_deref(), Some("Succeeded" | "Failed"));
    if pod.metadata.deletion_timestamp.is_some() || ended {
        return None;
    }
    let specification = pod.spec.as_ref()?;
    let container = specification.containers.iter().find(|container| is_program(container))?;
    let of_container = |one: &&ContainerStatus| one.name == container.name;
    let state = status.container_statuses.iter().flatten().find(of_container);
    let now = state.and_then(|state| state.state.as_ref());
    let before = state.and_then(|state| state.last_state.as_ref()?.terminated.as_ref());
    // One that has just ended, and is about to be started again.
    let ended = now.and_then(|now| now.terminated.as_ref());
    let waiting = now.and_then(|now| now.waiting.as_ref()?.reason.clone());
    Some(ProgramPod {
        namespace: namespace.to_owned(),
        name: pod.metadata.name.clone()?,
        container: container.name.clone(),
        ready: state.is_some_and(|state| state.ready),
        started: now.and_then(|now| time(now.running.as_ref()?.started_at.as_ref()?)),
        restarts: state.map_or(0, |state| state.restart_count),
        waiting: waiting.or_else(|| ended?.reason.clone()),
        has_ended: ended.is_some(),
        last_end: ended.or(before).map(|before| Ending {
            reason: before.reason.clone().unwrap_or_default(),
            code: before.exit_code,
            at: before.finished_at.as_ref().and_then(time),
        }),
        deployment: deployment_of(pod),
        is_owned: pod.metadata.owner_references.as_ref().is_some_and(|owners| !owners.is_empty()),
        account: specification.service_account_name.clone().unwrap_or_else(|| "default".into()),
    })
}

/// Kubernetes' types are of another version of the crate; its times are whole seconds.
fn time(time: &Time) -> Option<Timestamp> {
    Timestamp::from_second(time.0.as_second()).ok()
}

/// Whether a container runs argo-server.
pub(crate) fn is_server(container: &Container) -> bool {
    let image = container.image.as_deref().unwrap_or_default();
    container.name == "argo-server"
        || image.rsplit('/').next().unwrap_or_default().starts_with("argocli")
        || [&container.command, &container.args]
            .into_iter()
            .flatten()
            .flatten()
            .any(|word| word == "server")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pod_in_a_crash_loop_says_how_the_last_one_ended() {
        let pod = json!({
            "metadata": {"name": "wc-1"},
            "spec": {"serviceAccountName": "argo", "containers": [
                {"name": "mesh"}, {"name": "wc", "image": "argoproj/workflow-controller:v3.7.6"}]},
            "status": {"containerStatuses": [{"name": "wc", "image": "", "imageID": "", "ready": false,
                "restartCount": 4, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
                "lastState": {"terminated": {"reason": "Error", "exitCode": 1, "finishedAt": "2026-01-02T03:04:05Z"}}}]},
        });
        let mut pod: Pod = serde_json::from_value(pod).expect("a Pod");
        let found = of_pod(&pod, is_controller, "argo").expect("the controller");
        assert_eq!((found.restarts, found.waiting.as_deref()), (4, Some("CrashLoopBackOff")));
        let end = found.last_end.expect("an ending");
        assert_eq!((end.reason.as_str(), end.code), ("Error", 1));
        assert!(end.at.is_some() && found.account == "argo");
        let ended = json!({"terminated": {"reason": "Error", "exitCode": 2}});
        let statuses = &mut pod.status.as_mut().expect("a status").container_statuses;
        statuses.as_mut().expect("one")[0].state =
            Some(serde_json::from_value(ended).expect("a state"));
        let found = of_pod(&pod, is_controller, "argo").expect("the controller");
        assert_eq!(found.last_end.map(|end| end.code), Some(2), "one that has just ended");
        pod.status.as_mut().expect("a status").phase = Some("Failed".into());
        assert_eq!(of_pod(&pod, is_controller, "argo"), None);
    }
}
