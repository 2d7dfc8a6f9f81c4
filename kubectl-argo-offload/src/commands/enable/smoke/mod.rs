//! The smoke test: a workflow too large for an object, offloaded by the controller that runs, and read back.
//!
//! **Invariant:** the workflow is deleted however the test ends; where that cannot be done, it ends and is deleted by
//! itself.

mod workflow;

use std::time::Duration;

use anyhow::Result;
use argo_offload_core::golang::Encoder;
use argo_offload_core::nodes::merge_nodes;
use argo_offload_core::symptoms::recognise;
use argo_offload_core::workflow::{Envelope, Storage};
use serde_json::Value;
use tokio::time::Instant;

use self::workflow::{NODES, SmokeWorkflow};
use super::present::Present;
use crate::cli::DatabaseArguments;
use crate::cluster::{self, Access, Cluster, WORKFLOWS_GROUP, is_name, log_tail, permissions};
use crate::commands::live::{self, Credentials, NoDatabase};
use crate::failure::{self, Failure};
use crate::output::{bytes, say, shortened};
use crate::signal::{Open, exit, signal};
use crate::store::NodeStore;
use crate::store::mysql::MySqlStore;

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// The most characters of a workflow's message.
const MESSAGE: usize = 300;

/// Has the controller offload a workflow, reads it back from the database, compares it, and removes it.
///
/// # Errors
/// It is not offloaded within the time-out, cannot be read, or is not what was asked for.
pub(super) async fn smoke_test(
    cluster: &Cluster,
    present: &Present,
    database: &DatabaseArguments,
    namespace: Option<&str>,
    timeout: Duration,
) -> Result<()> {
    let controller = &present.controller;
    let namespace = match (namespace, &controller.managed_namespace) {
        (Some(given), Some(managed)) if given != managed => {
            return Err(Failure::new(format_args!(
                "the controller runs workflows of the namespace {managed} alone, not of {given}"
            ))
            .help("leave out --smoke-test-namespace")
            .into());
        }
        (Some(given), _) => given,
        (None, Some(managed)) => managed,
        (None, None) => &controller.namespace,
    };
    if !is_name(namespace) {
        return Err(Failure::new(format_args!(
            "{:?} is no name of a namespace",
            shortened(namespace, 60)
        ))
        .help("--smoke-test-namespace NAME")
        .into());
    }
    let Some(instance_id) = &present.configuration.verdict.instance_id else {
        return Err(Failure::new(format_args!(
            "which workflows the controller runs cannot be told from the ConfigMap {}",
            present.configuration.place
        ))
        .help("see what is wrong with it: kubectl argo-offload lint --live")
        .into());
    };
    if controller.environment.get("EXPRESSION_TEMPLATES").is_some_and(|value| value == "false") {
        return Err(Failure::new(format_args!(
            "{} runs with EXPRESSION_TEMPLATES=false, and the smoke test makes its inputs by expressions",
            controller.place()
        ))
        .help("watch a workflow of your own instead: kubectl argo-offload get NAME -w")
        .into());
    }
    let workflow = SmokeWorkflow::new(namespace, controller.max_workflow_bytes());
    let name = workflow.name.as_str();
    let create = Access::create(WORKFLOWS_GROUP, "workflows").in_namespace(namespace);
    let delete = Access::delete(WORKFLOWS_GROUP, "workflows").in_namespace(namespace).named(name);
    let get = Access::get(WORKFLOWS_GROUP, "workflows").in_namespace(namespace).named(name);
    permissions::check(cluster, &[create.clone(), delete.clone(), get]).await?;
    let store = store(cluster, present, database).await.map_err(NoDatabase::into_error)?;

    let manifest = workflow.manifest(instance_id);
    let path = cluster::workflows_path(Some(namespace));
    let prove = async {
        cluster.create(&path, &manifest, &create).await?;
        say(format_args!("workflow.argoproj.io/{name} created"));
        let text = offloaded(cluster, present, &workflow, timeout).await?;
        let version = read_back(present, &store, &workflow, &text)?;
        say(format_args!(
            "{NODES} nodes with {} of inputs were offloaded as {version}, and read back as they were made",
            bytes(workflow.payload_bytes())
        ));
        anyhow::Ok(())
    };
    let open = Open::new();
    let (result, ended) = tokio::select! {
        result = prove => (result, None),
        code = signal() => (Ok(()), Some(code)),
    };
    let is_there = match cluster.delete(&format!("{path}/{name}"), &delete).await {
        Ok(()) => true,
        Err(error) if error.is_not_found() => false,
        Err(error) => {
            let what = "the smoke test's workflow is left, and ends and is deleted by itself";
            failure::note(what, &error);
            false
        }
    };
    if is_there {
        say(format_args!("workflow.argoproj.io/{name} deleted; the controller deletes its row"));
    }
    drop(open);
    match ended {
        // A relay deletes its own pod.
        Some(code) => exit(code).await,
        None => result,
    }
}

/// The controller's database, with what the configuration says by now.
async fn store(
    cluster: &Cluster,
    present: &Present,
    database: &DatabaseArguments,
) -> Result<MySqlStore, NoDatabase> {
    let controller = &present.controller;
    let persistence = live::persistence(&present.configuration, &controller.namespace)?;
    let given = Credentials::default();
    let target = live::target(cluster, controller, &persistence, database, given).await?;
    let connector = live::connector(cluster, &controller.namespace, target, database).await?;
    MySqlStore::connect(connector).await.map_err(|error| live::unreachable(&error))
}

/// Waits until all nodes wait and are offloaded; gives the workflow's text.
async fn offloaded(
    cluster: &Cluster,
    present: &Present,
    workflow: &SmokeWorkflow,
    timeout: Duration,
) -> Result<Vec<u8>> {
    let deadline = Instant::now() + timeout;
    loop {
        let text = cluster::workflow(cluster, &workflow.namespace, &workflow.name).await?;
        let waits = match look(&text)? {
            Look::Offloaded => return Ok(text),
            Look::Waits(why) => why,
            Look::Failed { what, help } => return Err(Failure::new(what).help(help).into()),
        };
        if Instant::now() >= deadline {
            let what = format!("after {} s {waits}", timeout.as_secs());
            let failure = match complaint(cluster, present, &workflow.name).await {
                Some((line, remedy)) => {
                    Failure::new(format_args!("{what}; the controller's log: {line}")).help(remedy)
                }
                None => Failure::new(what).help(
                    "see whether the controller works: kubectl argo-offload doctor; more time: --timeout 10m",
                ),
            };
            return Err(failure.into());
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The last thing that the controller's log complains of about the workflow, and what to do.
async fn complaint(cluster: &Cluster, present: &Present, name: &str) -> Option<(String, String)> {
    for pod in &present.controller_pods {
        let Ok(log) = log_tail(cluster, pod, false).await else { continue };
        let is_complaint = |line: &&str| {
            line.contains(name) && ["error", "warn", "fatal"].iter().any(|word| line.contains(word))
        };
        let complaints: Vec<&str> = log.lines().filter(is_complaint).collect();
        // What went wrong with the nodes comes before what followed from it.
        let of_nodes = complaints.iter().rev().find(|line| line.contains("ehydrate"));
        let Some(line) = of_nodes.or(complaints.last()) else { continue };
        let remedy = match recognise(line).first() {
            Some(seen) => seen.symptom.remedy.to_owned(),
            None => format!("kubectl logs {} -n {} says more", pod.name, pod.namespace),
        };
        return Some((shortened(line.trim(), MESSAGE), remedy));
    }
    None
}

/// What the controller has made of the workflow so far.
#[derive(Debug, PartialEq, Eq)]
enum Look {
    /// All nodes wait, in the database.
    Offloaded,
    /// Not yet; what is there.
    Waits(String),
    /// It will not be.
    Failed { what: String, help: String },
}

fn look(text: &[u8]) -> Result<Look> {
    let envelope = Envelope::parse(text)?;
    let status: Value = match envelope.status.clone().and_then(|span| text.get(span)) {
        Some(status) => serde_json::from_slice(status)?,
        None => Value::Null,
    };
    let all_wait = status["progress"] == format!("0/{NODES}");
    let message = shortened(&envelope.message, MESSAGE);
    let look = match (&*envelope.phase, envelope.storage()) {
        ("", _) => Look::Waits("the controller has not looked at the workflow".into()),
        (phase @ ("Error" | "Failed" | "Succeeded"), _) => {
            let help = match recognise(&envelope.message).first() {
                Some(seen) => seen.symptom.remedy.to_owned(),
                None => "the controller's log says more: kubectl logs deployment/workflow-controller".to_owned(),
            };
            Look::Failed { what: format!("the workflow ended with {phase}: {message}"), help }
        }
        (_, Storage::Offloaded) if all_wait => Look::Offloaded,
        (_, Storage::Inline | Storage::Compressed) if all_wait => Look::Failed {
            what: "the controller keeps the nodes in the object: it does not offload them".into(),
            help: "was it restarted since its ConfigMap was changed? kubectl argo-offload enable --verify".into(),
        },
        (phase, _) if message.is_empty() => {
            let progress = status["progress"].as_str().unwrap_or("0/0");
            Look::Waits(format!("the workflow is {phase}, {} of its nodes done", shortened(progress, 40)))
        }
        (phase, _) => Look::Waits(format!("the workflow is {phase}: {message}")),
    };
    Ok(look)
}

/// Reads the nodes as `get` does, and compares them with what was asked for; gives their version.
fn read_back(
    present: &Present,
    store: &MySqlStore,
    workflow: &SmokeWorkflow,
    text: &[u8],
) -> Result<String> {
    let envelope = Envelope::parse(text)?;
    let version = envelope.offload_version.into_owned();
    let Some(record) = store.get(&envelope.uid, &version)? else {
        return Err(Failure::new(format_args!(
            "the controller says that the nodes are offloaded as {version}, and {} has no such row",
            store.describe()
        ))
        .help("does it write into another database? kubectl argo-offload doctor")
        .into());
    };
    let mut encoder = Encoder::new(present.controller.version.unwrap_or_default());
    let merged = merge_nodes(&mut encoder, text, &record.nodes).map_err(Failure::new)?;
    let merged: Value = serde_json::from_slice(&merged)?;
    workflow.compare(&merged["status"]["nodes"]).map_err(|what| {
        Failure::new(format_args!("{version} in {}: {what}", store.describe()))
            .help("look at the database's server, its proxy and its sql_mode")
    })?;
    Ok(version)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn look_at(status: &Value) -> Look {
        let workflow = json!({"apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
            "metadata": {"name": "w"}, "status": status});
        look(workflow.to_string().as_bytes()).expect("a workflow")
    }

    #[test]
    fn only_nodes_that_all_wait_in_the_database_are_offloaded() {
        let of = |more: Value| {
            let mut status = json!({"phase": "Running", "progress": "0/100"});
            status
                .as_object_mut()
                .expect("a status")
                .extend(more.as_object().cloned().expect("fields"));
            look_at(&status)
        };
        assert_eq!(of(json!({"offloadNodeStatusVersion": "fnv:1"})), Look::Offloaded);
        let early = of(json!({"offloadNodeStatusVersion": "fnv:1", "progress": "0/40"}));
        assert!(matches!(early, Look::Waits(_)), "{early:?}");
        for kept in [json!({"nodes": {"a": {}}}), json!({"compressedNodes": "H4sI"})] {
            assert!(matches!(of(kept), Look::Failed { .. }));
        }
        let none = look_at(&json!({}));
        assert_eq!(none, Look::Waits("the controller has not looked at the workflow".into()));
        let pending = of(json!({"phase": "Pending", "message": "too many workflows"}));
        assert_eq!(pending, Look::Waits("the workflow is Pending: too many workflows".into()));
        let error =
            of(json!({"phase": "Error", "message": "offload node status is not supported"}));
        let Look::Failed { what, help } = error else { panic!("{error:?}") };
        assert!(what.contains("ended with Error: offload") && !help.is_empty(), "{what} {help}");
    }
}
