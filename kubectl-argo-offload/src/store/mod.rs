//! Where the nodes of offloaded workflows are kept: one trait, and one module a kind of store.
//!
//! **Invariant:** a row's bytes are returned as they were put, or an error is; never other bytes.

mod address;
pub mod dir;
mod error;
pub mod mysql;
mod record;
pub mod server;
mod sha256;

pub use address::{Access, AddressError, StoreAddress};
pub use error::{Damage, Problem, StoreError};
pub use record::{NodeRecord, Put, RowInfo, RowKey, Sizes, Wanted};
pub use sha256::Sha256;

/// The rows of a store, one after the other; a row that cannot be listed is an error in its place.
pub type Rows<'store> = Box<dyn Iterator<Item = Result<RowInfo, StoreError>> + 'store>;

/// A place that keeps offloaded node maps, whatever it is made of.
///
/// Backup, restore and moving are one loop over two of these: for each of [`rows`](Self::rows),
/// [`read`](Self::read) from one and [`put`](Self::put) into the other, then
/// [`finish`](Self::finish).
pub trait NodeStore {
    /// The store's name as a person types it, such as `dir:offloaded-nodes`; holds no secret.
    fn describe(&self) -> String;

    /// Keeps one row. When this returns `Ok`, the row survives a crash of the machine.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when the key is taken by other bytes: the version is a 32-bit
    /// hash, so two node maps of one workflow can share it. Nothing is changed then.
    fn put(&mut self, record: &NodeRecord) -> Result<Put, StoreError>;

    /// The row that a Workflow names by its uid and `status.offloadNodeStatusVersion`.
    ///
    /// A Workflow does not know its cluster name. When several cluster names hold the same bytes,
    /// any of them is returned.
    ///
    /// # Errors
    /// [`StoreError::SeveralClusters`] when cluster names hold different bytes;
    /// [`StoreError::Damaged`] when the row is there and its bytes are not what was put.
    fn get(&self, uid: &str, version: &str) -> Result<Option<NodeRecord>, StoreError>;

    /// The row of exactly this key.
    ///
    /// # Errors
    /// [`StoreError::Damaged`] when the row is there and its bytes are not what was put.
    fn read(&self, key: &RowKey) -> Result<Option<NodeRecord>, StoreError>;

    /// Every row, without its nodes, in the order in which they were put.
    ///
    /// # Errors
    /// When the list itself cannot be read.
    fn rows(&self) -> Result<Rows<'_>, StoreError>;

    /// The rows that are wanted, without their nodes, as long as the whole list; the order is the store's.
    ///
    /// # Errors
    /// When the list cannot be read.
    fn list(&self, wanted: &Wanted) -> Result<Vec<RowInfo>, StoreError> {
        let is_wanted = |row: &RowInfo| {
            wanted.namespace.as_ref().is_none_or(|namespace| *namespace == row.namespace)
        };
        self.rows()?.filter(|row| row.as_ref().map_or(true, is_wanted)).collect()
    }

    /// Every row of one workflow, without its nodes, in the order in which they were put.
    ///
    /// # Errors
    /// When the list cannot be read.
    fn versions_of(&self, uid: &str) -> Result<Vec<RowInfo>, StoreError>;

    /// What was odd about the store when it was opened, one sentence each, for stderr.
    fn warnings(&self) -> Vec<String> {
        Vec::new()
    }

    /// Ends writing and gives back what it held (locks, connections). Rows are safe without it.
    ///
    /// # Errors
    /// When the closing bookkeeping cannot be written; the rows are safe nevertheless.
    fn finish(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}
