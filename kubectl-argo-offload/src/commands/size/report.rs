//! What `size` found out.

use std::collections::BTreeMap;

use argo_offload_core::golang::{ArgoVersion, Dropped, Why};
use argo_offload_core::size::{Compressed, Measure, Rules, Verdict, VerdictKind};
use argo_offload_core::workflow::{Envelope, Storage};
use serde::{Serialize, Serializer};

use crate::output::API_VERSION;

const KIND: &str = "SizeReport";

/// All workflows of one run, measured as a controller counts them.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "SizeReport"))]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = KIND)))]
    kind: &'static str,
    /// The version of Argo Workflows whose code decides.
    #[serde(rename = "argoVersion", serialize_with = "displayed")]
    #[cfg_attr(test, schemars(with = "String"))]
    pub(super) argo: ArgoVersion,
    #[serde(flatten, with = "RulesWritten")]
    pub(super) rules: Rules,
    /// The worst of the items.
    pub(super) level: Level,
    /// How many inputs and objects could not be measured.
    pub(super) failed: u64,
    pub(super) items: Vec<Item>,
}

/// One workflow; sizes in bytes.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) uid: String,
    pub(super) phase: String,
    pub(super) creation_timestamp: String,
    /// `null` when the nodes are elsewhere.
    pub(super) nodes: Option<u64>,
    pub(super) nodes_bytes: Option<u64>,
    pub(super) nodes_version: Option<String>,
    /// As the controller counts it: with its nodes, unless those are offloaded.
    pub(super) size_bytes: u64,
    /// Whether the workflow is larger than that: its nodes are elsewhere, or the controller counts
    /// managedFields and the file has none.
    pub(super) at_least: bool,
    #[serde(skip)]
    pub(super) without_managed_fields: bool,
    /// Where its nodes are now.
    #[serde(with = "StorageWritten")]
    pub(super) stored: Storage,
    /// `status.offloadNodeStatusVersion`: the version of its row in the database.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) row_version: Option<String>,
    /// What that row takes in the database, in MySQL's own format or as MariaDB's text; only with `--row-bytes`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) row_bytes: Option<u64>,
    /// What the controller does with its nodes.
    #[serde(with = "VerdictWritten")]
    pub(super) verdict: VerdictKind,
    /// The size it then has; an estimate where that is `Compressed`.
    pub(super) verdict_bytes: u64,
    /// Whether the limit lies within the uncertainty of the compressed length.
    pub(super) borderline: bool,
    /// The controller's own words when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// With the nodes compressed, an estimate; only where the verdict depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compressed_bytes: Option<u64>,
    /// With its nodes in the database.
    pub(super) offloaded_bytes: u64,
    pub(super) level: Level,
    /// Bytes by field, for example `status.nodes`; `rest` is what is around them.
    pub(super) fields: BTreeMap<String, u64>,
    /// Content that this version of Argo does not keep, and that is not counted.
    #[serde(serialize_with = "dropped")]
    #[cfg_attr(test, schemars(with = "Vec<DroppedWritten<'static>>"))]
    pub(super) dropped: Dropped,
}

/// How close a workflow is to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(in crate::commands) enum Level {
    /// Neither near nor over.
    Ok,
    /// What is stored has 90 % of the limit, or the verdict is borderline.
    Near,
    /// The controller fails, or what it stores is larger than the limit.
    Over,
}

impl Level {
    pub(super) fn of(verdict: &Verdict, rules: &Rules) -> Self {
        match verdict.kind {
            VerdictKind::DoesNotFit | VerdictKind::Failed => Self::Over,
            _ if verdict.borderline => Self::Near,
            _ if i128::from(verdict.bytes) * 10 >= i128::from(rules.max_bytes) * 9 => Self::Near,
            _ => Self::Ok,
        }
    }
}

impl Report {
    pub(super) fn new(argo: ArgoVersion, rules: Rules) -> Self {
        Self {
            api_version: API_VERSION,
            kind: KIND,
            argo,
            rules,
            level: Level::Ok,
            failed: 0,
            items: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, item: Item) {
        self.level = self.level.max(item.level);
        self.items.push(item);
    }
}

impl Item {
    pub(super) fn new(
        report: &Report,
        envelope: &Envelope<'_>,
        size: Measure,
        verdict: Verdict,
        compressed: Option<Compressed>,
    ) -> Self {
        let stored = envelope.storage();
        let known = stored != Storage::Offloaded;
        let without_managed_fields =
            report.argo.counts_managed_fields() && !envelope.has_managed_fields;
        let level = Level::of(&verdict, &report.rules);
        Self {
            namespace: envelope.namespace.to_string(),
            name: envelope.name.to_string(),
            uid: envelope.uid.to_string(),
            phase: envelope.phase.to_string(),
            creation_timestamp: envelope.creation_timestamp.to_string(),
            nodes: known.then(|| size.node_count.unwrap_or(0)),
            nodes_bytes: known.then_some(size.nodes_bytes),
            nodes_version: known.then(|| size.node_version.to_string()),
            size_bytes: size.counted_bytes,
            without_managed_fields,
            at_least: without_managed_fields || !known,
            stored,
            row_version: (!known).then(|| envelope.offload_version.to_string()),
            row_bytes: None,
            verdict: verdict.kind,
            verdict_bytes: verdict.bytes,
            borderline: verdict.borderline,
            error: verdict.error,
            compressed_bytes: compressed.map(|length| size.compressed_bytes(length.bytes)),
            offloaded_bytes: size.offloaded_bytes,
            level,
            fields: size.fields,
            dropped: size.dropped,
        }
    }
}

fn displayed<S: Serializer>(value: &ArgoVersion, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

/// Where nodes are.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(remote = "Storage")]
enum StorageWritten {
    /// There are none.
    None,
    /// In `status.nodes`.
    Inline,
    /// In `status.compressedNodes`.
    Compressed,
    /// In the database.
    Offloaded,
}

/// What becomes of the nodes.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(remote = "VerdictKind")]
enum VerdictWritten {
    /// They stay in `status.nodes`.
    Inline,
    /// They are compressed into `status.compressedNodes`.
    Compressed,
    /// They are written to the database.
    Offloaded,
    /// They are written to the database, and what is left is still larger than the limit.
    DoesNotFit,
    /// The controller fails: the Workflow becomes an Error.
    Failed,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(remote = "Rules", rename_all = "camelCase")]
struct RulesWritten {
    /// The controller's `MAX_WORKFLOW_SIZE`.
    #[serde(rename = "limitBytes")]
    max_bytes: i64,
    /// The controller's `nodeStatusOffLoad`.
    offloading: bool,
    /// The controller's `ALWAYS_OFFLOAD_NODE_STATUS`.
    always_offload: bool,
}

/// Content that is not kept.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct DroppedWritten<'a> {
    /// Argo's type that has the key.
    r#in: &'a str,
    key: &'a str,
    #[serde(with = "WhyWritten")]
    why: Why,
    times: u64,
}

/// Why content is not kept.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(remote = "Why")]
enum WhyWritten {
    /// This version's type has no such field.
    Unknown,
    /// The key stands more than once: one value hides another.
    Repeated,
    /// A list or object where Argo takes a scalar.
    NotText,
}

fn dropped<S: Serializer>(dropped: &Dropped, to: S) -> Result<S::Ok, S::Error> {
    to.collect_seq(dropped.iter().map(|(field, times)| DroppedWritten {
        r#in: field.holder,
        key: &field.key,
        why: field.why,
        times,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_fresh() {
        crate::commands::schema::assert_fresh::<Report>("size-report");
    }
}
