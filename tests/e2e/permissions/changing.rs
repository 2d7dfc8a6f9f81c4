//! `doctor`, `enable` and `disable` need exactly the rights of the table.

use anyhow::{Context, Result};
use argo_offload_testbed::cluster::Install;
use kubectl_argo_offload::cluster::permissions::{Need, Scope, Without};
use serde_json::Value;

use super::{Places, needs};
use crate::settings::Settings;
use crate::tests;
use crate::world::World;

tests!(
    doctor_needs_what_the_table_says,
    enable_needs_what_the_table_says,
    a_smoke_test_needs_what_the_table_says,
    disable_needs_what_the_table_says,
);

/// It warns of what is missing, and of nothing else.
fn doctor_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "doctor")?;
    // This controller is said to run the workflows of all namespaces.
    places.settings.workflows.clone_from(&places.settings.namespace);
    let all = needs(&["doctor"]);
    for without in std::iter::once(None).chain(all.iter().map(Some)) {
        let rights: Vec<&Need> = all.iter().copied().filter(|need| Some(need) != without).collect();
        let user = places.user(&rights)?;
        let words = ["doctor", "-o", "json", "--select", "AD101,AD2,AD301,AD302"];
        let ran = places.run(&user, &words, false)?;
        let report: Value = serde_json::from_slice(ran.stdout())
            .with_context(|| format!("no report: {}{}", ran.out(), ran.err()))?;
        let warnings: Vec<&str> = report["items"]
            .as_array()
            .context("no items")?
            .iter()
            .filter(|item| item["status"] != "ok" && item["status"] != "skipped")
            .filter_map(|item| item["message"].as_str())
            .collect();
        match without {
            None => assert_eq!(
                warnings,
                [
                    "you may not list workflows.argoproj.io in all namespaces, which is needed for rows against workflows"
                ]
            ),
            Some(need) => {
                let right = need.access(Some(places.namespace(need.scope))).to_string();
                let told = warnings.iter().any(|text| text.contains(&right))
                    || need.scope == Scope::Workflows;
                assert!(told, "without {right}: {warnings:?}");
                assert!(
                    warnings.iter().all(|text| text.starts_with("you may not ")),
                    "{warnings:?}"
                );
            }
        }
    }
    Ok(())
}

/// A changed Secret and ConfigMap: the API checks them, and stores nothing.
fn enable_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "enable")?;
    let password = places.settings.workflows.clone() + "/password";
    let file = world.cluster.folder().join("enable-password");
    std::fs::write(&file, password)?;
    let file = file.display().to_string();
    let words = [
        "enable",
        "--dry-run",
        "server",
        "--cluster-name",
        "other",
        "--db-user",
        "other",
        "--db-password-file",
        &file,
        "--force",
        "AD1,AD2,AD3",
    ];
    places.try_each(&["enable"], &words)
}

fn a_smoke_test_needs_what_the_table_says(world: &World) -> Result<()> {
    let space = world.space_with(Install::new("may-smoke").without_server())?;
    let namespace = space.argo.namespace.clone();
    let settings = Settings { world, workflows: namespace.clone(), namespace };
    let mut places = Places { settings, database: String::new(), what: "may-smoke", made: 0 };
    let all = needs(&["enable", "enable --smoke-test"]);
    let words = ["enable", "-y", "--smoke-test"];
    let user = places.user(&all)?;
    let with_all = places.run(&user, &words, false)?.ok()?;
    assert!(with_all.err().contains(" were offloaded as fnv:"), "{}", with_all.err());
    for need in needs(&["enable --smoke-test"]) {
        let others: Vec<&Need> = all.iter().copied().filter(|other| *other != need).collect();
        let user = places.user(&others)?;
        let ran = places.run(&user, &words, false)?;
        places.judge(need, &ran, &with_all, need.verb);
        assert!(!ran.err().contains(" created"), "{}", ran.err());
    }
    Ok(())
}

fn disable_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "disable")?;
    // This controller is said to run the workflows of all namespaces, which this user may not list.
    let needs: Vec<&Need> =
        needs(&["disable"]).into_iter().filter(|need| need.scope == Scope::Controller).collect();
    for without in std::iter::once(None).chain(needs.iter().map(Some)) {
        let rights: Vec<&Need> =
            needs.iter().copied().filter(|need| Some(need) != without).collect();
        let user = places.user(&rights)?;
        let ran = places.run(&user, &["disable", "--dry-run", "server"], false)?;
        // The last right in its way.
        let right = match without {
            Some(need) if need.without == Without::Fails => {
                need.access(Some(&places.settings.namespace))
            }
            _ => kubectl_argo_offload::cluster::permissions::NEEDS
                .iter()
                .find(|need| need.commands == ["disable"] && need.scope == Scope::Workflows)
                .context("no right of disable alone")?
                .access(None),
        };
        let right = format!("may not {} {}", right.verb, right.resource);
        assert!(ran.code() == 2 && ran.err().contains(&right), "no {right:?} in {}", ran.err());
    }
    Ok(())
}
