//! Lists of small objects.

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::access::Access;
use super::error::ClusterError;
use super::request::Cluster;
use super::workflows::Query;

#[derive(Deserialize)]
struct List<T> {
    items: Vec<T>,
    #[serde(default)]
    metadata: ListMetadata,
}

#[derive(Default, Deserialize)]
struct ListMetadata {
    #[serde(default)]
    r#continue: String,
}

/// Every object of a list, as values: for kinds of which there are few.
///
/// # Errors
/// The user may not list them, or the API does not answer.
pub(super) async fn list<T: DeserializeOwned>(
    cluster: &Cluster,
    path: &str,
    access: &Access,
    selector: Option<(&str, &str)>,
) -> Result<Vec<T>, ClusterError> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let mut query = Query::new();
        query.add("limit", "100");
        if let Some((name, value)) = selector {
            query.add(name, value);
        }
        if !next.is_empty() {
            query.add("continue", &next);
        }
        let list: List<T> = cluster.object(&format!("{path}?{}", query.text()), access).await?;
        all.extend(list.items);
        next = list.metadata.r#continue;
        if next.is_empty() {
            return Ok(all);
        }
    }
}
