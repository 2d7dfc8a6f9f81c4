use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use super::Kind;
use super::template::{as_postgres, option};

/// The administrator's way in, by the server's Unix socket.
#[derive(Debug)]
pub(super) struct Client {
    pub(super) kind: Kind,
    pub(super) folder: PathBuf,
    pub(super) port: u16,
    pub(super) socket: PathBuf,
    pub(super) root_password: String,
}

impl Client {
    /// Runs statements in a database, or in none, and gives the rows.
    pub(super) fn run(&self, database: &str, text: &[u8]) -> Result<String> {
        let mut command = if self.kind == Kind::PostgreSql {
            let mut command = as_postgres(Path::new("psql"));
            command.args(["-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"]);
            command.args(["-U", "postgres", "-p", &self.port.to_string(), "-h"]).arg(&self.folder);
            command.args(["-d", if database.is_empty() { "postgres" } else { database }]);
            command
        } else {
            let mut command = Command::new("mariadb");
            command.args(["--no-defaults", "--skip-ssl", "-N", "-B", "--raw", "-u", "root"]);
            command.args(["--max-allowed-packet=1G", "--default-character-set=utf8mb4"]);
            command.arg(option("socket", &self.socket)).env("MYSQL_PWD", &self.root_password);
            if !database.is_empty() {
                command.arg(database);
            }
            command
        };
        let mut child = command
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {:?}", command.get_program()))?;
        let mut input = child.stdin.take().context("no stdin")?;
        let text = text.to_vec();
        let writer = std::thread::spawn(move || input.write_all(&text));
        let output = child.wait_with_output()?;
        let written = writer.join();
        if !output.status.success() {
            // The client repeats the statement first, however long.
            let text = String::from_utf8_lossy(&output.stderr);
            let from = text.trim_end().char_indices().rev().nth(2000).map_or(0, |(at, _)| at);
            bail!("{}: {}", self.kind.name(), text[from..].trim_end());
        }
        if !matches!(written, Ok(Ok(()))) {
            bail!("{} did not read all statements", self.kind.name());
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}
