//! `doctor`: a healthy cluster has no warning, and of sick ones each is told by exactly its checks.

pub(crate) mod cluster;
pub(crate) mod database;
pub(crate) mod report;
pub(crate) mod rows;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::Read;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::Install;
use argo_offload_testbed::database::Kind;
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::space::Space;
use crate::standard::SMALL;
use crate::world::World;

/// A space whose workflows are all offloaded.
fn offloading<'world>(world: &'world World, name: &str) -> Result<Space<'world>> {
    let always = ("ALWAYS_OFFLOAD_NODE_STATUS", "true");
    let space = world.space_with(Install::new(name).environment(always.0, always.1))?;
    space.create(SMALL)?;
    space.ended("small", "Succeeded")?;
    Ok(space)
}

fn run(world: &World, kubeconfig: &Path, namespace: &str, words: &[&str]) -> Result<Ran> {
    let mut command = world.command("kubectl", kubeconfig);
    command.args(["argo-offload", "doctor", "-n", namespace]).args(words);
    Ran::run(&mut command, b"")
}

/// Runs doctor as `admin`; gives its report, whose exit code is as the report says.
#[track_caller]
fn doctor(world: &World, namespace: &str, words: &[&str]) -> Result<Value> {
    let kubeconfig = world.cluster.kubeconfig("admin");
    let ran = run(world, &kubeconfig, namespace, &[words, &["-o", "json"]].concat())?;
    let report: Value = serde_json::from_slice(ran.stdout())
        .with_context(|| format!("no report: {}{}", ran.out(), ran.err()))?;
    let failed = report["status"] == "error";
    ensure!(ran.code() == i32::from(failed), "exit code {} for {report:#}", ran.code());
    Ok(report)
}

/// `AD302 error` for everything that is wrong. Each has a next step.
fn wrong(report: &Value) -> BTreeSet<String> {
    let items = report["items"].as_array().expect("items");
    let wrong =
        items.iter().filter(|item| matches!(item["status"].as_str(), Some("warning" | "error")));
    wrong
        .map(|item| {
            assert!(item["help"].as_str().is_some_and(|help| !help.is_empty()), "no help: {item}");
            format!(
                "{} {}",
                item["code"].as_str().unwrap_or("?"),
                item["status"].as_str().unwrap_or("?")
            )
        })
        .collect()
}

/// The messages and next steps of a check.
fn told(report: &Value, code: &str) -> String {
    let items = report["items"].as_array().expect("items").iter();
    let lines = items.filter(|item| item["code"] == code).map(|item| {
        format!(
            "{} help: {}\n",
            item["message"].as_str().unwrap_or("?"),
            item["help"].as_str().unwrap_or("")
        )
    });
    lines.collect()
}

/// Checks that exactly this is wrong.
#[track_caller]
fn expect(report: &Value, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(wrong(report), expected, "{report:#}");
}

#[track_caller]
fn says(report: &Value, code: &str, texts: &[&str]) {
    let told = told(report, code);
    for text in texts {
        assert!(told.contains(text), "{code}: no {text:?} in {told}");
    }
}

/// What is always a warning on the server of this run: MySQL 5.7 has packets of 4 MiB.
fn always(world: &World) -> Vec<&'static str> {
    match world.cluster.database().kind() {
        Kind::MySql57 => vec!["AD309 warning"],
        _ => Vec::new(),
    }
}

/// Changes the section `persistence`.
fn reconfigure(space: &Space<'_>, change: impl FnOnce(&mut Value)) -> Result<()> {
    let mut section = section(space)?;
    change(&mut section);
    let patch = json!({"data": {"persistence": section.to_string()}}).to_string();
    let map = "workflow-controller-configmap";
    space.kubectl(&["patch", "configmap", map, "--type=merge", "-p", &patch])?.ok()?;
    Ok(())
}

fn section(space: &Space<'_>) -> Result<Value> {
    let map = "workflow-controller-configmap";
    let get = ["get", "configmap", map, "-o", "jsonpath={.data.persistence}"];
    Ok(yaml_serde::from_str(&space.kubectl(&get)?.ok()?.out())?)
}

/// Deletes the pods of controller and argo-server; waits until both crash again and again.
fn restart_into_a_crash_loop(space: &Space<'_>) -> Result<()> {
    for app in ["workflow-controller", "argo-server"] {
        space.kubectl(&["delete", "pod", "-l", &format!("app={app}"), "--wait=true"])?.ok()?;
    }
    for app in ["workflow-controller", "argo-server"] {
        crash_loop(space, app)?;
    }
    Ok(())
}

fn crash_loop(space: &Space<'_>, app: &str) -> Result<()> {
    let reasons = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
    let label = format!("app={app}");
    let pods = ["get", "pods", "-l", &label, "-o", reasons];
    space.shows(&pods, |out| out.contains("CrashLoopBackOff"))?;
    Ok(())
}

/// The files of a bundle, by name.
pub(crate) fn unpacked(path: &Path) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(path)?));
    let mut files = BTreeMap::new();
    for entry in archive.entries()? {
        let mut entry = entry?;
        let name = entry.path()?.display().to_string();
        let mut text = Vec::new();
        entry.read_to_end(&mut text)?;
        files.insert(name, text);
    }
    Ok(files)
}
