//! The database server that a section of the configuration names.

use crate::config::reading::view::View;

/// The server whose settings the controller uses.
#[derive(Clone, Debug)]
pub(crate) struct Server<'a> {
    pub(crate) engine: Engine,
    /// The section below `mysql` or `postgresql`.
    pub(crate) section: View<'a>,
}

/// What kind of server it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Engine {
    MySql,
    PostgreSql,
}

impl Engine {
    /// Its key in the configuration.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::PostgreSql => "postgresql",
        }
    }

    /// The port that its driver takes where none is given.
    pub(crate) fn default_port(self) -> i64 {
        match self {
            Self::MySql => 3306,
            Self::PostgreSql => 5432,
        }
    }
}

impl<'a> Server<'a> {
    /// The one that counts in a section such as `persistence`: PostgreSQL, if it is there at all.
    ///
    /// Source: Argo Workflows v3.7.6, util/sqldb/sqldb.go (`CreateDBSession`) and persist/sqldb/sqldb.go
    /// (`GetTableName`).
    pub(crate) fn of(section: &View<'a>) -> Option<Self> {
        [Engine::PostgreSql, Engine::MySql].into_iter().find_map(|engine| {
            let section = section.field(engine.key()).filter(View::is_object)?;
            Some(Self { engine, section })
        })
    }

    /// A text of its section; `None` when it is absent or empty.
    pub(crate) fn text(&self, name: &str) -> Option<&'a str> {
        self.section.field(name)?.text().filter(|text| !text.is_empty())
    }

    /// The port, if one is given: 0 is none.
    pub(crate) fn port(&self) -> Option<i64> {
        self.section.field("port")?.integer().filter(|&port| port != 0)
    }
}

/// Whether a persistence section turns offloading on.
pub(crate) fn offloads(persistence: &View<'_>) -> bool {
    persistence.field("nodeStatusOffLoad").and_then(|view| view.boolean()) == Some(true)
}
