//! Argo's Go code and ours on generated texts: not one difference.
//!
//! `ORACLE_SEED` repeats a run; `ORACLE_NODES` and `ORACLE_WORKFLOWS` say how many texts a release gets.

use std::collections::BTreeMap;

use argo_offload_core::golang::{ArgoVersion, Encoder, Fnv1, NodeVersion, Root};
use argo_offload_core::size::measure;
use argo_offload_oracle::{Oracle, RELEASES, bytes, count, request, seed};
use argo_offload_testkit::{
    Coverage, Layout, Options, Rng, Version, nodes_covering, workflow_covering,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// Texts sent in one go.
const BATCH: usize = 500;

fn version(release: &str) -> Version {
    *Version::ALL.iter().find(|version| version.name() == release).expect("a layout")
}

/// Mostly hostile texts, some as a controller writes them.
fn options(rng: &mut Rng) -> Options {
    if rng.chance(15) { Options::clean() } else { Options::hostile() }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

struct Run {
    oracle: Oracle,
    encoder: Encoder,
    argo: ArgoVersion,
    accepted: usize,
    refused: usize,
}

impl Run {
    fn of(release: &str) -> Self {
        let argo = release.parse().expect("version");
        let encoder = Encoder::new(argo);
        Self { oracle: Oracle::start(release), encoder, argo, accepted: 0, refused: 0 }
    }

    /// Compares bytes and acceptance; the answer, if both accept.
    fn compare<'a>(&mut self, text: &[u8], root: Root, answer: &'a Value) -> Option<&'a Value> {
        let mut ours = Vec::new();
        let result = self.encoder.encode(text, root, &mut ours);
        let accepted = answer["ok"] == json!(true);
        let same = accepted == result.is_ok()
            && (!accepted
                || (answer["bytes"] == json!(ours.len()) && answer["sha256"] == sha256(&ours)));
        if !same {
            self.explain(text, root, &ours, &result);
        }
        self.accepted += usize::from(accepted);
        self.refused += usize::from(!accepted);
        accepted.then_some(answer)
    }

    fn explain(&mut self, text: &[u8], root: Root, ours: &[u8], result: &impl std::fmt::Debug) {
        let what = if root == Root::Nodes { "nodes" } else { "workflow" };
        let mut again = request(what, text);
        again["bytes"] = json!(true);
        let answer = self.oracle.ask(again);
        panic!(
            "Argo {} and we differ on\n{}\nArgo: {}\n{}\nours: {result:?}\n{}",
            self.argo,
            String::from_utf8_lossy(text),
            answer["error"],
            String::from_utf8_lossy(&bytes(&answer)),
            String::from_utf8_lossy(ours)
        );
    }
}

#[test]
fn generated_node_maps_become_the_same_bytes() {
    let seed = seed("ORACLE_SEED");
    let total = count("ORACLE_NODES", 4000);
    for release in RELEASES {
        let layout = Layout::load(version(release));
        let (mut run, mut rng) = (Run::of(release), Rng::new(seed));
        let mut coverage = Coverage::new();
        for _ in 0..total.div_ceil(BATCH) {
            let texts: Vec<Vec<u8>> = (0..BATCH.min(total))
                .map(|_| {
                    let options = options(&mut rng);
                    nodes_covering(&mut rng, &layout, &options, &mut coverage)
                })
                .collect();
            let requests: Vec<Value> = texts.iter().map(|text| request("nodes", text)).collect();
            for (text, answer) in texts.iter().zip(run.oracle.ask_all(&requests)) {
                if let Some(answer) = run.compare(text, Root::Nodes, &answer) {
                    let (version, _) = run.encoder.node_version(text).expect("accepted");
                    assert_eq!(answer["version"], version.to_string());
                }
            }
        }
        assert_eq!(coverage.missing(&layout, Layout::NODES), Vec::<String>::new());
        println!("{release}: {} node maps accepted, {} refused alike", run.accepted, run.refused);
        assert!(run.accepted > total / 2 && run.refused > 0);
    }
}

#[test]
fn generated_workflows_become_the_same_bytes_and_sizes() {
    let seed = seed("ORACLE_SEED");
    let total = count("ORACLE_WORKFLOWS", 4000);
    for release in RELEASES {
        let layout = Layout::load(version(release));
        let (mut run, mut rng) = (Run::of(release), Rng::new(seed ^ 1));
        let mut coverage = Coverage::new();
        for _ in 0..total.div_ceil(BATCH) {
            let texts: Vec<Vec<u8>> = (0..BATCH.min(total))
                .map(|_| {
                    let options = options(&mut rng);
                    workflow_covering(&mut rng, &layout, &options, &mut coverage)
                })
                .collect();
            let requests: Vec<Value> = texts
                .iter()
                .map(|text| {
                    let mut request = request("workflow", text);
                    request["compress"] = json!(false);
                    request
                })
                .collect();
            for (text, answer) in texts.iter().zip(run.oracle.ask_all(&requests)) {
                if let Some(answer) = run.compare(text, Root::Workflow, &answer) {
                    sizes(&mut run.encoder, run.argo, text, answer);
                }
            }
        }
        assert_eq!(coverage.missing(&layout, Layout::WORKFLOW), Vec::<String>::new());
        println!("{release}: {} workflows accepted, {} refused alike", run.accepted, run.refused);
        assert!(run.accepted > total / 2 && run.refused > 0);
    }
}

/// Every figure of an accepted workflow.
fn sizes(encoder: &mut Encoder, argo: ArgoVersion, text: &[u8], answer: &Value) {
    let size = measure(encoder, argo, text).expect("accepted");
    let label = || String::from_utf8_lossy(text).into_owned();
    assert_eq!(answer["bytes"], json!(size.counted_bytes), "{}", label());
    let nodes = &answer["nodes"];
    assert_eq!(nodes["count"], json!(size.node_count.unwrap_or(0)), "{}", label());
    assert_eq!(nodes["bytes"], json!(size.nodes_bytes), "{}", label());
    assert_eq!(nodes["version"], size.node_version.to_string(), "{}", label());
    if size.field("status.offloadNodeStatusVersion").is_none() {
        assert_eq!(answer["offloadedWorkflowBytes"], json!(size.offloaded_bytes), "{}", label());
    }
    let attribution: BTreeMap<String, u64> =
        serde_json::from_value(answer["attribution"].clone()).expect("attribution");
    assert_eq!(attribution, size.fields, "{}", label());
}

#[test]
fn the_version_of_nothing_is_argos_too() {
    for release in RELEASES {
        let mut oracle = Oracle::start(release);
        for text in [&b"null"[..], b"{}", b" { } "] {
            let answer = oracle.ask(request("nodes", text));
            let mut encoder = Encoder::new(release.parse().expect("version"));
            let (version, _) = encoder.node_version(text).expect("accepted");
            assert_eq!(answer["version"], version.to_string());
        }
        let mut hash = Fnv1::default();
        hash.update(b"null");
        let answer = oracle.ask(request("nodes", b"null"));
        assert_eq!(answer["version"], NodeVersion(hash.finish()).to_string());
    }
}

/// Texts on which we once differed.
#[test]
fn texts_that_once_differed_agree() {
    let limits = |cpu: &str| {
        format!(
            r#"{{"spec":{{"templates":[{{"container":{{"resources":{{"limits":{{"cpu":{cpu}}}}}}}}}]}}}}"#
        )
    };
    let mut texts: Vec<String> =
        [r#""e-10""#, r#"".e-10""#, r#""-.e-12""#, r#""0e-12""#, r#"".0e-12""#, r#"".""#, r#""E""#]
            .map(limits)
            .to_vec();
    // Inside steps every number must fit a float64, also where it is a quantity.
    texts.push(limits("1e400"));
    texts.push(
        limits("1e400")
            .replace(r#""container""#, r#""steps":[[{"inline":{"container""#)
            .replace("}}}}]", "}}}}}]]}]"),
    );
    for release in RELEASES {
        let mut run = Run::of(release);
        for text in &texts {
            let mut question = request("workflow", text.as_bytes());
            question["compress"] = json!(false);
            let answer = run.oracle.ask(question);
            run.compare(text.as_bytes(), Root::Workflow, &answer);
        }
        assert!(run.accepted > 3 && run.refused > 3, "{} {}", run.accepted, run.refused);
    }
}
