//! `disable` waits for workflows, and changes one setting.

use std::time::Duration;

use anyhow::{Context, Result};
use argo_offload_testbed::cluster::Install;
use serde_json::{Value, json};

use super::{persistence, run, state};
use crate::tests;
use crate::world::World;

tests!(disable_waits_for_workflows_and_keeps_the_rest,);

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
    // One that has ended, and is not in the archive yet.
    space.create(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata:
  name: pending
  labels:
    workflows.argoproj.io/completed: "true"
    workflows.argoproj.io/workflow-archiving-status: Pending
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
status: {phase: Succeeded, offloadNodeStatusVersion: "fnv:1"}
"#,
    )?;
    let before = state(&space)?;
    let refused = run(&space, &["disable", "-y"])?;
    assert!(refused.err().contains("dis-able/pending, dis-able/running"), "{}", refused.err());
    space.kubectl(&["delete", "workflow", "pending"])?.ok()?;
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
