//! A Workflow's size, as the controller counts it.

use std::collections::BTreeMap;

use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::decompress_nodes;
use argo_offload_core::size::{self, Rules, VerdictKind, compress_nodes};
use serde::Serialize;
use tsify::Tsify;

use crate::api::parsed;

/// How large a Workflow is to the controller, and what it does with it.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
#[tsify(hashmap_as_object)]
#[serde(rename_all = "camelCase")]
pub struct SizeReport {
    /// Bytes that the controller counts.
    pub counted_bytes: f64,
    /// The limit, 1 MiB where `MAX_WORKFLOW_SIZE` is not set.
    pub max_bytes: f64,
    /// How many nodes there are.
    pub node_count: f64,
    /// What they take.
    pub nodes_bytes: f64,
    /// Under which version they would be offloaded.
    pub node_version: String,
    /// What becomes of the nodes where offloading is on: `"inline"`, `"compressed"`, `"offloaded"` or `"doesNotFit"`.
    pub verdict: String,
    /// The size that the Workflow then has.
    pub bytes: f64,
    /// Whether the limit is so near that the controller could decide otherwise.
    pub borderline: bool,
    /// Bytes of `metadata`, `spec`, `status`, each `status.…`, and of the `rest`.
    pub fields: BTreeMap<String, f64>,
}

/// See [`crate::measure`].
///
/// # Errors
/// The text is no Workflow, Argo refuses it, or its nodes are compressed with another algorithm.
pub fn measure(workflow: &str, argo_version: Option<&str>) -> Result<SizeReport, String> {
    let version = parsed(argo_version)?.unwrap_or(ArgoVersion::NEWEST);
    let mut encoder = Encoder::new(version);
    let text =
        decompress_nodes(&mut encoder, workflow.as_bytes()).map_err(|error| error.to_string())?;
    let refused = |error| format!("Argo {version} refuses it: {error}");
    let measure = size::measure(&mut encoder, version, &text).map_err(refused)?;
    let rules = Rules::default();
    let compress = || compress_nodes(&mut encoder, &text);
    let verdict = size::judge(&measure, &rules, compress).map_err(refused)?;
    let verdict_name = match verdict.kind {
        VerdictKind::Inline => "inline",
        VerdictKind::Compressed => "compressed",
        VerdictKind::Offloaded => "offloaded",
        VerdictKind::DoesNotFit => "doesNotFit",
        VerdictKind::Failed => "failed",
    };
    let number = |bytes: u64| bytes as f64;
    Ok(SizeReport {
        counted_bytes: number(measure.counted_bytes),
        max_bytes: rules.max_bytes as f64,
        node_count: number(measure.node_count.unwrap_or(0)),
        nodes_bytes: number(measure.nodes_bytes),
        node_version: measure.node_version.to_string(),
        verdict: verdict_name.into(),
        bytes: number(verdict.bytes),
        borderline: verdict.borderline,
        fields: measure.fields.into_iter().map(|(name, bytes)| (name, number(bytes))).collect(),
    })
}
