//! `rows`: what is in the controller's table, and which of it is still needed.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::ran::Ran;
use crate::space::Space;
use crate::standard::{LARGE, LOST, OFFLOADED, PLAIN, RUNNING};
use crate::tests;
use crate::world::World;

tests!(
    every_row_has_the_state_that_its_workflow_gives_it,
    rows_of_no_workflow_and_rows_that_are_behind_are_told_apart,
    every_row_the_controller_wrote_is_its_own_version,
    a_restored_workflow_is_not_called_dangling,
    another_controllers_workflow_is_not_called_dangling,
    whoever_may_not_see_the_secret_is_told_which_right_is_missing,
);

fn rows(space: &Space<'_>, user: &str, arguments: &[&str]) -> Result<Ran> {
    let mut command = space.world.command("kubectl", &space.world.cluster.kubeconfig(user));
    command.args(["argo-offload", "rows", "-n", &space.argo.namespace]).args(arguments);
    Ran::run(&mut command, b"")
}

/// The item of a workflow.
fn item<'a>(report: &'a Value, uid: &Value) -> Result<&'a Value> {
    let items = report["items"].as_array().context("no items")?;
    items.iter().find(|item| item["uid"] == *uid).with_context(|| format!("no {uid} in {report}"))
}

fn every_row_has_the_state_that_its_workflow_gives_it(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let report = rows(&space, "admin", &["-o", "json", "--bytes", "exact"])?.json()?;
    for (name, state) in
        [(OFFLOADED, "Live"), (RUNNING, "Live"), (LARGE, "Live"), (LOST, "Dangling")]
    {
        let workflow = space.workflow(name)?;
        let found = item(&report, &workflow["metadata"]["uid"])?;
        assert_eq!(found["state"], state, "{name}: {found}");
        assert_eq!(found["workflow"], name, "{found}");
        let version = &workflow["status"]["offloadNodeStatusVersion"];
        if state == "Dangling" {
            assert_eq!(found["missingVersion"], *version, "{found}");
        } else {
            assert!(found["bytes"].as_u64() > Some(10_000), "{found}");
        }
    }
    let plain = space.workflow(PLAIN)?;
    assert!(item(&report, &plain["metadata"]["uid"]).is_err(), "a workflow without rows is listed");
    let table = rows(&space, "admin", &[])?.ok()?;
    assert!(table.out().starts_with("CLUSTER   NAMESPACE"), "{}", table.out());
    assert!(table.out().contains("dangling") && table.out().contains("live"), "{}", table.out());
    Ok(())
}

fn rows_of_no_workflow_and_rows_that_are_behind_are_told_apart(world: &World) -> Result<()> {
    let space = world.space("behind")?;
    space.create(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: small}\nspec:\n  entrypoint: main\n  \
         templates: [{name: main, suspend: {duration: 1s}}]\n",
    )?;
    let small = space.ended("small", "Succeeded")?;
    let uid = small["metadata"]["uid"].as_str().context("no uid")?;
    for (cluster, uid) in [("default", "gone"), ("default", uid), ("other", "gone")] {
        space.sql(&format!(
            "INSERT INTO argo_workflows (clustername, uid, namespace, version, nodes) VALUES ('{cluster}', '{uid}', \
             '{}', 'fnv:1', '{{}}')",
            space.argo.namespace
        ))?;
    }
    let report = rows(&space, "admin", &["-o", "json", "--versions"])?.json()?;
    assert_eq!(item(&report, &"gone".into())?["state"], "Orphan");
    assert_eq!(item(&report, &uid.into())?["state"], "Superseded");
    assert_eq!(report["items"].as_array().map(Vec::len), Some(2), "{report}");
    let all = rows(&space, "admin", &["-o", "json", "--all-clusters"])?.json()?;
    let other = all["items"]
        .as_array()
        .context("no items")?
        .iter()
        .find(|item| item["clusterName"] == "other");
    assert!(other.context("no other cluster")?["state"].is_null(), "{all}");
    Ok(())
}

/// A row is checked against its version whenever it is read.
fn every_row_the_controller_wrote_is_its_own_version(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let report = rows(&space, "admin", &["-o", "json", "--versions"])?.json()?;
    let mut read = 0;
    for item in report["items"].as_array().context("no items")? {
        let name = item["workflow"].as_str().context("no name")?;
        for row in item["rows"].as_array().into_iter().flatten() {
            let version = row["version"].as_str().context("no version")?;
            let get = ["argo-offload", "get", name, "-o", "json", "--row-version", version];
            let nodes = space.kubectl(&get)?.json()?["status"]["nodes"].clone();
            assert!(nodes.as_object().is_some_and(|nodes| nodes.len() > 1), "{name} {version}");
            read += 1;
        }
    }
    assert!(read >= 3, "only {read} rows: {report}");
    Ok(())
}

/// Argo Server restores an archived workflow first and writes its row a moment later.
fn a_restored_workflow_is_not_called_dangling(world: &World) -> Result<()> {
    let space = world.space("restored")?;
    let workflow = r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: late, labels: {workflows.argoproj.io/completed: "true"}}
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
status: {phase: Succeeded, offloadNodeStatusVersion: "fnv:5"}
"#;
    space.create(workflow)?;
    let uid = space.workflow("late")?["metadata"]["uid"].as_str().context("no uid")?.to_owned();
    let report = std::thread::scope(|scope| {
        let report = scope.spawn(|| rows(&space, "admin", &["-o", "json"]));
        std::thread::sleep(std::time::Duration::from_millis(1500));
        let written = space.sql(&format!(
            "INSERT INTO argo_workflows (clustername, uid, namespace, version, nodes) VALUES ('default', '{uid}', \
             '{}', 'fnv:5', '{{}}')",
            space.argo.namespace
        ));
        written.and(report.join().expect("no panic"))
    })?;
    let report = report.json()?;
    let states: Vec<&Value> =
        report["items"].as_array().context("no items")?.iter().map(|item| &item["state"]).collect();
    assert!(states.iter().all(|state| **state != "Dangling"), "{report}");
    Ok(())
}

/// Of a workflow with another instance id, the row is in that controller's table.
fn another_controllers_workflow_is_not_called_dangling(world: &World) -> Result<()> {
    let space = world.space("instances")?;
    for (name, labels) in
        [("ours", ""), ("theirs", "workflows.argoproj.io/controller-instanceid: theirs, ")]
    {
        space.create(&format!(
            "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {{name: {name}, labels: {{{labels}\
             workflows.argoproj.io/completed: \"true\"}}}}\nspec: {{entrypoint: main, templates: [{{name: main, \
             suspend: {{}}}}]}}\nstatus: {{phase: Succeeded, offloadNodeStatusVersion: \"fnv:5\"}}\n"
        ))?;
    }
    let report = rows(&space, "admin", &["-o", "json"])?.json()?;
    let items = report["items"].as_array().context("no items")?;
    let names: Vec<&Value> = items.iter().map(|item| &item["workflow"]).collect();
    assert_eq!(names, ["ours"], "{report}");
    assert_eq!(items[0]["state"], "Dangling", "{report}");
    Ok(())
}

fn whoever_may_not_see_the_secret_is_told_which_right_is_missing(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let namespace = space.argo.namespace.as_str();
    let ran = rows(&space, "reader", &["--controller-namespace", namespace])?;
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("may not get configmaps"), "{}", ran.err());
    assert!(ran.err().contains("kubectl create role"), "{}", ran.err());
    Ok(())
}
