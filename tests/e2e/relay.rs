//! `--via relay`: the database through a pod that lives as long as the command.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::faults::locked;
use crate::ran::Ran;
use crate::settings::Settings;
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    nodes_are_read_through_a_pod_that_is_gone_afterwards,
    a_pod_that_the_cluster_refuses_is_told,
    who_may_make_no_pods_is_told_of_none_that_is_left,
    an_image_that_is_not_there_is_told_and_nothing_is_left,
    an_error_of_the_database_leaves_no_pod,
    an_interrupted_command_deletes_its_pod,
    what_a_killed_command_left_is_removed_by_the_next,
    what_does_not_belong_to_a_relay_is_refused,
);

const SOON: Duration = Duration::from_secs(30);
const IMAGE: &str = "registry.example/argo-offload:1";
pub(crate) const RELAY: [&str; 4] = ["--via", "relay", "--relay-image", IMAGE];

/// Settings in a namespace that takes no pods but those of PodSecurity's level *restricted*.
fn restricted<'world>(world: &'world World, name: &str) -> Result<Settings<'world>> {
    let settings = Settings::new(world, name)?;
    enforce(&settings)?;
    Ok(settings)
}

fn enforce(settings: &Settings<'_>) -> Result<()> {
    let level = "pod-security.kubernetes.io/enforce=restricted";
    settings.world.cluster.kubectl(&["label", "namespace", &settings.namespace, level])?;
    Ok(())
}

/// The relays of a namespace.
fn relays(settings: &Settings<'_>) -> Result<Vec<Value>> {
    let get =
        ["get", "pods", "-n", &settings.namespace, "-l", "app=argo-offload-relay", "-o", "json"];
    let pods: Value = serde_json::from_str(&settings.world.cluster.kubectl(&get)?)?;
    Ok(pods["items"].as_array().cloned().unwrap_or_default())
}

/// Waits until a relay runs.
fn running(settings: &Settings<'_>) -> Result<Value> {
    let start = Instant::now();
    loop {
        let pods = relays(settings)?;
        if let Some(pod) = pods.into_iter().find(|pod| pod["status"]["phase"] == "Running") {
            return Ok(pod);
        }
        ensure!(start.elapsed() < SOON, "no relay runs");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[track_caller]
fn none_is_left(settings: &Settings<'_>) -> Result<()> {
    let left = relays(settings)?;
    assert!(left.is_empty(), "left: {left:?}");
    Ok(())
}

fn nodes_are_read_through_a_pod_that_is_gone_afterwards(world: &World) -> Result<()> {
    let settings = restricted(world, "relayed")?;
    for words in [&["get", OFFLOADED, "-o", "json"][..], &["rows", "-o", "json"]] {
        let words = [words, &RELAY].concat();
        let mut command = settings.command(&world.cluster.kubeconfig("admin"), &words);
        let ran = Ran::run(command.env("ARGO_OFFLOAD_LOG", "debug"), b"")?.ok()?;
        let through = format!("way=through {}/pod/argo-offload-relay-", settings.namespace);
        assert!(ran.err().contains(&through) && ran.err().contains(":13306"), "{}", ran.err());
        assert!(ran.out().contains("fnv:") || ran.out().contains("\"nodes\""), "{}", ran.out());
        none_is_left(&settings)?;
    }
    let ran = settings.run(&[&["get", OFFLOADED][..], &RELAY].concat())?.ok()?;
    assert!(ran.out().contains("102") && ran.err().is_empty(), "{}{}", ran.out(), ran.err());
    Ok(())
}

fn a_pod_that_the_cluster_refuses_is_told(world: &World) -> Result<()> {
    let settings = restricted(world, "unrestricted")?;
    let overrides = ["--relay-overrides", r#"{"spec": {"hostNetwork": true}}"#];
    settings.fails(
        &[&["get", OFFLOADED][..], &RELAY, &overrides].concat(),
        SOON,
        &[
            "the cluster's rules forbid it",
            "violates PodSecurity",
            "hostNetwork",
            "--relay-overrides",
        ],
    )?;
    none_is_left(&settings)
}

fn who_may_make_no_pods_is_told_of_none_that_is_left(world: &World) -> Result<()> {
    let settings = restricted(world, "no-pods")?;
    let words = [&["get", OFFLOADED][..], &RELAY].concat();
    // May read everything there, and change nothing.
    let user = world.cluster.certificate_user("relay-viewer", &[])?;
    let bind = [
        "create",
        "clusterrolebinding",
        "relay-viewer",
        "--clusterrole=relay-viewer",
        "--user=relay-viewer",
    ];
    let role = [
        "create",
        "clusterrole",
        "relay-viewer",
        "--verb=get,list",
        "--resource=pods,configmaps,secrets,deployments.apps,workflows.argoproj.io",
    ];
    world.cluster.kubectl(&role)?;
    world.cluster.kubectl(&bind)?;
    let start = Instant::now();
    loop {
        let ran = Ran::run(&mut settings.command(&user, &words), b"")?;
        assert_eq!(ran.code(), 2, "{}", ran.out());
        if ran.err().contains("may not create pods") {
            assert!(!ran.err().contains("is left"), "{}", ran.err());
            return Ok(());
        }
        ensure!(start.elapsed() < SOON, "{}", ran.err());
        std::thread::sleep(Duration::from_millis(200));
    }
}

fn an_image_that_is_not_there_is_told_and_nothing_is_left(world: &World) -> Result<()> {
    let settings = restricted(world, "no-image")?;
    let relay = ["--via", "relay", "--relay-image", "registry.example/nothing:1"];
    settings.fails(
        &[&["get", OFFLOADED][..], &relay].concat(),
        SOON,
        &["the relay's pod argo-offload-relay-", "ErrImagePull", "--relay-image"],
    )?;
    none_is_left(&settings)
}

fn an_error_of_the_database_leaves_no_pod(world: &World) -> Result<()> {
    let settings = Settings::with(world, "relay-refused", |said| said.password = "wrong".into())?;
    enforce(&settings)?;
    for words in [&["get", OFFLOADED][..], &["rows"]] {
        settings.fails(
            &[words, &RELAY].concat(),
            SOON,
            &["Error 1045", "user name and password"],
        )?;
        none_is_left(&settings)?;
    }
    Ok(())
}

fn an_interrupted_command_deletes_its_pod(world: &World) -> Result<()> {
    for (name, signal, code) in [("relay-int", Signal::INT, 130), ("relay-term", Signal::TERM, 143)]
    {
        let (space, lock) = locked(world, &name.replace('-', "_"))?;
        let settings = Settings::of(&space, name, |_| {})?;
        let words = [&["get", OFFLOADED][..], &RELAY].concat();
        let mut command = settings.command(&world.cluster.kubeconfig("admin"), &words);
        let ended: Result<i32> = lock.during(|| {
            let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
            let ended = (|| {
                running(&settings)?;
                kill_process(Pid::from_child(&child), signal)?;
                let start = Instant::now();
                loop {
                    if let Some(status) = child.try_wait()? {
                        return status.code().context("it ended by the signal itself");
                    }
                    ensure!(start.elapsed() < SOON, "it goes on");
                    std::thread::sleep(Duration::from_millis(50));
                }
            })();
            if ended.is_err() {
                let _ = child.kill();
                let _ = child.wait();
            }
            ended
        })?;
        assert_eq!(ended?, code, "{name}");
        none_is_left(&settings)?;
    }
    Ok(())
}

fn what_a_killed_command_left_is_removed_by_the_next(world: &World) -> Result<()> {
    let settings = Settings::new(world, "relay-killed")?;
    let pod = |name: &str| {
        json!({"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": settings.namespace,
                "labels": {"app": "argo-offload-relay"}},
            "spec": {"restartPolicy": "Never", "containers": [{"name": "relay", "image": IMAGE,
                "args": ["relay", "--to", "127.0.0.1:1"]}]}})
    };
    world.cluster.apply(&pod("argo-offload-relay-ended").to_string())?;
    world.cluster.apply(&pod("argo-offload-relay-other").to_string())?;
    for pod in ["pod/argo-offload-relay-ended", "pod/argo-offload-relay-other"] {
        let ready =
            ["wait", "--for=condition=Ready", "--timeout=30s", "-n", &settings.namespace, pod];
        world.cluster.kubectl(&ready)?;
    }
    let ended = r#"{"status": {"phase": "Failed", "reason": "DeadlineExceeded"}}"#;
    world.cluster.kubectl(&[
        "patch",
        "pod",
        "argo-offload-relay-ended",
        "-n",
        &settings.namespace,
        "--subresource=status",
        "--type=merge",
        "-p",
        ended,
    ])?;
    settings.run(&[&["get", OFFLOADED][..], &RELAY].concat())?.ok()?;
    // That of another command which still runs is left alone.
    let left: Vec<Value> =
        relays(&settings)?.into_iter().map(|pod| pod["metadata"]["name"].clone()).collect();
    assert_eq!(left, ["argo-offload-relay-other"]);
    Ok(())
}

fn what_does_not_belong_to_a_relay_is_refused(world: &World) -> Result<()> {
    let settings = Settings::new(world, "relay-words")?;
    let get = ["get", OFFLOADED];
    for (words, told) in [
        (&["--via", "relay"][..], &["needs an image", "--relay-image IMAGE"][..]),
        (&["--relay-image", IMAGE], &["--relay-image is for --via relay"]),
        (
            &["--via", "relay", "--relay-image", IMAGE, "--relay-overrides", "[]"],
            &["a JSON object"],
        ),
        (&["--via", "relay", "--relay-image", IMAGE, "--relay-command", " "], &["--relay-command"]),
    ] {
        settings.fails(&[&get[..], words].concat(), SOON, told)?;
    }
    none_is_left(&settings)
}
