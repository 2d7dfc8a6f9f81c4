//! The API server goes away while a workflow is followed.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::Start;
use serde_json::json;

use super::SOON;
use crate::reach::{Proxy, fresh_namespace, kubeconfig, token_of};
use crate::tests;
use crate::world::World;

tests!(
    an_api_server_that_restarts_does_not_end_a_watch,
    an_api_server_that_stays_away_ends_a_watch,
);

/// A workflow that runs, of which nobody but the test takes care.
fn running(namespace: &str) -> String {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "watched", "namespace": namespace},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "suspend": {}}]},
        "status": {"phase": "Running", "startedAt": "2026-01-01T00:00:00Z", "nodes": {
            "watched": {"id": "watched", "name": "watched", "displayName": "watched", "type": "Suspend", "phase": "Running",
                "templateName": "main", "templateScope": "local/watched", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": null},
        }},
    })
    .to_string()
}

const ENDED: &str = r#"{"metadata":{"labels":{"workflows.argoproj.io/completed":"true"}},"status":{"phase":"Succeeded","finishedAt":"2026-01-01T00:00:09Z","nodes":{"watched":{"phase":"Succeeded","finishedAt":"2026-01-01T00:00:09Z"}}}}"#;

/// Starts `get -w`, and gives it and its output after the first line.
fn watching(
    mut command: Command,
    kubeconfig: &Path,
    namespace: &str,
) -> Result<(std::process::Child, BufReader<std::process::ChildStdout>)> {
    command
        .args(["argo-offload", "get", "watched", "-w", "-n", namespace])
        .env("KUBECONFIG", kubeconfig);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut out = BufReader::new(child.stdout.take().context("no pipe")?);
    let mut first = String::new();
    out.read_line(&mut first)?;
    if !first.contains("Running") {
        let mut error = String::new();
        child.stderr.take().context("no pipe")?.read_to_string(&mut error)?;
        anyhow::bail!("the first line is {first:?}: {error}");
    }
    Ok((child, out))
}

/// Waits until a child ends; ends it when it does not in time.
fn end(child: &mut std::process::Child, within: Duration) -> Result<(i32, String)> {
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > within {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("it runs for {within:?} and has not ended");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let mut error = String::new();
    child.stderr.take().context("no pipe")?.read_to_string(&mut error)?;
    Ok((status.code().unwrap_or(-1), error))
}

/// In a cluster of its own, as everything else would see the restart too.
fn an_api_server_that_restarts_does_not_end_a_watch(world: &World) -> Result<()> {
    let mut cluster =
        Start::default().database(world.cluster.database().kind()).argo(None).start()?;
    cluster.kubectl(&["create", "namespace", "restarts"])?;
    cluster.apply(&running("restarts"))?;
    let admin = cluster.kubeconfig("admin");
    let (mut child, mut out) = watching(world.command("kubectl", &admin), &admin, "restarts")?;
    let ended = (|| {
        cluster.restart_api_server()?;
        ensure!(child.try_wait()?.is_none(), "the watch ended with the API server");
        cluster.kubectl(&[
            "patch",
            "workflow",
            "watched",
            "-n",
            "restarts",
            "--type=merge",
            "-p",
            ENDED,
        ])?;
        end(&mut child, Duration::from_secs(60))
    })();
    if ended.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let (code, error) = ended?;
    let mut rest = String::new();
    out.read_to_string(&mut rest)?;
    assert_eq!((code, &*error), (0, ""), "{rest}");
    assert!(
        rest.contains("Running → Succeeded") || rest.contains("Running -> Succeeded"),
        "{rest}"
    );
    Ok(())
}

fn an_api_server_that_stays_away_ends_a_watch(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "away")?;
    world.cluster.apply(&running(&namespace))?;
    let folder = tempfile::tempdir()?;
    let proxy = Proxy::start();
    let more = json!({"proxy-url": format!("http://127.0.0.1:{}", proxy.port)});
    let user = json!({"token": token_of(world, "admin")?});
    let file = kubeconfig(world, folder.path(), "proxied", &world.cluster.url(), more, user);
    let (mut child, _out) = watching(world.command("kubectl", &file), &file, &namespace)?;
    proxy.close();
    // It is asked again for about 16 seconds.
    let (code, error) = end(&mut child, Duration::from_secs(20) + SOON)?;
    assert_eq!(code, 2, "{error}");
    for text in
        ["error: ", "cannot reach https://127.0.0.1:", "  help: ", "note: no more states came"]
    {
        assert!(error.contains(text), "no {text:?} in {error}");
    }
    Ok(())
}
