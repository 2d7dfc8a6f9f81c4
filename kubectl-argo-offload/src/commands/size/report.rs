//! What `size` found out.

use std::collections::BTreeMap;

use argo_offload_core::golang::{ArgoVersion, Dropped, Why};
use argo_offload_core::size::{Compressed, Measure, Rules, Verdict, VerdictKind};
use argo_offload_core::workflow::{Envelope, Storage};
use serde::{Serialize, Serializer};

use crate::output::API_VERSION;

/// All workflows of one run.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    api_version: &'static str,
    kind: &'static str,
    #[serde(rename = "argoVersion", serialize_with = "displayed")]
    pub(super) argo: ArgoVersion,
    #[serde(flatten, serialize_with = "rules")]
    pub(super) rules: Rules,
    /// The worst of the items.
    pub(super) level: Level,
    /// How many inputs and objects could not be measured.
    pub(super) failed: u64,
    pub(super) items: Vec<Item>,
}

/// One workflow; sizes in bytes.
#[derive(Serialize)]
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
    #[serde(serialize_with = "stored")]
    pub(super) stored: Storage,
    #[serde(serialize_with = "verdict")]
    pub(super) verdict: VerdictKind,
    pub(super) verdict_bytes: u64,
    pub(super) borderline: bool,
    /// The controller's own words when it fails.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) error: Option<String>,
    /// With the nodes compressed, an estimate; only where the verdict depends on it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) compressed_bytes: Option<u64>,
    pub(super) offloaded_bytes: u64,
    pub(super) level: Level,
    pub(super) fields: BTreeMap<String, u64>,
    #[serde(serialize_with = "dropped")]
    pub(super) dropped: Dropped,
}

/// How close a workflow is to the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) enum Level {
    Ok,
    /// What is stored has 90 % of the limit, or the verdict is borderline.
    Near,
    /// The controller fails, or what it stores is larger than the limit.
    Over,
}

impl Report {
    pub(super) fn new(argo: ArgoVersion, rules: Rules) -> Self {
        Self {
            api_version: API_VERSION,
            kind: "SizeReport",
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
        let limit = report.rules.max_bytes;
        let level = match verdict.kind {
            VerdictKind::DoesNotFit | VerdictKind::Failed => Level::Over,
            _ if verdict.borderline => Level::Near,
            _ if i128::from(verdict.bytes) * 10 >= i128::from(limit) * 9 => Level::Near,
            _ => Level::Ok,
        };
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

fn stored<S: Serializer>(storage: &Storage, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match storage {
        Storage::None => "None",
        Storage::Inline => "Inline",
        Storage::Compressed => "Compressed",
        Storage::Offloaded => "Offloaded",
    })
}

fn verdict<S: Serializer>(verdict: &VerdictKind, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(match verdict {
        VerdictKind::Inline => "Inline",
        VerdictKind::Compressed => "Compressed",
        VerdictKind::Offloaded => "Offloaded",
        VerdictKind::DoesNotFit => "DoesNotFit",
        VerdictKind::Failed => "Failed",
    })
}

fn rules<S: Serializer>(rules: &Rules, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Shown {
        limit_bytes: i64,
        offloading: bool,
        always_offload: bool,
    }
    let Rules { max_bytes: limit_bytes, offloading, always_offload } = *rules;
    Shown { limit_bytes, offloading, always_offload }.serialize(to)
}

fn dropped<S: Serializer>(dropped: &Dropped, to: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Field<'a> {
        r#in: &'a str,
        key: &'a str,
        why: &'a str,
        times: u64,
    }
    to.collect_seq(dropped.iter().map(|(field, times)| Field {
        r#in: field.holder,
        key: &field.key,
        why: match field.why {
            Why::Unknown => "Unknown",
            Why::Repeated => "Repeated",
            Why::NotText => "NotText",
        },
        times,
    }))
}
