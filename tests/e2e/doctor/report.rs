//! What doctor prints: of a healthy cluster no warning, the same in each form, and only what its user may see.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{always, doctor, expect, offloading, reconfigure, run, says, told, unpacked, wrong};
use crate::tests;
use crate::world::World;

tests!(
    a_healthy_cluster_has_no_warning,
    outputs_agree_and_fail_on_decides,
    a_bundle_has_facts_and_no_secrets,
    rights_that_are_missing_in_the_cluster_are_told,
);

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

fn a_bundle_has_facts_and_no_secrets(world: &World) -> Result<()> {
    let space = offloading(world, "doc-bundle")?;
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("doctor.tar.gz");
    let words = ["--bundle", &path.display().to_string()];
    let admin = world.cluster.kubeconfig("admin");
    let ran = run(world, &admin, &space.argo.namespace, &words)?.ok()?;
    assert!(ran.err().contains("look at it before you pass it on"), "{}", ran.err());
    let files = unpacked(&path)?;
    let read = |name: &str| -> Result<Value> {
        let text = files.get(&format!("argo-offload-bundle/{name}")).context("no such file")?;
        serde_json::from_slice(text).with_context(|| name.to_owned())
    };
    assert_eq!(files.len(), 8, "{:?}", files.keys());
    assert_eq!(read("report.json")?["kind"], "DoctorReport");
    assert_eq!(read("versions.json")?["argo"], "3.7.6");
    assert!(read("versions.json")?["kubernetes"].is_string());
    assert_eq!(read("controller.json")?["environment"]["ALWAYS_OFFLOAD_NODE_STATUS"], "true");
    let configuration = read("configuration.json")?;
    assert_eq!(
        configuration["persistence"]["mysql"]["database"],
        space.argo.database.name.as_str()
    );
    assert!(configuration["bytesByKey"]["persistence"].as_u64().is_some_and(|bytes| bytes > 0));
    assert_eq!(read("pods.json")?["controller"][0]["ready"], true);
    let database = read("database.json")?;
    assert_eq!(
        (&database["schemaHistory"], &database["tableDifferences"]),
        (&json!(66), &json!([]))
    );
    assert!(database["tableBytes"].as_u64().is_some_and(|bytes| bytes > 0), "{database}");
    assert_eq!(read("rows.json")?["live"]["rows"], 1);
    let nowhere = run(world, &admin, &space.argo.namespace, &["--bundle", "/nowhere/x.tar.gz"])?;
    assert_eq!(nowhere.code(), 2);
    assert!(nowhere.err().contains("cannot write /nowhere/x.tar.gz"), "{}", nowhere.err());
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
