//! Node maps and workflows of any size as a controller writes them, for benchmarks.
//!
//! **Invariant:** texts are in Go's canonical form under every layout: fields in order, maps sorted, nothing that a
//! version leaves out. Fields that only newer versions know (`taskResultSynced`) are therefore absent.

use std::fmt::Write;

use crate::rng::Rng;
pub use mysql_text::to_mysql_text;
use node::Shape;

mod mysql_text;
mod node;

/// The name of every realistic workflow.
const NAME: &str = "etl-nightly-7xk2p";

/// A canonical `status.nodes` map of exactly `count` nodes: a DAG of fan-outs over pods, whose parameters bring a node
/// to about `average_bytes` on average (never below the roughly 900 that an ordinary pod node needs).
///
/// Controllers were seen to write 0.7 to 4 kB a node.
pub fn realistic_nodes(seed: u64, count: usize, average_bytes: usize) -> Vec<u8> {
    let mut rng = Rng::new(seed);
    let shape = Shape::plan(NAME, count);
    let mut out = String::with_capacity(count * average_bytes.max(900) + 64);
    out.push('{');
    for (index, id) in shape.in_key_order().into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        node::write_node(&mut out, &mut rng, &shape, id, average_bytes);
    }
    out.push('}');
    out.into_bytes()
}

/// A canonical Workflow around [`realistic_nodes`], with `managedFields`, templates and stored templates.
pub fn realistic_workflow(seed: u64, count: usize, average_bytes: usize) -> Vec<u8> {
    let nodes = realistic_nodes(seed, count, average_bytes);
    let mut rng = Rng::new(seed ^ 0x5eed);
    let mut head = String::new();
    write_head(&mut head, &mut rng, count);
    let mut out = head.into_bytes();
    // An empty map is left out.
    if count > 0 {
        out.extend_from_slice(b"\"nodes\":");
        out.extend_from_slice(&nodes);
        out.push(b',');
    }
    out.extend_from_slice(b"\"storedTemplates\":{\"namespaced/etl-library/process\":");
    out.extend_from_slice(PROCESS.as_bytes());
    out.extend_from_slice(
        b"},\"conditions\":[{\"type\":\"PodRunning\",\"status\":\"False\"},{\"type\":\"Completed\",\"status\":\"True\"}],\
          \"resourcesDuration\":{\"cpu\":61234,\"memory\":1223344},\"artifactRepositoryRef\":{\"default\":true,\
          \"artifactRepository\":{}},\"artifactGCStatus\":{\"notSpecified\":true}}}",
    );
    out
}

/// The template of the pods, as the spec and the stored templates have it.
const PROCESS: &str = concat!(
    r#"{"name":"process","inputs":{"parameters":[{"name":"file"},{"name":"settings"}]},"outputs":{"artifacts":"#,
    r#"[{"name":"result","path":"/tmp/result.json"}]},"metadata":{},"container":{"name":"","image":"python:3.12","#,
    r#""command":["python","-c"],"args":["import sys\nprint(\"\u003cok\u003e \u0026 done\")"],"resources":{"requests":"#,
    r#"{"cpu":"500m","memory":"1Gi"}}},"retryStrategy":{"limit":"3","retryPolicy":"OnFailure"}}"#
);

fn write_head(out: &mut String, rng: &mut Rng, count: usize) {
    let (version, generation, tail) =
        (rng.below(900_000_000), rng.below(5_000), rng.bits() & 0xffff_ffff_ffff);
    let _ = write!(
        out,
        r#"{{"kind":"Workflow","apiVersion":"argoproj.io/v1alpha1","metadata":{{"name":"{NAME}","generateName":"etl-nightly-","#
    );
    let _ = write!(
        out,
        r#""namespace":"argo","uid":"2f6ad3a1-4c1b-4d55-9d1e-{tail:012x}","resourceVersion":"{version}","generation":{generation},"#
    );
    out.push_str(concat!(
        r#""creationTimestamp":"2025-03-01T08:00:00Z","labels":{"workflows.argoproj.io/completed":"true","#,
        r#""workflows.argoproj.io/phase":"Succeeded"},"annotations":{"workflows.argoproj.io/pod-name-format":"v2"},"#,
        r#""managedFields":[{"manager":"argo","operation":"Update","apiVersion":"argoproj.io/v1alpha1","#,
        r#""time":"2025-03-01T08:00:00Z","fieldsType":"FieldsV1","fieldsV1":{"f:metadata":{"f:generateName":{},"#,
        r#""f:labels":{".":{},"f:workflows.argoproj.io/completed":{}}},"f:spec":{}}},{"manager":"workflow-controller","#,
        r#""operation":"Update","apiVersion":"argoproj.io/v1alpha1","time":"2025-03-01T09:30:00Z","fieldsType":"FieldsV1","#,
        r#""fieldsV1":{"f:metadata":{"f:annotations":{".":{},"f:workflows.argoproj.io/pod-name-format":{}},"f:labels":"#,
        r#"{"f:workflows.argoproj.io/phase":{}}},"f:status":{}}}]},"spec":{"templates":[{"name":"main","inputs":{},"#,
        r#""outputs":{},"metadata":{},"dag":{"tasks":[{"name":"list","template":"process","arguments":{}},{"name":"#,
        r#""process","template":"process","arguments":{"parameters":[{"name":"file","value":"{{item}}"}]},"withParam":"#,
        r#""{{tasks.list.outputs.result}}","depends":"list"}]}},"#,
    ));
    out.push_str(PROCESS);
    let _ = write!(
        out,
        concat!(
            r#"],"entrypoint":"main","arguments":{{"parameters":[{{"name":"day","value":"2025-03-01"}}]}},"#,
            r#""serviceAccountName":"argo","podGC":{{"strategy":"OnPodCompletion"}}}},"status":{{"phase":"Succeeded","#,
            r#""startedAt":"2025-03-01T08:00:00Z","finishedAt":"2025-03-01T09:30:00Z","progress":"{0}/{0}","#
        ),
        count
    );
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::layout::{Layout, Version};
    use crate::order::assert_in_order;

    #[test]
    fn texts_are_in_the_order_of_every_layout() {
        for layout in Version::ALL.map(Layout::load) {
            assert_in_order(&layout, Layout::WORKFLOW, &realistic_workflow(1, 250, 1_500));
            assert_in_order(&layout, Layout::NODES, &realistic_nodes(1, 250, 1_500));
        }
    }

    #[test]
    fn the_same_seed_gives_the_same_nodes() {
        assert_eq!(realistic_nodes(5, 300, 1500), realistic_nodes(5, 300, 1500));
        assert_ne!(realistic_nodes(5, 300, 1500), realistic_nodes(6, 300, 1500));
    }

    #[test]
    fn node_maps_have_the_size_asked_for_and_sorted_keys() {
        for (count, average) in [(1, 1_500), (40, 1_000), (2_000, 1_200), (2_000, 4_000)] {
            let text = realistic_nodes(9, count, average);
            let nodes: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&text).expect("it is JSON");
            assert_eq!(nodes.len(), count);
            assert!(nodes.iter().all(|(key, node)| node["id"] == **key));
            if count > 1_000 {
                let per_node = text.len() / count;
                assert!(
                    (average * 8 / 10..average * 12 / 10).contains(&per_node),
                    "{per_node} B a node, not {average}"
                );
            }
            // serde_json's map is sorted by bytes, as Go's: the keys come in the same order in the text.
            let written = String::from_utf8(text).expect("it is UTF-8");
            let places: Vec<_> =
                nodes.keys().map(|key| written.find(&format!("\"{key}\":{{\"id\""))).collect();
            assert!(places.is_sorted() && places.iter().all(Option::is_some));
        }
        assert_eq!(realistic_nodes(1, 0, 1_000), b"{}");
    }

    #[test]
    fn children_are_nodes() {
        let nodes: serde_json::Value =
            serde_json::from_slice(&realistic_nodes(2, 500, 1_000)).expect("it is JSON");
        for node in nodes.as_object().into_iter().flat_map(|nodes| nodes.values()) {
            for child in node["children"].as_array().into_iter().flatten() {
                assert!(
                    nodes.get(child.as_str().unwrap_or_default()).is_some(),
                    "{child} is no node"
                );
            }
        }
    }

    #[test]
    fn node_maps_compress_as_real_ones() {
        let text = realistic_nodes(3, 5_000, 1_500);
        let mut zipped = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::new(6));
        zipped.write_all(&text).expect("memory takes it");
        let ratio = text.len() as f64 / zipped.finish().expect("memory takes it").len() as f64;
        // The recorded node maps of typical and fat workflows: 7.4 to 12.
        assert!((6.0..13.0).contains(&ratio), "{ratio:.1} to one");
    }

    #[test]
    fn a_workflow_holds_its_nodes() {
        let text = realistic_workflow(4, 50, 1_000);
        let workflow: serde_json::Value = serde_json::from_slice(&text).expect("it is JSON");
        assert_eq!(workflow["status"]["nodes"].as_object().map(serde_json::Map::len), Some(50));
        let nodes = realistic_nodes(4, 50, 1_000);
        assert!(text.windows(nodes.len()).any(|window| window == nodes));
    }
}
