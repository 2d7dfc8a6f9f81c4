//! The standard workflows are what their names say.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::ran::Ran;
use crate::standard::{COMPRESSED, FAILED, LARGE, LOST, OFFLOADED, PLAIN, RUNNING};
use crate::tests;
use crate::world::World;

tests!(
    plain_and_failed_have_their_nodes_in_the_object,
    compressed_has_no_row,
    offloaded_names_a_row_that_is_there,
    lost_names_a_row_that_is_not_there,
    large_has_a_row_of_more_than_a_mebibyte,
    argo_server_shows_offloaded_nodes_and_argo_alone_does_not,
);

fn version(workflow: &Value) -> Result<&str> {
    let version =
        workflow["status"]["offloadNodeStatusVersion"].as_str().context("not offloaded")?;
    ensure!(version.starts_with("fnv:"), "{version}");
    ensure!(workflow["status"]["nodes"].is_null(), "nodes are in the object too");
    ensure!(
        workflow["status"]["compressedNodes"].is_null(),
        "compressed nodes are in the object too"
    );
    Ok(version)
}

fn plain_and_failed_have_their_nodes_in_the_object(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    for (name, nodes) in [(PLAIN, 5), (FAILED, 3)] {
        let workflow = space.workflow(name)?;
        let found = workflow["status"]["nodes"].as_object().map(serde_json::Map::len);
        assert_eq!(found, Some(nodes), "nodes of {name}");
        assert!(workflow["status"]["offloadNodeStatusVersion"].is_null(), "{name} is offloaded");
        assert_eq!(space.rows(&workflow, None)?, 0, "rows of {name}");
    }
    Ok(())
}

fn compressed_has_no_row(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let workflow = space.workflow(COMPRESSED)?;
    // What Argo compresses begins with gzip's magic number, here in base64.
    let text = workflow["status"]["compressedNodes"].as_str().context("not compressed")?;
    assert!(text.starts_with("H4sI"), "{}", &text[..8]);
    assert_eq!(space.rows(&workflow, None)?, 0);
    Ok(())
}

fn offloaded_names_a_row_that_is_there(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    for (name, phase) in [(OFFLOADED, "Succeeded"), (RUNNING, "Running")] {
        let workflow = space.workflow(name)?;
        assert_eq!(workflow["status"]["phase"], phase);
        assert_eq!(space.rows(&workflow, Some(version(&workflow)?))?, 1, "rows of {name}");
    }
    Ok(())
}

fn lost_names_a_row_that_is_not_there(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let workflow = space.workflow(LOST)?;
    version(&workflow)?;
    assert_eq!(space.rows(&workflow, None)?, 0);
    Ok(())
}

fn large_has_a_row_of_more_than_a_mebibyte(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let workflow = space.workflow(LARGE)?;
    let version = version(&workflow)?;
    let bytes = space
        .sql(&format!("SELECT length(nodes) FROM argo_workflows WHERE version='{version}'"))?;
    let bytes: u64 = bytes.trim().parse().with_context(|| format!("length is {bytes:?}"))?;
    assert!(bytes > 1 << 20, "{bytes} bytes");
    Ok(())
}

fn argo_server_shows_offloaded_nodes_and_argo_alone_does_not(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let through_server =
        Ran::run(space.argo_command("argo")?.args(["get", OFFLOADED, "-o", "json"]), b"")?
            .json()?;
    let nodes = through_server["status"]["nodes"].as_object().map(serde_json::Map::len);
    assert_eq!(nodes, Some(102));
    let mut alone = world.command("argo", &world.cluster.kubeconfig("admin"));
    let alone = Ran::run(alone.args(["get", OFFLOADED, "-n", &space.argo.namespace]), b"")?;
    assert_ne!(alone.code(), 0);
    assert!(alone.err().contains("offload node status is not supported"), "{}", alone.err());
    Ok(())
}
