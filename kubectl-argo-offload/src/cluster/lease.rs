//! The lease by which controllers agree on who leads.

use jiff::Timestamp;
use k8s_openapi::api::coordination::v1::Lease;

use super::access::Access;
use super::controller::Controller;
use super::error::ClusterError;
use super::names::is_name;
use super::request::Cluster;

/// Which of a controller's pods leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leader {
    /// The lease's name.
    pub lease: String,
    /// Whom it names, as `LEADER_ELECTION_IDENTITY` has it: the pod. Empty where the last one has given it up.
    pub holder: String,
    /// When it was renewed last.
    pub renewed: Option<Timestamp>,
    /// For how many seconds it holds then.
    pub seconds: i64,
}

/// Who leads; `None` where there is no lease.
///
/// Source: Argo Workflows v3.7.6, cmd/workflow-controller/main.go.
///
/// # Errors
/// The user may not see it, or the API does not answer.
pub async fn leader(
    cluster: &Cluster,
    controller: &Controller,
    instance_id: &str,
) -> Result<Option<Leader>, ClusterError> {
    let lease = match instance_id {
        "" => "workflow-controller".to_owned(),
        id => format!("workflow-controller-{id}"),
    };
    // An instanceID can be any text.
    if !is_name(&lease) {
        return Ok(None);
    }
    let namespace = &controller.namespace;
    let access = Access::get("coordination.k8s.io", "leases").in_namespace(namespace).named(&lease);
    let path = format!("/apis/coordination.k8s.io/v1/namespaces/{namespace}/leases/{lease}");
    let found: Lease = match cluster.object(&path, &access).await {
        Ok(found) => found,
        Err(error) if error.is_not_found() => return Ok(None),
        Err(error) => return Err(error),
    };
    let spec = found.spec.unwrap_or_default();
    Ok(Some(Leader {
        lease,
        holder: spec.holder_identity.unwrap_or_default(),
        // Kubernetes' types are of another version of the crate.
        renewed: spec.renew_time.and_then(|at| Timestamp::from_second(at.0.as_second()).ok()),
        seconds: spec.lease_duration_seconds.unwrap_or(0).into(),
    }))
}
