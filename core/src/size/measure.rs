//! A Workflow's size as the controller counts it, and what it is made of.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use super::fields::{ByField, NodesOnly};
use crate::golang::{
    ArgoVersion, Count, DecodeError, Dropped, Encoder, Fnv1, NodeVersion, Root, Sink,
};

/// Sizes in bytes of a Workflow as one version of Argo marshals it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Measure {
    /// `len(json.Marshal(workflow))` of everything in the text.
    pub marshalled_bytes: u64,
    /// What the controller of this version counts: without `managedFields` from 4.1 on.
    pub counted_bytes: u64,
    /// Bytes of `"key":value`: `metadata`, `spec`, `status`, `metadata.managedFields`, each
    /// `status.…`; and `rest`, what is left of `marshalled_bytes` beside the first three.
    pub fields: BTreeMap<String, u64>,
    /// How many nodes there are; `None` where Go has a nil map.
    pub node_count: Option<u64>,
    /// `len(json.Marshal(nodes))`; 4 (`null`) for a nil map.
    pub nodes_bytes: u64,
    /// The version under which these nodes would be offloaded.
    pub node_version: NodeVersion,
    /// What the controller would count with the nodes offloaded.
    pub offloaded_bytes: u64,
    /// Content of the text that this version does not keep, and that is not counted.
    pub dropped: Dropped,
}

const COMPRESSED: &str = "status.compressedNodes";
const NODES: &str = "status.nodes";
const OFFLOADED: &str = "status.offloadNodeStatusVersion";
const MANAGED: &str = "metadata.managedFields";

/// Measures the Workflow `text` with an encoder of `version`.
///
/// The controller counts hydrated Workflows: give one that went through
/// [`decompress_nodes`](crate::nodes::decompress_nodes).
///
/// # Errors
/// Go refuses the text.
pub fn measure(
    encoder: &mut Encoder,
    version: ArgoVersion,
    text: &[u8],
) -> Result<Measure, DecodeError> {
    let mut sink = (ByField::default(), NodesOnly::new((Count::default(), Fnv1::default())));
    let encoded = encoder.encode(text, Root::Workflow, &mut sink)?;
    let (ByField { bytes: mut fields, .. }, NodesOnly { inner: mut nodes, .. }) = sink;
    match encoded.nodes {
        None => nodes.write(b"null"),
        Some(0) => nodes.write(b"{}"),
        Some(_) => {}
    }
    let named: u64 = ["metadata", "spec", "status"].iter().filter_map(|key| fields.get(*key)).sum();
    fields.insert("rest".to_string(), encoded.bytes - named);
    let node_version = NodeVersion(nodes.1.finish());
    let mut measure = Measure {
        marshalled_bytes: encoded.bytes,
        counted_bytes: encoded.bytes,
        fields,
        node_count: encoded.nodes,
        nodes_bytes: nodes.0.bytes,
        node_version,
        offloaded_bytes: 0,
        dropped: encoded.dropped,
    };
    if !version.counts_managed_fields() {
        measure.counted_bytes -= measure.managed_fields_bytes();
    }
    let reference = alloc::format!(",\"offloadNodeStatusVersion\":\"{node_version}\"");
    measure.offloaded_bytes = measure.without(&[NODES, COMPRESSED, OFFLOADED])
        + match measure.field(OFFLOADED) {
            // Offloaded already: the controller leaves it as it is.
            Some(bytes) => bytes + 1,
            None => reference.len() as u64,
        };
    Ok(measure)
}

impl Measure {
    /// Bytes of a field, if it is written at all.
    #[must_use]
    pub fn field(&self, path: &str) -> Option<u64> {
        self.fields.get(path).copied()
    }

    /// What the controller would count with the nodes compressed to `compressed_bytes` of base64.
    #[must_use]
    pub fn compressed_bytes(&self, compressed_bytes: u64) -> u64 {
        // As the packer measures: a reference to offloaded nodes stays where it is.
        self.without(&[NODES, COMPRESSED])
            + ",\"compressedNodes\":\"\"".len() as u64
            + compressed_bytes
    }

    /// The counted bytes without some fields of the status, each with its comma: the status always
    /// has further fields.
    fn without(&self, paths: &[&str]) -> u64 {
        let left_out: u64 =
            paths.iter().filter_map(|path| self.field(path)).map(|bytes| bytes + 1).sum();
        self.counted_bytes - left_out
    }

    /// The bytes of `managedFields` with the comma that goes with them.
    fn managed_fields_bytes(&self) -> u64 {
        let Some(bytes) = self.field(MANAGED) else { return 0 };
        let alone = self.field("metadata") == Some(bytes + "\"metadata\":{}".len() as u64);
        if alone { bytes } else { bytes + 1 }
    }
}
