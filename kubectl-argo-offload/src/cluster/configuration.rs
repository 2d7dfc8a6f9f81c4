//! The controller's ConfigMap and what it says about the database.

use std::collections::BTreeMap;

use argo_offload_core::config::{Stage, Verdict, judge};
use argo_offload_core::golang::ArgoVersion;
use serde::Deserialize;

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
    /// The section as JSON in Argo's field order.
    pub json: Vec<u8>,
    /// `nodeStatusOffLoad`
    pub offloading: bool,
    /// `clusterName`; `default` where it is not set.
    pub cluster_name: String,
    /// The database; PostgreSQL where both are configured, as Argo has it.
    pub database: Option<Database>,
}

/// A database as Argo is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Database {
    /// What it is.
    pub kind: DatabaseKind,
    /// `host`
    pub host: String,
    /// `port`; 0 for the usual one.
    pub port: i64,
    /// `database`
    pub database: String,
    /// `tableName`
    pub table: String,
    /// `userNameSecret`
    pub user_name: SecretKey,
    /// `passwordSecret`
    pub password: SecretKey,
    /// `mysql.options`: parameters of Go's MySQL driver.
    pub options: BTreeMap<String, String>,
}

/// The kind of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseKind {
    /// MySQL, or what speaks its protocol.
    MySql,
    /// PostgreSQL.
    PostgreSql,
}

/// A value in a Secret of the controller's namespace.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct SecretKey {
    /// The Secret.
    pub name: String,
    /// The key in it.
    pub key: String,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Section {
    #[serde(rename = "nodeStatusOffLoad")]
    node_status_off_load: bool,
    cluster_name: String,
    mysql: Option<Connection>,
    postgresql: Option<Connection>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Connection {
    host: String,
    port: i64,
    database: String,
    table_name: String,
    user_name_secret: SecretKey,
    password_secret: SecretKey,
    options: BTreeMap<String, String>,
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
    if !is_name(namespace) || !is_name(name) {
        let what = format!("there can be no {}", access.object());
        return Err(ClusterError::new(ErrorKind::NotFound, what));
    }
    let path = format!("/api/v1/namespaces/{namespace}/configmaps/{name}");
    cluster.get(&path, &access).await.map_err(|error| {
        if error.is_not_found() {
            return error.with_help(
                "name the controller's: --configmap NAME, --controller-namespace NAMESPACE",
            );
        }
        error
    })
}

impl Configuration {
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

fn parse(json: &[u8]) -> Result<Option<Persistence>, ClusterError> {
    let section: Option<Section> = serde_json::from_slice(json).map_err(|error| {
        // The message may quote a value, and people do put passwords there.
        ClusterError::new(
            ErrorKind::Configuration,
            format_args!("the persistence section is not understood at column {}", error.column()),
        )
    })?;
    let Some(section) = section else { return Ok(None) };
    let database = |kind, connection: Connection| Database {
        kind,
        host: connection.host,
        port: connection.port,
        database: connection.database,
        table: connection.table_name,
        user_name: connection.user_name_secret,
        password: connection.password_secret,
        options: connection.options,
    };
    let database = match (section.postgresql, section.mysql) {
        (Some(connection), _) => Some(database(DatabaseKind::PostgreSql, connection)),
        (None, Some(connection)) => Some(database(DatabaseKind::MySql, connection)),
        (None, None) => None,
    };
    let cluster_name = Some(section.cluster_name).filter(|name| !name.is_empty());
    Ok(Some(Persistence {
        json: json.to_vec(),
        offloading: section.node_status_off_load,
        cluster_name: cluster_name.unwrap_or_else(|| "default".into()),
        database,
    }))
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
        assert_eq!((found.offloading, &*found.cluster_name), (true, "1.1"));
        let database = found.database.expect("database");
        assert_eq!(
            (database.kind, &*database.host, database.port),
            (DatabaseKind::MySql, "db", 5432)
        );
        assert_eq!(database.password, SecretKey { name: "s".into(), key: "p".into() });
        assert_eq!(database.options.get("tls").map(String::as_str), Some("skip-verify"));
    }

    #[test]
    fn postgresql_wins_and_nothing_is_off() {
        let found = of(
            r#"{"config":"persistence:\n  postgresql: {host: p, tableName: t}\n  mysql: {host: m, tableName: t}"}"#,
        );
        let found = found.expect("accepted").expect("persistence");
        assert_eq!(found.database.map(|database| database.kind), Some(DatabaseKind::PostgreSql));
        assert_eq!((found.offloading, &*found.cluster_name), (false, "default"));
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
