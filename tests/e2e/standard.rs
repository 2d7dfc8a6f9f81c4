//! The standard workflows: each way in which nodes can be kept, made by the real controller.

use anyhow::Result;
use argo_offload_testbed::cluster::{Argo, Install};

use crate::space::{Space, TABLE};
use crate::world::World;

/// The controller's limit here (`MAX_WORKFLOW_SIZE`), so that small workflows show all that large ones do.
pub(crate) const LIMIT: u64 = 20_000;

/// Small: nodes in the object.
pub(crate) const PLAIN: &str = "plain";
/// 300 nodes that are alike: compressed in the object.
pub(crate) const COMPRESSED: &str = "compressed";
/// 100 nodes that do not compress: in the database.
pub(crate) const OFFLOADED: &str = "offloaded";
/// Like that, and still running: it waits for someone to resume it.
pub(crate) const RUNNING: &str = "running";
/// A pod that ended with exit code 7.
pub(crate) const FAILED: &str = "failed";
/// Offloaded, and its row is gone.
pub(crate) const LOST: &str = "lost";
/// 3,000 nodes, a row of more than 1 MiB even compressed.
pub(crate) const LARGE: &str = "large";

/// A workflow `small` with two nodes, that ends after a moment: for tests with a space of their own.
pub(crate) const SMALL: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: small}
spec:
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: wait, template: pause}]]
  - {name: pause, suspend: {duration: 1s}}
"#;

/// Where the standard workflows are.
pub(crate) struct Standard {
    argo: Argo,
}

impl Standard {
    /// Their space.
    pub(crate) fn space<'world>(&self, world: &'world World) -> Space<'world> {
        Space { world, argo: self.argo.clone(), owned: false }
    }
}

/// Has the controller make them.
pub(crate) fn make(world: &World) -> Result<Standard> {
    let install = Install::new("standard").environment("MAX_WORKFLOW_SIZE", LIMIT.to_string());
    let mut space = world.space_with(install)?;
    let workflows = [
        fan_out(PLAIN, 3, "", "1s"),
        fan_out(COMPRESSED, 300, "", "1s"),
        fan_out(OFFLOADED, 100, BLOB, "1s"),
        fan_out(RUNNING, 100, BLOB, ""),
        fan_out(LOST, 100, BLOB, "1s"),
        fan_out(LARGE, 3000, BLOB, "1s"),
        failing(),
    ];
    space.create(&workflows.join("---\n"))?;
    for name in [PLAIN, COMPRESSED, OFFLOADED, LOST, LARGE] {
        space.ended(name, "Succeeded")?;
    }
    space.ended(FAILED, "Failed")?;
    space.wait(RUNNING, |workflow| {
        let progress = workflow["status"]["progress"].as_str().unwrap_or_default();
        workflow["status"]["offloadNodeStatusVersion"].is_string() && progress == "0/100"
    })?;
    let lost = space.workflow(LOST)?;
    let uid = lost["metadata"]["uid"].as_str().unwrap_or_default();
    space.sql(&format!("DELETE FROM {TABLE} WHERE uid='{uid}'"))?;
    space.owned = false;
    Ok(Standard { argo: space.argo.clone() })
}

/// An input that does not compress: hexadecimal digits that differ from node to node.
const BLOB: &str =
    "{{=join(map(1..9, {sprig.sha256sum(inputs.parameters.index + string(#))}), '')}}";

/// A step that waits `pause` (or for ever), `count` times at once.
fn fan_out(name: &str, count: u32, blob: &str, pause: &str) -> String {
    let suspend = if pause.is_empty() { "{}".to_owned() } else { format!("{{duration: {pause}}}") };
    format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: {name}}}
spec:
  entrypoint: main
  templates:
  - name: main
    steps:
    - - name: wait
        template: pause
        arguments: {{parameters: [{{name: index, value: "{{{{item}}}}"}}]}}
        withSequence: {{count: "{count}"}}
  - name: pause
    inputs:
      parameters:
      - name: index
      - {{name: blob, value: "{blob}"}}
    suspend: {suspend}
"#
    )
}

/// Two pods, of which one ends with exit code 7.
fn failing() -> String {
    format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: {FAILED}}}
spec:
  entrypoint: main
  templates:
  - name: main
    dag:
      tasks:
      - {{name: good, template: good}}
      - {{name: bad, template: bad, depends: good}}
  - name: good
    container: {{image: busybox, command: [sh, -c], args: ["echo good"]}}
  - name: bad
    metadata: {{annotations: {{testbed/exit-code: "7"}}}}
    container: {{image: busybox, command: [sh, -c], args: ["exit 7"]}}
"#
    )
}
