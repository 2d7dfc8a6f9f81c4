//! Starting programs again, and watching whether they come up.

use std::time::Duration;

use anyhow::Result;
use jiff::Timestamp;
use k8s_openapi::api::apps::v1::Deployment;
use serde_json::json;
use tokio::time::Instant;

use super::plan::Restart;
use super::present::Present;
use super::write::{delete, query};
use crate::cluster::{
    Access, Cluster, ClusterError, ProgramPod, controller_pods, log_head, server_pods,
};
use crate::commands::doctor::{Program, trouble_of};
use crate::failure::Failure;
use crate::output::say;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// How long a program must run where its log cannot be read.
const STEADY: Duration = Duration::from_secs(10);
/// What the controller's log says once it has its database and has made its tables: that it works, or waits to lead.
///
/// Source: Argo Workflows v3.7.6, workflow/controller/controller.go (`Run`); k8s.io/client-go,
/// tools/leaderelection/leaderelection.go.
const STARTED: [&str; 2] = ["Starting Workflow Controller", "attempting to acquire leader lease"];

/// Starts programs again, and says so as kubectl does. Gives those that are watched.
///
/// # Errors
/// The API refuses it.
pub(super) async fn restart(
    cluster: &Cluster,
    present: &Present,
    restarts: &[Restart],
    dry: bool,
) -> Result<(), ClusterError> {
    let suffix = if dry { " (server dry run)" } else { "" };
    for restart in restarts {
        match restart {
            Restart::Rollout { namespace, deployment, .. } => {
                // What `kubectl rollout restart` writes.
                let patch = json!({"spec": {"template": {"metadata": {"annotations": {
                    "kubectl.kubernetes.io/restartedAt": Timestamp::now().to_string(),
                }}}}});
                let access =
                    Access::patch("apps", "deployments").in_namespace(namespace).named(deployment);
                let path = format!(
                    "/apis/apps/v1/namespaces/{namespace}/deployments/{deployment}{}",
                    query(dry)
                );
                cluster.patch(&path, &patch, &access).await?;
                say(format_args!("deployment.apps/{deployment} restarted{suffix}"));
            }
            Restart::Delete { namespace, pod, .. } => {
                delete(cluster, "pods", namespace, pod, dry).await?;
                say(format_args!("pod/{pod} deleted{suffix}"));
            }
            Restart::ByHand { what, .. } => {
                let why = present.hidden.as_ref().map_or(String::new(), |why| format!(" ({why})"));
                say(format_args!("note: {what} cannot be seen from here{why}: restart it by hand"));
            }
        }
    }
    Ok(())
}

/// Waits until what was started again runs, and has its database.
///
/// # Errors
/// One of them crashes, with what its log says; or it takes too long.
pub(super) async fn watch(
    cluster: &Cluster,
    present: &Present,
    restarts: &[Restart],
    limit: Duration,
) -> Result<()> {
    let deadline = Instant::now() + limit;
    let is_controller = |restart: &Restart| match restart {
        Restart::Rollout { deployment, .. } => {
            present.controller.workload.as_deref() == Some(&*format!("deployment/{deployment}"))
        }
        Restart::Delete { pod, .. } => present.controller_pods.iter().any(|one| one.name == *pod),
        Restart::ByHand { .. } => false,
    };
    // argo-server has a readiness probe; the controller is ready as soon as it runs.
    for restart in restarts.iter().filter(|restart| !matches!(restart, Restart::ByHand { .. })) {
        let program = if is_controller(restart) { Program::Controller } else { Program::Server };
        watch_one(cluster, present, restart, program, deadline, limit).await?;
    }
    Ok(())
}

async fn watch_one(
    cluster: &Cluster,
    present: &Present,
    restart: &Restart,
    program: Program,
    deadline: Instant,
    limit: Duration,
) -> Result<()> {
    let mut steady: Option<Instant> = None;
    let name = match restart {
        Restart::Rollout { deployment, .. } => format!("deployment/{deployment}"),
        Restart::Delete { pod, .. } => format!("pod/{pod}"),
        Restart::ByHand { what, .. } => (*what).to_owned(),
    };
    loop {
        let pods = match program {
            // Where pods cannot be seen, only the Deployment is watched.
            _ if present.hidden.is_some() => Vec::new(),
            Program::Controller => controller_pods(cluster, &present.controller).await?,
            Program::Server => server_pods(cluster, &present.controller.namespace).await?,
        };
        // Those that were there before may still be, until the new ones are ready.
        let before = match program {
            Program::Controller => &present.controller_pods,
            Program::Server => &present.server_pods,
        };
        let new: Vec<&ProgramPod> =
            pods.iter().filter(|pod| before.iter().all(|old| old.name != pod.name)).collect();
        for pod in &new {
            let has_crashed = pod.last_end.as_ref().is_some_and(|end| end.code != 0);
            if (has_crashed || pod.waiting.is_some())
                && let Some((what, help)) = trouble_of(cluster, program, pod).await
            {
                return Err(Failure::new(what).help(help).into());
            }
        }
        let rolled_out = match restart {
            Restart::Rollout { namespace, deployment, .. } => {
                match rolled_out(cluster, namespace, deployment).await? {
                    Rollout::Scaled0 => {
                        say(format_args!(
                            "note: {name} is scaled to 0: it starts with the change once it is scaled up"
                        ));
                        return Ok(());
                    }
                    rollout => rollout == Rollout::Done,
                }
            }
            _ => pods.len() == new.len(),
        };
        let is_seen = present.hidden.is_none();
        let ready = rolled_out && !(is_seen && new.is_empty()) && new.iter().all(|pod| pod.ready);
        if ready {
            let since = *steady.get_or_insert_with(Instant::now);
            let sure = match program {
                Program::Server => true,
                Program::Controller => {
                    has_started(cluster, &new).await.unwrap_or_else(|| since.elapsed() >= STEADY)
                }
            };
            if sure {
                match (restart, new.first()) {
                    (Restart::Delete { .. }, Some(pod)) => {
                        say(format_args!("pod/{} runs", pod.name));
                    }
                    _ => say(format_args!("{name} runs")),
                }
                return Ok(());
            }
        } else {
            steady = None;
        }
        if Instant::now() >= deadline {
            let what = match steady {
                Some(_) => "has not reached its database",
                None => "does not run",
            };
            let what = format!("{name} {what} after {} s", limit.as_secs());
            let help = "look at it: kubectl argo-offload doctor; more time: --timeout 10m";
            return Err(Failure::new(what).help(help).into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Whether the beginning of the log of one of them says so; `None` where no log can be read.
async fn has_started(cluster: &Cluster, pods: &[&ProgramPod]) -> Option<bool> {
    let mut any = None;
    for pod in pods {
        if let Ok(log) = log_head(cluster, pod).await {
            let started = STARTED.iter().any(|text| log.contains(text));
            any = Some(any.unwrap_or(false) || started);
        }
    }
    any
}

/// How far a Deployment's rollout is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rollout {
    /// Old pods are there still, or new ones do not run yet.
    UnderWay,
    /// All pods are new, and run.
    Done,
    /// There are to be no pods, and there are none.
    Scaled0,
}

/// As `kubectl rollout status` sees it.
async fn rolled_out(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Rollout, ClusterError> {
    let access = Access::get("apps", "deployments").in_namespace(namespace).named(name);
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments/{name}");
    let deployment: Deployment = cluster.object(&path, &access).await?;
    let wanted = deployment.spec.as_ref().and_then(|one| one.replicas).unwrap_or(1);
    let status = deployment.status.unwrap_or_default();
    let is_seen = status.observed_generation >= deployment.metadata.generation;
    let counts = [status.updated_replicas, status.replicas, status.available_replicas];
    let all = counts.into_iter().all(|count| count.unwrap_or(0) == wanted);
    Ok(match is_seen && all {
        true if wanted == 0 => Rollout::Scaled0,
        true => Rollout::Done,
        false => Rollout::UnderWay,
    })
}
