use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use futures::{StreamExt, pin_mut};
use http::Request;
use kube::core::WatchEvent;
use serde_json::{Value, json};

use super::Shared;
use super::api::Change;
use super::pod::Pod;

/// `app in (workflow-controller,argo-server,argo-offload-relay)`, as a query has it.
const PODS: &str = "/api/v1/pods?labelSelector=app+in+%28workflow-controller%2Cargo-server%2Cargo-offload-relay%29";

/// Starts and stops pods as the API server says, for ever.
pub(super) async fn pods(shared: Arc<Shared>) {
    loop {
        if let Err(error) = once(&shared).await {
            eprintln!("testbed: watching pods: {error:#}");
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Lists all and follows the changes until the connection ends.
async fn once(shared: &Arc<Shared>) -> Result<()> {
    let list = shared.api.get(PODS).await?.context("there are no pods")?;
    let mut here = BTreeSet::new();
    for object in list["items"].as_array().into_iter().flatten() {
        here.insert(uid(object).to_owned());
        see(shared, object).await;
    }
    let gone: Vec<_> = shared.pods().keys().filter(|uid| !here.contains(*uid)).cloned().collect();
    for uid in gone {
        forget(shared, &uid);
    }
    let version = list["metadata"]["resourceVersion"].as_str().unwrap_or_default();
    let path = format!(
        "{PODS}&watch=1&allowWatchBookmarks=true&timeoutSeconds=280&resourceVersion={version}"
    );
    let events =
        shared.api.client().request_events::<Value>(Request::get(path).body(Vec::new())?).await?;
    pin_mut!(events);
    while let Some(event) = events.next().await {
        match event? {
            WatchEvent::Added(object) | WatchEvent::Modified(object) => see(shared, &object).await,
            WatchEvent::Deleted(object) => forget(shared, uid(&object)),
            WatchEvent::Bookmark(_) => {}
            WatchEvent::Error(_) => break,
        }
    }
    Ok(())
}

fn uid(object: &Value) -> &str {
    object["metadata"]["uid"].as_str().unwrap_or_default()
}

/// A pod as it is now.
async fn see(shared: &Arc<Shared>, object: &Value) {
    if object["spec"]["nodeName"].as_str().is_none_or(str::is_empty) {
        return;
    }
    let deleted = !object["metadata"]["deletionTimestamp"].is_null();
    let known = shared.pods().get(uid(object)).cloned();
    let pod = match known {
        Some(pod) => pod,
        None if deleted => {
            // Nothing runs: let it go.
            let _ = delete_now(shared, object).await;
            return;
        }
        None => match Pod::start(shared, object).await {
            Ok(pod) => {
                shared.pods().insert(uid(object).to_owned(), Arc::clone(&pod));
                pod
            }
            Err(error) => {
                eprintln!("testbed: pod {}: {error:#}", object["metadata"]["name"]);
                return;
            }
        },
    };
    pod.see(object);
    if deleted {
        let grace = object["metadata"]["deletionGracePeriodSeconds"].as_u64().unwrap_or(30);
        pod.delete(Duration::from_secs(grace));
    }
}

/// A pod that is no more, perhaps by force.
fn forget(shared: &Arc<Shared>, uid: &str) {
    if let Some(pod) = shared.pods().remove(uid) {
        pod.abandon();
    }
}

/// Removes a pod's object for good.
pub(super) async fn delete_now(shared: &Shared, object: &Value) -> Result<()> {
    let (namespace, name) = (&object["metadata"]["namespace"], &object["metadata"]["name"]);
    let path = format!(
        "/api/v1/namespaces/{}/pods/{}",
        namespace.as_str().unwrap_or_default(),
        name.as_str().unwrap_or_default()
    );
    let body = json!({
        "apiVersion": "v1",
        "kind": "DeleteOptions",
        "gracePeriodSeconds": 0,
        "preconditions": { "uid": uid(object) },
    });
    shared.api.change(Change::Delete, &path, &body).await.map(|_| ())
}
