//! What the controller does with a Workflow of this size.
//!
//! Sources: Argo Workflows v3.7.6, workflow/packer/packer.go and workflow/hydrator/hydrator.go.

use alloc::format;
use alloc::string::String;

use super::compress::Compressed;
use super::limit::DEFAULT_MAX_WORKFLOW_BYTES;
use super::measure::Measure;

/// How the controller is set up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// The limit in bytes, see [`max_workflow_bytes`](super::max_workflow_bytes).
    pub max_bytes: i64,
    /// `nodeStatusOffLoad`
    pub offloading: bool,
    /// `ALWAYS_OFFLOAD_NODE_STATUS=true`
    pub always_offload: bool,
}

impl Default for Rules {
    fn default() -> Self {
        Self { max_bytes: DEFAULT_MAX_WORKFLOW_BYTES, offloading: true, always_offload: false }
    }
}

/// What becomes of the nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VerdictKind {
    /// They stay in `status.nodes`.
    Inline,
    /// They are compressed into `status.compressedNodes`.
    Compressed,
    /// They are written to the database.
    Offloaded,
    /// They are written to the database, and what is left is still larger than the limit. The
    /// controller does not look again; the API server may refuse the object.
    DoesNotFit,
    /// The controller fails: the Workflow becomes an Error.
    Failed,
}

/// The controller's decision on one Workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of the nodes.
    pub kind: VerdictKind,
    /// The size in bytes that the Workflow then has; with `Failed` the size at which it fails.
    pub bytes: u64,
    /// Whether the limit lies within the band of the compressed length: the controller could decide
    /// otherwise.
    pub borderline: bool,
    /// The controller's own words when it fails. The compressed size in it is an estimate.
    pub error: Option<String>,
}

/// Decides as the controller does with a hydrated Workflow, see [`measure`](super::measure).
///
/// A Workflow whose nodes are offloaded stays so.
///
/// `compress` is called only when the decision depends on the compressed length.
///
/// # Errors
/// Those of `compress`.
pub fn judge<E>(
    measure: &Measure,
    rules: &Rules,
    compress: impl FnOnce() -> Result<Compressed, E>,
) -> Result<Verdict, E> {
    let fits = |bytes: u64| i64::try_from(bytes).is_ok_and(|bytes| bytes <= rules.max_bytes);
    let settled = |kind, bytes| Verdict { kind, bytes, borderline: false, error: None };
    let already = measure.field("status.offloadNodeStatusVersion").is_some();
    let mut error = String::new();
    let mut borderline = false;
    let mut failed_bytes = measure.counted_bytes;
    if !rules.always_offload && !already {
        if fits(measure.counted_bytes) {
            return Ok(settled(VerdictKind::Inline, measure.counted_bytes));
        }
        let compressed = compress()?;
        let bytes = measure.compressed_bytes(compressed.bytes);
        let certain = |length: u64| fits(measure.compressed_bytes(length)) == fits(bytes);
        borderline = !certain(compressed.least_bytes) || !certain(compressed.most_bytes);
        if fits(bytes) {
            return Ok(Verdict { borderline, ..settled(VerdictKind::Compressed, bytes) });
        }
        failed_bytes = bytes;
        error = format!(
            "workflow is longer than maximum allowed size. compressed size {bytes} > maxSize {}",
            rules.max_bytes
        );
    }
    if !rules.offloading {
        // Nodes that are already offloaded cannot be read, and that fails first.
        if !already {
            error.push_str("Tried to offload but encountered error: ");
        }
        error.push_str("offload node status is not supported");
        return Ok(Verdict {
            kind: VerdictKind::Failed,
            bytes: failed_bytes,
            borderline,
            error: Some(error),
        });
    }
    let bytes = measure.offloaded_bytes;
    let kind = if fits(bytes) { VerdictKind::Offloaded } else { VerdictKind::DoesNotFit };
    Ok(Verdict { borderline, ..settled(kind, bytes) })
}
