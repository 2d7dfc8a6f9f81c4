//! What hostile texts can cost: a clear error, or a result whose size stays in proportion.
//!
//! Sizes are asserted, not seconds. Whatever takes much longer than its length is noticed by the whole run taking
//! long: each text here would take minutes or all memory with an algorithm that multiplies.

use argo_offload_core::config::{File, Options, lint};
use argo_offload_core::yaml::{self, Document, MAX_JSON, NodeId};

/// The nodes that can be reached without following an alias.
fn nodes(document: &Document) -> usize {
    let mut open: Vec<NodeId> = document.root().into_iter().collect();
    let mut count = 0;
    while let Some(id) = open.pop() {
        count += 1;
        if document.node(id).target.is_none() {
            open.extend(document.items(id));
            let own = document.entries(id).iter().filter(|entry| !entry.merged);
            open.extend(own.flat_map(|entry| [entry.key, entry.value]));
        }
    }
    count
}

fn refused(text: &str) -> String {
    yaml::read(text.as_bytes()).expect_err("refused").to_string()
}

fn read(text: &str) -> Document {
    yaml::read(text.as_bytes()).expect("read")
}

#[test]
fn aliases_of_aliases_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        let alias = format!("*a{}", level - 1);
        text += &format!("a{level}: &a{level} [{}]\n", [alias.as_str(); 10].join(", "));
    }
    assert_eq!(refused(&text), "yaml: document contains excessive aliasing");
}

#[test]
fn merges_that_multiply_are_refused() {
    let keys: String = (0..2_000).map(|key| format!("  k{key}: 1\n")).collect();
    let merges: String = (0..2_000).map(|key| format!("m{key}:\n  <<: *a\n")).collect();
    let text = format!("a: &a\n{keys}{merges}");
    assert_eq!(refused(&text), "yaml: document contains excessive aliasing");
}

#[test]
fn what_aliases_may_multiply_stays_bounded() {
    let long = "x".repeat(100_000);
    let aliases = "*a, ".repeat(4_000);
    let document = read(&format!("a: &a {long}\nb: [{aliases}]\n"));
    assert!(nodes(&document) < 4_010);
    let error = yaml::to_json(&document).expect_err("400 MB");
    assert_eq!(
        error.reason.to_string(),
        format!("its aliases expand to more than {MAX_JSON} bytes")
    );
}

#[test]
fn depth_is_refused_where_go_refuses_it() {
    let depth = |error: String| assert!(error.contains("exceeded max depth of 10000"), "{error}");
    depth(refused(&"[".repeat(1_000_000)));
    depth(refused(&"{a: ".repeat(1_000_000)));
    depth(refused(&"- ".repeat(100_000)));
    depth(refused(&"? ".repeat(100_000)));
    depth(refused(&(0..10_100).map(|level| " ".repeat(level) + "a:\n").collect::<String>()));
    let deep = "[".repeat(9_999) + &"]".repeat(9_999);
    assert_eq!(nodes(&read(&deep)), 9_999);
    assert!(yaml::read_json("[".repeat(1_000_000).as_bytes()).is_err());
}

#[test]
fn one_long_scalar_is_one_node() {
    for (open, piece, close) in
        [("", "x", ""), ("\"", "\\u00e4", "\""), ("'", "''", "'"), ("|\n ", "x\n ", "")]
    {
        let text = format!("a: {open}{}{close}", piece.repeat(20_000_000 / piece.len()));
        let document = read(&text);
        assert_eq!(nodes(&document), 3);
        assert!(yaml::to_json(&document).expect("JSON").json.len() <= 2 * text.len());
    }
}

#[test]
fn many_small_things_are_as_many_nodes() {
    let same_keys = read(&"a: 1\n".repeat(1_000_000));
    assert_eq!(nodes(&same_keys), 2_000_001);
    assert_eq!(same_keys.duplicates().len(), 999_999);
    assert_eq!(yaml::to_json(&same_keys).expect("JSON").json, b"{\"a\":1}");
    let keys: String = (0..400_000).map(|key| format!("{key:x}:\n")).collect();
    assert_eq!(nodes(&read(&keys)), 800_001);
    let comments = read(&"#\n".repeat(1_000_000));
    assert_eq!((nodes(&comments), comments.comments().len()), (0, 1_000_000));
    assert_eq!(nodes(&read(&format!("[{}]", "a, ".repeat(500_000)))), 500_001);
}

#[test]
fn of_many_documents_the_first_alone_is_read() {
    let text = "a: 1\n---\n".repeat(100_000);
    let document = read(&text);
    assert_eq!(nodes(&document), 3);
    assert!(document.end() < 10);
}

#[test]
fn a_key_beyond_1024_characters_is_none() {
    let error = refused(&format!("{}: 1\n", "k".repeat(1_025)));
    assert!(
        error.contains("could not find expected ':'") || error.contains("mapping values"),
        "{error}"
    );
    assert_eq!(nodes(&read(&format!("{}: 1\n", "k".repeat(1_000)))), 3);
}

#[test]
fn binary_bytes_are_no_yaml() {
    let bytes: Vec<u8> =
        (0..1_000_000u32).map(|index| (index.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    assert!(yaml::read(&bytes).is_err());
    assert!(yaml::read_json(&bytes).is_err());
    let file = File { name: "a", text: &bytes, named: true };
    assert_eq!(lint(&[file], &Options::default()).findings.len(), 1);
}

const HEAD: &str =
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\ndata:\n";

fn findings(text: &str) -> usize {
    let file = File { name: "a", text: text.as_bytes(), named: true };
    lint(&[file], &Options::default()).findings.len()
}

/// Each key has an anchor, so that their order could matter: all orders would be 5,000 factorial.
#[test]
fn a_config_map_of_5000_keys_is_linted() {
    let keys: String = (0..5_000).map(|key| format!("  k{key}: \"&a v\"\n")).collect();
    assert!(findings(&format!("{HEAD}{keys}")) <= 1_010);
}

#[test]
fn ten_thousand_suppressions_and_findings_are_linted() {
    let keys: String = (0..10_000)
        .map(|key| format!("    k{key}: 1 # argo-offload: ignore AO103 -- reason\n"))
        .collect();
    // Of unknown keys about a thousand are listed; the other comments have nothing to take away.
    let left = findings(&format!("{HEAD}  config: |\n{keys}"));
    assert!((9_000..=9_010).contains(&left), "{left}");
    let comments = "  # argo-offload: ignore AO103 -- reason\n".repeat(10_000);
    assert_eq!(findings(&format!("{HEAD}{comments}  parallelism: \"1\"\n")), 10_000);
}

#[test]
fn a_hundred_thousand_documents_are_linted() {
    assert_eq!(findings(&"---\na: 1\n".repeat(100_000)), 0);
}
