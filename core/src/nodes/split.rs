//! Taking the nodes out of a Workflow.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::compression::{DecompressError, MAX_DECOMPRESSED_BYTES, decompress};
use crate::golang::{Count, DecodeError, Dropped, Encoder, Fnv1, NodeVersion, Root};
use crate::workflow::{Envelope, EnvelopeError, with_storage};

/// A Workflow without its nodes, and the nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Split {
    /// The Workflow's JSON text: as it was, with `offloadNodeStatusVersion` in place of the nodes.
    pub workflow: Vec<u8>,
    /// The nodes; `None` if the Workflow holds none, and then it is unchanged.
    pub record: Option<Record>,
}

/// What the controller would write as a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The Workflow's uid.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The version that names the row.
    pub version: NodeVersion,
    /// The nodes as Go marshals them.
    pub nodes: Vec<u8>,
    /// How many there are.
    pub count: u64,
}

/// Why nodes cannot be taken out of a Workflow.
#[derive(Clone, Debug, PartialEq)]
pub enum SplitError {
    /// The text is not a Workflow.
    Envelope(EnvelopeError),
    /// The Workflow has no uid, under which its row would be found again.
    NoUid,
    /// The text holds bytes that are not UTF-8, which Go would replace.
    NotUtf8 {
        /// Offset of the first of them.
        at: usize,
    },
    /// `compressedNodes` cannot be read.
    Decompress(DecompressError),
    /// Go would refuse the nodes. The offset is in the Workflow's text, or in the nodes' own when they
    /// were compressed.
    Decode {
        /// What is wrong.
        error: DecodeError,
        /// Whether the offset is in the decompressed nodes.
        in_compressed: bool,
    },
    /// The nodes hold content that this version of Argo would lose.
    WouldDrop(Dropped),
    /// Go would write the nodes in a form that it does not read back as the same: a time outside the
    /// years 0 to 9999, or a fraction of the first second of year 1.
    NotStable,
}

impl fmt::Display for SplitError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Envelope(error) => error.fmt(out),
            Self::NoUid => out.write_str(
                "the Workflow has no metadata.uid, under which its nodes would be found again",
            ),
            Self::NotUtf8 { .. } => {
                out.write_str("bytes that are not UTF-8: Argo would read U+FFFD in their place")
            }
            Self::Decompress(error) => error.fmt(out),
            Self::Decode { error, .. } => error.fmt(out),
            Self::WouldDrop(dropped) => write!(
                out,
                "the nodes hold content that this version of Argo does not keep: {dropped}"
            ),
            Self::NotStable => out.write_str(
                "the nodes hold a time that Argo writes but does not read back as the same, such as \
                 one outside the years 0 to 9999",
            ),
        }
    }
}

impl core::error::Error for SplitError {}

impl From<EnvelopeError> for SplitError {
    fn from(error: EnvelopeError) -> Self {
        Self::Envelope(error)
    }
}

/// Takes the nodes out of the Workflow `text`, as the controller does when it offloads.
///
/// The nodes become what Argo makes of them when it reads them: a number where a text belongs goes
/// through a float64, times are UTC to the second, unpaired surrogates become U+FFFD.
///
/// A Workflow whose nodes are already elsewhere, or that has none, comes back unchanged.
///
/// # Errors
/// The text is not a Workflow that Argo reads, or it holds content for which Argo has no place.
pub fn split_nodes(encoder: &mut Encoder, text: &[u8]) -> Result<Split, SplitError> {
    let envelope = Envelope::parse(text)?;
    if let Err(error) = core::str::from_utf8(text) {
        return Err(SplitError::NotUtf8 { at: error.valid_up_to() });
    }
    // All of the text must be what Argo reads, not only the nodes.
    encoder
        .encode(text, Root::Workflow, &mut Count::default())
        .map_err(|error| SplitError::Decode { error, in_compressed: false })?;
    let decompressed;
    let (source, start) = if let Some(range) = &envelope.nodes {
        (text.get(range.clone()).unwrap_or_default(), Some(range.start))
    } else if let Some(compressed) = envelope.compressed_nodes_text() {
        decompressed =
            decompress(&compressed, MAX_DECOMPRESSED_BYTES).map_err(SplitError::Decompress)?;
        (&decompressed[..], None)
    } else {
        return Ok(Split { workflow: text.to_vec(), record: None });
    };
    if envelope.uid.is_empty() {
        return Err(SplitError::NoUid);
    }
    let mut out = (Fnv1::default(), Vec::with_capacity(source.len()));
    let encoded = encoder.encode(source, Root::Nodes, &mut out).map_err(|mut error| {
        error.at += start.unwrap_or(0);
        SplitError::Decode { error, in_compressed: start.is_none() }
    })?;
    if !encoded.dropped.is_empty() {
        return Err(SplitError::WouldDrop(encoded.dropped));
    }
    let version = NodeVersion(out.0.finish());
    if !encoder.node_version(&out.1).is_ok_and(|(again, _)| again == version) {
        return Err(SplitError::NotStable);
    }
    let member = format!("\"offloadNodeStatusVersion\":\"{version}\"");
    let workflow = with_storage(&envelope, member.as_bytes())?;
    let record = Record {
        uid: envelope.uid.to_string(),
        namespace: envelope.namespace.to_string(),
        name: envelope.name.to_string(),
        version,
        nodes: out.1,
        count: encoded.nodes.unwrap_or(0),
    };
    Ok(Split { workflow, record: Some(record) })
}
