//! `merge` and `rows` with a store mysql://.

use std::process::{Command, Output, Stdio};

use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::split_nodes;
use argo_offload_testbed::database::Kind;
use argo_offload_testkit::realistic::realistic_workflow;
use kubectl_argo_offload::store::RowKey;

use crate::servers::{Fixture, key, nodes};

const BINARY: &str = env!("CARGO_BIN_EXE_kubectl-argo_offload");

fn run(fixture: &Fixture<'_>, arguments: &[&str]) -> Output {
    let output = Command::new(BINARY)
        .args(arguments)
        .env("ARGO_OFFLOAD_DB_PASSWORD", &fixture.database.password)
        .stdin(Stdio::null())
        .output()
        .expect("the binary runs");
    for text in [&output.stdout, &output.stderr] {
        let text = String::from_utf8_lossy(text);
        assert!(!text.contains(&fixture.database.password), "the password is in: {text}");
    }
    output
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn merge_puts_back_what_lies_in_the_table() {
    for kind in Kind::MYSQL {
        let fixture = Fixture::new(kind);
        let workflow = realistic_workflow(1, 200, 1000);
        let split = split_nodes(&mut Encoder::new(ArgoVersion::NEWEST), &workflow).expect("splits");
        let record = split.record.expect("nodes");
        fixture.insert(&key(&record.uid, &record.version.to_string()), "argo", &record.nodes);
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("dehydrated.json");
        std::fs::write(&file, &split.workflow).expect("a file");
        let file = file.to_str().expect("UTF-8");
        let output = run(&fixture, &["merge", "-f", file, "--store", &fixture.url()]);
        assert!(output.status.success(), "{kind:?}: {}", text(&output.stderr));
        assert!(output.stdout.trim_ascii_end() == workflow.trim_ascii_end(), "{kind:?}");
        // The row is gone, and another version is there.
        let other = nodes(9, 2000);
        fixture.sql("delete from argo_workflows;");
        fixture.insert(&key(&record.uid, &other.1), "argo", &other.0);
        let output = run(&fixture, &["merge", "-f", file, "--store", &fixture.url()]);
        assert_eq!(output.status.code(), Some(2), "{kind:?}");
        assert!(output.stdout.is_empty());
        let error = text(&output.stderr);
        assert!(
            error.contains("has no row of uid") && error.contains(&other.1),
            "{kind:?}: {error}"
        );
    }
}

#[test]
fn rows_lists_workflows_and_versions() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (one, two) = (nodes(1, 3000), nodes(2, 5000));
        fixture.insert(&key("uid-a", &one.1), "argo", &one.0);
        fixture.insert(&key("uid-a", &two.1), "argo", &two.0);
        fixture.sql(format!(
            "update argo_workflows set updatedat = now() - interval 3 hour where version = '{}';",
            one.1
        ));
        let other = RowKey { cluster_name: "other".into(), ..key("uid-b", &one.1) };
        fixture.insert(&other, "team-b", &one.0);
        fixture.sql(
            "update argo_workflows set updatedat = now() - interval 2 day where uid = 'uid-b';",
        );
        let url = fixture.url();
        let output = run(&fixture, &["rows", "--store", &url]);
        assert!(output.status.success(), "{kind:?}: {}", text(&output.stderr));
        let table = text(&output.stdout);
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
        assert_eq!(lines.len(), 2, "{kind:?}: {table}");
        assert_eq!(lines[1][..7], ["default", "argo", "-", "uid-a", "2", "-", "-"], "{kind:?}");
        assert_eq!(text(&output.stderr), "2 rows of 1 workflow\n");
        let output = run(
            &fixture,
            &["ls", "--store", &url, "--all-clusters", "--versions", "--bytes", "exact"],
        );
        let table = text(&output.stdout);
        assert_eq!(table.lines().count(), 4, "{kind:?}: {table}");
        assert!(table.contains("2d") && table.contains("3h"), "{kind:?}: {table}");
        let output = run(
            &fixture,
            &[
                "rows",
                "--store",
                &url,
                "--all-clusters",
                "--bytes",
                "estimate",
                "--sort",
                "bytes",
                "-o",
                "json",
            ],
        );
        let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let schema = include_str!("../../../schema/row-list.json");
        let schema: serde_json::Value = serde_json::from_str(schema).expect("JSON");
        assert!(jsonschema::is_valid(&schema, &report), "{report}");
        assert_eq!(report["totals"]["rows"], 3);
        assert_eq!(report["items"][0]["uid"], "uid-a");
        assert_eq!(report["items"][0]["estimated"], true);
        assert_eq!(report["items"][0]["nodes"], 5);
        assert_eq!(report["items"][1]["clusterName"], "other");
        let output = run(&fixture, &["rows", "--store", &url, "-n", "nowhere"]);
        assert!(output.status.success() && output.stdout.is_empty());
        assert!(
            text(&output.stderr).starts_with("No rows found in mysql://"),
            "{}",
            text(&output.stderr)
        );
    }
}

#[test]
fn passwords_come_from_anywhere_but_the_command_line() {
    let fixture = Fixture::new(Kind::MySql97);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("password");
    std::fs::write(&file, format!("{}\n", fixture.database.password)).expect("a file");
    let without = |arguments: &[&str]| {
        Command::new(BINARY)
            .args(arguments)
            .env_remove("ARGO_OFFLOAD_DB_PASSWORD")
            .stdin(Stdio::null())
            .output()
            .expect("the binary runs")
    };
    let (url, path) = (fixture.url(), file.to_str().expect("UTF-8"));
    let output = without(&["rows", "--store", &url, "--db-password-file", path]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let output = without(&["rows", "--store", &url]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("set ARGO_OFFLOAD_DB_PASSWORD"),
        "{}",
        text(&output.stderr)
    );
    let output = without(&["rows", "--store", "mysql://argo:hunter2@127.0.0.1/argo"]);
    assert_eq!(output.status.code(), Some(2));
    let error = text(&output.stderr);
    assert!(error.contains("leave it out") && !error.contains("hunter2"), "{error}");
    let output = run(&fixture, &["split", "-f", path, "--store", &url]);
    assert_eq!(output.status.code(), Some(2));
}
