//! Nothing is left half done: crashes, edits in between, kills and interrupts.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use argo_offload_testbed::cluster::Install;
use argo_offload_testbed::database::{Kind, Start};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use super::{MAP, bare, command, enable, enable_by, enabling, is_healthy, persistence, run, state};
use crate::reach::silent_port;
use crate::space::Space;
use crate::tests;
use crate::world::World;

tests!(
    a_controller_that_does_not_come_up_is_put_back,
    a_config_map_that_somebody_edits_meanwhile_is_not_overwritten,
    a_run_that_is_killed_is_completed_by_the_next_one,
    an_interrupted_run_says_how_to_go_on,
    a_sick_cluster_is_left_as_it_was,
);

fn a_controller_that_does_not_come_up_is_put_back(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-crash"))?;
    let before = state(&space)?;
    let ran = enable_by(&space, &["-y", "--force", "AD302"], "wrong")?;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    for text in [
        "access-denied",
        "everything is as it was before",
        "configmap/workflow-controller-configmap put back",
        "secret/argo-mysql-config deleted",
    ] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    assert_eq!(state(&space)?, before);
    world.cluster.ready(&space.argo)?;
    // And it can be done rightly afterwards.
    enable(&space, &["-y"])?.ok()?;
    assert!(persistence(&space)?.contains("nodeStatusOffLoad: true"));
    Ok(())
}

fn a_config_map_that_somebody_edits_meanwhile_is_not_overwritten(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-edit"))?;
    let database = &space.argo.database;
    // The check of the database takes ten seconds, in which somebody is faster.
    let (_listener, silent) = silent_port()?;
    let port = silent.to_string();
    let words = [
        "enable",
        "--db-host",
        &database.host,
        "--db-port",
        &port,
        "--db-name",
        &database.name,
        "--db-user",
        &database.user,
        "-y",
        "--via",
        "direct",
        "--force",
        "AD302",
    ];
    let child = command(&space, &words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    std::thread::sleep(Duration::from_secs(4));
    let patch = json!({"data": {"parallelism": "100"}}).to_string();
    space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
    let edited = state(&space)?;
    let output = child.wait_with_output()?;
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{error}");
    assert!(error.contains("somebody else has changed the ConfigMap"), "{error}");
    assert!(error.lines().any(|line| line.starts_with("+  parallelism:")), "{error}");
    assert_eq!(state(&space)?, edited, "the Secret is gone again, the edit is there: {error}");
    Ok(())
}

/// Sends `enable` a signal as soon as it has said that it has done something; gives its exit code, and what it said.
fn signalled_after(space: &Space<'_>, line: &str, signal: Signal) -> Result<(Option<i32>, String)> {
    let words = enabling(space, &["-y"]);
    let mut command = command(space, &words.iter().map(String::as_str).collect::<Vec<_>>());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stderr.take().context("no pipe")?);
    let start = Instant::now();
    let mut seen = String::new();
    loop {
        let mut text = String::new();
        if lines.read_line(&mut text)? == 0 {
            bail!("it ended before it said {line:?}: {seen}");
        }
        seen += &text;
        if text.contains(line) {
            break;
        }
        ensure!(start.elapsed() < Duration::from_secs(120), "{seen}");
    }
    kill_process(Pid::from_child(&child), signal)?;
    lines.read_to_string(&mut seen)?;
    Ok((child.wait()?.code(), seen))
}

fn killed_after(space: &Space<'_>, line: &str) -> Result<()> {
    let (code, said) = signalled_after(space, line, Signal::KILL)?;
    ensure!(code.is_none(), "it ended with {code:?}: {said}");
    Ok(())
}

fn a_run_that_is_killed_is_completed_by_the_next_one(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-kill"))?;
    let before = state(&space)?;
    for line in [
        "argo-offload-backup keeps",
        "secret/argo-mysql-config created",
        "configmap/workflow-controller-configmap configured",
        "deployment.apps/workflow-controller restarted",
        "deployment.apps/argo-server restarted",
    ] {
        killed_after(&space, line)?;
        let done = enable(&space, &["-y"])?.ok().with_context(|| format!("after {line:?}"))?;
        assert!(persistence(&space)?.contains("nodeStatusOffLoad: true"), "{line}");
        is_healthy(&space).with_context(|| format!("after {line:?}: {}", done.err()))?;
        run(&space, &["enable", "--rollback", "-y"])?
            .ok()
            .with_context(|| format!("after {line:?}"))?;
        assert_eq!(state(&space)?, before, "after {line:?}");
    }
    // Also straight after it was killed.
    killed_after(&space, "configmap/workflow-controller-configmap configured")?;
    run(&space, &["enable", "--rollback", "-y"])?.ok()?;
    assert_eq!(state(&space)?, before);
    Ok(())
}

fn an_interrupted_run_says_how_to_go_on(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-int"))?;
    let (code, said) =
        signalled_after(&space, "configmap/workflow-controller-configmap configured", Signal::INT)?;
    assert_eq!(code, Some(130), "{said}");
    assert!(said.contains("interrupted: the same command again"), "{said}");
    enable(&space, &["-y"])?.ok()?;
    assert!(persistence(&space)?.contains("nodeStatusOffLoad: true"));
    Ok(())
}

fn a_sick_cluster_is_left_as_it_was(world: &World) -> Result<()> {
    let space = world.space_with(Install::new("en-sick").without_server())?;
    let unchanged = |words: &[&str], texts: &[&str]| -> Result<()> {
        let before = state(&space)?;
        let ran = run(&space, &[&["enable", "-y", "--cluster-name", "x"], words].concat())?;
        assert_eq!(ran.code(), 2, "{words:?}: {}{}", ran.out(), ran.err());
        let said = ran.out() + &ran.err();
        for text in texts {
            assert!(said.contains(text), "{words:?}: no {text:?} in {said}");
        }
        assert_eq!(state(&space)?, before, "{words:?}");
        Ok(())
    };
    let server = Start::default().start(Kind::MySql97)?;
    let other = server.database("sick")?;
    let port = other.port.to_string();
    let words = ["--db-port", &port, "--db-name", &other.name, "--db-user", &other.user];
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), &other.password)?;
    let file = file.path().display().to_string();
    let words = [&words[..], &["--db-password-file", &file]].concat();
    server.sql("SET GLOBAL read_only = ON")?;
    unchanged(&words, &["AD305", "read-only"])?;
    server.sql("SET GLOBAL read_only = OFF; SET GLOBAL sql_require_primary_key = ON")?;
    unchanged(&words, &["AD308", "Error 3750"])?;
    server.sql("SET GLOBAL sql_require_primary_key = OFF")?;
    server.sql(format!(
        "REVOKE ALL PRIVILEGES ON `{0}`.* FROM '{1}'@'%'; GRANT SELECT ON `{0}`.* TO '{1}'@'%'",
        other.name, other.user
    ))?;
    unchanged(&words, &["AD306", "INSERT"])?;
    server.sql(format!("DROP DATABASE `{}`", other.name))?;
    unchanged(&words, &["AD302", "Error 10"])?;
    // And by what the ConfigMap says.
    let before = persistence(&space)?;
    for (section, texts) in [
        ("nodeStatusOffloads: true\n".to_owned(), ["nodeStatusOffloads", "lint"]),
        (format!("{before}\npostgresql: {{host: h}}\n"), ["PostgreSQL", "by hand"]),
    ] {
        let patch = json!({"data": {"persistence": section}}).to_string();
        space.kubectl(&["patch", "configmap", MAP, "--type=merge", "-p", &patch])?.ok()?;
        unchanged(&[], &texts)?;
    }
    Ok(())
}
