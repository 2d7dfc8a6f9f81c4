use std::fmt;
use std::time::Duration;

use argo_offload_core::rows::RowRef;

use super::error::Shown;
use super::sha256::Sha256;

/// One offloaded row: the nodes of one workflow at one version, and whose they are.
///
/// Every name is data. A store never builds a path, a query or a shell word from one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeRecord {
    /// `persistence.clusterName` of the controller that wrote the row.
    pub cluster_name: String,
    /// The workflow's namespace.
    pub namespace: String,
    /// The workflow's name. A database row does not hold it; empty when unknown.
    pub name: String,
    /// The workflow's `metadata.uid`.
    pub uid: String,
    /// `status.offloadNodeStatusVersion`, such as `fnv:784127654`.
    pub version: String,
    /// The node map as canonical JSON text, exactly the bytes that hash to `version`.
    pub nodes: Vec<u8>,
}

impl NodeRecord {
    /// The key under which the row is kept.
    #[must_use]
    pub fn key(&self) -> RowKey {
        RowKey {
            cluster_name: self.cluster_name.clone(),
            uid: self.uid.clone(),
            version: self.version.clone(),
        }
    }
}

/// What identifies a row: the primary key of Argo's table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowKey {
    /// `persistence.clusterName` of the controller that wrote the row.
    pub cluster_name: String,
    /// The workflow's `metadata.uid`.
    pub uid: String,
    /// `status.offloadNodeStatusVersion`, such as `fnv:784127654`.
    pub version: String,
}

impl fmt::Display for RowKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cluster_name, uid, version } = self;
        write!(
            f,
            "uid {}, version {}, cluster name {}",
            Shown(uid),
            Shown(version),
            Shown(cluster_name)
        )
    }
}

/// A row without its nodes. What a store does not know, or was not asked for, is `None`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowInfo {
    /// The row's key.
    pub key: RowKey,
    /// The workflow's namespace.
    pub namespace: String,
    /// The workflow's name; empty when unknown.
    pub name: String,
    /// How long ago the row was written, by the store's own clock.
    pub age: Option<Duration>,
    /// How many nodes it holds.
    pub nodes: Option<u64>,
    /// Length of the nodes' JSON text in bytes.
    pub bytes: Option<u64>,
    /// Bytes that the store spends on the nodes: after compression, or in the server's own format.
    pub stored_bytes: Option<u64>,
    /// SHA-256 of the nodes' JSON text.
    pub sha256: Option<Sha256>,
}

impl RowInfo {
    /// A row of which nothing but its key is known.
    #[must_use]
    pub fn of(key: RowKey) -> Self {
        Self {
            key,
            namespace: String::new(),
            name: String::new(),
            age: None,
            nodes: None,
            bytes: None,
            stored_bytes: None,
            sha256: None,
        }
    }

    /// What the core needs to know of it.
    #[must_use]
    pub fn row_ref(&self) -> RowRef<'_> {
        RowRef {
            cluster_name: &self.key.cluster_name,
            namespace: &self.namespace,
            uid: &self.key.uid,
            version: &self.key.version,
        }
    }
}

/// Which rows are listed, and what is found out about each.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Rows of every cluster name, not only of the store's own.
    pub all_clusters: bool,
    /// Only rows of this namespace.
    pub namespace: Option<String>,
    /// How much is read to know how large rows are.
    pub sizes: Sizes,
}

/// How much is read to know how large rows are, where a store does not know.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sizes {
    /// Nothing.
    #[default]
    None,
    /// The newest row of each workflow; the others count as large as that one.
    Estimate,
    /// Every row.
    Exact,
}

/// What became of a row that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The row is new and now safe.
    Written,
    /// The store already held exactly these bytes under this key, and they are readable.
    AlreadyStored,
}
