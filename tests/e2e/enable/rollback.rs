//! What was changed can be put back, and what somebody else has changed since is not touched.

use anyhow::Result;
use argo_offload_testbed::cluster::Install;
use serde_json::json;

use super::{MAP, SECRET, bare, command, enable, persistence, run, state};
use crate::ran::Ran;
use crate::tests;
use crate::world::World;

tests!(what_was_changed_can_be_put_back, a_secret_that_somebody_else_changes_is_not_touched,);

fn what_was_changed_can_be_put_back(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-back"))?;
    let before = state(&space)?;
    enable(&space, &["-y"])?.ok()?;
    assert_ne!(state(&space)?, before);
    let patch = json!({"data": {"parallelism": "100"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let ran = run(&space, &["enable", "--rollback", "-y"])?.ok()?;
    assert!(ran.err().contains("deployment/workflow-controller runs"), "{}", ran.err());
    let mut expected = before;
    expected["map"]["parallelism"] = "100".into();
    assert_eq!(state(&space)?, expected, "what somebody else has changed stays");
    // A Secret that was there gets its old values.
    enable(&space, &["-y"])?.ok()?;
    let second = state(&space)?;
    let user = world.cluster.database();
    user.sql(format!(
        "CREATE USER 'en_back_2'@'%' IDENTIFIED BY 'second'; GRANT ALL ON `{}`.* TO 'en_back_2'@'%'",
        space.argo.database.name
    ))?;
    let mut other = command(&space, &["enable", "--db-user", "en_back_2", "-y"]);
    Ran::run(other.env("ARGO_OFFLOAD_DB_PASSWORD", "second"), b"")?.ok()?;
    assert_ne!(state(&space)?, second);
    run(&space, &["enable", "--rollback", "-y"])?.ok()?;
    assert_eq!(state(&space)?, second);
    Ok(())
}

fn a_secret_that_somebody_else_changes_is_not_touched(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-secret").without_server())?;
    enable(&space, &["-y"])?.ok()?;
    let patch = json!({"stringData": {"note": "theirs"}}).to_string();
    space.kubectl(&["patch", "secret", SECRET, "-p", &patch])?.ok()?;
    let map = persistence(&space)?;
    let ran = run(&space, &["enable", "--rollback", "-y"])?;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    assert!(ran.err().contains("somebody else has made or changed the Secret"), "{}", ran.err());
    let secret = space.kubectl(&["get", "secret", SECRET, "-o", "jsonpath={.data.note}"])?.ok()?;
    assert!(!secret.out().is_empty(), "it is there, as they have left it");
    assert_eq!(persistence(&space)?, map, "and what needs it is as it was too");
    Ok(())
}
