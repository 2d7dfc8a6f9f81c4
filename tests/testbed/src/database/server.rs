use std::fmt;
use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;
use rustix::process::Signal;
use tempfile::TempDir;

use super::client::Client;
use super::guard::Guard;
use super::template::{copy, give_to_postgres, option, program};
use super::{Certificates, Kind, fetch};
use crate::process::{Process, free_port};

/// How long a server may take until it answers.
const READY: Duration = Duration::from_secs(90);

/// A running server, which ends with this value.
pub struct Server {
    kind: Kind,
    port: u16,
    certificates: Certificates,
    client: Client,
    guard: Option<Guard>,
    process: Process,
    /// Removed when the process has ended.
    _folder: TempDir,
}

/// How a server is started.
#[derive(Clone, Debug, Default)]
pub struct Start {
    arguments: Vec<String>,
    names: Vec<String>,
    requires_tls: bool,
    socket: Option<PathBuf>,
    port: Option<u16>,
}

/// A database in a server, with a user of its own.
#[derive(Clone)]
pub struct Database {
    /// Where the server listens: 127.0.0.1.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// The database.
    pub name: String,
    /// Its user.
    pub user: String,
    /// The user's password; it has characters that URLs write otherwise.
    pub password: String,
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { host, port, name, user, password: _ } = self;
        write!(f, "{user}@{host}:{port}/{name}")
    }
}

impl Start {
    /// One more argument for the server, such as `--max-allowed-packet=1M`.
    #[must_use]
    pub fn argument(mut self, argument: impl Into<String>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    /// One more name in the server's certificate.
    #[must_use]
    pub fn tls_name(mut self, name: impl Into<String>) -> Self {
        self.names.push(name.into());
        self
    }

    /// Refuses clients without TLS.
    #[must_use]
    pub fn requires_tls(mut self) -> Self {
        self.requires_tls = true;
        self
    }

    /// The path of its Unix socket.
    #[must_use]
    pub fn socket(mut self, path: impl Into<PathBuf>) -> Self {
        self.socket = Some(path.into());
        self
    }

    /// The port, where it is not to be any free one.
    #[must_use]
    pub fn port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Starts the server and waits until it answers.
    ///
    /// # Errors
    /// When it cannot be fetched, or does not start.
    pub fn start(self, kind: Kind) -> Result<Server> {
        let programs = fetch::programs(kind)?;
        if kind != Kind::PostgreSql {
            fetch::client()?;
        }
        let folder = tempfile::Builder::new().prefix("database-").tempdir()?;
        let data = folder.path().join("data");
        copy(kind, &programs, &data)?;
        let make =
            if kind == Kind::MySql80 { Certificates::make_with_rsa } else { Certificates::make };
        let certificates = make(&folder.path().join("tls"), &self.names)?;
        let port = self.port.map_or_else(free_port, Ok)?;
        let root_password = random()?;
        let (mut command, socket) = if kind == Kind::PostgreSql {
            let socket = folder.path().join(format!(".s.PGSQL.{port}"));
            (self.postgresql(&programs, folder.path(), &data, port, &certificates), socket)
        } else {
            let socket = self.socket.clone().unwrap_or_else(|| folder.path().join("mysql.sock"));
            let first = folder.path().join("first.sql");
            fs::write(&first, first_statements(kind, &root_password))?;
            let mut command = program(kind, &programs);
            command.arg(option("datadir", &data)).arg(option("socket", &socket));
            command
                .arg(option("pid-file", &folder.path().join("pid")))
                .arg(option("init-file", &first));
            command.arg(format!("--port={port}")).arg("--bind-address=127.0.0.1");
            // The server's log goes to stderr, and its files are thrown away: no waiting for the disk.
            command.arg("--skip-name-resolve").arg("--innodb-flush-log-at-trx-commit=0");
            command.arg("--innodb-buffer-pool-size=64M");
            if matches!(kind, Kind::MySql97 | Kind::MySql80) {
                command.args(["--mysqlx=OFF", "--skip-log-bin"]);
            }
            // MySQL 5.7 of this build knows no TLS.
            if kind != Kind::MySql57 {
                command.arg(option("ssl-ca", &certificates.authority));
                command.arg(option("ssl-cert", &certificates.certificate));
                command.arg(option("ssl-key", &certificates.key));
            }
            if self.requires_tls {
                command.arg("--require-secure-transport=ON");
            }
            (command, socket)
        };
        if kind == Kind::PostgreSql {
            give_to_postgres(folder.path())?;
        }
        command.args(&self.arguments).current_dir("/");
        let mut process = Process::start(kind.name(), &mut command, &folder.path().join("log"))?;
        let guard = Some(Guard::new(process.id(), folder.path())?);
        let client = Client { kind, folder: folder.path().to_owned(), port, socket, root_password };
        process.wait_until(READY, || {
            TcpStream::connect(("127.0.0.1", port)).is_ok() && client.run("", b"SELECT 1;").is_ok()
        })?;
        Ok(Server { kind, port, certificates, client, guard, process, _folder: folder })
    }

    fn postgresql(
        &self,
        programs: &Path,
        folder: &Path,
        data: &Path,
        port: u16,
        certificates: &Certificates,
    ) -> Command {
        let mut command = program(Kind::PostgreSql, programs);
        command.arg("-D").arg(data).arg("-k").arg(folder);
        command.args(["-h", "127.0.0.1", "-p", &port.to_string(), "-F"]);
        command.args(["-c", "ssl=on"]);
        for (name, path) in
            [("ssl_cert_file", &certificates.certificate), ("ssl_key_file", &certificates.key)]
        {
            command.arg("-c").arg(format!("{name}={}", path.display()));
        }
        command
    }
}

/// What a new server runs before it answers: passwords, and no user without one.
fn first_statements(kind: Kind, root_password: &str) -> String {
    let mut text = format!("ALTER USER 'root'@'localhost' IDENTIFIED BY '{root_password}';\n");
    if kind == Kind::MariaDb {
        text +=
            "DELETE FROM mysql.global_priv WHERE User='' OR (User='root' AND Host<>'localhost');\n";
        text += "FLUSH PRIVILEGES;\n";
    }
    text
}

impl Server {
    /// Starts a server of a kind.
    ///
    /// # Errors
    /// When it cannot be fetched, or does not start.
    pub fn start(kind: Kind) -> Result<Self> {
        Start::default().start(kind)
    }

    /// Its kind.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The port it listens on, at 127.0.0.1.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path of its Unix socket.
    #[must_use]
    pub fn socket(&self) -> &Path {
        &self.client.socket
    }

    /// Its authority and its certificate. (MySQL 5.7 has no use for them.)
    #[must_use]
    pub fn certificates(&self) -> &Certificates {
        &self.certificates
    }

    /// Its process, for faults.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// Ends it at once, as a crash would.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn kill(&self) -> Result<()> {
        self.process.signal(Signal::KILL)
    }

    /// Stops it from doing anything; connections stay open.
    ///
    /// # Errors
    /// When it has ended.
    pub fn pause(&self) -> Result<()> {
        self.process.signal(Signal::STOP)?;
        self.process.stopped()
    }

    /// Lets it go on.
    ///
    /// # Errors
    /// When it has ended.
    pub fn resume(&self) -> Result<()> {
        self.process.signal(Signal::CONT)
    }

    /// Runs statements as the administrator, and gives the rows: a line each, tabs between columns.
    ///
    /// # Errors
    /// What the server says.
    pub fn sql(&self, text: impl AsRef<[u8]>) -> Result<String> {
        self.sql_in("", text)
    }

    /// The same in a database.
    ///
    /// # Errors
    /// What the server says.
    pub fn sql_in(&self, database: &str, text: impl AsRef<[u8]>) -> Result<String> {
        self.client.run(database, text.as_ref())
    }

    /// A new database with a user that owns it, and its own password.
    ///
    /// # Errors
    /// When there is one of that name.
    pub fn database(&self, name: &str) -> Result<Database> {
        let user = format!("{name}_user");
        let password = format!("pass/+%@:{}", random()?);
        self.sql(if self.kind == Kind::PostgreSql {
            format!(
                "CREATE ROLE \"{user}\" LOGIN PASSWORD '{password}';\n\
                 CREATE DATABASE \"{name}\" OWNER \"{user}\";"
            )
        } else {
            format!(
                "CREATE DATABASE `{name}`;\n\
                 CREATE USER '{user}'@'%' IDENTIFIED BY '{password}';\n\
                 GRANT ALL ON `{name}`.* TO '{user}'@'%';"
            )
        })?;
        let (host, port, name) = ("127.0.0.1".to_owned(), self.port, name.to_owned());
        Ok(Database { host, port, name, user, password })
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} on port {}", self.kind.name(), self.port)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.guard.take();
        if self.kind == Kind::PostgreSql {
            // SIGTERM would wait for the clients.
            let _ = self.process.signal(Signal::INT);
        }
        self.process.stop();
    }
}

/// 32 hexadecimal digits that nobody can guess.
fn random() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
