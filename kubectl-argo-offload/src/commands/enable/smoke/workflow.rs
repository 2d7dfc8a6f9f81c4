//! The workflow of the smoke test: what it is made of, and what its nodes must hold.

use serde_json::{Value, json};

use crate::cluster::name_suffix;
use crate::commands::enable::plan::MANAGED_BY;
use crate::store::Sha256;

/// How many nodes wait at once.
pub(super) const NODES: usize = 100;
/// The least that its nodes take as Argo would have to keep them in the object, compressed, in bytes.
const LEAST: i64 = 1_500_000;
/// What a SHA-256 in hexadecimal digits takes there: 64 digits of 4 bits, and 4 characters for 3 bytes of them.
const DIGEST: i64 = 64 / 2 * 4 / 3;
/// After how many seconds it ends by itself, whatever becomes of whoever made it.
const DEADLINE: u64 = 15 * 60;
/// How many seconds it is kept then.
const KEPT: u64 = 60;
/// By which a controller with an `instanceID` knows its workflows.
///
/// Source: Argo Workflows v3.7.6, workflow/common/common.go (`LabelKeyControllerInstanceID`).
const INSTANCE_ID: &str = "workflows.argoproj.io/controller-instanceid";

/// A workflow of nodes that only wait, with inputs that do not compress and that can be told beforehand.
pub(super) struct SmokeWorkflow {
    pub(super) namespace: String,
    pub(super) name: String,
    /// How many digests each node has.
    digests: i64,
}

impl SmokeWorkflow {
    /// One whose nodes are too large for an object whatever compresses them, where the controller takes up to `limit`
    /// bytes.
    pub(super) fn new(namespace: &str, limit: i64) -> Self {
        let least = LEAST.max(limit.saturating_add(limit / 2));
        let digests = least / DIGEST / i64::try_from(NODES).unwrap_or(1) + 1;
        let name = format!("argo-offload-smoke-test-{}", name_suffix());
        Self { namespace: namespace.to_owned(), name, digests }
    }

    /// What all its inputs take, in bytes.
    pub(super) fn payload_bytes(&self) -> u64 {
        self.digests.unsigned_abs() * 64 * NODES as u64
    }

    /// As it is made: for the controller with this `instanceID`, empty for one without. It needs no service account, as
    /// it makes no pods, and what the defaults of the controller would add does not hold it up.
    pub(super) fn manifest(&self, instance_id: &str) -> Value {
        let mut labels = json!({MANAGED_BY.0: MANAGED_BY.1});
        if !instance_id.is_empty() {
            labels[INSTANCE_ID] = instance_id.into();
        }
        let payload = format!(
            "{{{{=join(map(1..{}, {{sprig.sha256sum(inputs.parameters.index + '-' + string(#))}}), '')}}}}",
            self.digests
        );
        json!({
            "apiVersion": "argoproj.io/v1alpha1",
            "kind": "Workflow",
            "metadata": {"namespace": self.namespace, "name": self.name, "labels": labels},
            "spec": {
                "entrypoint": "main",
                "parallelism": NODES,
                "activeDeadlineSeconds": DEADLINE,
                "ttlStrategy": {"secondsAfterCompletion": KEPT},
                "templates": [
                    {"name": "main", "steps": [[{
                        "name": "wait",
                        "template": "wait",
                        "arguments": {"parameters": [{"name": "index", "value": "{{item}}"}]},
                        "withSequence": {"count": NODES.to_string()},
                    }]]},
                    {
                        "name": "wait",
                        "inputs": {"parameters": [
                            {"name": "index"},
                            {"name": "payload", "value": payload},
                        ]},
                        "suspend": {},
                    },
                ],
            },
        })
    }

    /// Compares nodes with what was asked for: all of them, each with its own inputs.
    ///
    /// # Errors
    /// What is another.
    pub(super) fn compare(&self, nodes: &Value) -> Result<(), String> {
        let nodes = nodes.as_object().into_iter().flatten().map(|(_, node)| node);
        let mut seen = [false; NODES];
        for node in nodes.filter(|node| node["type"] == "Suspend") {
            let input = |name: &str| {
                let parameters = node["inputs"]["parameters"].as_array().into_iter().flatten();
                let mut values = parameters.filter(|one| one["name"] == name);
                values.next().and_then(|one| one["value"].as_str()).unwrap_or_default()
            };
            let index = input("index");
            let place = index.parse().ok().and_then(|at: usize| seen.get_mut(at));
            let Some(place) = place.filter(|place| !**place) else {
                return Err(format!("a node is not one of its {NODES}, or is there twice"));
            };
            *place = true;
            if input("payload") != self.payload(index) {
                return Err(format!("the input of node {index} is another than was given"));
            }
        }
        match seen.iter().filter(|seen| **seen).count() {
            NODES => Ok(()),
            found => Err(format!("{found} of its {NODES} nodes are there")),
        }
    }

    /// The input of a node.
    fn payload(&self, index: &str) -> String {
        let digest = |number: i64| Sha256::of(format!("{index}-{number}").as_bytes()).to_string();
        (1..=self.digests).map(digest).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(workflow: &SmokeWorkflow) -> Value {
        let node = |index: usize| {
            let index = index.to_string();
            let parameters = json!([{"name": "index", "value": index},
                {"name": "payload", "value": workflow.payload(&index)}]);
            (format!("n-{index}"), json!({"type": "Suspend", "inputs": {"parameters": parameters}}))
        };
        let mut all: serde_json::Map<String, Value> = (0..NODES).map(node).collect();
        all.insert("n".into(), json!({"type": "Steps"}));
        Value::Object(all)
    }

    #[test]
    fn a_node_that_is_lost_or_changed_is_found() {
        let workflow = SmokeWorkflow::new("argo", 1);
        let good = nodes(&workflow);
        assert_eq!(workflow.compare(&good), Ok(()));
        let mut lost = good.clone();
        lost.as_object_mut().expect("nodes").remove("n-7");
        assert_eq!(workflow.compare(&lost), Err("99 of its 100 nodes are there".into()));
        let mut changed = good.clone();
        changed["n-7"]["inputs"]["parameters"][1]["value"] = "x".into();
        assert!(workflow.compare(&changed).is_err_and(|what| what.contains("node 7")));
        let mut twice = good;
        twice["n-7"]["inputs"]["parameters"][0]["value"] = "8".into();
        assert!(workflow.compare(&twice).is_err());
        assert!(workflow.compare(&Value::Null).is_err());
    }

    #[test]
    fn its_nodes_are_too_large_for_an_object_and_small_enough_for_a_packet() {
        use base64::Engine;
        use std::io::Write;

        for limit in [20_000, 1 << 20, 3 << 20] {
            let workflow = SmokeWorkflow::new("argo", limit);
            let text = nodes(&workflow).to_string();
            let mut gzip =
                flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            gzip.write_all(text.as_bytes()).expect("memory");
            let gzip = gzip.finish().expect("memory");
            let kept = base64::engine::general_purpose::STANDARD.encode(gzip).len() as i64;
            assert!(kept >= LEAST && kept > limit, "{kept} bytes where {limit} are taken");
            // As brotli or zstd would have it at best.
            assert!(workflow.payload_bytes() / 2 * 4 / 3 >= LEAST as u64);
            assert!(limit > 1 << 20 || text.len() < 4 << 20, "{} bytes", text.len());
        }
    }
}
