//! `--bundle`: what the report of a bug needs, in one file.
//!
//! **Invariant:** nothing of a Secret is in it, no value of an environment variable or a driver's option that is not on
//! a list of harmless ones, and no node.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use argo_offload_core::rows::RowState;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use tempfile::NamedTempFile;

use super::facts::Facts;
use super::report::Report;
use crate::cluster::{Access, Controller, ProgramPod};
use crate::failure::Failure;

/// The folder in the archive.
const FOLDER: &str = "argo-offload-bundle";
/// Variables of the controller whose values are shown: none of them holds a secret.
///
/// Source: Argo Workflows v3.7.6, docs/environment-variables.md; workflow/packer/packer.go.
const VARIABLES: [&str; 16] = [
    "ALL_POD_CHANGES_SIGNIFICANT",
    "ALWAYS_OFFLOAD_NODE_STATUS",
    "ARCHIVED_WORKFLOW_GC_PERIOD",
    "DEFAULT_REQUEUE_TIME",
    "EXPRESSION_TEMPLATES",
    "INFORMER_WRITE_BACK",
    "LEADER_ELECTION_DISABLE",
    "LEADER_ELECTION_LEASE_DURATION",
    "LEADER_ELECTION_RENEW_DEADLINE",
    "LEADER_ELECTION_RETRY_PERIOD",
    "MAX_OPERATION_TIME",
    "MAX_WORKFLOW_SIZE",
    "OFFLOAD_NODE_STATUS_TTL",
    "RECENTLY_STARTED_POD_DURATION",
    "WATCH_CONTROLLER_SEMAPHORE_CONFIGMAPS",
    "WORKFLOW_GC_PERIOD",
];
/// Stands for a value that is not shown.
const HIDDEN: &str = "(not shown)";

const ABOUT: &str = "\
What kubectl argo-offload doctor saw, for the report of a bug.

It holds names (of hosts, databases, users, namespaces, pods, workflows), versions, sizes and counts, and of the logs
of programs that ended the line that tells why. It holds no password and nothing else of a Secret, no values of
environment variables other than Argo's own that are named in controller.json, and no node of a workflow, so none of
their inputs and outputs. Look at it before you pass it on.

report.json         what each check found
versions.json       of this program, of Argo and of Kubernetes
controller.json     the controller's Deployment
configuration.json  the section persistence as Argo reads it; of the rest of the ConfigMap the keys alone
pods.json           controller and argo-server: restarts, and how they ended
database.json       the server's own variables, and how far Argo's tables are
rows.json           how many rows there are of each state, and their ages
";

/// Writes the file; one that is there is replaced.
///
/// # Errors
/// It cannot be written.
pub(super) async fn write(path: &Path, report: &Report, facts: &Facts) -> Result<()> {
    let files = [
        ("README.txt", ABOUT.as_bytes().to_vec()),
        ("report.json", pretty(&serde_json::to_value(report)?)),
        ("versions.json", pretty(&versions(facts).await)),
        ("controller.json", pretty(&facts.found().map_or_else(unknown, controller))),
        ("configuration.json", pretty(&configuration(facts).await)),
        ("pods.json", pretty(&pods(facts).await)),
        ("database.json", pretty(&database(facts).await)),
        ("rows.json", pretty(&rows(facts).await)),
    ];
    store(path, &files).map_err(|error| {
        Failure::new(format_args!("cannot write {}: {error:#}", path.display()))
            .help("--bundle names a file in a folder that can be written to")
            .into()
    })
}

fn store(path: &Path, files: &[(&str, Vec<u8>)]) -> Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let file = NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    let mut archive = tar::Builder::new(GzEncoder::new(file, Compression::default()));
    let now = Timestamp::now().as_second().try_into().unwrap_or(0);
    for (name, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(text.len() as u64);
        header.set_mode(0o644);
        header.set_mtime(now);
        archive.append_data(&mut header, format!("{FOLDER}/{name}"), text.as_slice())?;
    }
    let mut file = archive.into_inner()?.finish()?;
    file.flush()?;
    file.persist(path).context("it cannot be given its name")?;
    Ok(())
}

fn pretty(value: &Value) -> Vec<u8> {
    format!("{value:#}\n").into_bytes()
}

/// What is not known, with the reason.
fn unknown(why: impl ToString) -> Value {
    json!({"unknown": why.to_string()})
}

async fn versions(facts: &Facts) -> Value {
    let asked = facts.cluster.object::<Value>("/version", &Access::get("", "version")).await;
    let kubernetes = asked.map_or_else(unknown, |version| version["gitVersion"].clone());
    json!({
        "argoOffload": env!("CARGO_PKG_VERSION"),
        "platform": format!("{}/{}", std::env::consts::OS, std::env::consts::ARCH),
        "argo": facts.argo().to_string(),
        "kubernetes": kubernetes,
    })
}

fn controller(controller: &Controller) -> Value {
    let shown = |(name, value): (&String, &String)| {
        let value = if VARIABLES.contains(&name.as_str()) { value } else { HIDDEN };
        (name.clone(), value.into())
    };
    let environment: Map<String, Value> = controller.environment.iter().map(shown).collect();
    json!({
        "place": controller.place(),
        "image": controller.image,
        "version": controller.version.map(|version| version.to_string()),
        "replicas": controller.replicas.map(|one| json!({"wanted": one.wanted, "ready": one.ready})),
        "managedNamespace": controller.managed_namespace,
        "environment": environment,
        "environmentFromElsewhere": controller.unknown_environment,
    })
}

async fn configuration(facts: &Facts) -> Value {
    let configuration = match facts.configuration().await {
        Ok(configuration) => configuration,
        Err(skipped) => return unknown(skipped.why),
    };
    let object: Value = serde_json::from_slice(&configuration.text).unwrap_or_default();
    let data = object["data"].as_object().into_iter().flatten();
    let keys: Map<String, Value> =
        data.map(|(key, value)| (key.clone(), value.as_str().map_or(0, str::len).into())).collect();
    let persistence = match configuration.persistence() {
        Ok(Some(section)) => harmless(&section.json),
        Ok(None) => Value::Null,
        Err(error) => unknown(error),
    };
    json!({
        "place": configuration.place,
        "lastChange": configuration.last_change().map(|at| at.to_string()),
        "bytesByKey": keys,
        "instanceID": configuration.verdict.instance_id,
        "error": configuration.verdict.error,
        "persistence": persistence,
    })
}

/// The section without what could be a secret: of a driver's options only `tls` is shown.
fn harmless(section: &Value) -> Value {
    let mut section = section.clone();
    for database in ["mysql", "postgresql"] {
        let options = section.get_mut(database).and_then(|one| one.get_mut("options"));
        for (name, value) in options.and_then(Value::as_object_mut).into_iter().flatten() {
            if name != "tls" {
                *value = HIDDEN.into();
            }
        }
    }
    section
}

async fn pods(facts: &Facts) -> Value {
    let list = |pods: &[ProgramPod]| -> Value { pods.iter().map(pod).collect() };
    json!({
        "controller": facts.controller_pods().await.map_or_else(|skipped| unknown(skipped.why), list),
        "argoServer": facts.server_pods().await.map_or_else(|skipped| unknown(skipped.why), list),
    })
}

fn pod(pod: &ProgramPod) -> Value {
    let time = |at: Option<Timestamp>| at.map(|at| at.to_string());
    json!({
        "namespace": pod.namespace,
        "name": pod.name,
        "ready": pod.ready,
        "started": time(pod.started),
        "restarts": pod.restarts,
        "waiting": pod.waiting,
        "lastEnd": pod.last_end.as_ref().map(|end| {
            json!({"reason": end.reason, "code": end.code, "at": time(end.at)})
        }),
        "serviceAccount": pod.account,
    })
}

async fn database(facts: &Facts) -> Value {
    let server = match facts.server().await {
        Ok(server) => server,
        Err(skipped) => return unknown(skipped.why),
    };
    let mut value = json!({
        "variables": server.variables(),
        "tls": server.tls.as_ref().map(|tls| json!({"version": tls.version, "notAfter": tls.not_after})),
        "connected": server.connected,
    });
    if let Ok(inspector) = facts.inspector().await {
        let mut inspector = inspector.lock().await;
        value["way"] = inspector.way().into();
        value["schemaHistory"] = inspector.migrated_to().await.map_or_else(unknown, Value::from);
        value["tableBytes"] = inspector.table_bytes().await.map_or_else(unknown, Value::from);
        value["tableDifferences"] = match inspector.shape().await {
            Ok(shape) if shape.exists() => shape.differences().into(),
            Ok(_) => unknown("there is no table"),
            Err(error) => unknown(error),
        };
    }
    value
}

async fn rows(facts: &Facts) -> Value {
    let survey = match facts.survey().await {
        Ok(survey) => survey,
        Err(skipped) => return unknown(skipped.why),
    };
    let rows = match &survey.rows {
        Ok(rows) => rows,
        Err(skipped) => {
            return json!({"workflows": survey.workflows, "rows": unknown(&skipped.why)});
        }
    };
    let of = |state: RowState| {
        let oldest = rows.of_state(state).filter_map(|row| row.age).max();
        json!({"rows": rows.of_state(state).count(), "oldestSeconds": oldest.map(|age| age.as_secs())})
    };
    json!({
        "workflows": survey.workflows,
        "rows": rows.all.len(),
        "foreign": rows.foreign.len(),
        "live": of(RowState::Live),
        "superseded": of(RowState::Superseded),
        "orphan": of(RowState::Orphan),
        "dangling": of(RowState::Dangling),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_secret_is_not_shown() {
        let section = json!({"mysql": {"host": "db", "passwordSecret": {"name": "s", "key": "password"},
            "options": {"tls": "true", "other": "hush"}}});
        let shown = harmless(&section).to_string();
        assert!(shown.contains("\"tls\":\"true\"") && !shown.contains("hush"), "{shown}");
        let environment = [("MAX_WORKFLOW_SIZE", "1Mi"), ("PROXY", "http://user:hush@proxy")];
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let one = Controller {
            namespace: "argo".into(),
            workload: None,
            config_map: "c".into(),
            image: None,
            version: None,
            environment: environment.into_iter().map(pair).collect(),
            unknown_environment: Vec::new(),
            replicas: None,
            managed_namespace: None,
        };
        let shown = controller(&one)["environment"].clone();
        assert_eq!(shown, json!({"MAX_WORKFLOW_SIZE": "1Mi", "PROXY": HIDDEN}));
    }
}
