//! Reaching a cluster in every way that kubectl has, and saying what is wrong when it cannot be reached.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::reach::{Proxy, free_port, kubeconfig, token_of};
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    every_credential_that_kubectl_takes_is_taken,
    a_credential_plugin_is_run_and_its_failure_explained_without_its_output,
    files_of_kubeconfig_are_merged_and_missing_ones_left_out,
    impersonation_counts,
    in_a_pod_its_service_account_is_used,
    a_proxy_is_used_and_no_proxy_respected,
    the_name_in_the_certificate_can_be_given,
    each_thing_that_is_wrong_is_told_apart,
    what_does_not_answer_is_not_waited_for,
);

/// `size` through kubectl, on a kubeconfig.
fn size(world: &World, kubeconfig: &Path, arguments: &[&str]) -> Output {
    let mut command = world.command("kubectl", kubeconfig);
    let namespace =
        world.standard().expect("standard workflows").space(world).argo.namespace.clone();
    command.args([
        "argo-offload",
        "size",
        "-n",
        &namespace,
        "--max-size=1Mi",
        "--argo-version=3.7",
    ]);
    command.arg("--offloading=true").args(arguments);
    command.output().expect("run kubectl")
}

fn shown(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

#[track_caller]
fn works(output: &Output) {
    assert_eq!(output.status.code(), Some(0), "{}", shown(output));
}

/// It fails with exit code 2, a message with these texts, and a next step.
#[track_caller]
fn fails(output: &Output, texts: &[&str]) {
    let shown = shown(output);
    assert_eq!(output.status.code(), Some(2), "{shown}");
    for text in texts {
        assert!(shown.contains(text), "no {text:?} in: {shown}");
    }
    assert!(shown.contains("\n  help: "), "no next step in: {shown}");
}

/// In a mount namespace of its own, with a service account's files where a pod has them.
fn in_a_pod_its_service_account_is_used(world: &World) -> Result<()> {
    const FILES: &str = "/run/secrets/kubernetes.io/serviceaccount";
    let argo = &world.standard()?.space(world).argo;
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("token"), admin_token(world))?;
    std::fs::write(folder.path().join("namespace"), &argo.namespace)?;
    std::fs::copy(world.cluster.authority(), folder.path().join("ca.crt"))?;
    let script = format!(
        "mount -t tmpfs none /run && mkdir -p {FILES} && cp {0}/* {FILES} && exec \"$@\"",
        folder.path().display()
    );
    let url = world.cluster.url();
    let (host, port) =
        url.trim_start_matches("https://").rsplit_once(':').context("no port in the address")?;
    let run = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", &script, "sh"]);
        let like = world.command("kubectl", Path::new("none"));
        command.arg(like.get_program()).args(words).env_clear();
        for (name, value) in like.get_envs().filter(|(name, _)| *name != "KUBECONFIG") {
            command.env(name, value.unwrap_or_default());
        }
        command.env("HOME", folder.path());
        command.env("KUBERNETES_SERVICE_HOST", host).env("KUBERNETES_SERVICE_PORT", port);
        command.output().expect("run unshare")
    };
    let get = run(&["argo-offload", "get"]);
    works(&get);
    assert!(shown(&get).contains(OFFLOADED), "{}", shown(&get));
    // What is said counts more than where it runs.
    let other = run(&["argo-offload", "get", "-n", "default"]);
    works(&other);
    assert!(shown(&other).contains("No resources found in default"), "{}", shown(&other));
    std::fs::remove_file(folder.path().join("token"))?;
    fails(&run(&["argo-offload", "get"]), &["cannot read the token file", "in a pod, whether"]);
    std::fs::remove_file(folder.path().join("ca.crt"))?;
    fails(&run(&["argo-offload", "get"]), &["service account does not help"]);
    Ok(())
}

fn token(world: &World) -> Value {
    json!({ "token": admin_token(world) })
}

fn none() -> Value {
    json!({})
}

fn admin_token(world: &World) -> String {
    token_of(world, "admin").expect("a token")
}

fn every_credential_that_kubectl_takes_is_taken(world: &World) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let (folder, url) = (folder.path(), world.cluster.url());
    works(&size(world, &kubeconfig(world, folder, "token", &url, none(), token(world)), &[]));
    let file = folder.join("token-file");
    std::fs::write(&file, admin_token(world)).expect("write");
    works(&size(
        world,
        &kubeconfig(world, folder, "file", &url, none(), json!({"tokenFile": "token-file"})),
        &[],
    ));
    let made = world.cluster.client_certificate("certified", &["system:masters"])?;
    let (certificate, key) =
        (made.certificate.display().to_string(), made.key.display().to_string());
    let user = json!({"client-certificate": certificate, "client-key": key});
    works(&size(world, &kubeconfig(world, folder, "certificate", &url, none(), user), &[]));
    let nobody = kubeconfig(world, folder, "nobody", &url, none(), none());
    works(&size(world, &nobody, &["--token", &admin_token(world)]));
    let flags = [format!("--client-certificate={certificate}"), format!("--client-key={key}")];
    works(&size(world, &nobody, &[&flags[0], &flags[1]]));
    // Without a kubeconfig, flags alone.
    let flags = [format!("--server={url}"), format!("--token={}", admin_token(world))];
    let authority = format!("--certificate-authority={}", world.cluster.authority().display());
    works(&size(world, &folder.join("missing"), &[&flags[0], &flags[1], &authority]));
    works(&size(
        world,
        &folder.join("missing"),
        &[&flags[0], &flags[1], "--insecure-skip-tls-verify"],
    ));
    Ok(())
}

fn a_credential_plugin_is_run_and_its_failure_explained_without_its_output(
    world: &World,
) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let (folder, url) = (folder.path(), world.cluster.url());
    let exec = |script: &str| {
        json!({"exec": {
            "apiVersion": "client.authentication.k8s.io/v1", "command": "sh", "args": ["-c", script],
            "interactiveMode": "Never", "provideClusterInfo": true,
        }})
    };
    let credential = json!({
        "apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
        "status": {"token": admin_token(world)},
    });
    let works_with = format!("test -n \"$KUBERNETES_EXEC_INFO\" && echo '{credential}'");
    works(&size(world, &kubeconfig(world, folder, "exec", &url, none(), exec(&works_with)), &[]));
    let failing = exec("echo hunter2; echo 'session expired' >&2; exit 3");
    let output = size(world, &kubeconfig(world, folder, "failing", &url, none(), failing), &[]);
    fails(&output, &["credential plugin failed", "session expired"]);
    assert!(!shown(&output).contains("hunter2"), "{}", shown(&output));
    let output =
        size(world, &kubeconfig(world, folder, "odd", &url, none(), exec("echo '{hunter2'")), &[]);
    fails(&output, &["no ExecCredential"]);
    assert!(!shown(&output).contains("hunter2"), "{}", shown(&output));
    let missing = json!({"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "no-such-plugin"}});
    fails(
        &size(world, &kubeconfig(world, folder, "missing", &url, none(), missing), &[]),
        &["cannot run the credential plugin"],
    );
    Ok(())
}

fn files_of_kubeconfig_are_merged_and_missing_ones_left_out(world: &World) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let users = folder.join("users");
    let text = json!({"users": [{"name": "x", "user": token(world)}]});
    std::fs::write(&users, text.to_string()).expect("write");
    let rest =
        kubeconfig(world, folder, "rest", &world.cluster.url(), none(), json!({"token": "wrong"}));
    let list = std::env::join_paths([folder.join("missing"), users, rest]).expect("list");
    works(&size(world, Path::new(&list), &[]));
    fails(&size(world, Path::new(&list), &["--context", "y"]), &["no context \"y\"", "it has: x"]);
    Ok(())
}

fn impersonation_counts(world: &World) -> Result<()> {
    let admin = world.cluster.kubeconfig("admin");
    fails(
        &size(world, &admin, &["--as", "ann"]),
        &["\"ann\" may not list workflows.argoproj.io in the namespace", "kubectl create role"],
    );
    works(&size(world, &admin, &["--as", "ann", "--as-group", "readers", "--as-group", "others"]));
    Ok(())
}

fn a_proxy_is_used_and_no_proxy_respected(world: &World) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let proxy = Proxy::start();
    let more = json!({"proxy-url": format!("http://127.0.0.1:{}", proxy.port)});
    works(&size(
        world,
        &kubeconfig(world, folder.path(), "proxy", &world.cluster.url(), more, token(world)),
        &[],
    ));
    assert!(proxy.connections() > 0, "the proxy of the kubeconfig was not used");
    // As in Go, the environment's proxy is not for the loopback, however odd NO_PROXY is.
    let file =
        kubeconfig(world, folder.path(), "plain", &world.cluster.url(), none(), token(world));
    let mut command = world.command("kubectl", &file);
    command.args(["argo-offload", "size", "-n", "default", "--max-size=1Mi"]);
    command.args(["--argo-version=3.7", "--offloading=true"]);
    command.env("HTTPS_PROXY", "http://127.0.0.1:1").env("NO_PROXY", "x,,.svc,");
    works(&command.output()?);
    Ok(())
}

fn the_name_in_the_certificate_can_be_given(world: &World) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    // The certificate is for localhost and 127.0.0.1, not for 127.0.0.2.
    let url = world.cluster.url().replace("localhost", "127.0.0.1");
    let wrong = json!({"tls-server-name": "other.example.com"});
    fails(
        &size(world, &kubeconfig(world, folder, "wrong", &url, wrong, token(world)), &[]),
        &["certificate", "--tls-server-name"],
    );
    let right = json!({"tls-server-name": "localhost"});
    works(&size(world, &kubeconfig(world, folder, "right", &url, right, token(world)), &[]));
    let file = kubeconfig(world, folder, "flag", &url, none(), token(world));
    fails(&size(world, &file, &["--tls-server-name=other.example.com"]), &["certificate"]);
    works(&size(world, &file, &["--tls-server-name=localhost"]));
    let unknown = json!({"certificate-authority": null});
    fails(
        &size(world, &kubeconfig(world, folder, "unknown", &url, unknown, token(world)), &[]),
        &["certificate"],
    );
    Ok(())
}

fn each_thing_that_is_wrong_is_told_apart(world: &World) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let folder = folder.path();
    let mut command = world.command("kubectl", &folder.join("missing"));
    fails(
        &command.args(["argo-offload", "size"]).output()?,
        &["there is no kubeconfig", "--kubeconfig"],
    );
    let refused = format!("https://127.0.0.1:{}", free_port()?);
    fails(
        &size(world, &kubeconfig(world, folder, "refused", &refused, none(), token(world)), &[]),
        &["cannot reach", "refused"],
    );
    let host = "https://no-such-host.invalid:6443";
    fails(
        &size(world, &kubeconfig(world, folder, "host", host, none(), token(world)), &[]),
        &["cannot reach", "no-such-host.invalid"],
    );
    let wrong = json!({"token": "hunter2"});
    let output =
        size(world, &kubeconfig(world, folder, "wrong", &world.cluster.url(), none(), wrong), &[]);
    fails(&output, &["does not accept the credentials", "kubectl auth whoami"]);
    assert!(!shown(&output).contains("hunter2"), "{}", shown(&output));
    fails(
        &size(world, &world.cluster.kubeconfig("nobody"), &[]),
        &["may not list workflows.argoproj.io in the namespace"],
    );
    fails(
        &size(world, &world.cluster.kubeconfig("admin"), &["no-such-workflow"]),
        &["there is no workflows.argoproj.io \"no-such-workflow\""],
    );
    let plain = world.cluster.url().replace("https://", "http://");
    fails(
        &size(world, &kubeconfig(world, folder, "plain", &plain, none(), token(world)), &[]),
        &["answers 400"],
    );
    Ok(())
}

fn what_does_not_answer_is_not_waited_for(world: &World) -> Result<()> {
    let folder = tempfile::tempdir().expect("folder");
    let silent = TcpListener::bind("127.0.0.1:0").expect("listen");
    let url = format!("http://{}", silent.local_addr().expect("address"));
    let file = kubeconfig(world, folder.path(), "silent", &url, none(), token(world));
    let start = Instant::now();
    fails(
        &size(world, &file, &["--request-timeout=2"]),
        &["has not answered within 2s", "--request-timeout=5m"],
    );
    assert!(start.elapsed() < Duration::from_secs(8), "it took {:?}", start.elapsed());
    Ok(())
}
