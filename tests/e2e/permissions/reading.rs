//! What reads needs exactly the rights of the table.

use anyhow::{Context, Result};
use kubectl_argo_offload::cluster::permissions::{Need, Scope};
use serde_json::json;

use super::{Places, needs};
use crate::settings::Settings;
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    size_name_needs_what_the_table_says,
    size_name_w_needs_what_the_table_says,
    size_needs_what_the_table_says,
    get_needs_what_the_table_says,
    get_name_needs_what_the_table_says,
    get_name_w_needs_what_the_table_says,
    get_o_json_needs_what_the_table_says,
    lint_live_needs_what_the_table_says,
    rows_needs_what_the_table_says,
    a_tunnel_by_a_service_needs_what_the_table_says,
    a_tunnel_by_a_pod_needs_what_the_table_says,
    a_relay_needs_what_the_table_says,
    store_server_needs_what_the_table_says,
);

fn size_name_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "size-name")?.try_each(&["size NAME"], &["size", OFFLOADED])
}

fn size_name_w_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "size-name-w")?.try_each(&["size NAME -w"], &["size", OFFLOADED, "-w"])
}

fn size_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "size")?.try_each(&["size"], &["size"])
}

fn get_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "get")?.try_each(&["get"], &["get"])
}

fn get_name_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "get-name")?.try_each(&["get NAME"], &["get", OFFLOADED])
}

fn get_name_w_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "get-name-w")?.try_each(&["get NAME -w"], &["get", OFFLOADED, "-w"])
}

fn get_o_json_needs_what_the_table_says(world: &World) -> Result<()> {
    let running = "workflows.argoproj.io/phase=Running";
    Places::new(world, "get-json")?
        .try_each(&["get -o json"], &["get", "-l", running, "-o", "json"])
}

fn lint_live_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "lint-live")?.try_each(&["lint --live"], &["lint", "--live"])
}

fn rows_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "rows")?.try_each(&["rows"], &["rows", "-o", "name"])
}

fn a_tunnel_by_a_service_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "via-svc")?;
    let database = Settings::new(world, "database-of-via-svc")?;
    database.database_pod()?;
    places.database.clone_from(&database.namespace);
    let via = format!("svc/{}/mysql", database.namespace);
    places.try_each(&["get NAME", "--via svc/NAME"], &["get", OFFLOADED, "--via", &via])
}

fn a_tunnel_by_a_pod_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "via-pod")?;
    let database = Settings::new(world, "database-of-via-pod")?;
    let pod = database.database_pod()?;
    places.database.clone_from(&database.namespace);
    let via = format!("pod/{}/{pod}", database.namespace);
    places.try_each(&["get NAME", "--via pod/NAME"], &["get", OFFLOADED, "--via", &via])
}

fn a_relay_needs_what_the_table_says(world: &World) -> Result<()> {
    let relay = ["--via", "relay", "--relay-image", "registry.example/argo-offload:1"];
    let words = [&["get", OFFLOADED][..], &relay].concat();
    Places::new(world, "relay")?.try_each(&["get NAME", "--via relay"], &words)
}

/// argo-server itself looks at the workflow with the user's token.
fn store_server_needs_what_the_table_says(world: &World) -> Result<()> {
    let argo = world.standard()?.space(world).argo.clone();
    let mut places = Places::new(world, "store-server")?;
    places.settings.namespace.clone_from(&argo.namespace);
    let mut all = needs(&["--store server"]);
    let workflow = needs(&["get NAME"]).into_iter().find(|need| need.scope == Scope::Workflows);
    all.extend(workflow);
    let words = ["get", OFFLOADED, "--store", "server"];
    let mut with_all = None;
    for without in std::iter::once(None).chain(all.iter().map(Some)) {
        let rights: Vec<&Need> = all.iter().copied().filter(|need| Some(need) != without).collect();
        places.made += 1;
        let account = format!("store-server-{}", places.made);
        let user = world.cluster.account_user(&argo.namespace, &account)?;
        let subject =
            json!({"kind": "ServiceAccount", "name": account, "namespace": argo.namespace});
        places.bind(&subject, &account, &rights)?;
        places.wait(&user, rights.last().context("no rights")?)?;
        let ran = places.run(&user, &words, false)?;
        match (without, &with_all) {
            (Some(need), Some(with_all)) => {
                if Some(*need) == workflow {
                    assert_eq!(ran.code(), 2, "{}", ran.err());
                    assert!(
                        ran.err().contains("argo-server")
                            && ran.err().contains("workflows.argoproj.io"),
                        "{}",
                        ran.err()
                    );
                    continue;
                }
                let what = format!("{words:?} without {} {}", need.verb, need.resource);
                places.judge(need, &ran, with_all, &what);
            }
            _ => with_all = Some(ran.ok()?),
        }
    }
    Ok(())
}
