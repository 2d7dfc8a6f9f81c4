//! A plan as a person reads it, and as whoever keeps the configuration takes it.

use std::fmt::Write;

use anyhow::Result;
use serde_json::{Value, json};

use super::plan::{ConfigMapChange, Plan, Restart};
use super::present::Present;
use crate::cli::ChangeForm;
use crate::commands::lint::config_map_diff;
use crate::output::shortened;

/// What would be done, in its order. No value of a Secret is shown.
pub(in crate::commands) fn plan_text(present: &Present, plan: &Plan) -> Result<String> {
    let mut text = format!("controller: {}", present.controller.place());
    if let Some(version) = present.controller.version {
        let _ = write!(text, " (Argo {version})");
    }
    text.push('\n');
    if let Some(change) = &plan.secret {
        let what = match &change.before {
            None => "is made, with",
            Some(_) => "is changed to",
        };
        let _ = writeln!(
            text,
            "secret/{} in {} {what} the keys {} (their values are not shown)",
            shortened(&change.name, 253),
            change.namespace,
            keys(&change.after)
        );
    }
    if let Some(change) = &plan.config_map {
        let _ = writeln!(
            text,
            "configmap/{} in {}: {} is changed",
            change.name,
            change.namespace,
            shortened(&change.key, 100)
        );
        text.push_str(&config_map_diff(&change.object.0, &change.object.1)?);
    }
    for restart in &plan.restarts {
        let _ = match restart {
            Restart::Rollout { deployment, why, .. } => {
                writeln!(text, "deployment/{deployment} is restarted: {why}")
            }
            Restart::Delete { pod, why, .. } => {
                writeln!(text, "pod/{pod} is deleted, and made anew: {why}")
            }
            Restart::ByHand { what, why } => {
                writeln!(
                    text,
                    "{what} must be restarted by hand, as it cannot be seen from here: {why}"
                )
            }
        };
    }
    if plan
        .restarts
        .iter()
        .any(|restart| matches!(restart, Restart::Rollout { .. } | Restart::Delete { .. }))
    {
        text.push_str("running workflows go on; none moves while the controller restarts\n");
    }
    Ok(text)
}

fn keys(secret: &Value) -> String {
    let data = secret.get("data").and_then(Value::as_object);
    let keys: Vec<String> = data.into_iter().flatten().map(|(key, _)| shortened(key, 60)).collect();
    keys.join(" and ")
}

/// The change in another form.
pub(in crate::commands) fn form(
    present: &Present,
    change: &ConfigMapChange,
    section: &Value,
    form: ChangeForm,
) -> Value {
    match form {
        ChangeForm::Helm => json!({"controller": {"persistence": without_empty(section)}}),
        ChangeForm::Kustomize => json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": change.name, "namespace": change.namespace},
            "data": {&change.key: change.text},
        }),
        ChangeForm::Yaml => json!({
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": change.name, "namespace": change.namespace,
                "labels": present.config_map.get("metadata").and_then(|one| one.get("labels")).cloned().unwrap_or(json!({}))},
            "data": change.object.1.get("data"),
        }),
    }
}

/// A section without what is not set: Argo's own form has every field.
fn without_empty(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let kept = fields
                .iter()
                .filter(|(_, value)| {
                    !value.is_null() && *value != &json!({}) && *value != &json!("")
                })
                .map(|(name, value)| (name.clone(), without_empty(value)));
            Value::Object(kept.collect())
        }
        value => value.clone(),
    }
}
