//! The smoke test: what the controller offloads is read back and compared; nothing of it is left.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::Install;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::{MAP, bare, command, enable, enabling, is_healthy, restart, run, state};
use crate::ran::Ran;
use crate::relay::RELAY;
use crate::space::{Space, TABLE};
use crate::tests;
use crate::world::World;

tests!(
    a_smoke_test_is_offloaded_read_back_and_removed,
    a_smoke_test_that_cannot_be_written_is_told_and_removed,
    a_smoke_test_that_is_interrupted_is_removed,
    a_smoke_test_that_is_killed_ends_by_itself,
    a_hidden_controller_is_restarted_by_hand_and_proves_itself,
    a_pod_without_a_deployment_is_deleted_and_watched,
    a_controller_that_is_scaled_to_nothing_is_not_waited_for,
);

#[track_caller]
fn says(ran: &Ran, texts: &[&str]) {
    for text in texts {
        assert!(ran.err().contains(text), "no {text:?} in {}{}", ran.out(), ran.err());
    }
}

fn no_workflow_is_left(space: &Space<'_>) -> Result<()> {
    space.shows(&["get", "workflows", "-o", "name"], str::is_empty)?;
    Ok(())
}

fn a_smoke_test_is_offloaded_read_back_and_removed(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-smoke"))?;
    let off = run(&space, &["enable", "--verify"])?;
    assert_eq!(off.code(), 2);
    says(&off, &["nodeStatusOffLoad is not true", "kubectl argo-offload enable"]);
    let ran = enable(&space, &["-y", "--smoke-test"])?.ok()?;
    let proof =
        ["/argo-offload-smoke-test-", "100 nodes with ", " were offloaded as fnv:", " deleted; "];
    says(&ran, &proof);
    no_workflow_is_left(&space)?;
    let rows = space.sql(&format!("SELECT count(*) FROM {TABLE} WHERE length(nodes) > 2000000"))?;
    assert_eq!(rows.trim(), "1", "the row that was read back, until the controller deletes it");
    // Of a controller that runs only what has its label.
    let patch = json!({"data": {"instanceID": "mine"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let stale = run(&space, &["enable", "--verify"])?;
    assert_eq!(stale.code(), 2);
    says(&stale, &["deployment/argo-server was started before the last change"]);
    restart(&space)?;
    let verified = run(&space, &["enable", "--verify"])?.ok()?;
    says(&verified, &["verified: configuration, programs and database"]);
    assert!(verified.out().contains("AD307"), "{}", verified.out());
    let ran = run(&space, &["enable", "--verify", "--smoke-test"])?.ok()?;
    says(&ran, &proof);
    says(&ran, &["verified: the controller offloads"]);
    no_workflow_is_left(&space)
}

fn a_smoke_test_that_cannot_be_written_is_told_and_removed(world: &World) -> Result<()> {
    let space = world.space_with(Install::new("en-full").without_server())?;
    space.sql(&format!(
        "CREATE TRIGGER full BEFORE INSERT ON {TABLE} FOR EACH ROW \
         SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the disk is full'"
    ))?;
    let ran = run(&space, &["enable", "-y", "--smoke-test", "--timeout", "20s"])?;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    says(&ran, &["already enabled", "the controller's log: ", "the disk is full", "help: "]);
    no_workflow_is_left(&space)
}

fn a_smoke_test_that_is_interrupted_is_removed(world: &World) -> Result<()> {
    let space = world.space_with(Install::new("en-stop").without_server())?;
    // Through a relay there are two things to be taken away.
    for (signal, code, way) in
        [(Signal::INT, 130, &[][..]), (Signal::TERM, 143, &[]), (Signal::INT, 130, &RELAY)]
    {
        let words = [&["enable", "-y", "--smoke-test"][..], way].concat();
        let mut command = command(&space, &words);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut lines = BufReader::new(child.stderr.take().context("no pipe")?);
        let mut seen = String::new();
        while !seen.contains(" created") {
            ensure!(lines.read_line(&mut seen)? > 0, "it ended: {seen}");
        }
        kill_process(Pid::from_child(&child), signal)?;
        lines.read_to_string(&mut seen)?;
        assert_eq!(child.wait()?.code(), Some(code), "{seen}");
        assert!(seen.contains(" deleted; "), "{seen}");
        no_workflow_is_left(&space)?;
        space
            .shows(&["get", "pods", "-l", "app=argo-offload-relay", "-o", "name"], str::is_empty)?;
    }
    Ok(())
}

fn a_smoke_test_that_is_killed_ends_by_itself(world: &World) -> Result<()> {
    let space = world.space_with(Install::new("en-dead").without_server())?;
    let mut command = command(&space, &["enable", "-y", "--smoke-test"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stderr.take().context("no pipe")?);
    let mut seen = String::new();
    while !seen.contains(" created") {
        ensure!(lines.read_line(&mut seen)? > 0, "it ended: {seen}");
    }
    child.kill()?;
    child.wait()?;
    let name = space.kubectl(&["get", "workflows", "-o", "name"])?.ok()?.out();
    let name = name.trim().strip_prefix("workflow.argoproj.io/").context("it is gone")?;
    let spec =
        space.wait(name, |workflow| workflow["status"]["phase"] == "Running")?["spec"].clone();
    assert_eq!(spec["activeDeadlineSeconds"], 900, "{spec}");
    assert_eq!(spec["ttlStrategy"]["secondsAfterCompletion"], 60, "{spec}");
    // What would come in a quarter of an hour.
    let soon =
        json!({"spec": {"activeDeadlineSeconds": 1, "ttlStrategy": {"secondsAfterCompletion": 1}}});
    space.kubectl(&["patch", "workflow", name, "--type=merge", "-p", &soon.to_string()])?.ok()?;
    no_workflow_is_left(&space)
}

/// A user who sees no more than what a hosted control plane leaves: ConfigMaps beside the controller, the Secrets of
/// `default`, and workflows.
fn tenant(space: &Space<'_>) -> Result<std::path::PathBuf> {
    let world = space.world;
    let user = world.cluster.certificate_user("tenant", &[])?;
    let role = |namespace: &str, rules: Value| {
        let metadata = json!({"name": "tenant", "namespace": namespace});
        [
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": metadata, "rules": rules}),
            json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": metadata,
                "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "tenant"}],
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "tenant"}}),
        ]
    };
    let rule = |group: &str, resource: &str, verbs: &[&str]| json!({"apiGroups": [group], "resources": [resource], "verbs": verbs});
    let verbs = ["get", "create", "update", "delete"];
    let items = [
        role(
            &space.argo.namespace,
            json!([rule("", "configmaps", &verbs), rule("argoproj.io", "workflows", &verbs)]),
        ),
        role("default", json!([rule("", "secrets", &verbs)])),
    ]
    .concat();
    world
        .cluster
        .apply(&json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string())?;
    world
        .cluster
        .wait(&["auth", "can-i", "get", "secrets", "--as", "tenant", "-n", "default"], |out| {
            out.contains("yes")
        })?;
    Ok(user)
}

fn a_hidden_controller_is_restarted_by_hand_and_proves_itself(world: &World) -> Result<()> {
    let namespace = "c0123456789abcdef0123456789abcdef";
    let space = bare(world, Install::new(namespace).without_server())?;
    let user = tenant(&space)?;
    let as_tenant = |words: &[&str]| -> Result<Ran> {
        let mut command = world.command("kubectl", &user);
        command.arg("argo-offload").args(words).args(["-n", namespace]);
        command.env("ARGO_OFFLOAD_DB_PASSWORD", &space.argo.database.password);
        Ran::run(&mut command, b"")
    };
    let words = enabling(&space, &["-y", "--secret", "hosted-mysql"]);
    let ran = as_tenant(&words.iter().map(String::as_str).collect::<Vec<_>>())?.ok()?;
    assert!(ran.out().contains("secret/hosted-mysql in default is made"), "{}", ran.out());
    assert!(ran.out().contains("must be restarted by hand"), "{}", ran.out());
    says(
        &ran,
        &["the workflow-controller cannot be seen from here", "enable --verify --smoke-test"],
    );
    // The control plane takes the Secret over, and somebody restarts the controller.
    let get = ["get", "secret", "hosted-mysql", "-n", "default", "-o", "json"];
    let mut secret = world.kubectl(&get)?.json()?;
    secret["metadata"] = json!({"name": "hosted-mysql", "namespace": namespace});
    world.cluster.apply(&secret.to_string())?;
    space.kubectl(&["rollout", "restart", "deployment/workflow-controller"])?.ok()?;
    space.shows(&["logs", "deployment/workflow-controller"], |log| {
        log.contains("Starting Workflow Controller")
            && log.contains("Node status offloading is enabled")
    })?;
    let ran = as_tenant(&["enable", "--verify"])?.ok()?;
    says(&ran, &["the controller cannot be seen from here: --smoke-test"]);
    let ran = as_tenant(&["enable", "--verify", "--smoke-test"])?.ok()?;
    says(&ran, &["verified: the controller offloads"]);
    // Nothing is wrong but what this user may not see.
    let report = as_tenant(&["doctor", "--fail-on", "warning", "--ignore", "AD101,AD309"])?;
    assert_eq!(report.code(), 0, "{}{}", report.out(), report.err());
    assert!(report.out().contains("only its ConfigMap can be seen"), "{}", report.out());
    // Back again, by the same user.
    let before = state(&space)?;
    let ran = as_tenant(&["enable", "--rollback", "-y"])?.ok()?;
    says(&ran, &["secret/hosted-mysql deleted", "put back"]);
    assert_ne!(state(&space)?, before);
    Ok(())
}

fn a_pod_without_a_deployment_is_deleted_and_watched(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-pod").without_server())?;
    let deployment =
        space.kubectl(&["get", "deployment", "workflow-controller", "-o", "json"])?.json()?;
    let spec = &deployment["spec"];
    let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet",
        "metadata": {"name": "wc", "namespace": space.argo.namespace},
        "spec": {"replicas": 1, "selector": spec["selector"], "template": spec["template"]}});
    space.kubectl(&["delete", "deployment", "workflow-controller", "--wait=true"])?.ok()?;
    space.shows(&["get", "pods", "-l", "app=workflow-controller", "-o", "name"], str::is_empty)?;
    world.cluster.apply(&set.to_string())?;
    let logs = ["logs", "-l", "app=workflow-controller", "--tail=-1"];
    space.shows(&logs, |log| log.contains("Starting Workflow Controller"))?;
    let ran = enable(&space, &["-y", "--smoke-test"])?.ok()?;
    assert!(ran.out().contains("is deleted, and made anew"), "{}", ran.out());
    says(&ran, &["pod/wc-", " runs", " were offloaded as fnv:"]);
    is_healthy(&space)?;
    space.kubectl(&["delete", "replicaset", "wc", "--wait=false"])?.ok()?;
    Ok(())
}

fn a_controller_that_is_scaled_to_nothing_is_not_waited_for(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-zero").without_server())?;
    let deployment = "deployment/workflow-controller";
    space.kubectl(&["scale", deployment, "--replicas=0"])?.ok()?;
    space.shows(&["get", "pods", "-l", "app=workflow-controller", "-o", "name"], str::is_empty)?;
    let start = std::time::Instant::now();
    let ran = enable(&space, &["-y"])?.ok()?;
    says(&ran, &["workflow-controller is scaled to 0: it starts with the change"]);
    assert!(start.elapsed() < Duration::from_secs(60), "{}", ran.err());
    Ok(())
}
