use serde_json::Value;

use crate::run::{Folder, repository};

/// The archive that `split` makes when nothing is said.
const STORE: &str = "--store=dir:offloaded-nodes";

/// A folder with an archive of two workflows, one of them in two versions.
fn archive() -> Folder {
    let folder = Folder::new();
    let plain = std::fs::read_to_string(repository("tests/fixtures/samples/plain-wf.json"))
        .expect("a sample");
    let mut pods: Value = serde_json::from_str(&plain).expect("JSON");
    folder.write("one.json", &plain);
    let nodes = pods["status"]["nodes"].as_object_mut().expect("nodes");
    let first = nodes.keys().next().expect("a node").clone();
    nodes.remove(&first);
    folder.write("later.json", pods.to_string());
    pods["metadata"]["uid"] = "another-uid".into();
    pods["metadata"]["name"] = "another".into();
    pods["metadata"]["namespace"] = "team-b".into();
    folder.write("two.json", pods.to_string());
    for file in ["one.json", "later.json", "two.json"] {
        let ran = folder.run(&["split", "-f", file]);
        assert_eq!(ran.code(), 0, "{}", ran.err());
    }
    folder
}

#[test]
fn an_archive_is_listed_by_workflow_and_by_version() {
    let folder = archive();
    let ran = folder.run(&["rows", STORE, "--sort", "versions"]);
    assert_eq!(ran.code(), 0, "{}", ran.err());
    let table = ran.out();
    let lines: Vec<Vec<&str>> =
        table.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(
        lines[0],
        [
            "CLUSTER",
            "NAMESPACE",
            "WORKFLOW",
            "UID",
            "VERSIONS",
            "NODES",
            "BYTES",
            "NEWEST",
            "STATE"
        ]
    );
    assert_eq!((lines[1][4], lines[2][4]), ("2", "1"), "{table}");
    assert_eq!((lines[2][1], lines[2][2], lines[2][3]), ("team-b", "another", "another-uid"));
    assert!(ran.err().starts_with("3 rows of 2 workflows, "), "{}", ran.err());
    let versions = folder.run(&["ls", STORE, "--versions", "-o", "name"]).out();
    assert_eq!(versions.lines().count(), 3, "{versions}");
    assert!(versions.contains("row/another-uid/fnv:"), "{versions}");
    let one = folder.run(&["rows", STORE, "-n", "team-b", "-o", "name"]).out();
    assert_eq!(one, "row/another-uid\n");
}

#[test]
fn the_list_as_json_is_what_its_schema_says() {
    let folder = archive();
    let schema = folder.run(&["schema", "row-list"]).out();
    let schema: Value = serde_json::from_str(&schema).expect("JSON");
    for arguments in
        [&["rows", STORE, "-o", "json"][..], &["rows", STORE, "-o", "json", "--versions"]]
    {
        let report: Value = serde_json::from_str(&folder.run(arguments).out()).expect("JSON");
        let validator = jsonschema::validator_for(&schema).expect("a schema");
        let errors: Vec<String> =
            validator.iter_errors(&report).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(report["totals"]["rows"], 3);
        assert_eq!(report["items"][0]["state"], Value::Null);
        assert_eq!(report["store"], "dir:offloaded-nodes");
        let sum: u64 = report["items"]
            .as_array()
            .expect("items")
            .iter()
            .map(|item| item["bytes"].as_u64().expect("known in an archive"))
            .sum();
        assert_eq!(report["totals"]["bytes"].as_u64(), Some(sum));
    }
}

#[test]
fn an_empty_list_says_where() {
    let folder = archive();
    let ran = folder.run(&["rows", STORE, "-n", "nowhere"]);
    assert_eq!((ran.code(), ran.out().as_str()), (0, ""));
    assert_eq!(ran.err(), "No rows found in dir:offloaded-nodes.\n");
}

#[test]
fn an_address_with_a_password_is_refused_without_repeating_it() {
    let folder = Folder::new();
    for store in ["mysql://argo:hunter2@db/argo", "mysql://argo@db/argo?password=hunter2"] {
        let ran = folder.run(&["rows", "--store", store]);
        assert_eq!(ran.code(), 2);
        assert!(ran.err().contains("ARGO_OFFLOAD_DB_PASSWORD"), "{}", ran.err());
        assert!(!ran.err().contains("hunter2"), "{}", ran.err());
    }
}

#[test]
fn flags_that_a_store_has_no_use_for_are_refused() {
    let folder = Folder::new();
    for (flag, value) in
        [("--via", "pod/x"), ("--db-ca", "ca.pem"), ("--relay-image", "registry.example/x")]
    {
        let ran = folder.run(&["rows", "--store", "dir:nodes", flag, value]);
        assert_eq!(ran.code(), 2, "{}", ran.err());
        let told = format!("error: {flag} is for the controller's own database");
        assert!(ran.err().contains(&told) && ran.err().contains("help: "), "{}", ran.err());
    }
}
