use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use tokio::sync::mpsc::UnboundedReceiver;

use super::Shared;
use super::api::Change;

/// Something worth an Event object.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// The pod's `involvedObject`, with the container's `fieldPath`.
    pub(super) about: Value,
    /// The pod's node.
    pub(super) node: String,
    /// `Normal` or `Warning`.
    pub(super) kind: &'static str,
    /// One word, such as `BackOff`.
    pub(super) reason: &'static str,
    /// A sentence.
    pub(super) message: String,
}

/// Writes events in order; one that comes again is counted, as a kubelet does.
pub(super) async fn write(shared: Arc<Shared>, mut events: UnboundedReceiver<Event>) {
    let mut counts: BTreeMap<String, (String, u64)> = BTreeMap::new();
    let mut number = 0_u64;
    while let Some(event) = events.recv().await {
        let Event { about, node, kind, reason, message } = event;
        let namespace = about["namespace"].as_str().unwrap_or_default();
        let path = format!("/api/v1/namespaces/{namespace}/events");
        let now = super::state::now();
        let key = format!("{}/{reason}/{message}", about["uid"]);
        if let Some((name, count)) = counts.get_mut(&key) {
            *count += 1;
            let body = json!({ "count": *count, "lastTimestamp": now });
            let _ =
                shared.api.change(Change::StrategicMerge, &format!("{path}/{name}"), &body).await;
            continue;
        }
        number += 1;
        let name = format!("{}.testbed{number:x}", about["name"].as_str().unwrap_or_default());
        let body = json!({
            "apiVersion": "v1",
            "kind": "Event",
            "metadata": { "name": name, "namespace": namespace },
            "involvedObject": about,
            "type": kind,
            "reason": reason,
            "message": message,
            "source": { "component": "kubelet", "host": node },
            "reportingComponent": "kubelet",
            "reportingInstance": node,
            "firstTimestamp": now,
            "lastTimestamp": now,
            "count": 1,
        });
        let _ = shared.api.change(Change::Create, &path, &body).await;
        counts.insert(key, (name, 1));
    }
}
