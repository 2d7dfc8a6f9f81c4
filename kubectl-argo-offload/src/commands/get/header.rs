//! What stands above the tree.
//!
//! Source: Argo Workflows v3.7.6, `PrintWorkflowHelper` in cmd/argo/commands/common/get.go; without output artifacts,
//! and with the line `Nodes:`, which argo has not.

use std::collections::BTreeMap;

use argo_offload_core::workflow::Envelope;
use jiff::Timestamp;

use super::durations;
use super::facts::{Facts, Parameter, seconds};
use super::look::Look;
use crate::output::shortened;

/// The most characters of a value.
const VALUE: usize = 1000;

/// The lines; `nodes` says where the nodes are, `waiting` whether a suspend node waits.
pub(super) fn text(
    facts: &Facts,
    envelope: &Envelope<'_>,
    nodes: &str,
    waiting: bool,
    look: Look,
    now: Timestamp,
) -> String {
    let mut out = String::new();
    let mut line = |key: &str, value: &str| {
        let line = format!("{:<20} {}", shortened(key, VALUE), shortened(value, VALUE));
        out.push_str(line.trim_end());
        out.push('\n');
    };
    line("Name:", &envelope.name);
    line("Namespace:", &envelope.namespace);
    line("ServiceAccount:", service_account(facts));
    line("Status:", &facts.status(envelope, waiting));
    if !envelope.message.is_empty() {
        line("Message:", &envelope.message);
    }
    let status = &facts.status;
    if !status.conditions.is_empty() {
        line("Conditions:", "");
        for condition in &status.conditions {
            let sign = match (&*condition.kind, look.utf8) {
                ("MetricsError", true) => "✖",
                ("MetricsError", false) => "Error",
                ("SpecWarning", true) => "⚠",
                ("SpecWarning", false) => "Warning",
                _ => "",
            };
            let message = match &*condition.message {
                "" => &condition.status,
                message => message,
            };
            line(&format!("{sign} {}", condition.kind), message);
        }
    }
    line("Created:", &durations::moment(&envelope.creation_timestamp, now));
    if let Some(started) = &status.started_at {
        line("Started:", &durations::moment(started, now));
    }
    if let Some(finished) = &status.finished_at {
        line("Finished:", &durations::moment(finished, now));
    }
    let (started, finished) = (status.started_at.as_ref(), status.finished_at.as_ref());
    if started.is_some() {
        line("Duration:", &durations::long(seconds(started), seconds(finished), now));
    }
    if envelope.phase == "Running" && status.estimated_duration > 0 {
        let estimated = status.estimated_duration.unsigned_abs();
        line("EstimatedDuration:", &durations::in_words(estimated));
    }
    line("Progress:", &status.progress);
    if !status.resources_duration.is_empty() {
        line("ResourcesDuration:", &resources(&status.resources_duration));
    }
    line("Nodes:", nodes);
    parameters("Parameters:", &facts.executed().arguments.parameters, &mut line);
    parameters("Output Parameters:", &status.outputs.parameters, &mut line);
    out
}

fn service_account(facts: &Facts) -> &str {
    match &*facts.executed().service_account_name {
        "" if facts.spec.workflow_template_ref.is_some() => "unset",
        "" => "unset (will run with the default ServiceAccount)",
        name => name,
    }
}

fn parameters(title: &str, parameters: &[Parameter], line: &mut impl FnMut(&str, &str)) {
    if parameters.is_empty() {
        return;
    }
    line(title, "");
    for Parameter { name, value } in parameters {
        if let Some(value) = value {
            line(&format!("  {name}:"), value);
        }
    }
}

/// `44s*(100Mi memory),0s*(1 cpu)`, sorted by name.
///
/// Source: Argo Workflows v3.7.6, `ResourcesDuration.String` and `ResourceQuantityDenominator` in
/// pkg/apis/workflow/v1alpha1/workflow_types.go.
pub(super) fn resources(durations: &BTreeMap<String, i64>) -> String {
    let parts: Vec<String> = durations
        .iter()
        .map(|(name, seconds)| {
            let unit = match &**name {
                "memory" => "100Mi",
                "storage" | "ephemeral-storage" => "10Gi",
                _ => "1",
            };
            format!("{}*({unit} {name})", durations::go(*seconds))
        })
        .collect();
    parts.join(",")
}
