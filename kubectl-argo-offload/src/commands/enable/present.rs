//! What is there before a change.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::cluster::{
    Access, Cluster, ClusterError, Configuration, Controller, Owner, ProgramPod, configuration,
    controller_pods, object_text, owner_of, server_pods,
};

/// A controller, its ConfigMap, and the pods that read it.
pub(in crate::commands) struct Present {
    pub(in crate::commands) controller: Controller,
    pub(in crate::commands) configuration: Configuration,
    /// The ConfigMap.
    pub(in crate::commands) config_map: Value,
    /// The section `persistence` as Argo reads it; null where there is none.
    pub(in crate::commands) section: Value,
    pub(in crate::commands) owner: Option<Owner>,
    /// The controller's pods; none where they cannot be seen.
    pub(in crate::commands) controller_pods: Vec<ProgramPod>,
    /// argo-server's.
    pub(in crate::commands) server_pods: Vec<ProgramPod>,
    /// Why pods cannot be seen.
    pub(in crate::commands) hidden: Option<ClusterError>,
}

impl Present {
    /// Reads it.
    ///
    /// # Errors
    /// The ConfigMap cannot be read, or the controller refuses it as it is.
    pub(in crate::commands) async fn read(
        cluster: &Cluster,
        controller: Controller,
    ) -> Result<Self> {
        let argo = controller.version.unwrap_or_default();
        let configuration = configuration(cluster, &controller, argo).await?;
        let section = configuration.persistence()?.map(|section| section.json).unwrap_or_default();
        let config_map = object(&configuration.text)?;
        let owner = owner_of(&configuration.text);
        let mut hidden = None;
        let controller_pods = seen(controller_pods(cluster, &controller).await, &mut hidden)?;
        let server_pods = seen(server_pods(cluster, &controller.namespace).await, &mut hidden)?;
        Ok(Self {
            controller,
            configuration,
            config_map,
            section,
            owner,
            controller_pods,
            server_pods,
            hidden,
        })
    }

    /// The values of the ConfigMap.
    pub(in crate::commands) fn data(&self) -> BTreeMap<String, String> {
        data(&self.config_map)
    }
}

/// The texts of an object's `data`.
pub(super) fn data(object: &Value) -> BTreeMap<String, String> {
    let data = object.get("data").and_then(Value::as_object);
    let text = |(name, value): (&String, &Value)| {
        (name.clone(), value.as_str().unwrap_or_default().to_owned())
    };
    data.into_iter().flatten().map(text).collect()
}

/// A Secret; `None` where there is none.
pub(super) async fn secret(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Option<Value>, ClusterError> {
    let access = Access::get("", "secrets").in_namespace(namespace).named(name);
    match object_text(cluster, &access).await {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn object(text: &[u8]) -> Result<Value> {
    serde_json::from_slice(text).context("what the API answers is no JSON")
}

/// Without the right to see pods there are none to be restarted.
fn seen(
    pods: Result<Vec<ProgramPod>, ClusterError>,
    hidden: &mut Option<ClusterError>,
) -> Result<Vec<ProgramPod>> {
    match pods {
        Err(error) if error.is_forbidden() => {
            hidden.get_or_insert(error);
            Ok(Vec::new())
        }
        pods => Ok(pods?),
    }
}
