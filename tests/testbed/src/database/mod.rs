//! Real databases: started in seconds on a free port of the loopback, each in a folder of its own.
//!
//! The programs are fetched once and kept in the cache together with an empty, initialised data directory, which a
//! server starts from a copy of.

mod argo;
mod client;
mod fetch;
mod guard;
mod server;
mod template;
mod tls;

pub use argo::{Shape, insert, statements};
pub use server::{Database, Server, Start};
pub use tls::Certificates;

/// The kinds of servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// MySQL 9.7 of Debian sid, with every library it needs.
    MySql97,
    /// MySQL 8.0.15, out of a Maven package.
    MySql80,
    /// MySQL 5.7.22, out of a Maven package.
    MySql57,
    /// Debian's MariaDB.
    MariaDb,
    /// Debian's PostgreSQL.
    PostgreSql,
}

impl Kind {
    /// The kinds that speak MySQL's protocol.
    pub const MYSQL: [Self; 4] = [Self::MySql97, Self::MySql80, Self::MySql57, Self::MariaDb];

    /// A name for folders and messages, such as `mysql-9.7`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::MySql97 => "mysql-9.7",
            Self::MySql80 => "mysql-8.0",
            Self::MySql57 => "mysql-5.7",
            Self::MariaDb => "mariadb",
            Self::PostgreSql => "postgresql",
        }
    }
}
