use std::fmt;

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

/// A row without its nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowInfo {
    /// The row's key.
    pub key: RowKey,
    /// The workflow's namespace.
    pub namespace: String,
    /// The workflow's name; empty when unknown.
    pub name: String,
    /// Length of the nodes' JSON text in bytes.
    pub bytes: u64,
    /// Bytes that the store spends on the nodes, after compression.
    pub stored_bytes: u64,
    /// SHA-256 of the nodes' JSON text.
    pub sha256: Sha256,
}

/// What became of a row that was put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The row is new and now safe.
    Written,
    /// The store already held exactly these bytes under this key, and they are readable.
    AlreadyStored,
}
