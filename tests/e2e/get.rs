//! `get`: workflows and their nodes, wherever those are.

use anyhow::{Context, Result};
use argo_offload_core::golang::{ArgoVersion, Encoder, Root};
use serde_json::Value;

use crate::ran::Ran;
use crate::reach::token_of;
use crate::space::Space;
use crate::standard::{COMPRESSED, FAILED, LARGE, LOST, OFFLOADED, PLAIN, RUNNING};
use crate::tests;
use crate::world::World;

tests!(
    every_standard_workflow_is_what_argo_server_gives,
    an_author_with_rights_on_workflows_alone_reads_through_argo_server,
    without_a_way_to_the_nodes_both_ways_are_named,
    whoever_may_not_even_see_the_workflow_can_read_it_with_a_token,
    a_lost_row_is_told_and_another_version_can_be_shown,
    the_table_says_where_nodes_are,
    a_tree_names_the_database_and_never_its_password,
    a_running_workflow_is_followed_to_its_end,
    a_workflow_that_is_not_there_is_told_once,
    files_take_their_nodes_from_the_cluster_when_asked,
);

/// `get` through kubectl, as a user.
fn get(space: &Space<'_>, user: &str, arguments: &[&str]) -> Result<Ran> {
    Ran::run(&mut command(space, user, arguments), b"")
}

fn command(space: &Space<'_>, user: &str, arguments: &[&str]) -> std::process::Command {
    let mut command = space.world.command("kubectl", &space.world.cluster.kubeconfig(user));
    command.args(["argo-offload", "get", "-n", &space.argo.namespace]).args(arguments);
    command
}

/// The same with argo-server's address and a token in the environment, as `argo` takes them.
fn with_server(space: &Space<'_>, user: &str, arguments: &[&str]) -> Result<Ran> {
    let server = space.argo.server.as_deref().context("no argo-server here")?;
    let token = token_of(space.world, "reader")?;
    let mut command = command(space, user, arguments);
    command.env("ARGO_SERVER", server.trim_start_matches("http://")).env("ARGO_SECURE", "false");
    Ran::run(command.env("ARGO_TOKEN", format!("Bearer {token}")), b"")
}

/// What Argo's own code writes of a workflow.
fn canonical(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let version: ArgoVersion = "3.7.6".parse().expect("a version");
    let encoded =
        Encoder::new(version).encode(text, Root::Workflow, &mut bytes).expect("a Workflow");
    assert!(encoded.dropped.is_empty(), "{:?}", encoded.dropped);
    bytes
}

/// That two texts are one, else where they part.
#[track_caller]
fn same(ours: &[u8], argo: &[u8], what: &str) {
    let at = ours.iter().zip(argo).take_while(|(one, other)| one == other).count();
    let around = |text: &[u8]| {
        String::from_utf8_lossy(&text[at.saturating_sub(80)..text.len().min(at + 80)]).into_owned()
    };
    assert!(
        ours == argo,
        "{what}: {} and {} bytes; at byte {at}:\n{}\n{}",
        ours.len(),
        argo.len(),
        around(ours),
        around(argo)
    );
}

fn every_standard_workflow_is_what_argo_server_gives(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    for (name, nodes) in [
        (PLAIN, 5),
        (COMPRESSED, 302),
        (OFFLOADED, 102),
        (RUNNING, 102),
        (FAILED, 3),
        (LARGE, 3002),
    ] {
        let of_argo =
            Ran::run(space.argo_command("argo")?.args(["get", name, "-o", "json"]), b"")?.ok()?;
        let expected = canonical(of_argo.stdout());
        // argo leaves out what kind of object it is.
        let kind = br#"{"kind":"Workflow","apiVersion":"argoproj.io/v1alpha1","#;
        let expected = [&kind[..], expected.strip_prefix(b"{").context("no object")?].concat();
        let direct = get(&space, "admin", &[name, "-o", "json"])?.ok()?;
        assert_eq!(direct.err(), "", "{name}");
        let object: Value = serde_json::from_slice(direct.stdout())?;
        assert_eq!(
            object["status"]["nodes"].as_object().map(serde_json::Map::len),
            Some(nodes),
            "{name}"
        );
        assert!(object["status"]["offloadNodeStatusVersion"].is_null(), "{name}");
        same(&canonical(direct.stdout()), &expected, &format!("{name} through the cluster"));
        let served =
            with_server(&space, "reader", &[name, "-o", "json", "--store", "server"])?.ok()?;
        same(&canonical(served.stdout()), &expected, &format!("{name} through argo-server"));
    }
    Ok(())
}

fn an_author_with_rights_on_workflows_alone_reads_through_argo_server(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let ran = with_server(&space, "reader", &[OFFLOADED])?.ok()?;
    assert!(ran.out().contains("102"), "{}", ran.out());
    assert!(ran.out().contains("read by argo-server at http://127.0.0.1:"), "{}", ran.out());
    assert!(ran.err().contains("note: the nodes come from argo-server"), "{}", ran.err());
    assert!(ran.err().contains("may not"), "{}", ran.err());
    // Without an address, the server beside the controller is reached through the cluster.
    let beside = get(&space, "admin", &[OFFLOADED, "--store", "server"])?.ok()?;
    assert!(beside.out().contains("102"), "{}", beside.out());
    // Argo alone cannot.
    let full = get(&space, "admin", &[OFFLOADED, "-o", "json"])?.ok()?;
    let same = with_server(&space, "reader", &[OFFLOADED, "-o", "json"])?.ok()?;
    assert!(full.stdout() == same.stdout(), "the bytes differ");
    Ok(())
}

fn without_a_way_to_the_nodes_both_ways_are_named(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let ran = get(&space, "reader", &[OFFLOADED])?;
    assert_eq!(ran.code(), 2);
    // What can be seen is shown.
    assert!(ran.out().contains("Name:") && ran.out().contains(OFFLOADED), "{}", ran.out());
    for text in ["may not", "argo-server", "ARGO_SERVER=HOST:PORT", "ARGO_TOKEN="] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    // What needs no database does not ask for any.
    assert_eq!(get(&space, "reader", &[COMPRESSED])?.ok()?.err(), "");
    Ok(())
}

fn whoever_may_not_even_see_the_workflow_can_read_it_with_a_token(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let ran = get(&space, "nobody", &[OFFLOADED])?;
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("may not get workflows.argoproj.io"), "{}", ran.err());
    let ran = with_server(&space, "nobody", &[OFFLOADED])?.ok()?;
    assert!(ran.err().contains("the workflow comes from argo-server"), "{}", ran.err());
    assert!(ran.out().contains("102"), "{}", ran.out());
    Ok(())
}

fn a_lost_row_is_told_and_another_version_can_be_shown(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let ran = get(&space, "admin", &[LOST])?;
    assert_eq!(ran.code(), 2);
    assert!(ran.out().contains(LOST), "{}", ran.out());
    for text in [
        "the nodes of workflow/lost are lost",
        "has no row of uid",
        "no other row of this workflow",
    ] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    let served = with_server(&space, "reader", &[LOST])?;
    assert_eq!(served.code(), 2);
    assert!(served.err().contains("finds no row"), "{}", served.err());
    // Its row was deleted, that of a workflow of the same nodes is put under its uid.
    let uid = |name: &str| -> Result<String> {
        Ok(space.workflow(name)?["metadata"]["uid"].as_str().context("no uid")?.to_owned())
    };
    let own = world.space("other-version")?;
    own.create(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: moved}\nspec:\n  entrypoint: main\n  \
         templates: [{name: main, suspend: {duration: 1s}}]\n",
    )?;
    own.ended("moved", "Succeeded")?;
    let named = space.workflow(OFFLOADED)?;
    let version = named["status"]["offloadNodeStatusVersion"].as_str().context("no version")?;
    let from = format!("`{}`.argo_workflows", space.argo.database.name);
    let target = own.workflow("moved")?["metadata"]["uid"].as_str().context("no uid")?.to_owned();
    own.sql(&format!(
        "INSERT INTO argo_workflows (clustername, uid, namespace, version, nodes) SELECT clustername, '{target}', \
         '{}', version, nodes FROM {from} WHERE uid='{}' AND version='{version}'",
        own.argo.namespace,
        uid(OFFLOADED)?
    ))?;
    let patch = r#"{"status":{"nodes":null,"offloadNodeStatusVersion":"fnv:7"}}"#;
    own.kubectl(&["patch", "workflow", "moved", "--type=merge", "-p", patch])?.ok()?;
    let ran = get(&own, "admin", &["moved"])?;
    assert_eq!(ran.code(), 2);
    let hint = format!("show one with --row-version {version}");
    for text in ["fnv:7", "1 other version", "(102 nodes, ", " old)", &hint] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    let shown = get(&own, "admin", &["moved", "--row-version", version])?.ok()?;
    assert!(shown.out().contains("the workflow names fnv:7"), "{}", shown.out());
    Ok(())
}

fn the_table_says_where_nodes_are(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let table = get(&space, "reader", &[])?.ok()?.out();
    for (name, stored) in [
        (PLAIN, "inline"),
        (COMPRESSED, "compressed"),
        (OFFLOADED, "offloaded"),
        (LOST, "offloaded"),
    ] {
        let line = table.lines().find(|line| line.split_whitespace().nth(1) == Some(name));
        let line = line.with_context(|| format!("no {name} in {table}"))?;
        assert!(line.to_lowercase().contains(stored), "{line}");
    }
    let names = get(&space, "reader", &["-o", "name"])?.ok()?.out();
    assert_eq!(names.lines().count(), 7, "{names}");
    let failed = "workflows.argoproj.io/phase=Failed";
    let names = get(&space, "reader", &["-l", failed, "-o", "name"])?.ok()?.out();
    assert_eq!(names, format!("workflow.argoproj.io/{FAILED}\n"));
    let none = get(&space, "reader", &["-l", "no=such"])?.ok()?;
    assert_eq!(none.err(), format!("No resources found in {} namespace.\n", space.argo.namespace));
    let all = get(&space, "reader", &["-A"])?;
    assert_eq!(all.code(), 2);
    assert!(
        all.err().contains("may not list workflows.argoproj.io in all namespaces"),
        "{}",
        all.err()
    );
    Ok(())
}

fn a_tree_names_the_database_and_never_its_password(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let ran = get(&space, "admin", &[OFFLOADED, "--limit", "3"])?.ok()?;
    let text = ran.out();
    assert!(text.contains("offloaded as fnv:") && text.contains("in mysql://"), "{text}");
    assert!(text.contains("97 Succeeded"), "{text}");
    assert!(!text.contains(&space.argo.database.password), "the password is shown");
    Ok(())
}

fn a_running_workflow_is_followed_to_its_end(world: &World) -> Result<()> {
    let space = world.space("followed")?;
    space.create(
        "apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nmetadata: {name: short}\nspec:\n  entrypoint: main\n  \
         templates: [{name: main, suspend: {duration: 3s}}]\n",
    )?;
    space.wait("short", |workflow| workflow["status"]["phase"] == "Running")?;
    let ran = get(&space, "admin", &["short", "-w"])?.ok()?;
    assert!(ran.out().lines().count() >= 2 && ran.out().contains("Succeeded"), "{}", ran.out());
    let missing = get(&space, "admin", &["none", "-w", "--request-timeout=5"])?;
    assert_eq!(missing.code(), 2);
    assert!(
        missing.err().contains("there is no workflows.argoproj.io \"none\""),
        "{}",
        missing.err()
    );
    Ok(())
}

fn a_workflow_that_is_not_there_is_told_once(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let ran = get(&space, "admin", &[PLAIN, "none"])?;
    assert_eq!(ran.code(), 2);
    assert_eq!(ran.err().matches("error: ").count(), 1, "{}", ran.err());
    assert!(ran.err().contains("there is no workflows.argoproj.io \"none\""), "{}", ran.err());
    assert!(ran.out().contains(PLAIN), "{}", ran.out());
    Ok(())
}

fn files_take_their_nodes_from_the_cluster_when_asked(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let given = space.kubectl(&["get", "workflow", OFFLOADED, "-o", "json"])?.ok()?;
    let wanted = get(&space, "admin", &[OFFLOADED, "-o", "json"])?.ok()?;
    let wanted: Value = serde_json::from_slice(wanted.stdout())?;
    for command in ["get", "merge"] {
        let arguments = [
            "argo-offload",
            command,
            "-f",
            "-",
            "-o",
            "json",
            "--store",
            "cluster",
            "-n",
            &space.argo.namespace,
        ];
        let found = world.kubectl_with(&arguments, given.stdout())?.json()?;
        assert_eq!(found["status"]["nodes"], wanted["status"]["nodes"], "{command}");
    }
    Ok(())
}
