//! The sections of a configuration that open a database each.

use alloc::vec::Vec;

use super::server::{Engine, Server};
use crate::config::reading::configuration::Configuration;
use crate::config::reading::view::View;

/// A section with `mysql`, `postgresql` and `connectionPool` below it.
///
/// Source: Argo Workflows v3.7.6, config/config.go (`DBConfig`, part of `PersistConfig` and `SyncConfig`).
#[derive(Clone, Debug)]
pub(crate) struct Database<'a> {
    /// Its key: `persistence` or `synchronization`.
    pub(crate) name: &'static str,
    pub(crate) section: View<'a>,
}

/// The sections that there are.
pub(crate) fn databases<'a>(configuration: &'a Configuration<'_>) -> Vec<Database<'a>> {
    let Some(root) = configuration.root() else { return Vec::new() };
    ["persistence", "synchronization"]
        .into_iter()
        .filter_map(|name| Some(Database { name, section: root.field(name)? }))
        .collect()
}

impl<'a> Database<'a> {
    /// Its MySQL settings, where they are the ones used: PostgreSQL's win.
    pub(crate) fn mysql(&self) -> Option<View<'a>> {
        self.settings(Engine::MySql)
    }

    /// Its PostgreSQL settings.
    pub(crate) fn postgresql(&self) -> Option<View<'a>> {
        self.settings(Engine::PostgreSql)
    }

    fn settings(&self, engine: Engine) -> Option<View<'a>> {
        Server::of(&self.section)
            .filter(|server| server.engine == engine)
            .map(|server| server.section)
    }

    /// Its pool's settings; without them the defaults of upper/db hold.
    pub(crate) fn pool(&self) -> Option<View<'a>> {
        self.section.field("connectionPool").filter(View::is_object)
    }
}
