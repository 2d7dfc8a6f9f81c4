//! Putting nodes back into a Workflow.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::compression::{DecompressError, MAX_DECOMPRESSED_BYTES, decompress};
use crate::golang::{Count, DecodeError, Dropped, Encoder, Fnv1, NodeVersion, Root};
use crate::workflow::{Envelope, EnvelopeError, with_storage};

/// Why nodes cannot be put back into a Workflow.
#[derive(Clone, Debug, PartialEq)]
pub enum MergeError {
    /// The text is not a Workflow.
    Envelope(EnvelopeError),
    /// The Workflow does not say that its nodes are elsewhere.
    NotOffloaded,
    /// `compressedNodes` cannot be read.
    Decompress(DecompressError),
    /// Go would refuse the Workflow; the offset is in its text.
    Workflow(DecodeError),
    /// Go would refuse the nodes; the offset is in the nodes.
    Decode(DecodeError),
    /// The nodes hold content that this version of Argo would lose.
    WouldDrop(Dropped),
    /// The nodes are not those the Workflow refers to.
    Version {
        /// `status.offloadNodeStatusVersion`
        expected: String,
        /// The nodes' own version.
        found: NodeVersion,
    },
}

impl fmt::Display for MergeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(error) => error.fmt(out),
            Self::NotOffloaded => out.write_str(
                "the Workflow has no status.offloadNodeStatusVersion: its nodes are not elsewhere",
            ),
            Self::Decompress(error) => error.fmt(out),
            Self::Workflow(error) | Self::Decode(error) => error.fmt(out),
            Self::WouldDrop(dropped) => write!(
                out,
                "the nodes hold content that this version of Argo does not keep: {dropped}"
            ),
            Self::Version { expected, found } => write!(
                out,
                "the nodes are not those the Workflow refers to: it says {expected}, they are {found}"
            ),
        }
    }
}

impl core::error::Error for MergeError {}

impl From<EnvelopeError> for MergeError {
    fn from(error: EnvelopeError) -> Self {
        Self::Envelope(error)
    }
}

/// Puts `nodes` into the Workflow `text` that refers to them.
///
/// `nodes` may be in any spelling whose re-encoding has the version the Workflow names: MySQL reorders
/// what it stores. They are put back as Go marshals them.
///
/// # Errors
/// The text is not an offloaded Workflow, or these are not its nodes.
pub fn merge_nodes(
    encoder: &mut Encoder,
    text: &[u8],
    nodes: &[u8],
) -> Result<Vec<u8>, MergeError> {
    let envelope = Envelope::parse(text)?;
    let version = envelope.offload_version.clone();
    merge_other_nodes(encoder, text, nodes, &version)
}

/// Puts `nodes` into the Workflow `text` as another `version` of its nodes than it refers to: for reading only,
/// such a Workflow is none that the controller ever had.
///
/// # Errors
/// The text is not an offloaded Workflow, or these are not the nodes of `version`.
pub fn merge_other_nodes(
    encoder: &mut Encoder,
    text: &[u8],
    nodes: &[u8],
    version: &str,
) -> Result<Vec<u8>, MergeError> {
    let envelope = Envelope::parse(text)?;
    if envelope.offload_version.is_empty() {
        return Err(MergeError::NotOffloaded);
    }
    readable(encoder, text)?;
    let canonical = canonical_nodes(encoder, nodes, version)?;
    put(&envelope, &canonical)
}

/// All of the text must be what Argo reads.
fn readable(encoder: &mut Encoder, text: &[u8]) -> Result<(), MergeError> {
    encoder.encode(text, Root::Workflow, &mut Count::default()).map_err(MergeError::Workflow)?;
    Ok(())
}

/// The nodes as Go marshals them, if that has the version `expected`.
///
/// `nodes` may be in any spelling of a server; borrowed when they stand there as Go wrote them.
///
/// # Errors
/// They are no nodes, they have content that this version of Argo does not keep, or another version.
pub fn canonical_nodes<'a>(
    encoder: &mut Encoder,
    nodes: &'a [u8],
    expected: &str,
) -> Result<Cow<'a, [u8]>, MergeError> {
    let mut raw = Fnv1::default();
    raw.update(nodes);
    if NodeVersion(raw.finish()).to_string() == expected {
        // Written by Go as it stands, perhaps by a newer Argo; still it must be nodes.
        encoder.encode(nodes, Root::Nodes, &mut Count::default()).map_err(MergeError::Decode)?;
        return Ok(Cow::Borrowed(nodes));
    }
    let mut out = (Fnv1::default(), Vec::with_capacity(nodes.len()));
    let encoded = encoder.encode(nodes, Root::Nodes, &mut out).map_err(MergeError::Decode)?;
    if !encoded.dropped.is_empty() {
        return Err(MergeError::WouldDrop(encoded.dropped));
    }
    let found = NodeVersion(out.0.finish());
    if found.to_string() != expected {
        return Err(MergeError::Version { expected: expected.to_string(), found });
    }
    Ok(Cow::Owned(out.1))
}

/// Puts the nodes of `status.compressedNodes` into `status.nodes`.
///
/// A Workflow without compressed nodes comes back unchanged.
///
/// # Errors
/// The text is not a Workflow, or its compressed nodes cannot be read.
pub fn decompress_nodes<'a>(
    encoder: &mut Encoder,
    text: &'a [u8],
) -> Result<Cow<'a, [u8]>, MergeError> {
    let envelope = Envelope::parse(text)?;
    readable(encoder, text)?;
    let Some(compressed) = envelope.compressed_nodes_text() else {
        return Ok(Cow::Borrowed(text));
    };
    let nodes = decompress(&compressed, MAX_DECOMPRESSED_BYTES).map_err(MergeError::Decompress)?;
    encoder.encode(&nodes, Root::Nodes, &mut Count::default()).map_err(MergeError::Decode)?;
    put(&envelope, &nodes).map(Cow::Owned)
}

fn put(envelope: &Envelope<'_>, nodes: &[u8]) -> Result<Vec<u8>, MergeError> {
    let mut member = Vec::with_capacity(nodes.len() + 8);
    member.extend_from_slice(b"\"nodes\":");
    member.extend_from_slice(nodes);
    Ok(with_storage(envelope, &member)?)
}
