//! The way to the database through the cluster breaks.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use super::{SOON, locked};
use crate::ran::Ran;
use crate::reach::{Proxy, kubeconfig, token_of};
use crate::settings::Settings;
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    a_service_without_ready_pods_is_told,
    a_port_of_the_pod_that_leads_nowhere_is_told,
    a_tunnel_that_is_cut_amid_an_answer_is_told,
);

fn a_service_without_ready_pods_is_told(world: &World) -> Result<()> {
    let settings = Settings::with(world, "unready", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3306.into();
    })?;
    settings.database_pod()?;
    settings.run(&["get", OFFLOADED])?.ok()?;
    let namespace = settings.namespace.as_str();
    world.cluster.kubectl(&["scale", "deployment/mysql", "--replicas=0", "-n", namespace])?;
    world
        .cluster
        .wait(&["get", "pods", "-n", namespace, "-o", "name"], |out| out.trim().is_empty())?;
    let told = [
        "the Service mysql in the namespace",
        "has no ready pod, of 0",
        "kubectl get endpointslices,pods -n",
    ];
    settings.fails(&["get", OFFLOADED], SOON, &told)?;
    settings.fails(&["rows"], SOON, &told)?;
    Ok(())
}

fn a_port_of_the_pod_that_leads_nowhere_is_told(world: &World) -> Result<()> {
    let settings = Settings::with(world, "nowhere", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3307.into();
    })?;
    let pod = settings.database_pod()?;
    let via = format!("pod/{}/{pod}", settings.namespace);
    settings.fails(
        &["get", OFFLOADED, "--via", &via],
        SOON,
        &["the tunnel to", &pod, ":3307 was cut", "kubectl port-forward -n"],
    )?;
    Ok(())
}

fn a_tunnel_that_is_cut_amid_an_answer_is_told(world: &World) -> Result<()> {
    let (space, lock) = locked(world, "cut_amid")?;
    let settings = Settings::of(&space, "cut", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3306.into();
    })?;
    settings.database_pod()?;
    let folder = tempfile::tempdir()?;
    let proxy = Proxy::start();
    let more = json!({"proxy-url": format!("http://127.0.0.1:{}", proxy.port)});
    let user = json!({"token": token_of(world, "admin")?});
    let file = kubeconfig(world, folder.path(), "proxied", &world.cluster.url(), more, user);
    settings.run(&["get", OFFLOADED])?.ok()?;
    let over = AtomicBool::new(false);
    let (ran, took) = lock.during(|| {
        std::thread::scope(|scope| {
            // Again and again: what reads is asked anew a few times.
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_secs(3));
                    proxy.cut();
                }
            });
            let start = Instant::now();
            let ran = Ran::run(&mut settings.command(&file, &["get", OFFLOADED]), b"");
            over.store(true, Ordering::Relaxed);
            ran.map(|ran| (ran, start.elapsed()))
        })
    })??;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    assert!(took < Duration::from_secs(60), "it took {took:?}: {}", ran.err());
    for text in ["the tunnel to", ":3306 was cut: ", "kubectl port-forward -n"] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    assert!(!ran.err().contains("https://docs"), "{}", ran.err());
    Ok(())
}
