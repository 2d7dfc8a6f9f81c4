//! Rows and workflows in trouble, each told by exactly its checks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use argo_offload_testbed::cluster::Install;

use super::{always, doctor, expect, offloading, says};
use crate::space::{Space, TABLE};
use crate::tests;
use crate::world::World;

tests!(
    a_lost_row_is_told,
    rows_that_nobody_deletes_are_told,
    a_foreign_writer_is_told,
    workflows_in_trouble_are_told,
);

fn a_lost_row_is_told(world: &World) -> Result<()> {
    let space = offloading(world, "doc-lost")?;
    space.sql(&format!("DELETE FROM {TABLE}"))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD401 error"], &*always(world)].concat());
    says(&report, "AD401", &["1 workflow lost its row", "/small", "argo-offload get small -n"]);
    Ok(())
}

fn insert(space: &Space<'_>, uid: &str, age: &str) -> Result<()> {
    let namespace = &space.argo.namespace;
    space.sql(&format!(
        "INSERT INTO {TABLE} (clustername, uid, version, namespace, nodes, updatedat) \
         VALUES ('default', '{uid}', 'fnv:1', '{namespace}', '{{}}', now() - interval {age})"
    ))?;
    Ok(())
}

fn rows_that_nobody_deletes_are_told(world: &World) -> Result<()> {
    let space = world.space("doc-orphans")?;
    insert(&space, "gone-a-moment-ago", "1 minute")?;
    expect(&doctor(world, &space.argo.namespace, &[])?, &always(world));
    insert(&space, "gone-long-ago", "2 hour")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD402 warning"], &*always(world)].concat());
    says(&report, "AD402", &["2 rows of 2 rows", "120m", "should delete them after 20m"]);
    Ok(())
}

fn a_foreign_writer_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-foreign")?;
    insert(&space, "foreign-0", "1 second")?;
    // Another controller's, which runs another namespace: each leaves the other's rows alone.
    space.sql(&format!(
        "INSERT INTO {TABLE} (clustername, uid, version, namespace, nodes, updatedat) \
         VALUES ('default', 'elsewhere', 'fnv:1', 'elsewhere', '{{}}', now() - interval 1 day)"
    ))?;
    let done = AtomicBool::new(false);
    let report = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 1..600 {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                insert(&space, &format!("foreign-{number}"), "0 second")?;
                std::thread::sleep(Duration::from_millis(500));
            }
            anyhow::Ok(())
        });
        let report = doctor(world, &space.argo.namespace, &[]);
        done.store(true, Ordering::Relaxed);
        writer.join().expect("the writer")?;
        report
    })?;
    expect(&report, &[&["AD403 error"], &*always(world)].concat());
    says(&report, "AD403", &["uid foreign-", "another controller writes here too"]);
    Ok(())
}

fn workflows_in_trouble_are_told(world: &World) -> Result<()> {
    let space =
        world.space_with(Install::new("doc-trouble").environment("MAX_WORKFLOW_SIZE", "20000"))?;
    // The controller leaves alone what says that it has ended.
    space.create(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: failed, labels: {workflows.argoproj.io/completed: "true", workflows.argoproj.io/phase: Error}}
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
status: {phase: Error, message: "upper: no more rows in this result set"}
"#,
    )?;
    // What nodes there will be is offloaded, and the specification is left.
    let long = "x".repeat(17_500);
    space.create(&format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: long}}
spec:
  entrypoint: main
  arguments: {{parameters: [{{name: long, value: {long}}}]}}
  templates: [{{name: main, suspend: {{}}}}]
"#
    ))?;
    space.wait("long", |workflow| workflow["status"]["phase"] == "Running")?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD4"])?;
    expect(&report, &["AD404 warning", "AD405 warning"]);
    says(
        &report,
        "AD404",
        &["within 10 % of the limit of 19.5KiB", "/long", "argo-offload size long"],
    );
    says(&report, "AD405", &["row-missing", "/failed"]);
    Ok(())
}
