//! The database says no, nothing, or something wrong.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::database::{Kind, Server};
use serde_json::json;

use super::{SOON, locked};
use crate::reach::{free_port, silent_port};
use crate::settings::Settings;
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    a_database_that_is_down_is_told,
    a_database_that_never_answers_is_given_up,
    a_database_that_stops_amid_a_command_is_given_up,
    a_wrong_password_is_told_from_a_line_break_in_the_secret,
    a_secret_or_key_that_is_not_there_is_named,
    a_certificate_of_another_name_or_authority_is_told,
    nodes_that_were_changed_or_are_no_json_are_told,
);

fn a_database_that_is_down_is_told(world: &World) -> Result<()> {
    let port = free_port()?;
    let settings =
        Settings::with(world, "refused", |said| said.persistence["mysql"]["port"] = port.into())?;
    for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "-o", "json"], &["rows"]] {
        let at = format!("@127.0.0.1:{port}/");
        let ran =
            settings.fails(words, SOON, &[&at, "connection refused", "whether the server runs"])?;
        assert!(!ran.out().contains("\"nodes\""), "{}", ran.out());
    }
    // What is in the object is shown.
    let ran = settings.run(&["get", OFFLOADED])?;
    assert!(ran.out().contains("Name:") && ran.out().contains(OFFLOADED), "{}", ran.out());
    Ok(())
}

fn a_database_that_never_answers_is_given_up(world: &World) -> Result<()> {
    let (_listener, port) = silent_port()?;
    let settings =
        Settings::with(world, "silent", |said| said.persistence["mysql"]["port"] = port.into())?;
    for words in [&["get", OFFLOADED, "--via", "direct"][..], &["rows", "--via", "direct"]] {
        let start = Instant::now();
        settings.fails(
            words,
            Duration::from_secs(10) + SOON,
            &["no answer to the connection within 10 s"],
        )?;
        ensure!(
            start.elapsed() >= Duration::from_secs(10),
            "it did not wait: {:?}",
            start.elapsed()
        );
    }
    Ok(())
}

/// Stopped by a signal while a command runs, a server keeps its connections open and says nothing.
fn a_database_that_stops_amid_a_command_is_given_up(world: &World) -> Result<()> {
    let server = Server::start(Kind::MariaDb)?;
    let standard = world.standard()?.space(world);
    let database = server.database("stops")?;
    server.sql_in(
        "stops",
        "CREATE TABLE argo_workflows (clustername varchar(64), uid varchar(128), version varchar(64), namespace varchar(256), \
         nodes longtext, updatedat timestamp, PRIMARY KEY (clustername, uid, version))",
    )?;
    let mut space = standard;
    space.argo.database = database;
    let settings = Settings::of(&space, "stops", |_| {})?;
    settings.fails(&["get", OFFLOADED], SOON, &["has no row of uid", "it has no other row"])?;
    server.pause()?;
    let ran = settings.fails(
        &["get", OFFLOADED],
        Duration::from_secs(10) + SOON,
        &["no answer to the connection within 10 s"],
    );
    server.resume()?;
    ran?;
    server.kill()?;
    settings.fails(&["get", OFFLOADED], SOON, &["connection refused"])?;
    Ok(())
}

fn a_wrong_password_is_told_from_a_line_break_in_the_secret(world: &World) -> Result<()> {
    let wrong = Settings::with(world, "wrong-password", |said| said.password = "wrong".into())?;
    wrong.fails(&["get", OFFLOADED], SOON, &["Error 1045", "check user name and password"])?;
    wrong.fails(&["rows"], SOON, &["Error 1045", "check user name and password"])?;
    let blank = Settings::with(world, "line-break", |said| said.password.push('\n'))?;
    let told = [
        "the password begins or ends with a blank or a line break",
        "kubectl create secret generic",
        "echo -n",
    ];
    blank.fails(&["get", OFFLOADED], SOON, &told)?;
    blank.fails(&["rows"], SOON, &told)?;
    Ok(())
}

fn a_secret_or_key_that_is_not_there_is_named(world: &World) -> Result<()> {
    let no_key = Settings::with(world, "no-key", |said| {
        said.persistence["mysql"]["passwordSecret"]["key"] = "pasword".into();
    })?;
    no_key.fails(
        &["get", OFFLOADED],
        SOON,
        &["has no key \"pasword\"; it has: password, username"],
    )?;
    let no_secret = Settings::with(world, "no-secret", |said| {
        said.persistence["mysql"]["passwordSecret"]["name"] = "elsewhere".into();
    })?;
    let get = format!("kubectl get secrets -n {}", no_secret.namespace);
    no_secret.fails(&["rows"], SOON, &["there is no secrets \"elsewhere\"", &get])?;
    Ok(())
}

/// MySQL 5.7 of the test bed knows no TLS, which is told, too.
fn a_certificate_of_another_name_or_authority_is_told(world: &World) -> Result<()> {
    let through = Settings::with(world, "tls-name", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3306.into();
        said.persistence["mysql"]["options"] = json!({"tls": "true"});
    })?;
    through.database_pod()?;
    let direct = Settings::with(world, "tls-good", |said| {
        said.persistence["mysql"]["options"] = json!({"tls": "true"});
    })?;
    let server = world.cluster.database();
    let authority = server.certificates().authority.display().to_string();
    let words = ["get", OFFLOADED, "--db-ca", &authority];
    match server.kind() {
        Kind::MySql57 => {
            direct.fails(&words, SOON, &["offers no TLS"])?;
        }
        Kind::MySql80 => {
            direct.fails(&words, SOON, &["TLS: ", "no cipher that is safe today"])?;
        }
        _ => {
            direct.run(&words)?.ok()?;
            through.fails(&words, SOON, &["TLS: ", "the certificate is for other names"])?;
            direct.fails(&["rows"], SOON, &["TLS: ", "--db-ca FILE"])?;
        }
    }
    Ok(())
}

fn nodes_that_were_changed_or_are_no_json_are_told(world: &World) -> Result<()> {
    let (space, _) = locked(world, "changed_nodes")?;
    let settings = Settings::of(&space, "changed", |_| {})?;
    settings.run(&["get", OFFLOADED])?.ok()?;
    let workflow = space.workflow(OFFLOADED)?;
    let uid = workflow["metadata"]["uid"].as_str().context("no uid")?;
    let set = |nodes: &str| {
        space.sql(&format!("UPDATE argo_workflows SET nodes = '{nodes}' WHERE uid = '{uid}'"))
    };
    set("{}")?;
    settings.fails(
        &["get", OFFLOADED],
        SOON,
        &["are not what was written under this version", "backup of the database"],
    )?;
    settings.fails(
        &["get", OFFLOADED, "-o", "json"],
        SOON,
        &["are not what was written under this version"],
    )?;
    if world.cluster.database().kind() == Kind::MariaDb {
        // It keeps texts, and checks them only as long as nobody tells it not to.
        let text = format!(
            "SET check_constraint_checks = 0; UPDATE argo_workflows SET nodes = '{{\"a' WHERE uid = '{uid}'"
        );
        space.sql(&text)?;
        settings.fails(
            &["get", OFFLOADED],
            SOON,
            &["cannot be read as nodes", "backup of the database"],
        )?;
    } else {
        let refused = set("{\"a").expect_err("MySQL keeps no text that is no JSON");
        assert!(format!("{refused:#}").contains("3140"), "{refused:#}");
    }
    Ok(())
}
