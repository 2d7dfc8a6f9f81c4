//! `enable` and `disable`: one command from nothing to offloaded workflows, and back; nothing is left half done.

pub(crate) mod change;
pub(crate) mod disable;
pub(crate) mod prove;
pub(crate) mod rollback;
pub(crate) mod safety;
pub(crate) mod terminal;

use std::process::Command;

use anyhow::Result;
use argo_offload_testbed::cluster::Install;
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::space::Space;
use crate::world::World;

const MAP: &str = "workflow-controller-configmap";

const SECRET: &str = "argo-mysql-config";

/// An Argo that has no database yet.
fn bare<'world>(world: &'world World, install: Install) -> Result<Space<'world>> {
    let space = world.space_with(install)?;
    let patch = r#"[{"op": "remove", "path": "/data/persistence"}]"#;
    space.kubectl(&["patch", "configmap", MAP, "--type=json", "-p", patch])?.ok()?;
    space.kubectl(&["delete", "secret", SECRET])?.ok()?;
    let tables = space.sql("SHOW TABLES")?;
    for table in tables.lines() {
        space.sql(&format!("SET foreign_key_checks = 0; DROP TABLE `{table}`"))?;
    }
    restart(&space)?;
    Ok(space)
}

fn restart(space: &Space<'_>) -> Result<()> {
    let mut apps = vec!["workflow-controller"];
    apps.extend(space.argo.server.as_ref().map(|_| "argo-server"));
    for app in &apps {
        space.kubectl(&["rollout", "restart", &format!("deployment/{app}")])?.ok()?;
    }
    space.world.cluster.ready(&space.argo)?;
    let logs = ["logs", "deployment/workflow-controller"];
    space.shows(&logs, |log| log.contains("Starting Workflow Controller"))?;
    for app in apps {
        let label = format!("app={app}");
        let pods = ["get", "pods", "-l", &label, "-o", "name"];
        space.shows(&pods, |out| out.lines().count() == 1)?;
    }
    Ok(())
}

/// The plugin as `admin`, with the database's password in its environment.
fn command(space: &Space<'_>, words: &[&str]) -> Command {
    let world = space.world;
    let mut command = world.command("kubectl", &world.cluster.kubeconfig("admin"));
    command.arg("argo-offload").args(words).args(["-n", &space.argo.namespace]);
    command.env("ARGO_OFFLOAD_DB_PASSWORD", &space.argo.database.password);
    command
}

fn run(space: &Space<'_>, words: &[&str]) -> Result<Ran> {
    Ran::run(&mut command(space, words), b"")
}

/// `enable` with all that the space's database needs.
fn enabling(space: &Space<'_>, more: &[&str]) -> Vec<String> {
    let database = &space.argo.database;
    let port = database.port.to_string();
    let words = [
        "enable",
        "--db-host",
        &database.host,
        "--db-port",
        &port,
        "--db-name",
        &database.name,
        "--db-user",
        &database.user,
    ];
    words.iter().chain(more).map(|word| (*word).to_owned()).collect()
}

fn enable(space: &Space<'_>, more: &[&str]) -> Result<Ran> {
    let words = enabling(space, more);
    run(space, &words.iter().map(String::as_str).collect::<Vec<_>>())
}

/// The same with another password.
fn enable_by(space: &Space<'_>, more: &[&str], password: &str) -> Result<Ran> {
    let words = enabling(space, more);
    let mut command = command(space, &words.iter().map(String::as_str).collect::<Vec<_>>());
    Ran::run(command.env("ARGO_OFFLOAD_DB_PASSWORD", password), b"")
}

/// What a change may change: the ConfigMap's and the Secret's values.
fn state(space: &Space<'_>) -> Result<Value> {
    let map = space.kubectl(&["get", "configmap", MAP, "-o", "json"])?.json()?;
    let secret =
        space.kubectl(&["get", "secret", SECRET, "-o", "json", "--ignore-not-found"])?.ok()?;
    let secret: Value = serde_json::from_slice(secret.stdout()).unwrap_or_default();
    Ok(json!({"map": map["data"], "secret": secret["data"]}))
}

fn persistence(space: &Space<'_>) -> Result<String> {
    let get = ["get", "configmap", MAP, "-o", "jsonpath={.data.persistence}"];
    Ok(space.kubectl(&get)?.ok()?.out())
}

/// Checks that doctor has nothing to say; packets are small on some servers.
fn is_healthy(space: &Space<'_>) -> Result<()> {
    let report = run(space, &["doctor", "--fail-on", "warning", "--ignore", "AD309"])?;
    assert_eq!(report.code(), 0, "{}{}", report.out(), report.err());
    Ok(())
}
