//! The plugin through kubectl.

use anyhow::{Context, Result};

use crate::ran::Ran;
use crate::standard::{COMPRESSED, FAILED, LIMIT, PLAIN};
use crate::tests;
use crate::world::World;

tests!(kubectl_finds_the_plugin, size_says_what_the_controller_did);

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
