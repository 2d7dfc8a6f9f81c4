//! Writing objects of the core API.

use serde_json::Value;

use super::present::object;
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind};

/// Creates an object, and gives it as the API made it; `dry` has the API check it, and store nothing.
///
/// # Errors
/// The API refuses it.
pub(super) async fn create(
    cluster: &Cluster,
    resource: &'static str,
    value: &Value,
    dry: bool,
) -> Result<Value, ClusterError> {
    let (namespace, name) = place(value);
    let access = Access::create("", resource).in_namespace(namespace).named(name);
    let path = format!("/api/v1/namespaces/{namespace}/{resource}{}", query(dry));
    parsed(&cluster.create(&path, value, &access).await?)
}

/// Replaces an object; where it has a `resourceVersion`, only that one.
///
/// # Errors
/// The API refuses it, or somebody else has changed it.
pub(super) async fn replace(
    cluster: &Cluster,
    resource: &'static str,
    value: &Value,
    dry: bool,
) -> Result<Value, ClusterError> {
    let (namespace, name) = place(value);
    let access = Access::update("", resource).in_namespace(namespace).named(name);
    let path = format!("/api/v1/namespaces/{namespace}/{resource}/{name}{}", query(dry));
    parsed(&cluster.replace(&path, value, &access).await?)
}

/// Deletes an object; one that is gone already is deleted.
///
/// # Errors
/// The API refuses it.
pub(super) async fn delete(
    cluster: &Cluster,
    resource: &'static str,
    namespace: &str,
    name: &str,
    dry: bool,
) -> Result<(), ClusterError> {
    let access = Access::delete("", resource).in_namespace(namespace).named(name);
    let path = format!("/api/v1/namespaces/{namespace}/{resource}/{name}{}", query(dry));
    match cluster.delete(&path, &access).await {
        Err(error) if error.is_not_found() => Ok(()),
        result => result,
    }
}

pub(super) fn query(dry: bool) -> &'static str {
    if dry { "?dryRun=All" } else { "" }
}

fn place(object: &Value) -> (&str, &str) {
    let of = |field: &str| {
        object.get("metadata").and_then(|metadata| metadata.get(field)).and_then(Value::as_str)
    };
    (of("namespace").unwrap_or_default(), of("name").unwrap_or_default())
}

fn parsed(text: &[u8]) -> Result<Value, ClusterError> {
    object(text).map_err(|error| ClusterError::new(ErrorKind::Answer, error))
}
