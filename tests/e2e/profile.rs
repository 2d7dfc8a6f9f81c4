//! Profiles: what is written down once for a context.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use crate::ran::Ran;
use crate::settings::{Settings, failing};
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(a_profile_stands_in_for_flags_and_flags_count_more);

const SOON: Duration = Duration::from_secs(30);

fn a_profile_stands_in_for_flags_and_flags_count_more(world: &World) -> Result<()> {
    let settings = Settings::new(world, "profiled")?;
    let admin = world.cluster.kubeconfig("admin");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("profiles.yaml");
    let context = world.cluster.kubectl(&["config", "current-context"])?;
    let write = |profile: serde_json::Value| {
        let contexts = json!({context.trim(): profile, "another": {"via": "direct"}});
        std::fs::write(&file, json!({"contexts": contexts}).to_string())
    };
    let command = |profiles: &Path, words: &[&str]| {
        let mut command = world.command("kubectl", &admin);
        command.arg("argo-offload").args(words).env("ARGO_OFFLOAD_PROFILES", profiles);
        command
    };
    let get = ["get", OFFLOADED, "-n", &settings.workflows];
    let wrong = Settings::with(world, "profiled-wrong", |said| said.password = "wrong".into())?;
    write(json!({"controllerNamespace": wrong.namespace}))?;
    failing(&mut command(&file, &get), SOON, &["Error 1045", "user name and password"])?;
    let flag = [&get[..], &["--controller-namespace", &settings.namespace]].concat();
    let ran = Ran::run(&mut command(&file, &flag), b"")?.ok()?;
    assert!(ran.out().contains("102"), "{}", ran.out());
    write(json!({"controllerNamespace": settings.namespace}))?;
    Ran::run(&mut command(&file, &get), b"")?.ok()?;
    Ran::run(&mut command(&file, &["lint", "--live"]), b"")?.ok()?;
    // A relay, all of it from the profile.
    write(json!({"controllerNamespace": settings.namespace, "via": "relay",
        "relayImage": "registry.example/argo-offload:1",
        "relayOverrides": {"metadata": {"labels": {"team": "a"}}}}))?;
    let mut relayed = command(&file, &get);
    let ran = Ran::run(relayed.env("ARGO_OFFLOAD_LOG", "debug"), b"")?.ok()?;
    assert!(ran.err().contains("/pod/argo-offload-relay-"), "{}", ran.err());
    let mut direct = command(&file, &[&get[..], &["--via", "direct"]].concat());
    let ran = Ran::run(direct.env("ARGO_OFFLOAD_LOG", "debug"), b"")?.ok()?;
    assert!(!ran.err().contains("argo-offload-relay"), "{}", ran.err());
    let elsewhere = [&get[..], &["--controller-namespace", "default"]].concat();
    failing(
        &mut command(&file, &elsewhere),
        SOON,
        &["no workflow-controller in the namespace default"],
    )?;
    // What cannot be read is told where it counts.
    write(json!({"allowPlaintext": true}))?;
    failing(
        &mut command(&file, &get),
        SOON,
        &["profiles.yaml", "allowPlaintext", "docs/stores.md"],
    )?;
    failing(
        &mut command(&folder.path().join("none"), &get),
        SOON,
        &["cannot read", "ARGO_OFFLOAD_PROFILES"],
    )?;
    let version = Ran::run(&mut command(&file, &["version"]), b"")?.ok()?;
    assert!(version.out().contains("kubectl argo-offload"), "{}", version.out());
    Ok(())
}
