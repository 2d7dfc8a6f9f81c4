//! `size`

use std::io::Write;

use serde_json::Value;

use crate::run::{Folder, repository};

fn large() -> String {
    repository("examples/large-workflow.json.gz").to_string_lossy().into_owned()
}

/// A snapshot without what changes from day to day: the age, the last column.
fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({
        filters => vec![(r"(?m)(   )\d+[smhdy]\w*$", "${1}[age]")],
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

#[test]
fn one_workflow_is_shown_with_its_fields() {
    let folder = Folder::new();
    snapshot("one", &folder.run(&["size", "-f", &large()]).shown());
}

#[test]
fn several_workflows_are_one_table() {
    let folder = Folder::new();
    folder.write("a.json", workflow("a", r#"{"phase":"Running","nodes":{"a":{}}}"#));
    let list = format!(
        r#"{{"kind":"List","apiVersion":"v1","items":[{},{},{{"kind":"Pod","apiVersion":"v1"}}]}}"#,
        workflow("b", "{}"),
        workflow("c", r#"{"offloadNodeStatusVersion":"fnv:7"}"#)
    );
    folder.write("list.json", list);
    folder.write("notes.txt", "not read");
    snapshot("several", &folder.run(&["size", "-f", ".", "--argo-version", "3.7"]).shown());
    snapshot("names", &folder.run(&["size", "-f", ".", "-o", "name"]).shown());
}

#[test]
fn lines_and_compressed_files_are_read() {
    let folder = Folder::new();
    let lines = format!("{}\n{}\n", workflow("a", "{}"), workflow("b", "{}"));
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines.as_bytes()).expect("gzip");
    folder.write("lines.jsonl.gz", gzip.finish().expect("gzip"));
    folder.write("lines.jsonl.zst", zstd::encode_all(lines.as_bytes(), 3).expect("zstd"));
    folder.write("lines.jsonl", &lines);
    for source in ["lines.jsonl", "lines.jsonl.gz", "lines.jsonl.zst"] {
        let ran = folder.run(&["size", "-f", source, "-o", "name"]).good();
        assert_eq!(ran.out(), "workflow.argoproj.io/a\nworkflow.argoproj.io/b\n");
    }
    let stdin = folder.run_with(&["size", "-f", "-", "-o", "name"], lines.as_bytes()).good();
    assert_eq!(stdin.out().lines().count(), 2);
    let all = folder.run(&["size", "-f", ".", "-f", "lines.jsonl", "-o", "name"]).good();
    assert_eq!(all.out().lines().count(), 8);
}

#[test]
fn json_repeats_the_verdict_and_every_figure() {
    let folder = Folder::new();
    let ran = folder.run(&["size", "-f", &large(), "-o", "json"]).good();
    let report: Value = serde_json::from_str(&ran.out()).expect("JSON");
    assert_eq!(report["apiVersion"], "argo-offload/v1alpha1");
    assert_eq!(report["kind"], "SizeReport");
    assert_eq!(report["limitBytes"], 1_048_576);
    let item = &report["items"][0];
    assert_eq!(item["verdict"], "Offloaded");
    assert_eq!(item["nodes"], 3002);
    // As Argo's own code counted this very workflow.
    assert_eq!(item["nodesVersion"], "fnv:1038927979");
    assert_eq!(item["fields"]["status.nodes"], 2_970_855);
}

#[test]
fn the_exit_code_answers_fail_on() {
    let folder = Folder::new();
    folder.write("small.json", workflow("small", "{}"));
    let code = |arguments: &[&str]| folder.run(arguments).code();
    assert_eq!(code(&["size", "-f", "small.json", "--fail-on", "near"]), 0);
    // Offloaded, and far from the limit then.
    assert_eq!(code(&["size", "-f", &large(), "--fail-on", "near"]), 0);
    assert_eq!(code(&["size", "-f", &large(), "--offloading", "false"]), 0);
    assert_eq!(code(&["size", "-f", &large(), "--offloading", "false", "--fail-on", "over"]), 1);
    let size: Value =
        serde_json::from_str(&folder.run(&["size", "-f", "small.json", "-o", "json"]).good().out())
            .expect("JSON");
    let bytes = size["items"][0]["sizeBytes"].as_u64().expect("a size");
    let limit = (bytes + bytes / 20).to_string();
    assert_eq!(code(&["size", "-f", "small.json", "--max-size", &limit, "--fail-on", "near"]), 1);
    assert_eq!(code(&["size", "-f", "small.json", "--max-size", &limit, "--fail-on", "over"]), 0);
    assert_eq!(code(&["size", "-f", "small.json", "--max-size", "100", "--fail-on", "over"]), 1);
}

#[test]
fn the_controllers_own_words_are_shown_when_it_fails() {
    let folder = Folder::new();
    let ran = folder.run(&["size", "-f", &large(), "--offloading", "false"]).good();
    assert!(
        ran.out().contains(
            "Tried to offload but encountered error: offload node status is not supported"
        )
    );
    assert!(ran.out().contains("workflow is longer than maximum allowed size. compressed size "));
}

#[test]
fn a_name_cannot_drive_the_terminal() {
    let folder = Folder::new();
    folder.write("evil.json", workflow(r"\u001b[2Jevil", "{}"));
    let ran = folder.run(&["size", "-f", "evil.json"]).good();
    assert!(!ran.out().contains('\u{1b}') && ran.out().contains("\\u{1b}[2Jevil"));
}

#[test]
fn one_bad_file_does_not_hide_the_others() {
    let folder = Folder::new();
    folder.write("a.json", workflow("a", "{}"));
    folder.write("b.json", "{\"kind\":");
    folder.write("c.json", workflow("c", "{}"));
    let ran = folder.run(&["size", "-f", ".", "-o", "name"]);
    assert_eq!(ran.code(), 2);
    assert_eq!(ran.out().lines().count(), 2);
    assert!(ran.err().contains("b.json:1:9"), "{}", ran.err());
}

#[test]
fn nothing_found_is_no_error() {
    let folder = Folder::new();
    let empty = br#"{"apiVersion":"v1","kind":"List","items":[]}"#;
    let ran = folder.run_with(&["size", "-f", "-"], empty).good();
    assert_eq!((ran.out(), ran.err()), (String::new(), "No workflows found.\n".into()));
    let json = folder.run_with(&["size", "-f", "-", "-o", "json"], empty).good().out();
    assert!(json.contains(r#""items": []"#) && json.contains(r#""level": "Ok""#), "{json}");
}

#[test]
fn arrays_and_byte_order_marks_are_read() {
    let folder = Folder::new();
    let array = format!("\u{feff}[{},{}]", workflow("a", "{}"), workflow("b", "{}"));
    let ran = folder.run_with(&["size", "-f", "-", "-o", "name"], array.as_bytes()).good();
    assert_eq!(ran.out(), "workflow.argoproj.io/a\nworkflow.argoproj.io/b\n");
}

#[test]
fn a_verdict_that_hangs_on_the_estimate_is_borderline() {
    let folder = Folder::new();
    let wide: Value =
        serde_json::from_str(&folder.run(&["size", "-f", &large(), "-o", "json"]).good().out())
            .expect("JSON");
    let about = wide["items"][0]["compressedBytes"].as_u64().expect("an estimate");
    let limit = (about + about / 100).to_string();
    let ran = folder.run(&["size", "-f", &large(), "-o", "wide", "--max-size", &limit]).good();
    assert!(ran.out().contains("compressed,borderline"), "{}", ran.out());
    assert_eq!(
        folder.run(&["size", "-f", &large(), "--max-size", &limit, "--fail-on", "near"]).code(),
        1
    );
}
