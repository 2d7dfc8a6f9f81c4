//! The controller's configuration leads to no database that can be read.

use anyhow::{Context, Result};
use serde_json::json;

use super::SOON;
use crate::ran::Ran;
use crate::reach::{kubeconfig, token_of};
use crate::settings::Settings;
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    a_config_map_that_the_controller_refuses_leads_to_lint,
    offloading_that_is_not_set_up_is_told,
    postgresql_is_read_by_argo_server,
);

fn a_config_map_that_the_controller_refuses_leads_to_lint(world: &World) -> Result<()> {
    let settings = Settings::new(world, "refused-map")?;
    for (text, said) in [
        ("mysql:\n  hots: db\n", "unknown field"),
        ("mysql:\n  host: [\n", "yaml"),
        ("nodeStatusOffLoad: 1\n", "cannot unmarshal"),
    ] {
        settings.persistence(text)?;
        let told = [
            "the controller refuses the ConfigMap",
            &settings.namespace,
            said,
            "kubectl argo-offload lint",
        ];
        settings.fails(&["get", OFFLOADED], SOON, &told)?;
        settings.fails(&["rows"], SOON, &told)?;
    }
    Ok(())
}

fn offloading_that_is_not_set_up_is_told(world: &World) -> Result<()> {
    let settings = Settings::with(world, "no-database", |said| said.persistence = json!({}))?;
    let told = ["has no database: there is no persistence.mysql", "--controller-namespace"];
    settings.fails(&["get", OFFLOADED], SOON, &told)?;
    let missing = Settings::with(world, "no-table", |said| {
        said.persistence["mysql"]["tableName"] = "".into();
    })?;
    missing.fails(
        &["rows"],
        SOON,
        &["persistence.mysql.tableName", "kubectl argo-offload lint"],
    )?;
    Ok(())
}

fn postgresql_is_read_by_argo_server(world: &World) -> Result<()> {
    let settings = Settings::with(world, "postgresql", |said| {
        said.persistence["postgresql"] = said.persistence["mysql"].clone();
        said.persistence.as_object_mut().expect("object").remove("mysql");
    })?;
    settings.fails(
        &["get", OFFLOADED],
        SOON,
        &["PostgreSQL", "and argo-server", "ARGO_SERVER=HOST:PORT"],
    )?;
    settings.fails(
        &["rows"],
        SOON,
        &["PostgreSQL", "get NAME reads its workflows through argo-server"],
    )?;
    let server = world.standard()?.space(world).argo.server.clone().context("no argo-server")?;
    let mut command = settings.command(&world.cluster.kubeconfig("admin"), &["get", OFFLOADED]);
    command.env("ARGO_SERVER", server.trim_start_matches("http://")).env("ARGO_SECURE", "false");
    command.env("ARGO_TOKEN", format!("Bearer {}", token_of(world, "reader")?));
    let ran = Ran::run(&mut command, b"")?.ok()?;
    assert!(ran.err().contains("note: the nodes come from argo-server"), "{}", ran.err());
    assert!(
        ran.err().contains("PostgreSQL") && ran.out().contains("102"),
        "{}{}",
        ran.err(),
        ran.out()
    );
    Ok(())
}
