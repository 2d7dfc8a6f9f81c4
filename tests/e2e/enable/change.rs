//! One command from nothing to offloaded workflows; what is only looked at or belongs to somebody else is not changed.

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::Install;
use argo_offload_testbed::database::Kind;
use serde_json::{Value, json};

use super::{MAP, bare, enable, enable_by, enabling, is_healthy, restart, run, state};
use crate::ran::Ran;
use crate::reach::free_port;
use crate::space::Space;
use crate::standard::SMALL;
use crate::tests;
use crate::world::World;

tests!(
    one_command_leads_from_nothing_to_an_offloaded_workflow,
    dry_runs_and_refusals_change_nothing,
    a_configuration_under_one_key_is_changed_too,
    what_argo_cd_or_helm_keep_is_printed_for_them,
);

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
    let ran = enable(&space, &["-y", "--smoke-test"])?.ok()?;
    if server.kind() == Kind::MySql97 {
        is_documented(&transcript(&space, &ran))?;
    }
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
    is_healthy(&space)?;
    // Somebody changes the ConfigMap: argo-server does not know it, and there is nothing to be put back.
    let patch = json!({"data": {"parallelism": "100"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let ran = enable(&space, &["-y"])?.ok()?;
    assert!(ran.err().contains("deployment/argo-server runs"), "{}", ran.err());
    assert!(!ran.err().contains("argo-offload-backup"), "{}", ran.err());
    Ok(())
}

/// What was typed and shown, without what is another each time.
fn transcript(space: &Space<'_>, ran: &Ran) -> String {
    let words = enabling(space, &["-y", "--smoke-test"]).join(" ");
    let port = space.argo.database.port.to_string();
    let mut text = format!(
        "$ kubectl argo-offload {words} -n {}\n{}{}",
        space.argo.namespace,
        ran.out(),
        ran.err()
    );
    text = text.replace(&port, "3306");
    for (before, instead) in [("smoke-test-", "4f7k2"), ("fnv:", "2859612243")] {
        let parts: Vec<&str> = text.split(before).collect();
        let is_part = |letter: char| letter.is_ascii_digit() || letter.is_ascii_lowercase();
        let rest = |part: &str| format!("{before}{instead}{}", part.trim_start_matches(is_part));
        text = parts[0].to_owned() + &parts[1..].iter().map(|part| rest(part)).collect::<String>();
    }
    text
}

/// Checks that docs/enable.md shows exactly this; with `UPDATE=1` it is written there.
fn is_documented(transcript: &str) -> Result<()> {
    const MARK: &str = "<!-- The test one_command_leads_from_nothing_to_an_offloaded_workflow writes this. -->\n```console\n";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/enable.md");
    let page = std::fs::read_to_string(path)?;
    let (head, rest) = page.split_once(MARK).context("docs/enable.md has no transcript")?;
    let (shown, tail) = rest.split_once("```\n").context("the transcript does not end")?;
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{head}{MARK}{transcript}```\n{tail}"))?;
        return Ok(());
    }
    assert_eq!(shown, transcript, "docs/enable.md is stale: UPDATE=1 tests/run e2e");
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
    is_healthy(&space)?;
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
