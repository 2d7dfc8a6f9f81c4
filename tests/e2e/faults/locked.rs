//! A table in which a query waits.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use argo_offload_testbed::database::Server;

use super::SOON;
use crate::space::Space;
use crate::world::World;

/// A database of its own in which a query waits for a lock, as long as this value lives.
pub(crate) fn locked<'world>(
    world: &'world World,
    name: &str,
) -> Result<(Space<'world>, Locked<'world>)> {
    let standard = world.standard()?.space(world);
    let server = world.cluster.database();
    let database = server.database(name)?;
    let from = &standard.argo.database.name;
    server.sql_in(
        &database.name,
        format!("CREATE TABLE argo_workflows LIKE `{from}`.argo_workflows; INSERT INTO argo_workflows SELECT * FROM `{from}`.argo_workflows"),
    )?;
    let mut space = standard;
    space.argo.database = database;
    let locked = Locked { server, database: space.argo.database.name.clone() };
    Ok((space, locked))
}

pub(crate) struct Locked<'world> {
    server: &'world Server,
    database: String,
}

impl Locked<'_> {
    /// Locks the table until `done`, which is looked at each second; `meanwhile` runs when it is locked.
    pub(crate) fn during<T: Send>(&self, meanwhile: impl FnOnce() -> T + Send) -> Result<T> {
        let name = format!("lock of {}", self.database);
        let server = self.server;
        std::thread::scope(|scope| {
            let lock = scope.spawn(|| {
                // Ends with the query that waits, when that is killed.
                server.sql_in(
                    &self.database,
                    format!("SELECT get_lock('{name}', 0); LOCK TABLES argo_workflows WRITE; SELECT sleep(300) /* {name} */"),
                )
            });
            let running = format!(
                "SELECT id FROM information_schema.processlist WHERE db = '{}' AND info LIKE 'SELECT sleep(300)%'",
                self.database
            );
            let start = Instant::now();
            let id = loop {
                let found = server.sql(&running)?;
                if !found.trim().is_empty() {
                    break found.trim().to_owned();
                }
                ensure!(start.elapsed() < SOON, "the table is not locked");
                std::thread::sleep(Duration::from_millis(50));
            };
            let result = meanwhile();
            server.sql(format!("KILL {id}"))?;
            let _ = lock.join();
            Ok(result)
        })
    }
}
