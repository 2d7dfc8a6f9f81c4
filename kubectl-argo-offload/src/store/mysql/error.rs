use std::fmt;
use std::io;
use std::time::Duration;

use argo_offload_core::symptoms::recognise;
use mysql_async::{DriverError, Error, IoError, ServerError};
use secrecy::ExposeSecret;

use super::target::Target;
use crate::cluster::ClusterError;
use crate::output::{printable, shortened};
use crate::store::{RowKey, StoreError};

/// Why a database could not do what was asked: where, what, and what to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseError {
    place: String,
    /// What happened.
    pub cause: Cause,
    help: String,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Cause {
    /// There is no password to be had.
    #[error("{0}")]
    Password(String),
    /// An authority's certificates cannot be read.
    #[error("{0}")]
    Certificate(String),
    /// The host's name means nothing here.
    #[error("its name is not known here: {0}")]
    UnknownHost(String),
    /// Nothing listens there.
    #[error("connection refused: nothing listens on this port")]
    Refused,
    /// No answer while connecting.
    #[error("no answer to the connection within {}", seconds(.0))]
    ConnectTimeout(Duration),
    /// Connecting failed otherwise.
    #[error("cannot connect: {0}")]
    Unreachable(String),
    /// The port-forward to it cannot be opened, or ended.
    #[error("{0}")]
    Tunnel(String),
    /// Credentials would go unencrypted over a network.
    #[error(
        "it is not this machine, and without TLS the user name, the nodes and what the password is checked by would go unencrypted"
    )]
    Plaintext,
    /// The server knows no TLS.
    #[error("the server offers no TLS")]
    NoTls,
    /// TLS failed.
    #[error("TLS: {0}")]
    Tls(String),
    /// The user logs in by a method that the driver does not know; also what MySQL says of users it does not know.
    #[error("the server wants a log-in by {0}, which is not known here")]
    LogIn(String),
    /// The server said no.
    #[error("Error {code} ({state}): {message}")]
    Server {
        /// MySQL's or MariaDB's number.
        code: u16,
        /// SQL's own five characters.
        state: String,
        /// The server's words, made printable.
        message: String,
    },
    /// The connection ended in the middle.
    #[error("the connection was cut: {0}")]
    Cut(String),
    /// No answer while reading.
    #[error("no answer to {what} within {}", seconds(.after))]
    Timeout {
        /// What was asked.
        what: &'static str,
        /// How long was waited.
        after: Duration,
    },
    /// The driver does not get on with the server.
    #[error("{0}")]
    Unsupported(String),
    /// There is no such table, or no right to see it.
    #[error("there is no table {table} in the database, or this user may not see it{}", there_are(.others))]
    NoTable {
        /// The table asked for.
        table: String,
        /// Tables that look like Argo's.
        others: Vec<String>,
    },
    /// The table is not one that holds nodes.
    #[error("the table {table} has no column {}{}", .missing.join(", "), at_version(.version))]
    NotArgos {
        /// The table.
        table: String,
        /// Columns that are not there.
        missing: Vec<&'static str>,
        /// The newest version in `schema_history`.
        version: Option<i64>,
    },
    /// MySQL gives `''` for a row that is too long for it, with a warning alone.
    #[error("{key}: the server answers with an empty text, as the row is longer than its max_allowed_packet{}", of_limit(.limit, .stored))]
    TooLong {
        /// The row's key.
        key: Box<RowKey>,
        /// `@@max_allowed_packet`
        limit: Option<u64>,
        /// `json_storage_size`, where the server has that.
        stored: Option<u64>,
    },
    /// A warning with a row, of which nobody knows what it means.
    #[error("{key}: the server warns: {warning}")]
    Warned {
        /// The row's key.
        key: Box<RowKey>,
        /// Number and text.
        warning: String,
    },
    /// A row without nodes.
    #[error("{key}: the row is empty, and Argo never writes an empty text")]
    Empty {
        /// The row's key.
        key: Box<RowKey>,
    },
    /// The row's text is none of Argo's.
    #[error("{key}: the row's text cannot be read as nodes: {problem}")]
    NotNodes {
        /// The row's key.
        key: Box<RowKey>,
        /// What is wrong, with the byte.
        problem: String,
    },
    /// The nodes hash to another version than the row's.
    #[error("{key}: the nodes are not what was written under this version: they are {found}")]
    NotItsVersion {
        /// The row's key.
        key: Box<RowKey>,
        /// The nodes' own version, and what this release cannot read of them.
        found: String,
    },
}

fn seconds(time: &Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn there_are(tables: &[String]) -> String {
    if tables.is_empty() {
        return String::new();
    }
    let names: Vec<String> = tables.iter().take(10).map(|name| shortened(name, 64)).collect();
    format!("; tables like Argo's there: {}", names.join(", "))
}

fn at_version(version: &Option<i64>) -> String {
    version.map_or(String::new(), |version| format!(" (schema_history says {version})"))
}

fn of_limit(limit: &Option<u64>, stored: &Option<u64>) -> String {
    match (limit, stored) {
        (Some(limit), Some(stored)) => {
            format!(" of {limit} bytes: it takes {stored} bytes in the table, its text some more")
        }
        (Some(limit), None) => format!(" of {limit} bytes"),
        _ => String::new(),
    }
}

impl DatabaseError {
    /// `place: cause`, and what to do next.
    pub(super) fn new(place: impl fmt::Display, cause: Cause, help: String) -> Self {
        Self { place: place.to_string(), cause, help }
    }

    /// What to do next.
    #[must_use]
    pub fn help(&self) -> &str {
        &self.help
    }

    /// With the usual next step.
    pub(super) fn usual(place: impl fmt::Display, cause: Cause) -> Self {
        let help = help(&cause);
        Self::new(place, cause, help)
    }

    /// What the driver says about a connection that was to be made.
    pub(super) fn connecting(target: &Target, error: Error) -> Self {
        let cause = match error {
            Error::Io(IoError::Io(error)) => match error.kind() {
                io::ErrorKind::ConnectionRefused => Cause::Refused,
                // rustls's words come wrapped in an I/O error.
                io::ErrorKind::InvalidData => Cause::Tls(shortened(&error.to_string(), 300)),
                _ => Cause::Unreachable(shortened(&error.to_string(), 300)),
            },
            error => cause(error),
        };
        let denied = matches!(cause, Cause::LogIn(_) | Cause::Server { code: 1045 | 1698, .. });
        match blemish(target) {
            Some(what) if denied => {
                let help = format!(
                    "{what}, and is sent as it is: write the Secret anew with `kubectl create secret generic … \
                     --from-literal`, or `echo -n`"
                );
                Self::new(target, cause, help)
            }
            _ => Self::usual(target, cause),
        }
    }

    /// What a tunnel says.
    pub(super) fn tunnel(target: &Target, error: &ClusterError) -> Self {
        let help = error.help().unwrap_or("try it again, or go another way: --via");
        Self::new(target, Cause::Tunnel(error.to_string()), help.to_owned())
    }

    /// What the driver says about a query.
    pub(super) fn querying(target: &Target, error: Error) -> Self {
        Self::usual(target, cause(error))
    }

    /// Whether the same question may be answered when asked again on a new connection.
    pub(super) fn may_pass(&self) -> bool {
        match &self.cause {
            Cause::Cut(_) | Cause::Tunnel(_) => true,
            // Lock wait timeout, deadlock, shutdown in progress, killed by the administrator.
            Cause::Server { code, .. } => matches!(code, 1205 | 1213 | 1053 | 1927),
            _ => false,
        }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

impl std::error::Error for DatabaseError {}

impl From<DatabaseError> for StoreError {
    fn from(error: DatabaseError) -> Self {
        Self::Database(Box::new(error))
    }
}

/// What is odd about the credentials, without showing them.
fn blemish(target: &Target) -> Option<&'static str> {
    let is_odd = |text: &str| text.trim() != text;
    match (is_odd(&target.user), is_odd(target.password.expose_secret())) {
        (true, true) => Some("user name and password begin or end with a blank or a line break"),
        (true, false) => Some("the user name begins or ends with a blank or a line break"),
        (false, true) => Some("the password begins or ends with a blank or a line break"),
        (false, false) => None,
    }
}

fn cause(error: Error) -> Cause {
    match error {
        Error::Server(ServerError { code, message, state }) => {
            Cause::Server { code, state: shortened(&state, 5), message: shortened(&message, 300) }
        }
        Error::Io(IoError::Io(error)) => Cause::Cut(shortened(&error.to_string(), 300)),
        Error::Io(IoError::Tls(error)) => Cause::Tls(shortened(&error.to_string(), 300)),
        Error::Driver(DriverError::ConnectionClosed) => Cause::Cut("it is closed".into()),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => Cause::NoTls,
        Error::Driver(DriverError::UnknownAuthPlugin { name }) => {
            Cause::LogIn(shortened(&name, 64))
        }
        Error::Driver(DriverError::CleartextPluginDisabled) => {
            Cause::Unsupported("the server wants the password in clear, which is not given".into())
        }
        Error::Driver(DriverError::PacketTooLarge) => {
            Cause::Unsupported("a row is longer than 1 GiB".into())
        }
        Error::Driver(DriverError::PacketOutOfOrder | DriverError::UnexpectedPacket { .. }) => {
            Cause::Unsupported(
                "what answers there does not speak MySQL's protocol as it should".into(),
            )
        }
        // Rows and values in such an error are not for the screen.
        Error::Driver(DriverError::FromRow { .. } | DriverError::FromValue { .. }) => {
            Cause::Unsupported("a value is not of the type that Argo's table has".into())
        }
        error => Cause::Unsupported(printable(&shortened(&error.to_string(), 300)).into_owned()),
    }
}

fn help(cause: &Cause) -> String {
    let text = match cause {
        Cause::Password(_) => "set ARGO_OFFLOAD_DB_PASSWORD, or name a file: --db-password-file",
        Cause::Certificate(_) => "name a file with certificates in PEM",
        Cause::UnknownHost(_) => {
            "if it is a Service of the cluster, go through the cluster: --store cluster --via svc/NAME; else check the \
             name, and the network"
        }
        Cause::Tunnel(_) => "try it again, or go another way: --via",
        Cause::Refused => "check host and port, and whether the server runs",
        Cause::ConnectTimeout(_) | Cause::Unreachable(_) => {
            "check host, port, the network in between, and the database's list of addresses that may connect"
        }
        Cause::Plaintext => {
            "turn TLS on (tls=true), or accept this with --allow-plaintext in a network that you trust"
        }
        Cause::NoTls => {
            "turn TLS on in the server, or connect with tls=false where the network is trusted"
        }
        Cause::Tls(text) => return tls_help(text),
        Cause::Server { code, message, .. } => return server_help(*code, message),
        Cause::LogIn(_) => {
            "check the user name first, since MySQL asks so of users that it does not know; else let the user log in \
             by caching_sha2_password"
        }
        Cause::Cut(_) => {
            "run the command again; if it happens at each large row, look at the server's log and at \
             net_write_timeout, and at time-outs of what is in between"
        }
        Cause::Timeout { .. } => {
            "the query was ended; look at the server's load (SHOW PROCESSLIST) and run the command again"
        }
        Cause::Unsupported(_) => "check that host and port are those of a MySQL or MariaDB server",
        Cause::NoTable { .. } => {
            "name the table as in persistence.mysql.tableName; Argo makes it when the controller starts, where \
             skipMigration is off, and changing tableName later makes no new one"
        }
        Cause::NotArgos { .. } => {
            "Argo's migration has not come to its end: look at the controller's log of its start, and at its rights"
        }
        Cause::TooLong { .. } => {
            "raise max_allowed_packet on the server (SET GLOBAL max_allowed_packet = 1073741824, and in its \
             configuration), then run the command again: the row itself is whole"
        }
        Cause::Warned { .. } | Cause::Empty { .. } => "look at the row with a MySQL client",
        Cause::NotNodes { .. } => {
            "the row was changed by something else than Argo: look for it in a backup of the database"
        }
        Cause::NotItsVersion { .. } => {
            "either the row was changed, or a newer Argo than this release knows has written it: try a newer \
             release, and compare with a backup of the database"
        }
    };
    text.to_owned()
}

fn tls_help(text: &str) -> String {
    let text = text.to_ascii_lowercase();
    if text.contains("notvalidforname") || text.contains("not valid for name") {
        "the certificate is for other names: connect by one of them, or name it with tlsName= in a store mysql://…"
            .into()
    } else if text.contains("unknownissuer") || text.contains("unknown issuer") {
        "name the authority's certificate with --db-ca FILE, or with ca=FILE in a store mysql://…"
            .into()
    } else if text.contains("expired") {
        "renew the server's certificate, and check this machine's clock".into()
    } else if text.contains("handshakefailure") || text.contains("handshake_failure") {
        "the server has no cipher that is safe today: update it, or connect with tls=false where the network is \
         trusted"
            .into()
    } else {
        "check the server's certificate".into()
    }
}

/// Source: MySQL 8.0 error reference; MariaDB error codes.
fn server_help(code: u16, message: &str) -> String {
    let text = match code {
        1045 | 1698 => {
            "check user name and password; MariaDB also answers so where it requires TLS: then connect with \
             tls=true"
        }
        1044 | 1049 => "check the database's name, and whether the user may use it",
        1142 | 1143 => "grant the user the right: GRANT SELECT ON the table",
        1040 | 1203 | 1226 => {
            "wait until other clients have gone, or raise the limit of connections"
        }
        1129 => "the server has blocked this machine after failed connections: FLUSH HOSTS",
        1130 => {
            "let the user connect from this address, and check the database's list of addresses"
        }
        3159 => "connect with tls=true, or tls=skip-verify",
        1146 => "check the table's name: persistence.mysql.tableName",
        1176 => "the index is gone since the command began: run it again",
        1267 => "the key has characters that the table's columns cannot have",
        1317 => "somebody ended the query: run the command again",
        3024 | 1969 => {
            "the server's own limit on queries is too small: max_execution_time, max_statement_time"
        }
        1053 | 1927 | 2013 => "the server went away: run the command again when it is back",
        1205 | 1213 => "another transaction holds the rows: run the command again",
        _ => {
            let line = format!("Error {code}: {message}");
            return match recognise(&line).first() {
                Some(seen) => seen.symptom.remedy.trim_end_matches('.').to_owned(),
                None => format!("look error {code} up in the manual of MySQL or MariaDB"),
            };
        }
    };
    text.to_owned()
}
