//! A finding names the place in the file a person has open, however the configuration lies in it.

use argo_offload_core::config::{File, Options, lint};
use argo_offload_core::json::locate;

/// The places of the unknown keys and refused values in a text, each with the characters there.
fn places(text: &str) -> Vec<String> {
    let file = File { name: "a.yaml", text: text.as_bytes(), named: true };
    lint(&[file], &Options::default())
        .findings
        .iter()
        .filter(|finding| ["AO101", "AO103", "AO104"].contains(&finding.rule.code))
        .map(|finding| {
            let place = locate(text.as_bytes(), finding.span.range.start);
            let at = text.get(finding.span.range.clone()).unwrap_or("<inside a character>");
            format!("{}:{} {at}", place.line, place.column)
        })
        .collect()
}

const HEAD: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\ndata:\n";

#[test]
fn in_a_block_scalar() {
    let text =
        format!("{HEAD}  config: |\n    persistence:\n      archiv: true\n      archiveTTL: 1y\n");
    assert_eq!(places(&text), ["8:7 archiv", "9:19 1y"]);
}

#[test]
fn in_keys_of_their_own() {
    let text = format!(
        "{HEAD}  parallelism: \"x\"\n  persistence: |\n    archiv: true\n    mysql:\n      prot: 1\n"
    );
    assert_eq!(places(&text), ["6:17 x", "8:5 archiv", "10:7 prot"]);
}

#[test]
fn in_a_block_scalar_that_names_its_indentation() {
    let text = format!("{HEAD}  config: |2-\n      persistence:\n        archiv: true\n");
    assert_eq!(places(&text), ["8:9 archiv"]);
}

#[test]
fn in_a_folded_scalar() {
    let text = format!("{HEAD}  config: >\n    persistence: {{mysql: {{}},\n    archiv: true}}\n");
    assert_eq!(places(&text), ["8:5 archiv"]);
}

#[test]
fn in_a_double_quoted_scalar_with_escapes() {
    let text = format!("{HEAD}  config: \"persistence:\\n  \\u0061rchive: tru\\n  archiv: 1\"\n");
    assert_eq!(places(&text), ["6:42 tru", "6:49 archiv"]);
}

#[test]
fn in_a_double_quoted_scalar_over_lines() {
    let text = format!("{HEAD}  config: \"persistence:\\n\\\n    \\  archiv: 1\"\n");
    assert_eq!(places(&text), ["7:8 archiv"]);
}

#[test]
fn in_a_single_quoted_scalar() {
    let text = format!("{HEAD}  config: 'persistence: {{archiv: ''x'',\n    hst: 1}}'\n");
    assert_eq!(places(&text), ["6:26 archiv", "7:5 hst"]);
}

#[test]
fn in_json() {
    let text = r#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"workflow-controller-configmap"},"data":{"config":"persistence:\n  é: 1\n  archiv: 1"}}"#;
    assert_eq!(places(text), ["1:125 é", "1:133 archiv"]);
}

#[test]
fn behind_an_emoji_and_in_the_second_document_and_in_a_list() {
    let text = "a: 🎉\n---\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata:\n    name: workflow-controller-configmap\n  data:\n    config: |\n      persistence: {a🎉: 1, archiv: 1}\r\n";
    assert_eq!(places(text), ["11:21 a🎉", "11:28 archiv"]);
}

#[test]
fn in_helm_values_and_bare_sections() {
    assert_eq!(
        places("controller:\n  workflowNamespaces: [argo]\n  persistence:\n    archiv: true\n"),
        ["4:5 archiv"]
    );
    assert_eq!(
        places("umbrella:\n  controller:\n    persistence:\n      archiv: true\n"),
        ["4:7 archiv"]
    );
    assert_eq!(places("nodeStatusOffLoad: true\narchiv: true\n"), ["2:1 archiv"]);
    assert_eq!(places("data:\n  persistence: |\n    archiv: true\n"), ["3:5 archiv"]);
}

#[test]
fn through_an_alias_it_is_where_the_text_stands() {
    let text = "persistence:\n  mysql: &db\n    hst: a\n  postgresql: *db\n";
    assert_eq!(places(text), ["3:5 hst", "3:5 hst"], "once for each path that leads there");
}
