//! What `argo get` prints, and the core's trees: the same nodes, nested and named alike, in the same order.

use std::path::{Path, PathBuf};

use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::decompress_nodes;
use argo_offload_core::nodes::tree::{
    Filter, Outline, Phase, Piece, PodNames, Tree, View, What, pod_name,
};
use argo_offload_core::workflow::Envelope;
use argo_offload_oracle::{Oracle, RELEASES, count, request, seed};
use argo_offload_testkit::Rng;
use argo_offload_testkit::realistic::realistic_workflow;
use serde_json::{Map, Value, json};

/// Of a line: what leads to the node with its sign and name, its template, pod and message.
type Printed = [String; 4];

#[test]
fn trees_are_those_of_argo_get() {
    let seed = seed("ORACLE_SEED");
    let mut lines = 0;
    for release in RELEASES {
        let mut oracle = Oracle::start(release);
        let mut texts: Vec<Vec<u8>> = SAMPLES.iter().map(|name| hydrated(name)).collect();
        // One fan-out: where elements of several have the same number and start, Argo's order is random.
        texts.push(realistic_workflow(seed, 100, 1000));
        texts.extend((0..count("ORACLE_TREES", 1000) as u64).map(|number| {
            let workflow = generated(&mut Rng::new(seed.wrapping_add(number)));
            workflow.to_string().into_bytes()
        }));
        for text in &texts {
            let argo = printed(&answer(&mut oracle, text, ""));
            let omitted = String::from_utf8_lossy(text).contains("Omitted");
            let same = if omitted { without_joints } else { Printed::clone };
            let ours = drawn(text, &Filter::default());
            lines += ours.len();
            assert_eq!(
                ours.iter().map(same).collect::<Vec<_>>(),
                argo.iter().map(same).collect::<Vec<_>>(),
                "{release}, seed {seed}: {}",
                String::from_utf8_lossy(text)
            );
            for selector in
                ["phase=Failed", "type!=x,templateName=p1", "displayName!=a1,phase!=Pending"]
            {
                let filter =
                    Filter { selector: selector.parse().expect("a selector"), ..Filter::default() };
                // Argo knows no field `type`: it is empty everywhere, and so different from x.
                let argo = printed(&answer(&mut oracle, text, selector));
                let bare = |lines: &[Printed]| -> Vec<Printed> {
                    lines.iter().map(without_lead).collect()
                };
                assert_eq!(
                    bare(&drawn(text, &filter)),
                    bare(&argo),
                    "{release}, seed {seed}: {selector}"
                );
            }
        }
    }
    println!("{lines} lines are the same");
}

/// What argo prints of samples is recorded, so that the command's whole output is compared without Go at hand.
#[test]
fn recorded_texts_are_fresh() {
    let release = RELEASES[RELEASES.len() - 1];
    let mut oracle = Oracle::start(release);
    let made = (0..).map(|seed| generated(&mut Rng::new(seed))).find(|workflow| {
        let text = workflow["status"]["nodes"].to_string();
        let nodes = workflow["status"]["nodes"].as_object().map_or(0, Map::len);
        nodes > 30 && KINDS.iter().all(|kind| text.contains(kind)) && !text.contains("Omitted")
    });
    let made = serde_json::to_vec_pretty(&made).expect("JSON");
    fresh("generated.json", &[made.as_slice(), b"\n"].concat());
    for name in SAMPLES {
        recorded(&mut oracle, name, &hydrated(name));
    }
    recorded(&mut oracle, "generated", &made);
}

const SAMPLES: [&str; 3] = ["pods-wf", "plain-wf", "compressed-wf"];
/// What the recorded workflow has, beside thirty nodes; argo draws lines to what is omitted, and we do not.
const KINDS: [&str; 9] =
    ["StepGroup", "DAG", "Retry", "Suspend", "HTTP", "Running", "Pending", "Error", "onExit"];

fn recorded(oracle: &mut Oracle, name: &str, text: &[u8]) {
    for (wide, ending) in [(false, "txt"), (true, "wide.txt")] {
        let mut question = request("get", text);
        question["wide"] = json!(wide);
        let answer = oracle.ask(question);
        let text = answer["text"].as_str().unwrap_or_else(|| panic!("{answer}"));
        let stable: String = text.lines().map(|line| stable(line) + "\n").collect();
        fresh(&format!("{name}.{ending}"), stable.as_bytes());
    }
}

/// The line without what changes from run to run: how long ago, and the order of resources.
fn stable(line: &str) -> String {
    let line = match (line.rfind(" ("), line.ends_with(" ago)")) {
        (Some(at), true) => &line[..at],
        _ => line,
    };
    let mut words: Vec<String> = Vec::new();
    for word in line.trim_end().split("  ") {
        let mut parts: Vec<&str> = word.trim_start().split(',').collect();
        let blanks = word.len() - word.trim_start().len();
        if word.contains("*(") {
            // `44s*(100Mi memory),0s*(1 cpu)`: by name.
            parts.sort_by_key(|part| part.rsplit(' ').next().map(str::to_owned));
        }
        words.push(" ".repeat(blanks) + &parts.join(","));
    }
    words.join("  ")
}

fn fresh(name: &str, content: &[u8]) {
    let path = fixtures().join("get").join(name);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, content).expect("write the recorded text");
    }
    let recorded = std::fs::read(&path).unwrap_or_default();
    assert!(
        recorded == content,
        "tests/fixtures/get/{name} is stale; refresh it with: UPDATE=1 cargo test -p argo-offload-oracle --test get"
    );
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures")
}

/// A sample with its nodes in the object.
fn hydrated(name: &str) -> Vec<u8> {
    let path = fixtures().join(format!("samples/{name}.json"));
    let text = std::fs::read(&path).expect("a sample");
    let mut encoder = Encoder::new(ArgoVersion::NEWEST);
    decompress_nodes(&mut encoder, &text).expect("a workflow").into_owned()
}

fn answer(oracle: &mut Oracle, text: &[u8], selector: &str) -> String {
    let mut question = request("get", text);
    question["selector"] = json!(selector);
    let answer = oracle.ask(question);
    answer["text"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
}

/// The lines of the tree, cut where the header's columns begin.
fn printed(text: &str) -> Vec<Printed> {
    let mut lines = text.lines().skip_while(|line| !line.starts_with("STEP "));
    let header = lines.next().expect("a tree");
    let at = |name: &str| header.find(name).unwrap_or_else(|| panic!("no {name}: {header}"));
    let [template, pod, duration, message] = ["TEMPLATE", "PODNAME", "DURATION", "MESSAGE"].map(at);
    lines
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let cell = |start: usize, end: usize| -> String {
                let cell: String = line.chars().skip(start).take(end - start).collect();
                cell.trim_end().to_owned()
            };
            [cell(0, template), cell(template, pod), cell(pod, duration), cell(message, usize::MAX)]
        })
        .collect()
}

fn drawn(text: &[u8], filter: &Filter) -> Vec<Printed> {
    let envelope = Envelope::parse(text).expect("a workflow");
    let tree = Tree::read(envelope.nodes_text().expect("nodes"), &envelope.name).expect("nodes");
    let outline = tree.outline(&View { filter, depth: None, limit: Some(0) });
    let lines = outline.lines.iter().filter_map(|line| {
        let What::Node(index) = line.what else { return None };
        let node = tree.node(index).expect("a node");
        let sign = match node.phase {
            Phase::Running if node.kind == "Suspend" => "ǁ",
            Phase::Pending => "◷",
            Phase::Running => "●",
            Phase::Succeeded => "✔",
            Phase::Skipped => "○",
            Phase::Failed => "✖",
            Phase::Error => "⚠",
            other => panic!("{other:?} has no sign"),
        };
        let template = match &node.template_ref {
            Some((holder, template)) => format!("{holder}/{template}"),
            None => node.template_name.to_string(),
        };
        let pod = || pod_name(PodNames::V2, &envelope.name, &node.name, node.template(), &node.id);
        let pod = if node.kind == "Pod" { pod() } else { String::new() };
        let first = format!(" {}{sign} {}", lead(&outline, line), node.display_name);
        Some([first, template, pod, node.message.to_string()])
    });
    lines.collect()
}

fn lead(outline: &Outline, line: &argo_offload_core::nodes::tree::Line) -> String {
    let (pieces, above) = outline.pieces(line, 1000);
    assert_eq!(above, 0, "the trees here are not that deep");
    let text = |piece| match piece {
        Piece::Blank => "  ",
        Piece::Bar => "│ ",
        Piece::Tee => "├─",
        Piece::Corner => "└─",
        Piece::Fork => "┬─",
        Piece::Dash => "──",
    };
    pieces.into_iter().map(text).collect()
}

/// Without whether a sibling follows: Argo counts siblings that it does not print, such as those that are omitted.
fn without_joints(line: &Printed) -> Printed {
    let [first, template, pod, message] = line.clone();
    let first = first.replace('├', "└").replace('│', " ");
    [first, template, pod, message]
}

/// Without what leads to the node: where Argo filters, it draws lines to nothing.
fn without_lead(line: &Printed) -> Printed {
    let [first, template, pod, message] = line.clone();
    let first = first.trim_start_matches([' ', '│', '├', '└', '┬', '─']).to_owned();
    [first, template, pod, message]
}

/// A workflow as a controller might have it: DAGs and steps within each other, fan-outs, retries, nodes of every phase
/// and an exit handler. Siblings have one order only: names of elements lie between the others', and no two elements
/// have the same number.
fn generated(rng: &mut Rng) -> Value {
    let mut maker = Maker { nodes: Map::new(), number: 0 };
    let name = "wf-x7k2p";
    let phase = *rng.pick(&["Running", "Failed", "Succeeded"]);
    maker.template(rng, name.into(), name.into(), None, phase, 0);
    if rng.chance(40) {
        let exit = format!("{name}.onExit");
        maker.template(rng, exit.clone(), exit, None, "Succeeded", 2);
    }
    json!({
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Workflow",
        "metadata": {"name": name, "namespace": "argo", "uid": "0b9d5a52-7f5a-4e0e-8a57-3c0e5d1f9b11",
            "creationTimestamp": "2026-01-02T03:04:05Z"},
        "spec": {"serviceAccountName": "runner", "entrypoint": "main",
            "arguments": {"parameters": [{"name": "day", "value": "2026-01-02"}]}},
        "status": {"phase": "Failed", "message": "child failed", "progress": "1/2",
            "startedAt": "2026-01-02T03:04:05Z", "finishedAt": "2026-01-03T05:04:05Z",
            "resourcesDuration": {"cpu": 5, "memory": 3700},
            "conditions": [{"type": "Completed", "status": "True"},
                {"type": "SpecWarning", "status": "True", "message": "old field"}],
            "nodes": maker.nodes}
    })
}

struct Maker {
    nodes: Map<String, Value>,
    number: usize,
}

const START: &str = "2026-01-02T03:0";

impl Maker {
    /// Adds the node of a template, and what is under it; gives its id.
    fn template(
        &mut self,
        rng: &mut Rng,
        name: String,
        shown: String,
        boundary: Option<&str>,
        phase: &str,
        depth: usize,
    ) -> String {
        let id = id(&name);
        let kind =
            if depth > 3 { "Pod" } else { *rng.pick(&["DAG", "Steps", "Pod", "Pod", "Retry"]) };
        match kind {
            "DAG" => {
                for _ in 0..rng.between(0, 4) {
                    self.task(rng, &name, &id, depth);
                }
                self.node(rng, Made { name: &name, shown: &shown, kind, boundary, phase }, &[]);
            }
            "Steps" => {
                let mut groups = Vec::new();
                for group in 0..rng.between(0, 3) {
                    let shown = format!("[{group}]");
                    let group = format!("{name}{shown}");
                    let tasks: Vec<String> = (0..rng.between(1, 3))
                        .map(|_| self.task(rng, &group, &id, depth))
                        .collect();
                    let made = Made {
                        name: &group,
                        shown: &shown,
                        kind: "StepGroup",
                        boundary: Some(&id),
                        phase: "Succeeded",
                    };
                    groups.push(self.node(rng, made, &tasks));
                }
                // Argo names only the first.
                groups.truncate(1);
                self.node(rng, Made { name: &name, shown: &shown, kind, boundary, phase }, &groups);
            }
            "Retry" => {
                let attempts: Vec<String> = (0..rng.between(1, 3))
                    .map(|attempt| {
                        let (name, shown) =
                            (format!("{name}({attempt})"), format!("{shown}({attempt})"));
                        let failed = if rng.chance(50) { "Failed" } else { "Error" };
                        let id = self.node(
                            rng,
                            Made {
                                name: &name,
                                shown: &shown,
                                kind: "Pod",
                                boundary,
                                phase: failed,
                            },
                            &[],
                        );
                        // Attempts of an element all have its number: in one second, Argo's order is random.
                        self.nodes[&id]["startedAt"] = json!(format!("{START}{attempt}:30Z"));
                        id
                    })
                    .collect();
                self.node(
                    rng,
                    Made { name: &name, shown: &shown, kind, boundary, phase },
                    &attempts,
                );
            }
            _ => {
                let kind = *rng.pick(&["Pod", "Pod", "Suspend", "HTTP", "Plugin", "Skipped"]);
                let phase = if kind == "Skipped" { "Skipped" } else { phase };
                self.node(rng, Made { name: &name, shown: &shown, kind, boundary, phase }, &[]);
            }
        }
        id
    }

    /// Adds a task of a DAG or a step, or an element of one that fans out.
    fn task(&mut self, rng: &mut Rng, above: &str, boundary: &str, depth: usize) -> String {
        self.number += 1;
        let number = self.number;
        let shown = match rng.below(3) {
            0 => format!("a{number}"),
            1 => format!("t{number}"),
            _ => format!("f{}({number}:x,y:{number})", rng.below(3)),
        };
        let phase = *rng.pick(&["Succeeded", "Succeeded", "Failed", "Error", "Running", "Pending"]);
        let name = format!("{above}.{shown}");
        if !above.ends_with(']') && rng.chance(5) {
            let boundary = Some(boundary);
            let made =
                Made { name: &name, shown: &shown, kind: "Skipped", boundary, phase: "Omitted" };
            return self.node(rng, made, &[]);
        }
        self.template(rng, name, shown, Some(boundary), phase, depth + 1)
    }

    fn node(&mut self, rng: &mut Rng, made: Made<'_>, children: &[String]) -> String {
        let Made { name, shown, kind, boundary, phase } = made;
        let id = id(name);
        let mut node = json!({
            "id": id, "name": name, "displayName": shown, "type": kind, "phase": phase,
            "startedAt": format!("{START}{}:0{}Z", rng.below(3), rng.below(2)),
            "finishedAt": format!("{START}{}:{}Z", rng.between(3, 9), rng.between(10, 59)),
        });
        if let Some(boundary) = boundary {
            node["boundaryID"] = json!(boundary);
        }
        if !children.is_empty() {
            node["children"] = json!(children);
        }
        match rng.below(3) {
            0 => node["templateName"] = json!(format!("p{}", rng.below(3))),
            1 => {
                node["templateRef"] =
                    json!({"name": "library", "template": format!("p{}", rng.below(3))});
            }
            _ => {}
        }
        if rng.chance(20) {
            node["message"] = json!(format!("exit code {}", rng.below(200)));
        }
        if kind == "Pod" {
            node["hostNodeName"] = json!(format!("kwok-{}", rng.below(3)));
            node["resourcesDuration"] = json!({"cpu": rng.below(100), "memory": rng.below(9000)});
            node["outputs"] =
                json!({"artifacts": [{"name": "result"}, {"name": "main-logs"}], "exitCode": "0"});
        }
        self.nodes.insert(id.clone(), node);
        id
    }
}

/// What a node says of itself.
struct Made<'a> {
    name: &'a str,
    shown: &'a str,
    kind: &'a str,
    boundary: Option<&'a str>,
    phase: &'a str,
}

/// As the controller makes them: the workflow's name, with the hash of other names behind it.
fn id(name: &str) -> String {
    let workflow = "wf-x7k2p";
    if name == workflow {
        return workflow.into();
    }
    let pod = pod_name(PodNames::V2, workflow, name, "", "");
    assert!(pod.starts_with(workflow), "the hash of a pod's name is that of the node's");
    pod
}
