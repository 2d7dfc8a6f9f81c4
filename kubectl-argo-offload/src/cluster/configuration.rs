//! The controller's ConfigMap and what it says about the database.

use argo_offload_core::config::{Stage, Verdict, judge};
use argo_offload_core::golang::ArgoVersion;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::access::Access;
use super::controller::Controller;
use super::error::{ClusterError, ErrorKind};
use super::names::is_name;
use super::request::Cluster;
use crate::output::shortened;

/// The controller's ConfigMap and Argo's verdict on it.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// `namespace/name` of the ConfigMap.
    pub place: String,
    /// The ConfigMap's JSON text, as the API sent it.
    pub text: Vec<u8>,
    /// What the controller says to it.
    pub verdict: Verdict,
}

/// The section `persistence`.
///
/// Source: Argo Workflows v3.7.6, config/config.go (`PersistConfig`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persistence {
    /// The section, with Argo's own spelling of keys.
    pub json: Value,
    /// `nodeStatusOffLoad`
    pub offloading: bool,
}

/// A value in a Secret of the controller's namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretKey {
    /// The Secret.
    pub name: String,
    /// The key in it.
    pub key: String,
}

/// Reads the ConfigMap of a controller, judged as that version of Argo would.
///
/// # Errors
/// It is not there, or the user may not read it.
pub async fn configuration(
    cluster: &Cluster,
    controller: &Controller,
    argo: ArgoVersion,
) -> Result<Configuration, ClusterError> {
    let Controller { namespace, config_map, .. } = controller;
    let text = read_config_map(cluster, namespace, config_map).await?;
    let verdict = judge(&text, argo);
    Ok(Configuration { place: format!("{namespace}/{config_map}"), text, verdict })
}

/// The JSON text of a ConfigMap.
///
/// # Errors
/// It is not there, or the user may not read it.
pub async fn read_config_map(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Vec<u8>, ClusterError> {
    let access = Access::get("", "configmaps").in_namespace(namespace).named(name);
    object_text(cluster, &access).await.map_err(|error| {
        if error.is_not_found() {
            return error.with_help(
                "name the controller's: --configmap NAME, --controller-namespace NAMESPACE",
            );
        }
        error
    })
}

/// The JSON text of the one object of the core or of `apps` that `access` is about.
///
/// # Errors
/// It is not there, or the user may not read it.
pub async fn object_text(cluster: &Cluster, access: &Access) -> Result<Vec<u8>, ClusterError> {
    let namespace = access.namespace.as_deref().unwrap_or_default();
    let name = access.name.as_deref().unwrap_or_default();
    if !is_name(namespace) || !is_name(name) {
        let what = format!("there can be no {}", access.object());
        return Err(ClusterError::new(ErrorKind::NotFound, what));
    }
    let base = if access.group.is_empty() { "/api/v1" } else { "/apis/apps/v1" };
    cluster.get(&format!("{base}/namespaces/{namespace}/{}/{name}", access.resource), access).await
}

impl Configuration {
    /// When its `data` was last written, to the second; `None` where it does not say.
    #[must_use]
    pub fn last_change(&self) -> Option<Timestamp> {
        let Metadata { creation_timestamp, managed_fields } =
            serde_json::from_slice::<Object>(&self.text).ok()?.metadata;
        // Labels and annotations mean nothing to who reads it.
        let of_data = managed_fields.iter().filter(|one| one.fields.get("f:data").is_some());
        let times = of_data.filter_map(|one| one.time.parse().ok());
        times.max().or_else(|| creation_timestamp.parse().ok())
    }

    /// What it says about persistence; `None` where persistence is off.
    ///
    /// # Errors
    /// The controller refuses the ConfigMap, or takes one of several meanings at random.
    pub fn persistence(&self) -> Result<Option<Persistence>, ClusterError> {
        let place = &self.place;
        let lint = "see what is wrong: kubectl argo-offload lint - with the output of kubectl get configmap -o yaml";
        match (self.verdict.stage, self.verdict.persistence.as_slice()) {
            (Stage::Ok, [json]) => parse(json).map_err(|error| error.with_help(lint)),
            (Stage::Depends, _) => Err(ClusterError::new(
                ErrorKind::Configuration,
                format_args!(
                    "the ConfigMap {place} means one thing or another, at random, to the controller"
                ),
            )
            .with_help(lint)),
            _ => {
                let error = self.verdict.error.as_deref().unwrap_or("no reason is known");
                Err(ClusterError::new(
                    ErrorKind::Configuration,
                    format_args!(
                        "the controller refuses the ConfigMap {place}: {}",
                        shortened(error, 300)
                    ),
                )
                .with_help(lint))
            }
        }
    }
}

#[derive(Deserialize)]
struct Object {
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    creation_timestamp: String,
    managed_fields: Vec<Managed>,
}

#[derive(Deserialize)]
struct Managed {
    #[serde(default)]
    time: String,
    #[serde(default, rename = "fieldsV1")]
    fields: Value,
}

fn parse(json: &[u8]) -> Result<Option<Persistence>, ClusterError> {
    let json: Value = serde_json::from_slice(json).map_err(|error| {
        // The message may quote a value, and people do put passwords there.
        ClusterError::new(
            ErrorKind::Configuration,
            format_args!("the persistence section is not understood at column {}", error.column()),
        )
    })?;
    let offloading = json.get("nodeStatusOffLoad").and_then(Value::as_bool) == Some(true);
    Ok((!json.is_null()).then_some(Persistence { json, offloading }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(data: &str) -> Result<Option<Persistence>, ClusterError> {
        let text =
            format!(r#"{{"apiVersion":"v1","kind":"ConfigMap","data":{data}}}"#).into_bytes();
        let verdict = judge(&text, ArgoVersion::NEWEST);
        Configuration { place: "argo/x".into(), text, verdict }.persistence()
    }

    #[test]
    fn the_section_is_read_as_argo_reads_it() {
        let section = "nodeStatusOffLoad: yes\nclusterName: 1.10\nmysql: {host: db, port: 0x1538, database: argo, \
                       tableName: t, userNameSecret: {name: s, key: u}, passwordSecret: {name: s, key: p}, \
                       options: {tls: skip-verify}}";
        let found = of(&serde_json::json!({ "persistence": section }).to_string());
        let found = found.expect("accepted").expect("persistence");
        assert!(found.offloading);
        assert_eq!(found.json["clusterName"], "1.1");
        assert_eq!(found.json["mysql"]["port"], 5432);
    }

    #[test]
    fn only_changes_of_data_count() {
        let changed = |text: &str| {
            let text = text.as_bytes().to_vec();
            let verdict = judge(&text, ArgoVersion::NEWEST);
            Configuration { place: "argo/x".into(), text, verdict }.last_change()
        };
        let object = r#"{"metadata":{"creationTimestamp":"2026-01-01T00:00:00Z","managedFields":[
            {"time":"2026-01-02T00:00:00Z","fieldsV1":{"f:data":{}}},
            {"time":"2026-01-03T00:00:00Z","fieldsV1":{"f:metadata":{}}}]}}"#;
        assert_eq!(changed(object), "2026-01-02T00:00:00Z".parse().ok());
        let bare = r#"{"metadata":{"creationTimestamp":"2026-01-01T00:00:00Z"}}"#;
        assert_eq!(changed(bare), "2026-01-01T00:00:00Z".parse().ok());
        assert_eq!(changed("{}"), None);
    }

    #[test]
    fn nothing_is_off() {
        assert_eq!(of(r#"{"persistence":"null"}"#).expect("accepted"), None);
        assert_eq!(of("{}").expect("accepted"), None);
    }

    #[test]
    fn what_the_controller_refuses_is_an_error_with_its_words() {
        let error = of(r#"{"persistence":"mysql:\n  hots: db\n"}"#).expect_err("refused");
        assert!(error.to_string().contains("refuses the ConfigMap argo/x"), "{error}");
        assert!(error.to_string().contains("hots"), "{error}");
    }
}
