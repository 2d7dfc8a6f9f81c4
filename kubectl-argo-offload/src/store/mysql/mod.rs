//! `mysql://…` and what the controller's configuration names: Argo's table in MySQL or MariaDB. Read-only.
//!
//! **Invariants:** a row is what its version says it is, or an error; keys are compared byte by byte here, as the
//! server's collations take `DEFAULT` for `default`; a connection whose answer was not read to its end is never used
//! again; no password is in any text.

mod blocking;
mod canonical;
mod columns;
mod connect;
mod error;
mod grants;
mod inspect;
mod kill;
mod literal;
mod password;
mod persistence;
mod rows;
mod schema;
mod shape;
mod target;
mod url;

use std::cell::RefCell;
use std::net::SocketAddr;

use argo_offload_core::golang::{ArgoVersion, Encoder};

use super::{NodeRecord, NodeStore, Put, RowInfo, RowKey, Rows, Sizes, StoreError, Wanted};
use blocking::block_on;
use canonical::canonical;

pub use connect::{Connection, Connector, Limits};
pub use error::{Cause, DatabaseError};
pub use grants::Grants;
pub use inspect::{Inspector, ServerFacts, TlsFacts};
pub use password::{PASSWORD_VARIABLE, password};
pub use persistence::{Persistence, PersistenceError};
pub use rows::StoredRow;
pub use schema::Table;
pub use shape::{Shape, expected_migration};
pub use target::{Target, Tls};
pub use url::{MySqlAddress, UrlError};

/// Argo's table, seen as one controller sees it: the rows of its cluster name.
pub struct MySqlStore {
    // A store is read through `&self`; nothing else holds these.
    state: RefCell<State>,
    name: String,
    cluster_name: String,
}

struct State {
    connection: Connection,
    table: Table,
    encoder: Encoder,
}

impl MySqlStore {
    /// Connects and looks at the table.
    ///
    /// Inside a tokio runtime it must be one with several threads.
    ///
    /// # Errors
    /// When the server cannot be reached, refuses, or has no such table.
    pub fn open(target: Target, limits: Limits) -> Result<Self, DatabaseError> {
        block_on(Self::connect(Connector::new(target, limits)))
    }

    /// The same through a tunnel, which listens on `via`.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_via(
        target: Target,
        limits: Limits,
        via: SocketAddr,
    ) -> Result<Self, DatabaseError> {
        block_on(Self::connect(Connector::new(target, limits).via(via)))
    }

    /// The same where everything is asynchronous already. The store's own methods block nevertheless.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn connect(connector: Connector) -> Result<Self, DatabaseError> {
        let (name, cluster_name) =
            (connector.target().to_string(), connector.target().cluster_name.clone());
        let mut connection = connector.connect().await?;
        let table = Table::look(&mut connection).await?;
        let encoder = Encoder::new(ArgoVersion::NEWEST);
        Ok(Self { state: RefCell::new(State { connection, table, encoder }), name, cluster_name })
    }

    /// The row of exactly this key with its nodes verified, and its age.
    ///
    /// # Errors
    /// When the row cannot be read, or is not what its version says.
    pub fn row(&self, key: &RowKey) -> Result<Option<StoredRow>, DatabaseError> {
        let State { connection, table, encoder } = &mut *self.state.borrow_mut();
        let row = block_on(table.row(connection, key))?;
        row.map(|mut row| {
            row.nodes = canonical(encoder, row.nodes, key, &self.name)?;
            Ok(row)
        })
        .transpose()
    }

    /// How many bytes rows of the store's own cluster name take in the server's format, in the order of their uids and
    /// versions; `None` where there is no such row. The server reads them all.
    ///
    /// # Errors
    /// When the server does not answer.
    pub fn stored_bytes(
        &self,
        rows: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Vec<Option<u64>>, DatabaseError> {
        let cluster_name = &self.cluster_name;
        let key = |(uid, version)| RowKey { cluster_name: cluster_name.clone(), uid, version };
        let mut rows: Vec<RowInfo> = rows.into_iter().map(|row| RowInfo::of(key(row))).collect();
        let State { connection, table, .. } = &mut *self.state.borrow_mut();
        block_on(table.measure(connection, &mut rows))?;
        Ok(rows.into_iter().map(|row| row.stored_bytes).collect())
    }
}

impl NodeStore for MySqlStore {
    fn describe(&self) -> String {
        self.name.clone()
    }

    fn put(&mut self, _: &NodeRecord) -> Result<Put, StoreError> {
        Err(StoreError::ReadOnlyKind { store: self.name.clone() })
    }

    /// The row of the store's own cluster name: the one that the controller reads.
    fn get(&self, uid: &str, version: &str) -> Result<Option<NodeRecord>, StoreError> {
        self.read(&RowKey {
            cluster_name: self.cluster_name.clone(),
            uid: uid.to_owned(),
            version: version.to_owned(),
        })
    }

    fn read(&self, key: &RowKey) -> Result<Option<NodeRecord>, StoreError> {
        let row = self.row(key)?;
        Ok(row.map(|StoredRow { namespace, nodes, .. }| {
            let RowKey { cluster_name, uid, version } = key.clone();
            NodeRecord { cluster_name, namespace, name: String::new(), uid, version, nodes }
        }))
    }

    fn rows(&self) -> Result<Rows<'_>, StoreError> {
        let rows = self.list(&Wanted::default())?;
        Ok(Box::new(rows.into_iter().map(Ok)))
    }

    fn list(&self, wanted: &Wanted) -> Result<Vec<RowInfo>, StoreError> {
        let State { connection, table, .. } = &mut *self.state.borrow_mut();
        block_on(async {
            let mut rows = table.keys(connection, &self.cluster_name, wanted).await?;
            match wanted.sizes {
                Sizes::None => {}
                Sizes::Exact => table.measure(connection, &mut rows).await?,
                Sizes::Estimate => table.estimate(connection, &mut rows).await?,
            }
            Ok(rows)
        })
    }

    /// Also of other cluster names: a row that is not found may have been written under one of them.
    fn versions_of(&self, uid: &str) -> Result<Vec<RowInfo>, StoreError> {
        let State { connection, table, .. } = &mut *self.state.borrow_mut();
        Ok(block_on(table.versions_of(connection, uid))?)
    }
}
