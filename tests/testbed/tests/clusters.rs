//! Clusters start side by side and leave nothing behind.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::{Cluster, Start};
use argo_offload_testbed::database::Kind;

fn bare() -> Result<Cluster> {
    Start::default().database(Kind::MariaDb).argo(None).start()
}

#[test]
fn two_clusters_side_by_side_know_nothing_of_each_other() -> Result<()> {
    let other = thread::spawn(bare);
    let one = bare()?;
    let other = other.join().expect("no panic")?;
    one.kubectl(&["create", "namespace", "only-here"])?;
    assert!(one.kubectl(&["get", "namespaces"])?.contains("only-here"));
    assert!(!other.kubectl(&["get", "namespaces"])?.contains("only-here"));
    let folder = one.folder().to_owned();
    drop(one);
    assert!(!folder.exists(), "{} is left", folder.display());
    assert!(other.kubectl(&["get", "--raw", "/readyz"])?.contains("ok"));
    Ok(())
}

#[test]
fn an_api_server_that_crashed_comes_back_with_what_it_knew() -> Result<()> {
    let mut cluster = bare()?;
    cluster.kubectl(&["create", "namespace", "kept"])?;
    cluster.restart_api_server()?;
    assert!(cluster.kubectl(&["get", "namespaces"])?.contains("kept"));
    Ok(())
}

/// The processes whose command line names a folder.
fn processes(folder: &Path) -> Vec<PathBuf> {
    let folder = folder.as_os_str().as_encoded_bytes();
    let all = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    all.map(|entry| entry.path())
        .filter(|process| {
            let line = std::fs::read(process.join("cmdline")).unwrap_or_default();
            line.windows(folder.len()).any(|part| part == folder)
        })
        .collect()
}

#[test]
fn nothing_is_left_of_a_testbed_that_was_killed() -> Result<()> {
    let mut testbed = Command::new(env!("CARGO_BIN_EXE_testbed"))
        .args(["up", "--database", "mariadb"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut folder = None;
    for line in BufReader::new(testbed.stdout.take().context("no output")?).lines() {
        if let Some(path) = line?.strip_prefix("export TESTBED=") {
            folder = Some(PathBuf::from(path));
            break;
        }
    }
    let folder = folder.context("testbed up has printed no folder");
    let running = folder.as_deref().map_or(0, |folder| processes(folder).len());
    testbed.kill()?;
    testbed.wait()?;
    let folder = folder?;
    // etcd, API server, controller manager, scheduler, kwok, controller, argo-server.
    assert!(running >= 7, "only {running} processes name {}", folder.display());
    let start = Instant::now();
    while !processes(&folder).is_empty() || folder.exists() {
        ensure!(
            start.elapsed() < Duration::from_secs(30),
            "left after {:?}: {:?} {}",
            start.elapsed(),
            processes(&folder),
            folder.exists()
        );
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}
