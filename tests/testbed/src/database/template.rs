//! Initialised data directories, made once a kind and copied for each server.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::Kind;
use super::fetch::{once, run};

/// The server's program with the arguments that say where its files are.
pub(super) fn program(kind: Kind, programs: &Path) -> Command {
    let mut command = match kind {
        Kind::MySql97 => {
            let usr = programs.join("usr");
            let mut command = Command::new(usr.join("lib64/ld-linux-x86-64.so.2"));
            command.arg("--library-path").arg(usr.join("lib/x86_64-linux-gnu"));
            command.arg(usr.join("sbin/mysqld")).arg("--no-defaults");
            command.arg(option("basedir", &usr));
            command.arg(option("lc-messages-dir", &usr.join("share/mysql")));
            command.arg(option("character-sets-dir", &usr.join("share/mysql/charsets")));
            command.arg(option("plugin-dir", &usr.join("lib/mysql/plugin")));
            // Debian's own value is a folder that does not exist here.
            command.arg("--secure-file-priv=NULL");
            command
        }
        Kind::MySql80 | Kind::MySql57 => {
            let mut command = Command::new(programs.join("bin/mysqld"));
            command.arg("--no-defaults");
            command.arg(option("basedir", programs));
            command.arg(option("lc-messages-dir", &programs.join("share")));
            command.arg(option("character-sets-dir", &programs.join("share/charsets")));
            command
        }
        Kind::MariaDb => {
            let mut command = Command::new("mariadbd");
            command.arg("--no-defaults");
            command
        }
        Kind::PostgreSql => as_postgres(&programs.join("bin/postgres")),
    };
    if kind != Kind::PostgreSql && is_root() {
        command.arg("--user=root");
    }
    command
}

/// `--name=path`
pub(super) fn option(name: &str, path: &Path) -> String {
    format!("--{name}={}", path.display())
}

pub(super) fn is_root() -> bool {
    rustix::process::getuid().is_root()
}

/// A program of PostgreSQL, which refuses to run as root.
pub(super) fn as_postgres(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]).arg(program);
    command
}

/// Gives a folder to the user that runs PostgreSQL.
pub(super) fn give_to_postgres(folder: &Path) -> Result<()> {
    if is_root() {
        run(Command::new("chown").args(["-R", "postgres:postgres"]).arg(folder))?;
    }
    Ok(())
}

/// Copies an initialised data directory to `data`, which does not exist.
pub(super) fn copy(kind: Kind, programs: &Path, data: &Path) -> Result<()> {
    let template = template(kind, programs)?;
    run(Command::new("cp").args(["-a", "--reflink=auto"]).arg(template).arg(data))?;
    Ok(())
}

fn template(kind: Kind, programs: &Path) -> Result<PathBuf> {
    let what = format!("{}-data", kind.name());
    once(&what, |folder| {
        // PostgreSQL's user may not enter everybody's cache.
        let begun = tempfile::tempdir()?;
        let data = begun.path().join("data");
        std::fs::create_dir(&data)?;
        let mut command = match kind {
            Kind::PostgreSql => {
                give_to_postgres(begun.path())?;
                let mut command = as_postgres(&programs.join("bin/initdb"));
                command.args(["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync"]);
                command.args(["-E", "UTF8", "-D"]).arg(&data);
                command
            }
            Kind::MariaDb => {
                let mut command = Command::new("mariadb-install-db");
                command.args(["--no-defaults", "--auth-root-authentication-method=normal"]);
                command.arg("--skip-test-db").arg(option("datadir", &data));
                if is_root() {
                    command.arg("--user=root");
                }
                command
            }
            _ => {
                let mut command = program(kind, programs);
                command.arg("--initialize-insecure").arg(option("datadir", &data));
                command
            }
        };
        run(command.current_dir("/"))?;
        // Each copy is a server of its own.
        let _ = std::fs::remove_file(data.join("auto.cnf"));
        run(Command::new("cp").arg("-a").arg(data.join(".")).arg(folder))?;
        Ok(())
    })
}
