//! Sick controllers and argo-servers, each told by exactly its checks.

use anyhow::Result;
use argo_offload_testbed::cluster::Install;
use serde_json::json;

use super::{crash_loop, doctor, expect, reconfigure, says};
use crate::reach::fresh_namespace;
use crate::settings::Settings;
use crate::tests;
use crate::world::World;

tests!(
    a_config_map_that_the_controller_refuses_is_told,
    always_offload_without_offloading_is_told,
    a_controller_that_crashes_for_another_reason_is_told,
    a_controller_that_is_scaled_to_nothing_or_not_there_is_told,
    an_argo_server_that_is_older_than_the_config_map_is_told,
    two_controllers_with_the_same_rows_are_told,
    a_leader_that_does_not_lead_is_told,
    replicas_without_an_election_are_told,
);

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
    expect(&report, &["AD108 warning", "AD201 error"]);
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
    expect(&report, &["AD103 error", "AD104 error", "AD201 error"]);
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

fn a_leader_that_does_not_lead_is_told(world: &World) -> Result<()> {
    let elected = Install::new("doc-leader").environment("LEADER_ELECTION_DISABLE", "false");
    let space = world.space_with(elected.without_server())?;
    let look = || doctor(world, &space.argo.namespace, &["--select", "AD110"]);
    let report = look()?;
    expect(&report, &[]);
    says(&report, "AD110", &["workflow-controller-", " leads, and renewed its lease "]);
    space.kubectl(&["scale", "deployment/workflow-controller", "--replicas=0"])?.ok()?;
    space.shows(&["get", "pods", "-l", "app=workflow-controller", "-o", "name"], str::is_empty)?;
    let patch = json!({"spec": {"renewTime": "2020-01-01T00:00:00.000000Z"}}).to_string();
    space
        .kubectl(&["patch", "lease", "workflow-controller", "--type=merge", "-p", &patch])?
        .ok()?;
    let report = look()?;
    expect(&report, &["AD110 error"]);
    says(&report, "AD110", &["has not renewed it for", "no controller works", "kubectl logs"]);
    space.kubectl(&["delete", "lease", "workflow-controller"])?.ok()?;
    let report = look()?;
    expect(&report, &["AD110 error"]);
    says(&report, "AD110", &["there is no lease in the namespace doc-leader"]);
    Ok(())
}

fn replicas_without_an_election_are_told(world: &World) -> Result<()> {
    let space = world.space_with(Install::new("doc-replicas").without_server())?;
    space.kubectl(&["scale", "deployment/workflow-controller", "--replicas=2"])?.ok()?;
    let report = doctor(world, &space.argo.namespace, &["--select", "AD110"])?;
    expect(&report, &["AD110 error"]);
    says(&report, "AD110", &["has 2 replicas and LEADER_ELECTION_DISABLE=true", "--replicas=1"]);
    Ok(())
}
