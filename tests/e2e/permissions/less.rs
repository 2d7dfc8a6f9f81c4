//! With fewer rights than the table's there are other ways.

use std::time::Duration;

use anyhow::Result;
use kubectl_argo_offload::cluster::permissions::grant;

use super::{Places, needs};
use crate::ran::Ran;
use crate::settings::Settings;
use crate::space::TABLE;
use crate::standard::{LOST, OFFLOADED};
use crate::tests;
use crate::world::World;

tests!(
    the_config_map_suffices_where_no_controller_can_be_seen,
    without_controller_namespace_the_current_one_is_looked_at,
    the_database_user_needs_select_on_one_table,
);

fn the_config_map_suffices_where_no_controller_can_be_seen(world: &World) -> Result<()> {
    let mut places = Places::new(world, "map-only")?;
    let mut rights = needs(&["get NAME", "size NAME"]);
    rights.retain(|need| need.verb == "get");
    let user = places.user(&rights)?;
    assert_eq!(places.run(&user, &["get", OFFLOADED], false)?.ok()?.err(), "");
    let size = places.run(&user, &["size", OFFLOADED], false)?.ok()?;
    let map = format!(
        "only the ConfigMap {}/configmap/workflow-controller-configmap",
        places.settings.namespace
    );
    assert!(size.err().contains("note: ") && size.err().contains(&map), "{}", size.err());
    Ok(())
}

fn without_controller_namespace_the_current_one_is_looked_at(world: &World) -> Result<()> {
    let mut places = Places::new(world, "current")?;
    places.settings.namespace.clone_from(&places.settings.workflows);
    let rights = needs(&["get NAME"]);
    let user = places.user(&rights)?;
    let run = |user: &std::path::Path| {
        let mut command = world.command("kubectl", user);
        Ran::run(
            command.args(["argo-offload", "get", OFFLOADED, "-n", &places.settings.workflows]),
            b"",
        )
    };
    assert_eq!(run(&user)?.ok()?.err(), "");
    Ok(())
}

fn the_database_user_needs_select_on_one_table(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let database = space.argo.database.name.clone();
    let made = |user: &str, grant: &str| -> Result<()> {
        let user = format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'a-password';\n{grant};\n");
        space.sql(&user).map(|_| ())
    };
    let as_user = |user: &str| {
        Settings::with(world, &user.replace('_', "-"), |said| {
            said.user = user.into();
            said.password = "a-password".into();
        })
    };
    made("only_select", &grant(&database, TABLE, "only_select"))?;
    let settings = as_user("only_select")?;
    assert!(settings.run(&["get", OFFLOADED])?.ok()?.out().contains("102"));
    let rows =
        settings.run(&["rows", "-o", "json", "--bytes", "exact", "--all-clusters"])?.json()?;
    assert!(rows["items"].as_array().is_some_and(|items| items.len() >= 4), "{rows}");
    let lost = settings.run(&["get", LOST])?;
    assert!(lost.err().contains("no other row of this workflow"), "{}", lost.err());
    // Of another table it is not enough.
    made("other_table", &grant(&database, "schema_history", "other_table"))?;
    as_user("other_table")?.fails(
        &["get", OFFLOADED],
        Duration::from_secs(20),
        &["no table argo_workflows", "may not see it"],
    )?;
    made("no_right", "SELECT 1")?;
    as_user("no_right")?.fails(
        &["rows"],
        Duration::from_secs(20),
        &["Error 1044", &database, "whether the user may use it"],
    )?;
    Ok(())
}
