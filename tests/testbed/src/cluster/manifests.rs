use std::fs;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::programs::Programs;

/// The definitions of Argo's custom resources, without the schemas of their fields, and of kwok's port-forwards.
pub(crate) fn definitions(programs: &Programs) -> Result<String> {
    let minimal = programs.manifests().join("base/crds/minimal");
    let mut files: Vec<_> = fs::read_dir(&minimal)
        .with_context(|| format!("cannot read {}", minimal.display()))?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<_>>()?;
    files.retain(|file| {
        file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("argoproj.io_"))
    });
    files.sort();
    files.push(programs.kwok_definitions().join("kwok.x-k8s.io_portforwards.yaml"));
    let mut text = String::new();
    for file in files {
        text += "---\n";
        text += &fs::read_to_string(&file)
            .with_context(|| format!("cannot read {}", file.display()))?;
    }
    Ok(text)
}

/// What belongs to no namespace: a node, and the priority class that Argo's Deployment names.
pub(crate) fn cluster() -> String {
    let room = json!({ "cpu": "1000", "memory": "1Ti", "pods": "10000" });
    list(vec![
        json!({
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": {
                "name": "testbed",
                "annotations": { "kwok.x-k8s.io/node": "fake", "node.alpha.kubernetes.io/ttl": "0" },
                "labels": {
                    "kubernetes.io/hostname": "testbed",
                    "kubernetes.io/os": "linux",
                    "kubernetes.io/arch": "amd64",
                },
            },
            "status": { "allocatable": room, "capacity": room },
        }),
        json!({
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": { "name": "workflow-controller" },
            "value": 1_000_000,
        }),
    ])
}

/// A service account.
pub(crate) fn account(namespace: &str, name: &str) -> String {
    json!({
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": { "name": name, "namespace": namespace },
    })
    .to_string()
}

/// Objects as one text for kubectl.
pub(crate) fn list(items: Vec<Value>) -> String {
    json!({ "apiVersion": "v1", "kind": "List", "items": items }).to_string()
}
