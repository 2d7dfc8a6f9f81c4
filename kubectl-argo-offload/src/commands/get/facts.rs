//! What a Workflow says of itself beside its nodes.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use argo_offload_core::golang::{Encoder, Root};
use argo_offload_core::workflow::{Envelope, without_nodes};
use serde::Deserialize;
use serde::de::IgnoredAny;

/// A Workflow without its nodes, read from Go's spelling of it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Facts {
    pub(super) metadata: Metadata,
    pub(super) spec: Spec,
    pub(super) status: Status,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Metadata {
    pub(super) annotations: BTreeMap<String, String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Spec {
    pub(super) service_account_name: String,
    pub(super) arguments: Parameters,
    pub(super) shutdown: String,
    pub(super) suspend: bool,
    pub(super) priority: i64,
    pub(super) workflow_template_ref: Option<IgnoredAny>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Status {
    pub(super) progress: String,
    pub(super) started_at: Option<String>,
    pub(super) finished_at: Option<String>,
    pub(super) conditions: Vec<Condition>,
    /// In seconds.
    pub(super) estimated_duration: i64,
    /// In seconds, by resource.
    pub(super) resources_duration: BTreeMap<String, i64>,
    pub(super) outputs: Parameters,
    /// The spec that a workflow from a template really has.
    pub(super) stored_workflow_template_spec: Option<Spec>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Condition {
    #[serde(rename = "type")]
    pub(super) kind: String,
    pub(super) status: String,
    pub(super) message: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameters {
    pub(super) parameters: Vec<Parameter>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Parameter {
    pub(super) name: String,
    pub(super) value: Option<String>,
}

impl Facts {
    /// Reads what is around the nodes.
    ///
    /// # Errors
    /// Go refuses the Workflow; whoever reads the nodes says where.
    pub(super) fn read(encoder: &mut Encoder, envelope: &Envelope<'_>) -> Result<Self> {
        let bare = without_nodes(envelope)?;
        let mut canonical = Vec::with_capacity(bare.len());
        encoder.encode(&bare, Root::Workflow, &mut canonical)?;
        serde_json::from_slice(&canonical).context("the workflow has a form that is not known here")
    }

    /// Argo's `GetExecSpec`.
    pub(super) fn executed(&self) -> &Spec {
        self.status.stored_workflow_template_spec.as_ref().unwrap_or(&self.spec)
    }

    /// Argo's `WorkflowStatus` (util/printer/workflow-printer.go, v3.7.6): the phase, and what holds it up.
    ///
    /// `waiting`: whether a suspend node waits.
    pub(super) fn status(&self, envelope: &Envelope<'_>, waiting: bool) -> String {
        match &*envelope.phase {
            "Running" if self.spec.suspend || waiting => "Running (Suspended)".into(),
            "Failed" if !self.spec.shutdown.is_empty() => "Failed (Terminated)".into(),
            "" | "Pending" if !envelope.creation_timestamp.is_empty() => "Pending".into(),
            "" | "Pending" => "Unknown".into(),
            phase => phase.into(),
        }
    }
}

/// A time of Go's in seconds since 1970.
pub(super) fn seconds(time: Option<&String>) -> Option<i64> {
    Some(time?.parse::<jiff::Timestamp>().ok()?.as_second())
}
