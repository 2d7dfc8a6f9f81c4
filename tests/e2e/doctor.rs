//! `doctor`: a healthy cluster has no warning, and of sick ones each is told by exactly its checks.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::Install;
use argo_offload_testbed::database::{Kind, Start};
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::reach::{free_port, fresh_namespace, silent_port};
use crate::settings::Settings;
use crate::space::{Space, TABLE};
use crate::tests;
use crate::world::World;

tests!(
    a_healthy_cluster_has_no_warning,
    outputs_agree_and_fail_on_decides,
    a_wrong_password_is_told_with_what_the_logs_say,
    a_line_break_in_the_secret_is_told,
    a_secret_that_is_gone_is_told,
    a_database_that_is_gone_is_told,
    a_database_that_refuses_or_is_silent_is_told,
    a_certificate_of_an_unknown_authority_is_told,
    a_right_that_is_missing_in_the_database_is_told,
    a_table_that_is_half_migrated_is_told,
    a_server_that_is_read_only_and_small_is_told,
    two_databases_are_told,
    a_config_map_that_the_controller_refuses_is_told,
    always_offload_without_offloading_is_told,
    a_controller_that_crashes_for_another_reason_is_told,
    a_controller_that_is_scaled_to_nothing_or_not_there_is_told,
    an_argo_server_that_is_older_than_the_config_map_is_told,
    two_controllers_with_the_same_rows_are_told,
    a_lost_row_is_told,
    rows_that_nobody_deletes_are_told,
    a_foreign_writer_is_told,
    workflows_in_trouble_are_told,
    rights_that_are_missing_in_the_cluster_are_told,
);

/// A workflow with two nodes that has ended after a moment.
const SMALL: &str = r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: small}
spec:
  entrypoint: main
  templates:
  - name: main
    steps: [[{name: wait, template: pause}]]
  - {name: pause, suspend: {duration: 1s}}
"#;

/// A space whose workflows are all offloaded.
fn offloading<'world>(world: &'world World, name: &str) -> Result<Space<'world>> {
    let always = ("ALWAYS_OFFLOAD_NODE_STATUS", "true");
    let space = world.space_with(Install::new(name).environment(always.0, always.1))?;
    space.create(SMALL)?;
    space.ended("small", "Succeeded")?;
    Ok(space)
}

fn run(world: &World, kubeconfig: &Path, namespace: &str, words: &[&str]) -> Result<Ran> {
    let mut command = world.command("kubectl", kubeconfig);
    command.args(["argo-offload", "doctor", "-n", namespace]).args(words);
    Ran::run(&mut command, b"")
}

/// Runs doctor as `admin`; gives its report, whose exit code is as the report says.
#[track_caller]
fn doctor(world: &World, namespace: &str, words: &[&str]) -> Result<Value> {
    let kubeconfig = world.cluster.kubeconfig("admin");
    let ran = run(world, &kubeconfig, namespace, &[words, &["-o", "json"]].concat())?;
    let report: Value = serde_json::from_slice(ran.stdout())
        .with_context(|| format!("no report: {}{}", ran.out(), ran.err()))?;
    let failed = report["status"] == "error";
    ensure!(ran.code() == i32::from(failed), "exit code {} for {report:#}", ran.code());
    Ok(report)
}

/// `AD302 error` for everything that is wrong. Each has a next step.
fn wrong(report: &Value) -> BTreeSet<String> {
    let items = report["items"].as_array().expect("items");
    let wrong =
        items.iter().filter(|item| matches!(item["status"].as_str(), Some("warning" | "error")));
    wrong
        .map(|item| {
            assert!(item["help"].as_str().is_some_and(|help| !help.is_empty()), "no help: {item}");
            format!(
                "{} {}",
                item["code"].as_str().unwrap_or("?"),
                item["status"].as_str().unwrap_or("?")
            )
        })
        .collect()
}

/// The messages and next steps of a check.
fn told(report: &Value, code: &str) -> String {
    let items = report["items"].as_array().expect("items").iter();
    let lines = items.filter(|item| item["code"] == code).map(|item| {
        format!(
            "{} help: {}\n",
            item["message"].as_str().unwrap_or("?"),
            item["help"].as_str().unwrap_or("")
        )
    });
    lines.collect()
}

/// Checks that exactly this is wrong.
#[track_caller]
fn expect(report: &Value, expected: &[&str]) {
    let expected: BTreeSet<String> = expected.iter().map(|text| (*text).to_owned()).collect();
    assert_eq!(wrong(report), expected, "{report:#}");
}

#[track_caller]
fn says(report: &Value, code: &str, texts: &[&str]) {
    let told = told(report, code);
    for text in texts {
        assert!(told.contains(text), "{code}: no {text:?} in {told}");
    }
}

/// What is always a warning on the server of this run: MySQL 5.7 has packets of 4 MiB.
fn always(world: &World) -> Vec<&'static str> {
    match world.cluster.database().kind() {
        Kind::MySql57 => vec!["AD309 warning"],
        _ => Vec::new(),
    }
}

/// Changes the section `persistence`.
fn reconfigure(space: &Space<'_>, change: impl FnOnce(&mut Value)) -> Result<()> {
    let mut section = section(space)?;
    change(&mut section);
    let patch = json!({"data": {"persistence": section.to_string()}}).to_string();
    let map = "workflow-controller-configmap";
    space.kubectl(&["patch", "configmap", map, "--type=merge", "-p", &patch])?.ok()?;
    Ok(())
}

fn section(space: &Space<'_>) -> Result<Value> {
    let map = "workflow-controller-configmap";
    let get = ["get", "configmap", map, "-o", "jsonpath={.data.persistence}"];
    Ok(yaml_serde::from_str(&space.kubectl(&get)?.ok()?.out())?)
}

/// Deletes the pods of controller and argo-server; waits until both crash again and again.
fn restart_into_a_crash_loop(space: &Space<'_>) -> Result<()> {
    for app in ["workflow-controller", "argo-server"] {
        space.kubectl(&["delete", "pod", "-l", &format!("app={app}"), "--wait=true"])?.ok()?;
    }
    for app in ["workflow-controller", "argo-server"] {
        crash_loop(space, app)?;
    }
    Ok(())
}

fn crash_loop(space: &Space<'_>, app: &str) -> Result<()> {
    let reasons = "jsonpath={.items[*].status.containerStatuses[*].state.waiting.reason}";
    let label = format!("app={app}");
    let pods = ["get", "pods", "-l", &label, "-o", reasons];
    space.shows(&pods, |out| out.contains("CrashLoopBackOff"))?;
    Ok(())
}

fn a_healthy_cluster_has_no_warning(world: &World) -> Result<()> {
    let space = offloading(world, "doc-healthy")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &always(world));
    let skipped: Vec<&str> = report["items"]
        .as_array()
        .context("items")?
        .iter()
        .filter(|item| item["status"] == "skipped")
        .filter_map(|item| item["code"].as_str())
        .collect();
    assert_eq!(skipped, ["AD202"], "{report:#}");
    assert_eq!(report["argoVersion"], "3.7.6");
    says(&report, "AD103", &["deployment/workflow-controller", "1 ready", &space.argo.namespace]);
    says(&report, "AD307", &["schema_history 66"]);
    says(&report, "AD401", &["named by workflows, all are there"]);
    assert!(!report.to_string().contains(&space.argo.database.password), "the password is shown");
    // The same through a port-forward to the database's Service, and with what an upgrade would bring.
    let report = doctor(world, &space.argo.namespace, &["--upgrade-to", "4.1"])?;
    expect(&report, &always(world));
    says(&report, "AD202", &["Argo 4.1 refuses nothing"]);
    Ok(())
}

fn outputs_agree_and_fail_on_decides(world: &World) -> Result<()> {
    let space = world.space("doc-outputs")?;
    let (namespace, admin) = (space.argo.namespace.as_str(), world.cluster.kubeconfig("admin"));
    reconfigure(&space, |section| section["archiveTTL"] = "30d".into())?;
    let words = ["--select", "AD1", "--ignore", "AD105"];
    let report = doctor(world, namespace, &words)?;
    expect(&report, &["AD108 warning"]);
    let table = run(world, &admin, namespace, &words)?.ok()?;
    let codes: Vec<String> = table
        .out()
        .lines()
        .skip(1)
        .filter(|line| !line.trim_start().starts_with("help: "))
        .filter_map(|line| line.split_whitespace().nth(1).map(str::to_owned))
        .collect();
    let items: Vec<&str> = report["items"]
        .as_array()
        .context("items")?
        .iter()
        .filter_map(|item| item["code"].as_str())
        .collect();
    assert_eq!(codes, items, "in the order of their codes");
    assert!(table.err().contains("1 warnings, 0 errors"), "{}", table.err());
    let metrics =
        run(world, &admin, namespace, &[&words[..], &["-o", "prometheus"]].concat())?.ok()?;
    let line = "argo_offload_doctor_check{code=\"AD108\",name=\"stale-server\"} 1";
    assert!(metrics.out().lines().any(|one| one == line), "{}", metrics.out());
    assert!(metrics.out().contains("argo_offload_doctor_findings{status=\"warning\"} 1"));
    let fails = run(world, &admin, namespace, &[&words[..], &["--fail-on", "warning"]].concat())?;
    assert_eq!(fails.code(), 1);
    let unknown = run(world, &admin, namespace, &["--select", "AO1"])?;
    assert_eq!(unknown.code(), 2);
    assert!(unknown.err().contains("--list-checks"), "{}", unknown.err());
    Ok(())
}

fn a_wrong_password_is_told_with_what_the_logs_say(world: &World) -> Result<()> {
    let space = world.space("doc-password")?;
    let patch = json!({"stringData": {"password": "wrong"}}).to_string();
    space.kubectl(&["patch", "secret", "argo-mysql-config", "-p", &patch])?.ok()?;
    let before = doctor(world, &space.argo.namespace, &[])?;
    // Nothing has ended yet, as both are still connected.
    expect(&before, &["AD302 error"]);
    restart_into_a_crash_loop(&space)?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD103 error", "AD104 error", "AD106 error", "AD302 error"]);
    says(&report, "AD104", &["CrashLoopBackOff", "access-denied", "kubectl logs"]);
    says(&report, "AD302", &["Error 1045", "check user name and password"]);
    Ok(())
}

fn a_line_break_in_the_secret_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-newline")?;
    let password = format!("{}\n", space.argo.database.password);
    let patch = json!({"stringData": {"password": password}}).to_string();
    space.kubectl(&["patch", "secret", "argo-mysql-config", "-p", &patch])?.ok()?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD201 error", "AD302 error"]);
    says(&report, "AD201", &["AO207", "line break"]);
    says(&report, "AD302", &["begins or ends with a blank or a line break"]);
    Ok(())
}

fn a_secret_that_is_gone_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-secret")?;
    space.kubectl(&["delete", "secret", "argo-mysql-config"])?.ok()?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD201 error", "AD301 error"]);
    says(&report, "AD301", &["argo-mysql-config"]);
    says(&report, "AD302", &["it needs database-credentials (AD301)"]);
    Ok(())
}

fn a_database_that_is_gone_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-gone")?;
    world.cluster.database().sql(format!("DROP DATABASE `{}`", space.argo.database.name))?;
    restart_into_a_crash_loop(&space)?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD103 error", "AD104 error", "AD106 error", "AD302 error"]);
    says(&report, "AD104", &["Unknown database"]);
    says(&report, "AD302", &["Error 1049", "check the database's name"]);
    Ok(())
}

fn a_database_that_refuses_or_is_silent_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-unreachable")?;
    let closed = free_port()?;
    reconfigure(&space, |section| section["mysql"]["port"] = closed.into())?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD108 warning", "AD302 error"]);
    says(&report, "AD302", &["connection refused", "tried from here"]);
    let (_listener, silent) = silent_port()?;
    reconfigure(&space, |section| section["mysql"]["port"] = silent.into())?;
    let report = doctor(world, &space.argo.namespace, &["--via", "direct"])?;
    expect(&report, &["AD108 warning", "AD302 error"]);
    says(&report, "AD302", &["no answer to the connection within 10 s"]);
    Ok(())
}

fn a_certificate_of_an_unknown_authority_is_told(world: &World) -> Result<()> {
    let server = world.cluster.database();
    if matches!(server.kind(), Kind::MySql57 | Kind::MySql80) {
        // Their TLS is too old to be spoken with at all: tests/e2e/faults.
        return Ok(());
    }
    let space = world.space("doc-tls")?;
    let settings = Settings::of(&space, "doc-tls", |said| {
        said.persistence["mysql"]["options"] = json!({"tls": "true"});
    })?;
    let report = doctor(world, &settings.namespace, &["--select", "AD3"])?;
    expect(&report, &["AD302 error"]);
    says(&report, "AD302", &["TLS: ", "--db-ca"]);
    let authority = server.certificates().authority.display().to_string();
    let report = doctor(world, &settings.namespace, &["--select", "AD3", "--db-ca", &authority])?;
    expect(&report, &[]);
    says(&report, "AD303", &["encrypted by TLSv1", "valid until"]);
    Ok(())
}

fn a_right_that_is_missing_in_the_database_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-rights")?;
    let (user, name) = (&space.argo.database.user, &space.argo.database.name);
    let server = world.cluster.database();
    let host = server.sql(format!("SELECT host FROM mysql.user WHERE user = '{user}' LIMIT 1"))?;
    let host = host.trim();
    let pattern = name.replace('_', "\\_");
    let granted = server.sql(format!("SHOW GRANTS FOR '{user}'@'{host}'"))?;
    let object = if granted.contains(&pattern) { pattern } else { name.clone() };
    server.sql(format!("REVOKE ALL PRIVILEGES ON `{object}`.* FROM '{user}'@'{host}'"))?;
    server.sql(format!(
        "GRANT SELECT, INSERT, UPDATE, CREATE, ALTER, DROP, INDEX ON `{object}`.* TO '{user}'@'{host}'"
    ))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD306 error"], &*always(world)].concat());
    says(&report, "AD306", &["lacks DELETE, REFERENCES", "GRANT DELETE, REFERENCES ON"]);
    server.sql(format!("GRANT DELETE ON `{object}`.* TO '{user}'@'{host}'"))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD306 warning"], &*always(world)].concat());
    says(&report, "AD306", &["lacks REFERENCES, which migrations need"]);
    Ok(())
}

fn a_table_that_is_half_migrated_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-half")?;
    space.sql(&format!("DROP INDEX {TABLE}_i1 ON {TABLE}"))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD307 error"], &*always(world)].concat());
    says(&report, "AD307", &["no index over clustername,namespace,updatedat"]);
    space
        .sql(&format!("CREATE INDEX {TABLE}_i1 ON {TABLE} (clustername, namespace, updatedat)"))?;
    space.sql("UPDATE schema_history SET schema_version = 60")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD307 warning"], &*always(world)].concat());
    says(&report, "AD307", &["6 migrations of Argo 3.7.6", "60 rather than 66"]);
    space.sql("UPDATE schema_history SET schema_version = 68")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    says(&report, "AD307", &["a newer Argo than 3.7.6"]);
    space.sql(&format!("RENAME TABLE {TABLE} TO elsewhere"))?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD3"])?;
    expect(&report, &[&["AD307 error"], &*always(world)].concat());
    says(&report, "AD307", &["there is no table argo_workflows", "was tableName changed?"]);
    Ok(())
}

fn a_server_that_is_read_only_and_small_is_told(world: &World) -> Result<()> {
    let server = Start::default().argument("--max-allowed-packet=1M").start(Kind::MySql97)?;
    let mut space = world.standard()?.space(world);
    space.argo.database = server.database("doctor")?;
    let settings = Settings::of(&space, "doc-server", |_| {})?;
    server.sql("SET GLOBAL read_only = ON; SET GLOBAL sql_require_primary_key = ON")?;
    let report = doctor(world, &settings.namespace, &["--select", "AD3"])?;
    // Argo has made no table there yet.
    expect(&report, &["AD305 error", "AD307 error", "AD308 error", "AD309 warning"]);
    says(&report, "AD305", &["read-only (read_only)"]);
    says(&report, "AD308", &["Error 3750"]);
    says(&report, "AD309", &["max_allowed_packet is 1.0MiB"]);
    Ok(())
}

fn two_databases_are_told(world: &World) -> Result<()> {
    let space = world.space("doc-two")?;
    let settings = Settings::of(&space, "doc-two", |said| {
        said.persistence["postgresql"] = said.persistence["mysql"].clone();
    })?;
    let report = doctor(world, &settings.namespace, &["--select", "AD2,AD3"])?;
    let wrong = wrong(&report);
    assert!(wrong.iter().all(|one| one.starts_with("AD201")) && !wrong.is_empty(), "{report:#}");
    says(&report, "AD201", &["AO204"]);
    says(&report, "AD302", &["PostgreSQL"]);
    Ok(())
}

fn a_config_map_that_the_controller_refuses_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-refused")?;
    reconfigure(&space, |section| section["nodeStatusOffloads"] = true.into())?;
    // It sees the change and ends.
    crash_loop(&space, "workflow-controller")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &["AD103 error", "AD104 error", "AD108 warning", "AD201 error"]);
    says(&report, "AD104", &["nodeStatusOffloads"]);
    says(&report, "AD201", &["AO202", "the controller does not know it and ends"]);
    says(&report, "AD302", &["it needs configuration (AD201)"]);
    Ok(())
}

fn always_offload_without_offloading_is_told(world: &World) -> Result<()> {
    let space = world
        .space_with(Install::new("doc-always").environment("ALWAYS_OFFLOAD_NODE_STATUS", "true"))?;
    reconfigure(&space, |section| section["nodeStatusOffLoad"] = false.into())?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD1,AD2"])?;
    let wrong = wrong(&report);
    assert!(wrong.contains("AD201 error") && wrong.contains("AD108 warning"), "{report:#}");
    says(&report, "AD201", &["AO203", "every workflow ends in Error"]);
    Ok(())
}

fn a_controller_that_crashes_for_another_reason_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-crash")?;
    let deployment = "deployment/workflow-controller";
    // An update keeps the old pod as long as the new one is not ready.
    space.kubectl(&["scale", deployment, "--replicas=0"])?.ok()?;
    space.kubectl(&["set", "env", deployment, "WORKFLOW_GC_PERIOD=often"])?.ok()?;
    space.kubectl(&["scale", deployment, "--replicas=1"])?.ok()?;
    crash_loop(&space, "workflow-controller")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    let wrong = wrong(&report);
    assert!(wrong.contains("AD103 error") && wrong.contains("AD104 error"), "{report:#}");
    says(&report, "AD104", &["environment-refused", "often", "5m, 30s"]);
    Ok(())
}

fn a_controller_that_is_scaled_to_nothing_or_not_there_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-scaled")?;
    space.kubectl(&["scale", "deployment/workflow-controller", "--replicas=0"])?.ok()?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD1"])?;
    expect(&report, &["AD103 error"]);
    says(&report, "AD103", &["is scaled to 0", "kubectl scale --replicas=1"]);
    let empty = fresh_namespace(world, "doc-empty")?;
    let report = doctor(world, &empty, &[])?;
    expect(&report, &["AD103 error"]);
    says(&report, "AD103", &["there is no workflow-controller"]);
    says(&report, "AD302", &["it needs controller (AD103)"]);
    Ok(())
}

fn an_argo_server_that_is_older_than_the_config_map_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-stale")?;
    // A change of labels alone is none of what it reads.
    let map = "workflow-controller-configmap";
    space.kubectl(&["label", "configmap", map, "a=b"])?.ok()?;
    expect(&doctor(world, &space.argo.namespace, &["--select", "AD1"])?, &[]);
    reconfigure(&space, |section| section["archiveTTL"] = "30d".into())?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD1"])?;
    expect(&report, &["AD108 warning"]);
    says(&report, "AD108", &["kubectl rollout restart deployment/argo-server"]);
    space.kubectl(&["rollout", "restart", "deployment/argo-server"])?.ok()?;
    world.cluster.ready(&space.argo)?;
    let pods = ["get", "pods", "-l", "app=argo-server", "-o", "name"];
    space.shows(&pods, |out| out.lines().count() == 1)?;
    expect(&doctor(world, &space.argo.namespace, &["--select", "AD1"])?, &[]);
    Ok(())
}

fn two_controllers_with_the_same_rows_are_told(world: &World) -> Result<()> {
    let space = world.space("doc-shared")?;
    let other = Settings::of(&space, "doc-other", |_| {})?;
    let label = json!({"app.kubernetes.io/component": "workflow-controller", "app.kubernetes.io/part-of": "argo-workflows"});
    let container = json!({"name": "x", "image": "quay.io/argoproj/workflow-controller:v3.7.6"});
    other.apply(vec![json!({
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "workflow-controller", "labels": label},
        "spec": {"replicas": 1, "selector": {"matchLabels": label},
            "template": {"metadata": {"labels": label}, "spec": {"containers": [container]}}},
    })])?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD105"])?;
    expect(&report, &["AD105 error"]);
    says(
        &report,
        "AD105",
        &[&other.namespace, "deletes what the other still needs", "clusterName"],
    );
    other.apply(vec![json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "workflow-controller-configmap"}, "data": {"persistence": "clusterName: other"}})])?;
    expect(&doctor(world, &space.argo.namespace, &["--select", "AD105"])?, &[]);
    Ok(())
}

fn a_lost_row_is_told(world: &World) -> Result<()> {
    let space = offloading(world, "doc-lost")?;
    space.sql(&format!("DELETE FROM {TABLE}"))?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD401 error"], &*always(world)].concat());
    says(&report, "AD401", &["1 workflow lost its row", "/small", "argo-offload get small -n"]);
    Ok(())
}

fn insert(space: &Space<'_>, uid: &str, age: &str) -> Result<()> {
    let namespace = &space.argo.namespace;
    space.sql(&format!(
        "INSERT INTO {TABLE} (clustername, uid, version, namespace, nodes, updatedat) \
         VALUES ('default', '{uid}', 'fnv:1', '{namespace}', '{{}}', now() - interval {age})"
    ))?;
    Ok(())
}

fn rows_that_nobody_deletes_are_told(world: &World) -> Result<()> {
    let space = world.space("doc-orphans")?;
    insert(&space, "gone-a-moment-ago", "1 minute")?;
    expect(&doctor(world, &space.argo.namespace, &[])?, &always(world));
    insert(&space, "gone-long-ago", "2 hour")?;
    let report = doctor(world, &space.argo.namespace, &[])?;
    expect(&report, &[&["AD402 warning"], &*always(world)].concat());
    says(&report, "AD402", &["2 rows of 2 rows", "120m", "should delete them after 20m"]);
    Ok(())
}

fn a_foreign_writer_is_told(world: &World) -> Result<()> {
    let space = world.space("doc-foreign")?;
    insert(&space, "foreign-0", "1 second")?;
    // Another controller's, which runs another namespace: each leaves the other's rows alone.
    space.sql(&format!(
        "INSERT INTO {TABLE} (clustername, uid, version, namespace, nodes, updatedat) \
         VALUES ('default', 'elsewhere', 'fnv:1', 'elsewhere', '{{}}', now() - interval 1 day)"
    ))?;
    let done = AtomicBool::new(false);
    let report = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            for number in 1..600 {
                if done.load(Ordering::Relaxed) {
                    break;
                }
                insert(&space, &format!("foreign-{number}"), "0 second")?;
                std::thread::sleep(Duration::from_millis(500));
            }
            anyhow::Ok(())
        });
        let report = doctor(world, &space.argo.namespace, &[]);
        done.store(true, Ordering::Relaxed);
        writer.join().expect("the writer")?;
        report
    })?;
    expect(&report, &[&["AD403 error"], &*always(world)].concat());
    says(&report, "AD403", &["uid foreign-", "another controller writes here too"]);
    Ok(())
}

fn workflows_in_trouble_are_told(world: &World) -> Result<()> {
    let space =
        world.space_with(Install::new("doc-trouble").environment("MAX_WORKFLOW_SIZE", "20000"))?;
    // The controller leaves alone what says that it has ended.
    space.create(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {name: failed, labels: {workflows.argoproj.io/completed: "true", workflows.argoproj.io/phase: Error}}
spec: {entrypoint: main, templates: [{name: main, suspend: {}}]}
status: {phase: Error, message: "upper: no more rows in this result set"}
"#,
    )?;
    // What nodes there will be is offloaded, and the specification is left.
    let long = "x".repeat(17_500);
    space.create(&format!(
        r#"apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: {{name: long}}
spec:
  entrypoint: main
  arguments: {{parameters: [{{name: long, value: {long}}}]}}
  templates: [{{name: main, suspend: {{}}}}]
"#
    ))?;
    space.wait("long", |workflow| workflow["status"]["phase"] == "Running")?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD4"])?;
    expect(&report, &["AD404 warning", "AD405 warning"]);
    says(
        &report,
        "AD404",
        &["within 10 % of the limit of 19.5KiB", "/long", "argo-offload size long"],
    );
    says(&report, "AD405", &["row-missing", "/failed"]);
    Ok(())
}

fn rights_that_are_missing_in_the_cluster_are_told(world: &World) -> Result<()> {
    let space = world.space("doc-user")?;
    let kubeconfig = world.cluster.kubeconfig("reader");
    let ran = run(world, &kubeconfig, &space.argo.namespace, &["-o", "json"])?;
    let report: Value = serde_json::from_slice(ran.stdout())
        .with_context(|| format!("no report: {}{}", ran.out(), ran.err()))?;
    assert_eq!(wrong(&report), BTreeSet::from(["AD101 warning".to_owned()]), "{report:#}");
    says(&report, "AD101", &["you may not get secrets", "kubectl create role"]);
    assert!(!told(&report, "AD302").is_empty() && ran.code() == 0, "{report:#}");
    Ok(())
}
