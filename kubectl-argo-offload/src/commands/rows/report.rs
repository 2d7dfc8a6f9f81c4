//! What `rows` found out.

use std::cmp::Reverse;

use argo_offload_core::rows::{RowState, WorkflowRows};
use serde::Serialize;

use crate::cli::{RowsBytes, RowsSort};
use crate::output::API_VERSION;
use crate::store::RowInfo;

const KIND: &str = "RowList";

/// The rows of a store, by workflow.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "RowList"))]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = KIND)))]
    kind: &'static str,
    /// Where the rows are; holds no secret.
    pub(super) store: String,
    pub(super) totals: Totals,
    pub(super) items: Vec<Item>,
    #[serde(skip)]
    pub(super) versions: bool,
}

/// Sums over all items.
#[derive(Default, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Totals {
    pub(super) workflows: u64,
    pub(super) rows: u64,
    /// `null` when one of them is not known.
    pub(super) bytes: Option<u64>,
}

/// The rows of one workflow under one cluster name.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Item {
    /// `persistence.clusterName` of the controller that wrote them; empty in archives made from files.
    pub(super) cluster_name: String,
    pub(super) namespace: String,
    /// The workflow's name; `null` when it is not known.
    pub(super) workflow: Option<String>,
    pub(super) uid: String,
    /// How many rows there are.
    pub(super) versions: u64,
    /// Nodes in the newest row; `null` when they were not counted.
    pub(super) nodes: Option<u64>,
    /// Of all its rows: of their text in an archive and in MariaDB, in MySQL what its own format takes; `null`
    /// when not known.
    pub(super) bytes: Option<u64>,
    /// Whether `bytes` is that of the newest row times their number.
    pub(super) estimated: bool,
    /// How old the newest row is; `null` when not known.
    pub(super) newest_age_seconds: Option<u64>,
    /// How old the oldest row is.
    pub(super) oldest_age_seconds: Option<u64>,
    /// `null` when the cluster was not asked.
    #[serde(serialize_with = "written")]
    #[cfg_attr(test, schemars(with = "Option<RowStateWritten>"))]
    pub(super) state: Option<RowState>,
    /// The version that the workflow names and that is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) missing_version: Option<String>,
    /// The rows themselves, newest first; only with `--versions`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<Vec<Row>>,
}

/// One row.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Row {
    /// `status.offloadNodeStatusVersion` of the workflow that was written.
    pub(super) version: String,
    pub(super) nodes: Option<u64>,
    pub(super) bytes: Option<u64>,
    pub(super) age_seconds: Option<u64>,
    #[serde(serialize_with = "written")]
    #[cfg_attr(test, schemars(with = "Option<RowStateWritten>"))]
    pub(super) state: Option<RowState>,
}

impl Report {
    pub(super) fn new(store: String, versions: bool) -> Self {
        let totals = Totals { bytes: Some(0), ..Totals::default() };
        Self { api_version: API_VERSION, kind: KIND, store, totals, items: Vec::new(), versions }
    }

    pub(super) fn add(&mut self, all: &[RowInfo], workflow: WorkflowRows, bytes: RowsBytes) {
        let mut rows: Vec<(Row, &RowInfo)> = workflow
            .rows
            .iter()
            .filter_map(|(index, state)| Some((all.get(*index)?, *state)))
            .map(|(info, state)| {
                let row = Row {
                    version: info.key.version.clone(),
                    nodes: info.nodes,
                    bytes: info.bytes.or(info.stored_bytes),
                    age_seconds: info.age.map(|age| age.as_secs()),
                    state,
                };
                (row, info)
            })
            .collect();
        rows.sort_by_key(|(row, _)| row.age_seconds);
        let sum = rows.iter().map(|(row, _)| row.bytes).sum::<Option<u64>>();
        // A store that knows how large a row is has a checksum of it, too.
        let estimated = bytes == RowsBytes::Estimate
            && rows.len() > 1
            && rows.iter().any(|(_, info)| info.sha256.is_none());
        let item = Item {
            cluster_name: workflow.cluster_name,
            namespace: workflow.namespace,
            workflow: workflow.name.or_else(|| {
                rows.iter().map(|(_, info)| &info.name).find(|name| !name.is_empty()).cloned()
            }),
            uid: workflow.uid,
            versions: rows.len() as u64,
            nodes: rows.first().and_then(|(row, _)| row.nodes),
            bytes: sum,
            estimated,
            newest_age_seconds: rows.first().and_then(|(row, _)| row.age_seconds),
            oldest_age_seconds: rows.last().and_then(|(row, _)| row.age_seconds),
            state: workflow.state,
            missing_version: workflow.missing,
            rows: self.versions.then(|| rows.into_iter().map(|(row, _)| row).collect()),
        };
        self.totals.workflows += 1;
        self.totals.rows += item.versions;
        self.totals.bytes = self.totals.bytes.zip(item.bytes).map(|(total, bytes)| total + bytes);
        self.items.push(item);
    }

    pub(super) fn sort(&mut self, by: RowsSort) {
        self.items.sort_by(|one, two| {
            // What is not known comes last.
            let age = |item: &Item| item.newest_age_seconds.unwrap_or(u64::MAX);
            match by {
                RowsSort::Age => age(one).cmp(&age(two)),
                RowsSort::Bytes => Reverse(one.bytes).cmp(&Reverse(two.bytes)),
                RowsSort::Versions => Reverse(one.versions).cmp(&Reverse(two.versions)),
                RowsSort::Name => std::cmp::Ordering::Equal,
            }
            .then_with(|| one.name().cmp(&two.name()))
        });
    }
}

impl Item {
    /// What it is sorted by among its like.
    fn name(&self) -> (&str, &str, Option<&str>, &str) {
        (&self.cluster_name, &self.namespace, self.workflow.as_deref(), &self.uid)
    }
}

/// What rows are to their workflow.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(remote = "RowState")]
enum RowStateWritten {
    /// The workflow names it.
    Live,
    /// The workflow names another row, or none.
    Superseded,
    /// There is no such workflow.
    Orphan,
    /// The workflow names a row that is not there.
    Dangling,
}

fn written<S: serde::Serializer>(state: &Option<RowState>, to: S) -> Result<S::Ok, S::Error> {
    struct Written<'a>(&'a RowState);
    impl Serialize for Written<'_> {
        fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            RowStateWritten::serialize(self.0, to)
        }
    }
    state.as_ref().map(Written).serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_fresh() {
        crate::commands::schema::assert_fresh::<Report>("row-list");
    }
}
