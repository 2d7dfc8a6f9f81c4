//! What would be changed.

use std::collections::BTreeMap;

use anyhow::Result;
use argo_offload_core::config::change::{Changed, Setting, change_persistence};
use argo_offload_core::config::{Verdict, judge};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::present::Present;
use super::values::WantedSecret;
use crate::cluster::{Configuration, ProgramPod};
use crate::failure::Failure;

/// What says that an object was made or is written by this program.
pub(super) const MANAGED_BY: (&str, &str) = ("app.kubernetes.io/managed-by", "argo-offload");

/// What would be changed, in the order in which it is done.
pub(in crate::commands) struct Plan {
    pub(super) secret: Option<SecretChange>,
    pub(super) config_map: Option<ConfigMapChange>,
    pub(super) restarts: Vec<Restart>,
}

/// A Secret that is made or changed.
pub(super) struct SecretChange {
    pub(super) namespace: String,
    pub(super) name: String,
    /// `None` where it is made.
    pub(super) before: Option<Value>,
    pub(super) after: Value,
}

/// The ConfigMap, one of whose values is changed.
pub(in crate::commands) struct ConfigMapChange {
    pub(super) namespace: String,
    pub(super) name: String,
    /// The key of the value.
    pub(super) key: String,
    /// Its text; `None` where the key is new.
    pub(super) before: Option<String>,
    pub(super) text: String,
    /// The object as it was, and as it is to be.
    pub(super) object: (Value, Value),
}

/// A program that has to be started again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Restart {
    /// By a new version of its Deployment.
    Rollout { namespace: String, deployment: String, why: &'static str },
    /// By deleting a pod that something makes anew.
    Delete { namespace: String, pod: String, why: &'static str },
    /// It cannot be seen from here.
    ByHand { what: &'static str, why: &'static str },
}

impl Plan {
    /// A change of the ConfigMap alone, which the controller sees by itself unless it is told not to.
    pub(in crate::commands) fn of_config_map(present: &Present, change: ConfigMapChange) -> Self {
        let variable = "WATCH_CONTROLLER_SEMAPHORE_CONFIGMAPS";
        let is_blind =
            present.controller.environment.get(variable).is_some_and(|one| one == "false");
        let why = "it does not watch its ConfigMap";
        let restarts = if is_blind { restart_of_controller(present, why) } else { Vec::new() };
        Self { secret: None, config_map: Some(change), restarts }
    }

    /// Whether everything is as wanted.
    pub(super) fn is_empty(&self) -> bool {
        self.secret.is_none() && self.config_map.is_none() && self.restarts.is_empty()
    }

    /// The ConfigMap as it will be, as the controller judges it.
    pub(in crate::commands) fn configuration(&self, present: &Present) -> Configuration {
        let object =
            self.config_map.as_ref().map_or(&present.config_map, |change| &change.object.1);
        let text = object.to_string().into_bytes();
        let verdict: Verdict = judge(&text, present.controller.version.unwrap_or_default());
        Configuration { place: present.configuration.place.clone(), text, verdict }
    }
}

/// Plans the change of the ConfigMap to these settings.
///
/// # Errors
/// It cannot be changed with certainty.
pub(in crate::commands) fn config_map_change(
    present: &Present,
    settings: &[Setting<'_>],
) -> Result<Option<ConfigMapChange>> {
    let argo = present.controller.version.unwrap_or_default();
    let data = present.data();
    let changed = change_persistence(&data, settings, argo).map_err(|error| {
        let place = &present.configuration.place;
        Failure::new(format_args!("the ConfigMap {place}: {error}")).help(
            "change it by hand, and check it before: kubectl argo-offload lint FILE; -o yaml and -o helm print what is \
             wanted where that can be said",
        )
    })?;
    Ok(changed.map(|changed| change(present, &data, changed)))
}

fn change(present: &Present, data: &BTreeMap<String, String>, changed: Changed) -> ConfigMapChange {
    let Changed { key, text } = changed;
    let before = present.config_map.clone();
    let mut after = before.clone();
    if !after.get("data").is_some_and(Value::is_object) {
        after["data"] = json!({});
    }
    after["data"][&key] = text.as_str().into();
    ConfigMapChange {
        namespace: present.controller.namespace.clone(),
        name: present.controller.config_map.clone(),
        before: data.get(&key).cloned(),
        key,
        text,
        object: (before, after),
    }
}

/// Plans the change of the Secret.
pub(super) fn secret_change(wanted: &WantedSecret) -> Option<SecretChange> {
    let WantedSecret { namespace, user, password, credentials, before } = wanted;
    let mut after = before.clone().unwrap_or_else(|| {
        json!({"apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {
            "name": user.name, "namespace": namespace, "labels": {MANAGED_BY.0: MANAGED_BY.1},
        }})
    });
    if !after.get("data").is_some_and(Value::is_object) {
        after["data"] = json!({});
    }
    if let Some(user_name) = &credentials.user {
        after["data"][&user.key] = STANDARD.encode(user_name).into();
    }
    if let Some(word) = &credentials.password {
        after["data"][&password.key] = STANDARD.encode(word.expose_secret()).into();
    }
    if before.as_ref() == Some(&after) {
        return None;
    }
    Some(SecretChange {
        namespace: namespace.clone(),
        name: user.name.clone(),
        before: before.clone(),
        after,
    })
}

/// Plans which programs are started again: all when something `changes`, else those that are older than the last change
/// of the ConfigMap, as where a run before was ended in the middle.
pub(super) fn restarts(present: &Present, changes: bool) -> Vec<Restart> {
    let changed = present.configuration.last_change();
    let is_older = |pods: &[ProgramPod]| {
        pods.iter()
            .any(|pod| changed.is_some_and(|changed| pod.started.is_some_and(|at| at < changed)))
    };
    let mut restarts = Vec::new();
    let controller = "it connects, and makes its tables, when it starts";
    let server = "it reads the ConfigMap only when it starts";
    if changes || is_older(&present.controller_pods) {
        restarts.extend(restart_of_controller(present, controller));
    }
    if changes || is_older(&present.server_pods) {
        let deployment = present.server_pods.iter().find_map(|pod| pod.deployment.clone());
        match deployment {
            Some(deployment) => restarts.push(Restart::Rollout {
                namespace: present.controller.namespace.clone(),
                deployment,
                why: server,
            }),
            // Where the controller can be seen and no server, there is none.
            None if present.server_pods.is_empty() && !present.controller_pods.is_empty() => {}
            None => restarts.extend(of_pods(&present.server_pods, "argo-server", server)),
        }
    }
    restarts
}

fn restart_of_controller(present: &Present, why: &'static str) -> Vec<Restart> {
    let workload = present.controller.workload.as_deref();
    match workload.and_then(|name| name.strip_prefix("deployment/")) {
        Some(name) => vec![Restart::Rollout {
            namespace: present.controller.namespace.clone(),
            deployment: name.to_owned(),
            why,
        }],
        None => of_pods(&present.controller_pods, "the workflow-controller", why),
    }
}

fn of_pods(pods: &[ProgramPod], what: &'static str, why: &'static str) -> Vec<Restart> {
    let delete = |pod: &ProgramPod| match pod.is_owned {
        true => Restart::Delete { namespace: pod.namespace.clone(), pod: pod.name.clone(), why },
        false => Restart::ByHand { what, why },
    };
    match pods {
        [] => vec![Restart::ByHand { what, why }],
        pods => pods.iter().map(delete).collect(),
    }
}
