//! YAML in and YAML out.

use std::io::Write;

use argo_offload_core::yaml;
use serde_json::Value;

use crate::run::{Folder, repository};

/// A workflow as `kubectl get -o json` and as `kubectl get -o yaml` prints it.
fn sample(name: &str) -> (Vec<u8>, Vec<u8>) {
    let path = repository("tests/fixtures/samples").join(name);
    let json = std::fs::read(path).expect("a sample");
    let yaml = yaml::emit(&json).expect("JSON");
    (json, yaml)
}

const SAMPLES: [&str; 3] = ["plain-wf.json", "compressed-wf.json", "pods-wf.json"];

fn json(text: &[u8]) -> Value {
    serde_json::from_slice(text).expect("JSON")
}

/// The values of a text of YAML.
fn values(text: &[u8]) -> Value {
    json(&yaml::to_json(&yaml::read(text).expect("YAML")).expect("JSON").json)
}

fn workflow(name: &str, status: &str) -> String {
    format!(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata:\n  name: {name}\n  uid: u-{name}\n\
         spec: {{}}\nstatus: {status}\n"
    )
}

#[test]
fn a_workflow_has_the_same_figures_in_yaml_and_json() {
    let folder = Folder::new();
    for name in SAMPLES {
        let (json, yaml) = sample(name);
        folder.write("x.json", json);
        folder.write("x.yaml", yaml);
        for output in ["table", "wide", "json", "name", "yaml"] {
            let [one, two] = ["x.json", "x.yaml"]
                .map(|file| folder.run(&["size", "-f", file, "-o", output]).good().shown());
            assert_eq!(one, two, "{name}");
        }
    }
}

#[test]
fn merge_of_split_restores_yaml_to_the_byte() {
    for name in SAMPLES {
        let (_, yaml) = sample(name);
        let folder = Folder::new();
        // Only what Argo writes comes back to the byte, and compressed nodes come back as nodes.
        let whole = folder.run_with(&["merge", "-f", "-", "-o", "yaml"], &yaml).good();
        let split = folder.run_with(&["split", "-f", "-", "-o", "yaml"], whole.stdout()).good();
        assert!(split.stdout().len() < whole.stdout().len(), "{name}: {}", split.err());
        assert!(values(split.stdout())["status"]["nodes"].is_null());
        let merged = folder.run_with(&["merge", "-f", "-", "-o", "yaml"], split.stdout()).good();
        assert_eq!(merged.out(), whole.out(), "{name}");
        if name != "compressed-wf.json" {
            assert_eq!(whole.stdout(), yaml, "{name}");
        }
        // The same as JSON, for `-o` is JSON by default.
        let merged = folder.run_with(&["merge", "-f", "-"], split.stdout()).good();
        assert_eq!(json(merged.stdout()), values(whole.stdout()), "{name}");
    }
}

#[test]
fn yaml_output_has_the_values_of_json_output() {
    let folder = Folder::new();
    let (sample, _) = sample("pods-wf.json");
    folder.write("x.json", sample);
    for command in [&["size", "-f", "x.json"][..], &["version"], &["merge", "-f", "x.json"]] {
        let as_json = folder.run(&[command, &["-o", "json"]].concat()).good();
        let as_yaml = folder.run(&[command, &["-o", "yaml"]].concat()).good();
        assert_eq!(values(as_yaml.stdout()), json(as_json.stdout()), "{command:?}");
        assert_eq!(as_yaml.err(), as_json.err(), "{command:?}");
    }
}

#[test]
fn a_key_that_is_set_twice_has_no_place_in_yaml() {
    let folder = Folder::new();
    let twice = r#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow",
        "metadata":{"name":"x","uid":"u"},"spec":{"x":1,"x":2},"status":{}}"#;
    let ran = folder.run_with(&["merge", "-f", "-", "-o", "yaml"], twice.as_bytes());
    assert_eq!((ran.code(), ran.out()), (2, String::new()));
    assert!(ran.err().contains("set twice ($.spec.x)"), "{}", ran.err());
    folder.run_with(&["merge", "-f", "-"], twice.as_bytes()).good();
}

#[test]
fn documents_and_lists_are_cut_into_objects() {
    let folder = Folder::new();
    let list = |kind: &str, item: &str| {
        let item = item.trim_end().replace('\n', "\n  ");
        format!("apiVersion: v1\nkind: {kind}\nitems:\n- {item}\n")
    };
    let text = format!(
        "# first\n---\n{}---\n# nothing\n--- # a list\n{}---\n{}...\n# the end\n",
        workflow("a", "{}"),
        list("List", &workflow("b", "{}")),
        list("WorkflowList", &workflow("c", "{}")),
    );
    let names = "workflow.argoproj.io/a\nworkflow.argoproj.io/b\nworkflow.argoproj.io/c\n";
    let named = |text: &[u8]| folder.run_with(&["size", "-f", "-", "-o", "name"], text).good();
    for text in [text.clone(), format!("\u{feff}{text}"), text.replace('\n', "\r\n")] {
        let ran = named(text.as_bytes());
        assert_eq!((ran.out(), ran.err()), (names.into(), String::new()));
    }
    // A list that is the whole document, as a JSON array may be.
    let items = workflow("b", "{}").trim_end().replace('\n', "\n  ");
    assert_eq!(named(format!("- {items}\n").as_bytes()).out(), "workflow.argoproj.io/b\n");
    let ran = folder.run_with(&["split", "-f", "-"], text.as_bytes());
    assert!(ran.err().contains("holds 3 objects, expected one"), "{}", ran.err());
}

#[test]
fn yaml_files_of_a_folder_are_read_also_compressed() {
    let folder = Folder::new();
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(workflow("b", "{}").as_bytes()).expect("gzip");
    folder.write("a.yaml", workflow("a", "{}"));
    folder.write("b.yml.gz", gzip.finish().expect("gzip"));
    folder.write("c.yaml.zst", zstd::encode_all(workflow("c", "{}").as_bytes(), 3).expect("zstd"));
    folder.write("d.yml", "kind: ConfigMap\napiVersion: v1\n");
    folder.write("notes.txt", "not read");
    let ran = folder.run(&["size", "-f", ".", "-o", "name"]).good();
    assert_eq!(
        ran.out(),
        "workflow.argoproj.io/a\nworkflow.argoproj.io/b\nworkflow.argoproj.io/c\n"
    );
    assert!(ran.err().contains("passed over 1 object"), "{}", ran.err());
}

/// What is wrong, the input, and what the message must say.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let bomb = |layers: usize| {
        let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for layer in 1..layers {
            let aliases = vec![format!("*a{}", layer - 1); 9].join(", ");
            text += &format!("a{layer}: &a{layer} [{aliases}]\n");
        }
        text.into_bytes()
    };
    let long = format!("a: &a {}\nb:\n{}", "x".repeat(2_000), "- *a\n".repeat(200_000));
    let nodes = |nodes: &str| workflow("x", &format!("\n  nodes:\n    {nodes}")).into_bytes();
    vec![
        (
            "a syntax error",
            b"a: 1\nb: [\n".to_vec(),
            &["stdin:3:1: this is neither JSON nor YAML: did not find expected node content"],
        ),
        ("a tab", b"a:\n\tb: 1\n".to_vec(), &["stdin:2:1: ", "cannot start any token"]),
        (
            "an error in the second document",
            b"a: 1\n---\nb: 'c\n".to_vec(),
            &["stdin:3:4: ", "unexpected end of stream"],
        ),
        (
            "a repeated key",
            b"a: 1\n---\nb:\n  c d: 1\n  'c d': 2\n".to_vec(),
            &["stdin:5:3: the key 'c d' is set twice, first in line 4", "keep one"],
        ),
        (
            "a repeated key by a merge",
            b"x: &x {a: 1}\ny:\n  a: 2\n  <<: *x\n".to_vec(),
            &["stdin:1:8: the key a is set twice, first in line 3", "<< brings it"],
        ),
        (
            "keys that are one in JSON",
            b"1: a\n\"1\": b\n".to_vec(),
            &["stdin:2:1: the key \"1\" is the same as the one in line 1 to JSON"],
        ),
        ("a null key", b"a:\n  ~: b\n".to_vec(), &["stdin:2:3: this key is null", "quotes"]),
        ("infinity", b"a: .inf\n".to_vec(), &["stdin:1:4: JSON has no number +Inf"]),
        ("binary", b"a: !!binary gIE=\n".to_vec(), &["stdin:1:", "not UTF-8"]),
        (
            "a document that would not be read",
            b"a: 1\n--- {b: 2}\n".to_vec(),
            &["stdin:2:1: here a document begins", "put a line of ---"],
        ),
        (
            "a wrong type",
            nodes("a:\n      phase: 7"),
            &["stdin:10:14: expected a string, found a number", "($.status.nodes.a.phase)"],
        ),
        (
            "a wrong type behind an alias",
            nodes("a: &a\n      startedAt: yesterday\n    b: *a"),
            &["stdin:10:18: ", "a time looks like", "($.status.nodes.a.startedAt)"],
        ),
        (
            "a wrong kind",
            b"apiVersion: v1\nmetadata: {}\nkind: Pod\n".to_vec(),
            &["expected a Workflow", "found Pod"],
        ),
        ("no kind", b"a: 1\n".to_vec(), &["stdin:1:1: ", "without `kind`"]),
        (
            "damaged nodes",
            workflow("x", "\n  phase: Running\n  compressedNodes: '!!'").into_bytes(),
            &["stdin:9:20: ", "not base64", "($.status.compressedNodes)"],
        ),
        (
            "nodes twice",
            workflow("x", "{nodes: {a: {}}, compressedNodes: H4sI}").into_bytes(),
            &["more than one place", "stdin:7:"],
        ),
        (
            "a text",
            b"<html>404</html>\n".to_vec(),
            &["stdin:1:1: expected an object, found a text"],
        ),
        ("comments", b"# a\n---\n# b\n".to_vec(), &["holds no objects, only comments"]),
        (
            "a binary file",
            b"\x7fELF\x02\x01\x01\0\0".to_vec(),
            &["stdin:1:1: ", "neither JSON nor YAML"],
        ),
        ("no UTF-8", b"a: \xc3\x28\n".to_vec(), &["neither JSON nor YAML", "UTF-8"]),
        ("an alias bomb", bomb(12), &["stdin:4:25: ", "aliases (*name)", "write out"]),
        (
            "long texts by aliases",
            long.into_bytes(),
            &["stdin:", "aliases (*name)", "more than 256 MiB", "-o json"],
        ),
        ("deep", "[".repeat(20_000).into_bytes(), &["ends inside a value"]),
        ("deep YAML", "- ".repeat(20_000).into_bytes(), &["exceeded max depth of 10000"]),
    ]
}

#[test]
fn bad_yaml_is_refused_with_its_place_and_nothing_is_written() {
    for (what, input, words) in cases() {
        for command in ["size", "split", "merge"] {
            let folder = Folder::new();
            let ran = folder.run_with(&[command, "-f", "-"], &input);
            assert_eq!(ran.code(), 2, "{command} {what}: {}{}", ran.out(), ran.err());
            assert_eq!(ran.out(), "", "{command} {what}");
            assert_eq!(folder.names(), [] as [&str; 0], "{command} {what}");
            for word in words {
                assert!(ran.err().contains(word), "{what}: {word:?} not in {}", ran.err());
            }
            assert_eq!(ran.err().matches("error: ").count(), 1, "{what}: {}", ran.err());
            assert!(ran.err().len() < 2_000, "{what}: {}", ran.err());
        }
    }
}

#[test]
fn errors_of_yaml_are_shown() {
    let folder = Folder::new();
    folder.write("repeated.yaml", "kind: Workflow\nmetadata:\n  name: a\n  name: b\n");
    folder.write("syntax.yaml", "kind: Workflow\n  metadata: {}\n");
    folder.write("type.yaml", workflow("x", "\n  nodes:\n    a: {phase: [1]}"));
    let shown = ["repeated", "syntax", "type"]
        .map(|name| folder.run(&["size", "-f", &format!("{name}.yaml")]).shown())
        .join("\n");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("yaml-errors", shown);
    });
}

#[test]
fn yaml_reports_are_shown() {
    let folder = Folder::new();
    folder.write("x.yaml", workflow("x", "{phase: Running, nodes: {a: {id: a}}}"));
    let shown = [
        folder.run(&["size", "-f", "x.yaml", "-o", "yaml"]).shown(),
        folder.run(&["split", "-f", "x.yaml", "-o", "yaml"]).shown(),
    ];
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("yaml-reports", shown.join("\n"));
    });
}
