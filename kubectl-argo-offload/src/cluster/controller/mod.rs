//! The workflow-controller: which one, and how it runs.

mod search;
mod workload;

use std::collections::BTreeMap;

use argo_offload_core::config::is_managed_namespace;
use argo_offload_core::golang::ArgoVersion;
use argo_offload_core::size::max_workflow_bytes;

pub(super) use search::PODS;
pub(super) use workload::{deployment_of, is_controller};

pub use search::{Controllers, find_controller, find_controllers};

/// The ConfigMap's name where nothing says another.
///
/// Source: Argo Workflows v3.7.6, workflow/common/common.go (`ConfigMapName`).
const CONFIG_MAP: &str = "workflow-controller-configmap";

/// A workflow-controller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Controller {
    /// Its namespace: that of its ConfigMap too.
    pub namespace: String,
    /// `deployment/NAME` or `pod/NAME`; `None` where only its ConfigMap can be seen.
    pub workload: Option<String>,
    /// The name of its ConfigMap.
    pub config_map: String,
    /// Its image.
    pub image: Option<String>,
    /// The version of Argo that the image's tag says.
    pub version: Option<ArgoVersion>,
    /// Environment variables that have a value of their own.
    pub environment: BTreeMap<String, String>,
    /// Environment variables whose values come from elsewhere, and `envFrom` if there is any.
    pub unknown_environment: Vec<String>,
    /// How many of it there are.
    pub replicas: Option<Replicas>,
    /// The one namespace whose workflows it runs; `None` for all.
    pub managed_namespace: Option<String>,
}

/// How many pods a Deployment has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replicas {
    /// How many there should be.
    pub wanted: i32,
    /// How many are ready.
    pub ready: i32,
}

impl Controller {
    /// `MAX_WORKFLOW_SIZE` in bytes, as the controller reads it.
    #[must_use]
    pub fn max_workflow_bytes(&self) -> i64 {
        max_workflow_bytes(self.environment.get("MAX_WORKFLOW_SIZE").map_or("", String::as_str))
    }

    /// Whether `ALWAYS_OFFLOAD_NODE_STATUS` is on.
    ///
    /// Source: Argo Workflows v3.7.6, workflow/hydrator/hydrator.go.
    #[must_use]
    pub fn always_offload(&self) -> bool {
        self.environment.get("ALWAYS_OFFLOAD_NODE_STATUS").is_some_and(|value| value == "true")
    }

    /// Where its Secrets can be beside its own namespace: in managed clusters, where it is hidden, in `default`.
    #[must_use]
    pub fn other_secret_namespace(&self) -> Option<&'static str> {
        is_managed_namespace(&self.namespace).then_some("default")
    }

    /// `argo/deployment/workflow-controller`, or the ConfigMap, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        match &self.workload {
            Some(workload) => format!("{}/{workload}", self.namespace),
            None => format!("{}/configmap/{}", self.namespace, self.config_map),
        }
    }
}
