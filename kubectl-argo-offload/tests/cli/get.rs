//! `get`

use serde_json::Value;

use crate::run::{Folder, repository};

fn sample(name: &str) -> String {
    repository(&format!("tests/fixtures/samples/{name}.json")).to_string_lossy().into_owned()
}

fn large() -> String {
    repository("examples/large-workflow.json.gz").to_string_lossy().into_owned()
}

/// A snapshot without what changes from day to day: how long ago things were, and ages.
fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({
        filters => vec![
            (r"\([0-9a-z ]+ ago\)", "([ago])"),
            (r"(?m)(   )\d+[smhdy]\w*$", "${1}[age]"),
        ],
        omit_expression => true,
        prepend_module_to_snapshot => false,
    }, {
        insta::assert_snapshot!(name, shown);
    });
}

fn workflow(name: &str, status: &str) -> String {
    format!(
        r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{{"name":"{name}","namespace":"argo","uid":"u-{name}","creationTimestamp":"2020-01-01T00:00:00Z"}},"spec":{{}},"status":{status}}}"#
    )
}

const TWO_NODES: &str = r#"{"phase":"Failed","startedAt":"2020-01-01T00:00:00Z","finishedAt":"2020-01-01T00:01:30Z",
    "nodes":{"a":{"id":"a","name":"a","displayName":"a","type":"DAG","phase":"Failed","startedAt":"2020-01-01T00:00:00Z","finishedAt":"2020-01-01T00:01:30Z"},
    "a-1":{"id":"a-1","name":"a.b","displayName":"b","type":"Pod","phase":"Failed","boundaryID":"a","message":"exit code 7","startedAt":"2020-01-01T00:00:00Z","finishedAt":"2020-01-01T00:01:29Z"}}}"#;

/// Offloads workflow `a` into the default archive; the workflow without its nodes is in `bare.json`.
fn offloaded(folder: &Folder) -> String {
    folder.write("a.json", workflow("a", TWO_NODES));
    let split = folder.run(&["split", "-f", "a.json"]).good();
    folder.write("bare.json", split.stdout());
    let bare: Value = serde_json::from_slice(split.stdout()).expect("JSON");
    bare["status"]["offloadNodeStatusVersion"].as_str().expect("a version").to_owned()
}

/// Argo's own output, recorded by the oracle suite, is ours but for `Nodes:` and how long ago things were.
#[test]
fn output_is_that_of_argo_get() {
    let folder = Folder::new();
    let recorded = |name: &str| {
        let path = repository(&format!("tests/fixtures/get/{name}"));
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    let generated = repository("tests/fixtures/get/generated.json").to_string_lossy().into_owned();
    for (name, file) in [
        ("pods-wf", sample("pods-wf")),
        ("plain-wf", sample("plain-wf")),
        ("compressed-wf", sample("compressed-wf")),
        ("generated", generated),
    ] {
        for (output, ending) in [("tree", "txt"), ("wide", "wide.txt")] {
            let ran = folder.run(&["get", "-f", &file, "-o", output, "--limit", "0"]).good();
            let ours: String = ran
                .out()
                .lines()
                .filter(|line| !line.starts_with("Nodes:"))
                .map(|line| {
                    let end = line.rfind(" (").filter(|_| line.ends_with(" ago)"));
                    format!("{}\n", &line[..end.unwrap_or(line.len())])
                })
                .collect();
            // What argo leaves out is counted at the end.
            let ours = ours.split("\nNot listed: ").next().unwrap_or_default();
            let argo = recorded(&format!("{name}.{ending}"));
            // In wide tables argo aligns the columns behind the fifth anew for the exit handler.
            let loose = |text: &str| {
                text.split("  ")
                    .filter(|part| !part.is_empty())
                    .map(str::trim)
                    .collect::<Vec<_>>()
                    .join("  ")
            };
            if output == "wide" {
                assert_eq!(loose(ours), loose(&argo), "{name}");
            } else {
                assert_eq!(ours.trim_end(), argo.trim_end(), "{name}");
            }
        }
    }
}

#[test]
fn nodes_are_shown_wherever_they_are() {
    let folder = Folder::new();
    let version = offloaded(&folder);
    let shown = folder.run(&["get", "-f", "bare.json"]).good();
    snapshot("get-offloaded", &shown.shown());
    assert!(shown.out().contains(&format!("offloaded as {version} in dir:offloaded-nodes")));
    let inline = folder.run(&["get", "-f", "a.json"]).good().out();
    let tree = |text: &str| text.split("\n\n").nth(1).unwrap_or_default().to_owned();
    assert_eq!(tree(&inline), tree(&shown.out()));
    snapshot("get-large", &folder.run(&["get", "-f", &large()]).good().out());
}

#[test]
fn whole_objects_are_those_that_merge_gives() {
    let folder = Folder::new();
    offloaded(&folder);
    let merged = folder.run(&["merge", "-f", "bare.json"]).good();
    let got = folder.run(&["get", "a", "-f", "bare.json", "-o", "json"]).good();
    assert!(got.stdout() == merged.stdout());
    let merged = folder.run(&["merge", "-f", "bare.json", "-o", "yaml"]).good();
    let got = folder.run(&["get", "workflow/a", "-f", "bare.json", "-o", "yaml"]).good();
    assert!(got.stdout() == merged.stdout());
    let list = folder.run(&["get", "-f", "bare.json", "-f", "a.json", "-o", "json"]).good();
    let list: Value = serde_json::from_slice(list.stdout()).expect("JSON");
    let items = list["items"].as_array().expect("items");
    assert_eq!((&list["kind"], items.len()), (&Value::from("List"), 2));
    assert!(items.iter().all(|item| item["status"]["nodes"]["a-1"]["phase"] == "Failed"));
    let documents = folder.run(&["get", "-f", "bare.json", "-f", "a.json", "-o", "yaml"]).good();
    folder.write("both.yaml", documents.stdout());
    let names = folder.run(&["get", "-f", "both.yaml", "-o", "name"]).good();
    assert_eq!(names.out(), "workflow.argoproj.io/a\nworkflow.argoproj.io/a\n");
}

#[test]
fn several_workflows_are_a_table() {
    let folder = Folder::new();
    offloaded(&folder);
    folder.write(
        "b.json",
        workflow("b", r#"{"phase":"Running","nodes":{"b":{"type":"Suspend","phase":"Running"}}}"#),
    );
    folder.write("c.json", workflow("c", r#"{"message":"\u001b[2Jlong"}"#));
    folder.write("d.json", std::fs::read(sample("compressed-wf")).expect("sample"));
    folder.write("pod.yaml", "kind: Pod\napiVersion: v1\n---\nkind: Pod\napiVersion: v1\n");
    snapshot("get-table", &folder.run(&["get", "-f", "."]).shown());
    snapshot("get-table-wide", &folder.run(&["get", "-f", ".", "-o", "wide"]).shown());
    let ran = folder.run(&["get", "b", "c", "gone", "-f", ".", "-o", "name"]);
    assert_eq!(ran.out(), "workflow.argoproj.io/b\nworkflow.argoproj.io/c\n");
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("no workflow \"gone\""), "{}", ran.err());
}

#[test]
fn parts_of_a_tree_are_chosen_and_the_rest_is_counted() {
    let folder = Folder::new();
    let run = |more: &[&str]| {
        let file = sample("pods-wf");
        let arguments = [&["get", "-f", &*file], more].concat();
        folder.run(&arguments).good().out()
    };
    let signs = |text: &str, sign: &str| text.matches(sign).count();
    let failed = run(&["--status", "failed,Error", "--limit", "0"]);
    let all = run(&["--limit", "0"]);
    assert!(signs(&failed, "✖ ") > 0);
    assert_eq!(signs(&failed, "✔"), 0, "{failed}");
    assert_eq!(signs(&failed, "✖ "), signs(&all, "✖ "));
    assert_eq!(run(&["--node-field-selector", "phase=Failed", "--limit", "0"]), failed);
    assert_eq!(run(&["--depth", "0"]).matches("├─").count(), 0);
    let few = run(&["--limit", "2"]);
    assert!(few.contains("✖ bad") && few.contains("└─… 20 Succeeded"), "{few}");
    let ascii = run(&["--no-utf8", "--limit", "3"]);
    assert!(ascii.is_ascii() && ascii.contains("`-"), "{ascii}");
    let ran = folder.run(&["get", "-f", &sample("pods-wf"), "--node-field-selector", "pahse=x"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("displayName"), "{}", ran.err());
}

#[test]
fn a_lost_row_is_told_with_what_there_is() {
    let folder = Folder::new();
    let version = offloaded(&folder);
    let bare = std::fs::read_to_string(folder.path("bare.json")).expect("bare");
    folder.write("lost.json", bare.replace(&version, "fnv:7"));
    let ran = folder.run(&["get", "-f", "lost.json"]);
    snapshot("get-lost", &ran.shown());
    assert_eq!(ran.code(), 2);
    let json = folder.run(&["get", "-f", "lost.json", "-o", "json"]);
    assert_eq!((json.code(), json.out()), (2, String::new()));
    let ran = folder.run(&["get", "-f", "lost.json", "--row-version", &version]).good();
    assert!(ran.out().contains("✖ b"), "{}", ran.out());
    assert!(ran.out().contains("the workflow names fnv:7"), "{}", ran.out());
    let json = folder.run(&["get", "-f", "lost.json", "--row-version", &version, "-o", "json"]);
    let json: Value = serde_json::from_slice(json.good().stdout()).expect("JSON");
    assert_eq!(json["status"]["nodes"]["a"]["type"], "DAG");
    std::fs::remove_dir_all(folder.path("offloaded-nodes")).expect("the archive");
    let ran = folder.run(&["get", "-f", "lost.json"]);
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("--store cluster, server, dir:PATH or mysql://"), "{}", ran.err());
}

#[test]
fn names_neither_drive_the_terminal_nor_flood_it() {
    let folder = Folder::new();
    let long = "x".repeat(1 << 20);
    let evil = r"\u001b[2J\u202eevil\nnew";
    folder.write(
        "evil.json",
        workflow(
            "a",
            &format!(
                r#"{{"message":"{evil}","nodes":{{"a":{{"displayName":"{evil}","type":"DAG","templateName":"{long}","message":"{long}"}},"{long}":{{"type":"{evil}","boundaryID":"a","phase":"{evil}","name":"{long}","displayName":"{long}"}}}}}}"#
            ),
        ),
    );
    let ran = folder.run(&["get", "-f", "evil.json"]).good();
    assert!(!ran.out().contains(['\u{1b}', '\u{202e}']));
    assert!(ran.out().contains("\\u{1b}[2J\\u{202e}evil\\nnew"), "{}", ran.out());
    assert!(ran.stdout().len() < 10_000, "{} bytes", ran.stdout().len());
}

#[test]
fn a_watch_ends_with_the_workflow() {
    let folder = Folder::new();
    let running =
        r#"{"phase":"Running","nodes":{"a":{"id":"a","name":"a","type":"Pod","phase":"Running"}}}"#;
    let states = format!(
        "{}\n{}\n{}",
        workflow("a", running),
        workflow("a", TWO_NODES).replace('\n', " "),
        workflow("a", "{}")
    );
    let ran = folder.run_with(&["get", "-f", "-", "-w"], states.as_bytes()).good();
    let lines: Vec<String> = ran.out().lines().map(|line| line[10..].to_owned()).collect();
    assert_eq!(
        lines,
        [
            "workflow/a  Running  (1 Running)",
            "a  Running → Failed",
            "a.b  Failed: exit code 7",
            "workflow/a  Failed  (2 Failed)",
        ]
    );
    let ran = folder.run_with(&["get", "-f", "-", "-w"], workflow("a", running).as_bytes());
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("has not ended"), "{}", ran.err());
    folder.write("a.json", workflow("a", "{}"));
    let ran = folder.run(&["get", "-f", "a.json", "-w"]);
    assert!(ran.code() == 2 && ran.err().contains("-w needs -f -"), "{}", ran.err());
}

#[test]
fn nothing_found_is_said() {
    let folder = Folder::new();
    let empty = br#"{"apiVersion":"v1","kind":"List","items":[]}"#;
    let ran = folder.run_with(&["get", "-f", "-"], empty).good();
    assert_eq!((ran.out(), ran.err()), (String::new(), "No workflows found.\n".into()));
    let ran = folder.run_with(&["get", "-f", "-", "-w"], b"");
    assert_eq!((ran.code(), ran.err()), (2, "No workflows found.\n".into()));
    let ran = folder.run_with(&["get", "-f", "-", "-w"], b"{\"kind\":");
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("EOF while parsing") && !ran.err().contains("No workflows"));
    let json = folder.run_with(&["get", "-f", "-", "-o", "json"], empty).good().out();
    let json: Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!(json["items"], Value::Array(vec![]));
}
