//! JSON text to the exact bytes Go would marshal, at the speed of one look at the text.
//!
//! Fields must be reordered and map keys sorted, so it takes two passes. The first cuts the wide
//! containers (the Workflow, its metadata, its status, its nodes) into entries by brackets alone.
//! The second takes one entry at a time: it is validated and indexed into a reused arena, field by
//! field in layout order, and written from there.
//!
//! The fast path knows only the ordinary: on anything rare (a repeated or folded key, deep nesting,
//! any error) it gives way to [`reference`], which starts over.
//!
//! **Invariant:** nothing here allocates per node.

mod emit;
mod index;
mod plan;
mod wide;

use alloc::vec::Vec;

use self::index::Arena;
use self::plan::Plans;
use super::dropped::Dropped;
use super::error::{DecodeError, DecodeReason};
use super::fnv::Fnv1;
use super::kubernetes;
use super::layout::Type;
use super::reference;
use super::sink::{Count, Sink};
use super::tables;
use super::version::{ArgoVersion, NodeVersion};

/// What a JSON text is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Root {
    /// A whole Workflow.
    Workflow,
    /// `status.nodes`: an object of node id to node.
    Nodes,
    /// One node.
    NodeStatus,
    /// The controller's configuration, `config.Config`.
    Config,
    /// A ConfigMap, as Kubernetes reads it.
    ConfigMap,
    /// A Secret, as Kubernetes reads it.
    Secret,
}

impl Root {
    pub(super) fn r#type(self) -> Type {
        match self {
            Self::Workflow => Type::Struct(&tables::WF_WORKFLOW),
            Self::Nodes => tables::NODES,
            Self::NodeStatus => Type::Struct(&tables::WF_NODE_STATUS),
            Self::Config => Type::Struct(&tables::CONFIG_CONFIG),
            Self::ConfigMap => Type::Struct(&kubernetes::CONFIG_MAP),
            Self::Secret => Type::Struct(&kubernetes::SECRET),
        }
    }

    /// Whether it is decoded by sigs.k8s.io/json, for which the case of a key counts.
    pub(super) fn is_kubernetes(self) -> bool {
        matches!(self, Self::ConfigMap | Self::Secret)
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Encoded {
    /// How many bytes Go marshals.
    pub bytes: u64,
    /// What the input held beyond that.
    pub dropped: Dropped,
    /// How many nodes there are; `None` where Go has a nil map, which it marshals as `null`.
    pub nodes: Option<u64>,
}

/// Writes JSON texts as the Go code of one version of Argo would, after reading them.
///
/// Keeps its scratch memory: use one encoder for many texts.
///
/// ```
/// use argo_offload_core::golang::{ArgoVersion, Encoder, Root};
///
/// let mut encoder = Encoder::new(ArgoVersion::NEWEST);
/// let mut bytes = Vec::new();
/// encoder.encode(br#"{"a": {"name": "a", "id": "a<b"}}"#, Root::Nodes, &mut bytes)?;
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     r#"{"a":{"id":"a\u003cb","name":"a","type":"","startedAt":null,"finishedAt":null}}"#
/// );
/// # Ok::<(), argo_offload_core::golang::DecodeError>(())
/// ```
#[derive(Debug)]
pub struct Encoder {
    version: u8,
    plans: Plans,
    arena: Arena,
    /// The nodes' entries: 12 bytes each.
    entries: Vec<wide::Entry>,
}

/// Writes what Go would marshal of a short text: [`Encoder::encode`] without an encoder, whose plans take
/// longer to make.
///
/// # Errors
/// Go refuses the text.
pub(crate) fn encode_once<S: Sink>(
    json: &[u8],
    root: Root,
    version: ArgoVersion,
    out: &mut S,
) -> Result<(), DecodeError> {
    fits(json)?;
    reference::encode(json, root, version.layout(), out).map(|_| ())
}

impl Encoder {
    /// An encoder with the types of `version`.
    #[must_use]
    pub fn new(version: ArgoVersion) -> Self {
        let version = version.layout();
        Self { version, plans: Plans::new(version), arena: Arena::default(), entries: Vec::new() }
    }

    /// The layout's bit in the tables.
    pub(super) fn version(&self) -> u8 {
        self.version
    }

    /// Reads `json` as Go's `json.Unmarshal` would and writes what `json.Marshal` would then give.
    ///
    /// # Errors
    /// Go refuses the text, or it is longer than 4 GiB. `out` may have received something: it is to be thrown away.
    pub fn encode<S: Sink>(
        &mut self,
        json: &[u8],
        root: Root,
        out: &mut S,
    ) -> Result<Encoded, DecodeError> {
        fits(json)?;
        let mut counted = (Count::default(), out);
        let mut dropped = Dropped::default();
        let nodes = match self.encode_fast(json, root, &mut dropped, &mut counted) {
            Ok(nodes) => nodes,
            Err(GiveWay) => {
                counted.restart();
                let nodes;
                (dropped, nodes) = reference::encode(json, root, self.version, &mut counted)?;
                nodes
            }
        };
        Ok(Encoded { bytes: counted.0.bytes, dropped, nodes })
    }

    /// The same, by the executable specification alone: slower, in many times the memory.
    ///
    /// # Errors
    /// As [`Self::encode`].
    pub fn encode_by_reference<S: Sink>(
        &mut self,
        json: &[u8],
        root: Root,
        out: &mut S,
    ) -> Result<Encoded, DecodeError> {
        fits(json)?;
        let mut counted = (Count::default(), out);
        let (dropped, nodes) = reference::encode(json, root, self.version, &mut counted)?;
        Ok(Encoded { bytes: counted.0.bytes, dropped, nodes })
    }

    /// The version under which the controller would store these nodes.
    ///
    /// # Errors
    /// Go refuses the text.
    pub fn node_version(&mut self, nodes: &[u8]) -> Result<(NodeVersion, Encoded), DecodeError> {
        let mut hash = Fnv1::default();
        let encoded = self.encode(nodes, Root::Nodes, &mut hash)?;
        Ok((NodeVersion(hash.finish()), encoded))
    }
}

/// Offsets are kept in 32 bits.
fn fits(json: &[u8]) -> Result<(), DecodeError> {
    match u32::try_from(json.len()) {
        Ok(_) => Ok(()),
        Err(_) => Err(DecodeError { at: 0, reason: DecodeReason::TooLong }),
    }
}

/// The fast path cannot go on; the reference takes over.
struct GiveWay;

impl From<crate::json::SyntaxError> for GiveWay {
    fn from(_: crate::json::SyntaxError) -> Self {
        Self
    }
}

impl From<DecodeError> for GiveWay {
    fn from(_: DecodeError) -> Self {
        Self
    }
}
