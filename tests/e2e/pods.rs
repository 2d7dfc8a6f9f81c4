//! Argo's pods behave as pods do: what the plugin says about Deployments, restarts and logs is said about real things.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::json;

use crate::space::Space;
use crate::tests;
use crate::world::World;

tests!(
    a_rollout_leaves_a_running_workflow_alone,
    logs_follow_a_server_to_its_end_and_another_comes,
    a_wrong_password_is_a_crash_loop_that_ends_with_it,
    a_bad_configuration_is_fatal_to_the_controller,
    an_unknown_image_cannot_be_pulled,
    a_port_forward_reaches_the_database_and_the_server,
);

fn column(space: &Space<'_>, pod: &str, text: &str) -> Result<()> {
    space.shows(&["get", "pod", pod, "--no-headers"], |out| out.contains(text)).map(|_| ())
}

fn restart(space: &Space<'_>, deployment: &str) -> Result<()> {
    space.kubectl(&["rollout", "restart", &format!("deployment/{deployment}")])?.ok().map(|_| ())
}

fn a_rollout_leaves_a_running_workflow_alone(world: &World) -> Result<()> {
    let space = world.space("rollout")?;
    space.create(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: waits}\n\
         spec: {entrypoint: main, templates: [{name: main, suspend: {duration: 3s}}]}\n",
    )?;
    space.wait("waits", |workflow| workflow["status"]["phase"] == "Running")?;
    let before = space.newest_pod("workflow-controller")?;
    restart(&space, "workflow-controller")?;
    world.cluster.ready(&space.argo)?;
    assert_ne!(space.newest_pod("workflow-controller")?, before);
    space.ended("waits", "Succeeded")?;
    Ok(())
}

fn logs_follow_a_server_to_its_end_and_another_comes(world: &World) -> Result<()> {
    let space = world.space("logs")?;
    let pod = space.newest_pod("argo-server")?;
    let namespace = &space.argo.namespace;
    let mut follow = world.command("kubectl", &world.cluster.kubeconfig("admin"));
    let follow =
        follow.args(["logs", "-f", "-n", namespace, &pod]).stdout(Stdio::piped()).spawn()?;
    std::thread::sleep(Duration::from_millis(500));
    space.kubectl(&["delete", "pod", &pod])?.ok()?;
    let followed = follow.wait_with_output()?;
    assert!(followed.status.success(), "{}", followed.status);
    let text = String::from_utf8_lossy(&followed.stdout);
    assert!(text.contains("Argo Server started successfully"), "{text}");
    let next = space.newest_pod("argo-server")?;
    assert_ne!(next, pod);
    space
        .kubectl(&["wait", "--for=condition=Ready", "--timeout=60s", &format!("pod/{next}")])?
        .ok()?;
    let previous = space.kubectl(&["logs", "--previous", &next])?;
    let message =
        format!("previous terminated container \"argo-server\" in pod \"{next}\" not found");
    assert!(previous.err().contains(&message), "{}", previous.err());
    let last = space.kubectl(&["logs", "--tail=1", "--timestamps", &next])?.ok()?.out();
    assert_eq!(last.lines().count(), 1, "{last}");
    assert!(last.starts_with("20"), "{last}");
    Ok(())
}

fn a_wrong_password_is_a_crash_loop_that_ends_with_it(world: &World) -> Result<()> {
    let space = world.space("crash")?;
    let secret = |password: &str| -> Result<()> {
        let patch = json!({ "stringData": { "password": password } }).to_string();
        space.kubectl(&["patch", "secret", "argo-mysql-config", "-p", &patch])?.ok().map(|_| ())
    };
    secret("wrong")?;
    restart(&space, "workflow-controller")?;
    let pod = space.newest_pod("workflow-controller")?;
    column(&space, &pod, "CrashLoopBackOff")?;
    let logs = space.kubectl(&["logs", "--previous", &pod])?.ok()?.out();
    assert!(logs.contains("Error 1045"), "{logs}");
    let selector = format!("--field-selector=involvedObject.name={pod}");
    space.shows(&["get", "events", &selector], |out| {
        out.contains("Back-off restarting failed container")
    })?;
    secret(&space.argo.database.password)?;
    column(&space, &pod, "1/1")?;
    world.cluster.ready(&space.argo)?;
    let status = space.kubectl(&["get", "pod", &pod, "-o", "json"])?.json()?;
    let container = &status["status"]["containerStatuses"][0];
    assert_eq!(container["lastState"]["terminated"]["exitCode"], 1, "{container}");
    assert!(container["restartCount"].as_u64() >= Some(2), "{container}");
    Ok(())
}

fn a_bad_configuration_is_fatal_to_the_controller(world: &World) -> Result<()> {
    let space = world.space("badconfig")?;
    let patch = json!({ "data": { "persistence": "nodeStatusOffLoad: [oops" } }).to_string();
    space.kubectl(&["patch", "configmap", "workflow-controller-configmap", "-p", &patch])?.ok()?;
    restart(&space, "workflow-controller")?;
    let pod = space.newest_pod("workflow-controller")?;
    column(&space, &pod, "CrashLoopBackOff")?;
    let logs = space.kubectl(&["logs", &pod])?.ok()?.out();
    assert!(logs.contains("fatal") && logs.contains("yaml"), "{logs}");
    Ok(())
}

fn an_unknown_image_cannot_be_pulled(world: &World) -> Result<()> {
    let space = world.space("image")?;
    let image = "argo-server=quay.io/argoproj/argocli:v9.9.9";
    space.kubectl(&["set", "image", "deployment/argo-server", image])?.ok()?;
    let pod = space.newest_pod("argo-server")?;
    column(&space, &pod, "ImagePullBackOff")?;
    let logs = space.kubectl(&["logs", &pod])?;
    assert!(logs.err().contains("trying and failing to pull image"), "{}", logs.err());
    space.kubectl(&["rollout", "undo", "deployment/argo-server"])?.ok()?;
    world.cluster.ready(&space.argo)
}

fn a_port_forward_reaches_the_database_and_the_server(world: &World) -> Result<()> {
    let space = world.space("forward")?;
    for (target, port, greeting) in
        [("service/mysql", 3306, None), ("service/argo-server", 2746, Some("HTTP/1.1 200"))]
    {
        let answer = forwarded(&space, target, port, greeting.is_some())
            .with_context(|| format!("port-forward to {target}"))?;
        match greeting {
            Some(greeting) => assert!(answer.starts_with(greeting), "{answer}"),
            // A MySQL server speaks first, and names its version.
            None => assert!(answer.contains("caching_sha2_password"), "{answer}"),
        }
    }
    Ok(())
}

/// Forwards a port, and gives the first bytes that the other side sends, after a request over HTTP if asked.
fn forwarded(space: &Space<'_>, target: &str, port: u16, ask: bool) -> Result<String> {
    use std::io::{Read, Write};
    let local = argo_offload_testbed::process::free_port()?;
    let mut command = space.world.command("kubectl", &space.world.cluster.kubeconfig("admin"));
    command.args(["port-forward", "-n", &space.argo.namespace, target, &format!("{local}:{port}")]);
    let log = space.world.cluster.folder().join(format!("port-forward-{local}"));
    // Ends with this value, whatever happens below.
    let mut process =
        argo_offload_testbed::process::Process::start("kubectl port-forward", &mut command, &log)?;
    let start = Instant::now();
    process.wait_until(Duration::from_secs(20), || {
        std::net::TcpStream::connect(("127.0.0.1", local)).is_ok()
    })?;
    anyhow::ensure!(start.elapsed() < Duration::from_secs(20), "too slow");
    let mut stream = std::net::TcpStream::connect(("127.0.0.1", local))?;
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    if ask {
        stream.write_all(
            b"GET /api/v1/version HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        )?;
    }
    let mut bytes = vec![0; 200];
    let read = stream.read(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes[..read]).into_owned())
}
