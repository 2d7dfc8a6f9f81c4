//! The plugin through kubectl.

use anyhow::{Context, Result};

use crate::ran::Ran;
use crate::standard::{COMPRESSED, FAILED, LIMIT, LOST, OFFLOADED, PLAIN};
use crate::tests;
use crate::world::World;

tests!(
    kubectl_finds_the_plugin,
    size_says_what_the_controller_did,
    size_asks_the_cluster_and_the_database,
    size_follows_a_workflow_to_its_end,
);

fn kubectl_finds_the_plugin(world: &World) -> Result<()> {
    let ran = world.kubectl(&["argo-offload", "version"])?.ok()?;
    assert!(
        ran.out().starts_with(&format!("kubectl argo-offload {}\n", env!("CARGO_PKG_VERSION"))),
        "{}",
        ran.out()
    );
    Ok(())
}

fn size_says_what_the_controller_did(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    for (name, stored) in [(PLAIN, "Inline"), (COMPRESSED, "Compressed"), (FAILED, "Inline")] {
        let arguments = ["get", "workflow", name, "-o", "json", "--show-managed-fields"];
        let workflow = space.kubectl(&arguments)?.ok()?;
        let limit = LIMIT.to_string();
        let size = [
            "argo-offload",
            "size",
            "-f",
            "-",
            "-o",
            "json",
            "--argo-version",
            "3.7",
            "--max-size",
            &limit,
        ];
        let report = world.kubectl_with(&size, workflow.stdout())?.json()?;
        let item = report["items"].get(0).context("no item")?;
        assert_eq!(item["name"], name, "{item}");
        assert_eq!(item["stored"], stored, "{item}");
        // What the plugin says the controller will do is what it did.
        assert_eq!(item["verdict"], stored, "{item}");
    }
    // The same as people see it.
    let workflow = space.kubectl(&["get", "workflow", PLAIN, "-o", "json"])?.ok()?;
    let mut command = world.command("kubectl", &world.cluster.kubeconfig("nobody"));
    let ran =
        Ran::run(command.args(["argo-offload", "size", "-f", "-"]), workflow.stdout())?.ok()?;
    assert!(ran.out().contains(PLAIN), "{}", ran.out());
    Ok(())
}

fn size_asks_the_cluster_and_the_database(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let workflow = space.workflow(OFFLOADED)?;
    let report = space.kubectl(&["argo-offload", "size", OFFLOADED, "-o", "json"])?.json()?;
    assert_eq!(report["limitBytes"], LIMIT, "{report}");
    assert_eq!(report["offloading"], true, "{report}");
    let item = report["items"].get(0).context("no item")?;
    assert_eq!((&item["stored"], &item["verdict"]), (&"Offloaded".into(), &"Offloaded".into()));
    assert_eq!((&item["nodes"], &item["atLeast"]), (&102.into(), &false.into()), "{item}");
    // The database's bytes are those that the controller named.
    assert_eq!(item["nodesVersion"], workflow["status"]["offloadNodeStatusVersion"]);
    assert!(item["nodesBytes"].as_u64() > Some(LIMIT), "{item}");
    let lost = space.kubectl(&["argo-offload", "size", LOST])?.ok()?;
    assert!(lost.err().contains("measured without its nodes"), "{}", lost.err());
    let all = space.kubectl(&["argo-offload", "size"])?.ok()?;
    assert!(all.out().contains(OFFLOADED) && all.out().contains("\u{2265}"), "{}", all.out());
    let rows = space.kubectl(&["argo-offload", "size", "--row-bytes", "-o", "json"])?.json()?;
    for (name, there) in [(OFFLOADED, true), (LOST, false), (PLAIN, false)] {
        let items = rows["items"].as_array().context("no items")?;
        let item = items.iter().find(|item| item["name"] == name).context(name)?;
        assert_eq!(item["rowBytes"].as_u64().is_some_and(|bytes| bytes > LIMIT), there, "{item}");
    }
    let table = space.kubectl(&["argo-offload", "size", "--row-bytes"])?.ok()?;
    assert!(table.out().contains("   ROW   "), "{}", table.out());
    Ok(())
}

fn size_follows_a_workflow_to_its_end(world: &World) -> Result<()> {
    let space = world.space("grown")?;
    space.create(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: grows}\nspec:\n  entrypoint: main\n  \
         templates: [{name: main, suspend: {duration: 3s}}]\n",
    )?;
    space.wait("grows", |workflow| workflow["status"]["phase"] == "Running")?;
    let ran = space.kubectl(&["argo-offload", "size", "grows", "-w"])?.ok()?;
    let phases: Vec<String> = ran
        .out()
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2).map(Into::into))
        .collect();
    assert_eq!(phases.first().map(String::as_str), Some("PHASE"));
    assert_eq!(phases.last().map(String::as_str), Some("Succeeded"), "{}", ran.out());
    assert!(phases.len() > 2, "{}", ran.out());
    Ok(())
}
