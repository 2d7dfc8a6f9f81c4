//! A cluster with Argo and many workflows that have ended, of 10 to 57 kB each, 31 kB on average.

use std::io::Write;
use std::process::Stdio;
use std::thread;

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::{Cluster, Install, Start};
use argo_offload_testkit::realistic_workflow;
use serde_json::{Value, json};

/// Namespaces that the workflows are in, by turns.
const NAMESPACES: usize = 6;
/// Of a workflow's nodes: the smallest number, and how many numbers there are.
const NODES: (usize, usize) = (7, 20);
const BYTES_A_NODE: usize = 2_000;
/// How many workflows kubectl creates at a time.
const AT_A_TIME: usize = 250;

/// Starts it and creates the workflows.
pub(crate) fn start(workflows: usize) -> Result<Cluster> {
    let cluster = Start::default().argo(Some(Install::new("argo").without_server())).start()?;
    for number in 0..NAMESPACES {
        cluster.kubectl(&["create", "namespace", &namespace(number)])?;
    }
    let numbers: Vec<usize> = (0..workflows).collect();
    // Two at once: kubectl waits for the answer to each.
    for pair in numbers.chunks(AT_A_TIME * 2) {
        thread::scope(|scope| {
            let halves: Vec<_> =
                pair.chunks(AT_A_TIME).map(|some| scope.spawn(|| create(&cluster, some))).collect();
            halves.into_iter().try_for_each(|half| match half.join() {
                Ok(created) => created,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })?;
    }
    Ok(cluster)
}

/// How to reach it.
pub(crate) fn describe(cluster: &Cluster) -> Value {
    json!({
        "kubeconfig": cluster.kubeconfig("admin"),
        "folder": cluster.folder(),
        "programs": cluster.programs().folder(),
    })
}

fn namespace(number: usize) -> String {
    format!("team-{number}")
}

fn create(cluster: &Cluster, numbers: &[usize]) -> Result<()> {
    let items = numbers.iter().map(|number| workflow(*number)).collect::<Result<Vec<_>>>()?;
    let list = json!({ "apiVersion": "v1", "kind": "List", "items": items });
    let mut child = cluster
        .kubectl_command()
        .args(["create", "--validate=false", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .context("kubectl")?;
    child.stdin.take().context("kubectl has no stdin")?.write_all(list.to_string().as_bytes())?;
    let status = child.wait()?;
    ensure!(status.success(), "kubectl create ended with {status}");
    Ok(())
}

/// One that no controller looks at, as it has ended.
fn workflow(number: usize) -> Result<Value> {
    let nodes = NODES.0 + number % NODES.1;
    let mut workflow: Value =
        serde_json::from_slice(&realistic_workflow(number as u64, nodes, BYTES_A_NODE))?;
    let metadata = workflow["metadata"].as_object_mut().context("no metadata")?;
    for ours in ["uid", "resourceVersion", "creationTimestamp", "generateName", "managedFields"] {
        metadata.remove(ours);
    }
    metadata.insert("name".into(), format!("workflow-{number}").into());
    metadata.insert("namespace".into(), namespace(number % NAMESPACES).into());
    let labels = &mut metadata["labels"];
    labels["workflows.argoproj.io/completed"] = "true".into();
    labels["workflows.argoproj.io/phase"] = "Succeeded".into();
    workflow["status"]["phase"] = "Succeeded".into();
    Ok(workflow)
}
