//! `enable` and `disable`: one command from nothing to offloaded workflows, and back; nothing is left half done.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use argo_offload_testbed::cluster::Install;
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::reach::{free_port, silent_port};
use crate::space::Space;
use crate::tests;
use crate::world::World;

tests!(
    one_command_leads_from_nothing_to_an_offloaded_workflow,
    dry_runs_and_refusals_change_nothing,
    a_configuration_under_one_key_is_changed_too,
    what_argo_cd_or_helm_keep_is_printed_for_them,
    a_controller_that_does_not_come_up_is_put_back,
    a_config_map_that_somebody_edits_meanwhile_is_not_overwritten,
    what_was_changed_can_be_put_back,
    a_run_that_is_killed_is_completed_by_the_next_one,
    disable_waits_for_workflows_and_keeps_the_rest,
);

const MAP: &str = "workflow-controller-configmap";
const SECRET: &str = "argo-mysql-config";

/// A workflow that ends after a moment.
const SMALL: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: small}
spec:
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: wait, template: pause}]]
  - {name: pause, suspend: {duration: 1s}}
"#;

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
    space
        .kubectl(&[
            "rollout",
            "restart",
            "deployment/workflow-controller",
            "deployment/argo-server",
        ])?
        .ok()?;
    space.world.cluster.ready(&space.argo)?;
    let logs = ["logs", "deployment/workflow-controller"];
    space.shows(&logs, |log| log.contains("Starting Workflow Controller"))?;
    for app in ["workflow-controller", "argo-server"] {
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

fn one_command_leads_from_nothing_to_an_offloaded_workflow(world: &World) -> Result<()> {
    let always = Install::new("en-able").environment("ALWAYS_OFFLOAD_NODE_STATUS", "true");
    let space = bare(world, always)?;
    // Manuals call the database so, with a hyphen.
    let database = &space.argo.database;
    let server = world.cluster.database();
    let host = server
        .sql(format!("SELECT host FROM mysql.user WHERE user = '{}' LIMIT 1", database.user))?;
    server.sql(format!(
        "CREATE DATABASE `argo-workflow`; GRANT ALL PRIVILEGES ON `argo-workflow`.* TO '{}'@'{}'",
        database.user,
        host.trim()
    ))?;
    let mut space = space;
    space.argo.database.name = "argo-workflow".into();
    let ran = enable(&space, &["-y"])?.ok()?;
    let (out, err) = (ran.out(), ran.err());
    for text in [
        "secret/argo-mysql-config in en-able is made, with the keys password and username",
        "+  persistence: |",
        "database: argo-workflow",
        "deployment/workflow-controller is restarted: it connects",
    ] {
        assert!(out.contains(text), "no {text:?} in {out}{err}");
    }
    for line in [
        "secret/argo-mysql-config created",
        "configmap/workflow-controller-configmap configured",
        "deployment.apps/workflow-controller restarted",
        "deployment.apps/argo-server restarted",
        "deployment/workflow-controller runs",
        "deployment/argo-server runs",
    ] {
        assert!(err.lines().any(|one| one == line), "no {line:?} in {err}");
    }
    assert!(!(out + &err).contains(&space.argo.database.password), "the password is shown");
    space.create(SMALL)?;
    let ended = space.ended("small", "Succeeded")?;
    ensure!(
        ended["status"]["offloadNodeStatusVersion"].is_string(),
        "it is not offloaded: {ended}"
    );
    let shown = run(
        &space,
        &["get", "small", "--controller-namespace", &space.argo.namespace, "-o", "json"],
    )?;
    assert!(shown.json()?["status"]["nodes"].is_object());
    let before = state(&space)?;
    let pods = space.kubectl(&["get", "pods", "-o", "name"])?.ok()?.out();
    let again = enable(&space, &["-y"])?.ok()?;
    assert!(again.err().contains("already enabled") && again.out().is_empty(), "{}", again.err());
    assert_eq!(state(&space)?, before);
    assert_eq!(space.kubectl(&["get", "pods", "-o", "name"])?.ok()?.out(), pods);
    let report = run(&space, &["doctor", "--fail-on", "warning", "--ignore", "AD309"])?;
    assert_eq!(report.code(), 0, "{}", report.out());
    // Somebody changes the ConfigMap: argo-server does not know it, and there is nothing to be put back.
    let patch = json!({"data": {"parallelism": "100"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let ran = enable(&space, &["-y"])?.ok()?;
    assert!(ran.err().contains("deployment/argo-server runs"), "{}", ran.err());
    assert!(!ran.err().contains("argo-offload-backup"), "{}", ran.err());
    Ok(())
}

fn dry_runs_and_refusals_change_nothing(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-dry"))?;
    let before = state(&space)?;
    for how in ["client", "server"] {
        let ran = enable(&space, &["--dry-run", how])?.ok()?;
        assert!(ran.err().contains("nothing was changed"), "{}", ran.err());
        assert!(ran.out().contains("+  persistence: |"), "{}", ran.out());
        assert_eq!(state(&space)?, before, "{how}");
    }
    let backup = ["get", "configmap,secret", "-o", "name"];
    assert!(!space.kubectl(&backup)?.ok()?.out().contains("argo-offload-backup"));
    let silent = enable(&space, &[])?;
    assert_eq!(silent.code(), 2);
    assert!(silent.err().contains("no terminal to ask on"), "{}", silent.err());
    let ran = enable_by(&space, &["-y"], "wrong")?;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    for text in ["AD302", "nothing was changed", "--force AD302"] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    assert!(ran.out().contains("Error 1045"), "{}", ran.out());
    let missing = run(&space, &["enable", "-y", "--db-name", "x"])?;
    assert!(missing.code() == 2 && missing.err().contains("--db-host"), "{}", missing.err());
    let port = free_port()?.to_string();
    let database =
        ["--db-host", "127.0.0.1", "--db-port", &port, "--db-name", "x", "--db-user", "x"];
    let unreachable = run(&space, &[&["enable", "-y"], &database[..]].concat())?;
    assert_eq!(unreachable.code(), 2);
    assert!(unreachable.err().contains("AD302: nothing was changed"), "{}", unreachable.err());
    assert!(unreachable.out().contains("connection refused"), "{}", unreachable.out());
    assert_eq!(state(&space)?, before);
    let none = run(&space, &["enable", "--rollback", "-y"])?;
    assert!(none.code() == 2 && none.err().contains("nothing to put back"), "{}", none.err());
    Ok(())
}

fn a_configuration_under_one_key_is_changed_too(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-config"))?;
    let config =
        "# ours\nimages: {busybox: {cmd: [sh]}}\nmetricsConfig:\n  enabled: false # none\n";
    let patch =
        json!({"data": {"config": config, "images": null, "metricsConfig": null}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    restart(&space)?;
    enable(&space, &["-y", "--cluster-name", "here"])?.ok()?;
    let get = ["get", "configmap", MAP, "-o", "jsonpath={.data.config}"];
    let after = space.kubectl(&get)?.ok()?.out();
    assert!(after.starts_with(config) && after.contains("clusterName: here"), "{after}");
    Ok(())
}

fn what_argo_cd_or_helm_keep_is_printed_for_them(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-owned"))?;
    let before = state(&space)?;
    let helm = ["annotate", "configmap", MAP, "meta.helm.sh/release-name=flows"];
    space.kubectl(&helm)?.ok()?;
    let ran = enable(&space, &["-y"])?;
    assert_eq!(ran.code(), 1, "{}", ran.err());
    assert!(ran.err().contains("is kept by Helm (flows)"), "{}", ran.err());
    let values: Value = yaml_serde::from_str(&ran.out())?;
    let section = &values["controller"]["persistence"];
    assert_eq!(section["nodeStatusOffLoad"], true, "{values}");
    assert_eq!(section["mysql"]["database"], space.argo.database.name.as_str(), "{values}");
    space.kubectl(&["annotate", "configmap", MAP, "meta.helm.sh/release-name-"])?.ok()?;
    let argo_cd =
        ["annotate", "configmap", MAP, "argocd.argoproj.io/tracking-id=flows:/ConfigMap:x/y"];
    space.kubectl(&argo_cd)?.ok()?;
    let ran = enable(&space, &["-y"])?;
    assert_eq!(ran.code(), 1, "{}", ran.err());
    let patch: Value = yaml_serde::from_str(&ran.out())?;
    assert_eq!(patch["metadata"]["name"], MAP);
    assert!(
        patch["data"]["persistence"].as_str().is_some_and(|text| text.contains("mysql:")),
        "{patch}"
    );
    assert_eq!(state(&space)?, before);
    Ok(())
}

fn a_controller_that_does_not_come_up_is_put_back(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-crash"))?;
    let before = state(&space)?;
    let ran = enable_by(&space, &["-y", "--force", "AD302"], "wrong")?;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    for text in [
        "access-denied",
        "everything is as it was before",
        "configmap/workflow-controller-configmap put back",
        "secret/argo-mysql-config deleted",
    ] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    assert_eq!(state(&space)?, before);
    world.cluster.ready(&space.argo)?;
    // And it can be done rightly afterwards.
    enable(&space, &["-y"])?.ok()?;
    assert!(persistence(&space)?.contains("nodeStatusOffLoad: true"));
    Ok(())
}

fn a_config_map_that_somebody_edits_meanwhile_is_not_overwritten(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-edit"))?;
    let database = &space.argo.database;
    // The check of the database takes ten seconds, in which somebody is faster.
    let (_listener, silent) = silent_port()?;
    let port = silent.to_string();
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
        "-y",
        "--via",
        "direct",
        "--force",
        "AD302",
    ];
    let child = command(&space, &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    std::thread::sleep(Duration::from_secs(4));
    let patch = json!({"data": {"parallelism": "100"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let edited = state(&space)?;
    let output = child.wait_with_output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("somebody else has changed the ConfigMap"), "{error}");
    assert!(error.lines().any(|line| line.starts_with("+  parallelism:")), "{error}");
    assert_eq!(state(&space)?, edited, "the Secret is gone again, the edit is there: {error}");
    Ok(())
}

fn what_was_changed_can_be_put_back(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-back"))?;
    let before = state(&space)?;
    enable(&space, &["-y"])?.ok()?;
    assert_ne!(state(&space)?, before);
    let patch = json!({"data": {"parallelism": "100"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let ran = run(&space, &["enable", "--rollback", "-y"])?.ok()?;
    assert!(ran.err().contains("deployment/workflow-controller runs"), "{}", ran.err());
    let mut expected = before;
    expected["map"]["parallelism"] = "100".into();
    assert_eq!(state(&space)?, expected, "what somebody else has changed stays");
    // A Secret that was there gets its old values.
    enable(&space, &["-y"])?.ok()?;
    let second = state(&space)?;
    let user = world.cluster.database();
    user.sql(format!(
        "CREATE USER 'en_back_2'@'%' IDENTIFIED BY 'second'; GRANT ALL ON `{}`.* TO 'en_back_2'@'%'",
        space.argo.database.name
    ))?;
    let mut other = command(&space, &["enable", "--db-user", "en_back_2", "-y"]);
    Ran::run(other.env("ARGO_OFFLOAD_DB_PASSWORD", "second"), b"")?.ok()?;
    assert_ne!(state(&space)?, second);
    run(&space, &["enable", "--rollback", "-y"])?.ok()?;
    assert_eq!(state(&space)?, second);
    Ok(())
}

/// Kills the process as soon as it has said that it has done something.
fn killed_after(space: &Space<'_>, line: &str) -> Result<()> {
    let words = enabling(space, &["-y"]);
    let mut command = command(space, &words.iter().map(String::as_str).collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stderr.take().context("no pipe")?);
    let start = Instant::now();
    let mut seen = String::new();
    loop {
        let mut text = String::new();
        if lines.read_line(&mut text)? == 0 {
            bail!("it ended before it said {line:?}: {seen}");
        }
        seen += &text;
        if text.contains(line) {
            break;
        }
        ensure!(start.elapsed() < Duration::from_secs(120), "{seen}");
    }
    child.kill()?;
    child.wait()?;
    let _ = lines.read_to_string(&mut seen);
    Ok(())
}

fn a_run_that_is_killed_is_completed_by_the_next_one(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-kill"))?;
    let before = state(&space)?;
    for line in [
        "argo-offload-backup keeps",
        "secret/argo-mysql-config created",
        "configmap/workflow-controller-configmap configured",
        "deployment.apps/workflow-controller restarted",
        "deployment.apps/argo-server restarted",
    ] {
        killed_after(&space, line)?;
        let done = enable(&space, &["-y"])?.ok().with_context(|| format!("after {line:?}"))?;
        assert!(persistence(&space)?.contains("nodeStatusOffLoad: true"), "{line}");
        let report = run(&space, &["doctor", "--fail-on", "warning", "--ignore", "AD309"])?;
        assert_eq!(report.code(), 0, "after {line:?}: {}{}", report.out(), done.err());
        run(&space, &["enable", "--rollback", "-y"])?
            .ok()
            .with_context(|| format!("after {line:?}"))?;
        assert_eq!(state(&space)?, before, "after {line:?}");
    }
    // Also straight after it was killed.
    killed_after(&space, "configmap/workflow-controller-configmap configured")?;
    run(&space, &["enable", "--rollback", "-y"])?.ok()?;
    assert_eq!(state(&space)?, before);
    Ok(())
}

fn disable_waits_for_workflows_and_keeps_the_rest(world: &World) -> Result<()> {
    let space =
        world.space_with(Install::new("dis-able").environment("MAX_WORKFLOW_SIZE", "5000"))?;
    space.create(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: running}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: wait
        template: pause
        arguments: {parameters: [{name: index, value: "{{item}}"}]}
        withSequence: {count: "50"}
  - name: pause
    inputs: {parameters: [{name: index}, {name: blob, value: "{{=sprig.sha256sum(inputs.parameters.index)}}"}]}
    suspend: {}
"#,
    )?;
    space.wait("running", |workflow| workflow["status"]["offloadNodeStatusVersion"].is_string())?;
    let before = state(&space)?;
    let refused = run(&space, &["disable", "-y"])?;
    assert_eq!(refused.code(), 2, "{}", refused.err());
    assert!(
        refused.err().contains("dis-able/running") && refused.err().contains("--drain"),
        "{}",
        refused.err()
    );
    assert_eq!(state(&space)?, before);
    let drained = std::thread::scope(|scope| {
        let drain = scope.spawn(|| run(&space, &["disable", "--drain", "--timeout", "2m", "-y"]));
        std::thread::sleep(Duration::from_secs(2));
        let stop = json!({"spec": {"shutdown": "Terminate"}}).to_string();
        space.kubectl(&["patch", "workflow", "running", "--type=merge", "-p", &stop])?.ok()?;
        drain.join().expect("the command")
    })?
    .ok()?;
    assert!(drained.err().contains("waiting: 1 workflow"), "{}", drained.err());
    let section: Value = yaml_serde::from_str(&persistence(&space)?)?;
    let mut expected: Value =
        yaml_serde::from_str(before["map"]["persistence"].as_str().context("a text")?)?;
    expected["nodeStatusOffLoad"] = false.into();
    assert_eq!(section, expected, "only that has changed");
    assert!(run(&space, &["disable", "-y"])?.ok()?.err().contains("already disabled"));
    run(&space, &["enable", "-y"])?.ok()?;
    assert_eq!(state(&space)?, before);
    let always = world.space_with(
        Install::new("dis-always")
            .environment("ALWAYS_OFFLOAD_NODE_STATUS", "true")
            .without_server(),
    )?;
    let refused = run(&always, &["disable", "-y"])?;
    assert!(
        refused.code() == 2 && refused.err().contains("ALWAYS_OFFLOAD_NODE_STATUS=true"),
        "{}",
        refused.err()
    );
    Ok(())
}
