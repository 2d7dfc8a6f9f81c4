//! Writing objects of the core API.

use serde_json::Value;

use super::present::object;
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind};

/// Creates an object, or, where it was read before and so has a `resourceVersion`, replaces exactly that one; gives it
/// as the API made it. `dry` has the API check it, and store nothing.
///
/// # Errors
/// The API refuses it, or somebody else has made or changed it meanwhile.
pub(super) async fn write(
    cluster: &Cluster,
    resource: &'static str,
    value: &Value,
    dry: bool,
) -> Result<Value, ClusterError> {
    let (namespace, name) = (metadata(value, "namespace"), metadata(value, "name"));
    let of = |access: Access| access.in_namespace(namespace).named(name);
    let path = format!("/api/v1/namespaces/{namespace}/{resource}");
    let query = query(dry);
    let answer = match metadata(value, "resourceVersion") {
        "" => {
            let access = of(Access::create("", resource));
            cluster.create(&format!("{path}{query}"), value, &access).await?
        }
        _ => {
            let access = of(Access::update("", resource));
            cluster.replace(&format!("{path}/{name}{query}"), value, &access).await?
        }
    };
    object(&answer).map_err(|error| ClusterError::new(ErrorKind::Answer, error))
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

/// A text of an object's metadata; empty where there is none.
pub(super) fn metadata<'a>(object: &'a Value, field: &str) -> &'a str {
    let value = object.get("metadata").and_then(|metadata| metadata.get(field));
    value.and_then(Value::as_str).unwrap_or_default()
}
