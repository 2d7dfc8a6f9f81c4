use serde_json::Value;

use secrecy::SecretString;

use super::target::{Target, Tls};
use crate::cluster::SecretKey;
use crate::output::shortened;

/// The database that a controller's configuration names, before its Secrets have been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Persistence {
    /// Where the user name is.
    pub user: SecretKey,
    /// Where the password is.
    pub password: SecretKey,
    host: String,
    port: u16,
    database: String,
    table: String,
    /// `clusterName`; `default` where it is not set.
    pub cluster_name: String,
    tls: Tls,
}

/// Why a configuration names no MySQL database that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PersistenceError {
    /// There is no `persistence`, or none of the two databases in it.
    #[error("the controller's configuration has no database: there is no persistence.mysql")]
    None,
    /// The database is PostgreSQL.
    #[error("the controller's database is PostgreSQL, which only an Argo Server can read")]
    PostgreSql,
    /// A field that must be there is not.
    #[error("the controller's configuration has no persistence.mysql.{0}")]
    Missing(&'static str),
    /// The driver would refuse the option.
    #[error(
        "persistence.mysql.options.tls is {0}, which Argo's driver does not know; it takes true, preferred, skip-verify and false"
    )]
    Tls(String),
    /// No port.
    #[error("persistence.mysql.port is {0}, which is no port")]
    Port(i64),
}

impl Persistence {
    /// Reads the section `persistence`, as the core gives it: JSON with Argo's own spelling of keys.
    ///
    /// Source: Argo Workflows v3.7.6, config/config.go (`PersistConfig`), util/sqldb/sqldb.go
    /// (`CreateDBSession`); upper/db v4.10.0, adapter/mysql/connection.go.
    ///
    /// # Errors
    /// When the section names no MySQL, or something in it that the driver would refuse.
    pub fn parse(section: &Value) -> Result<Self, PersistenceError> {
        if section.get("postgresql").is_some_and(Value::is_object) {
            return Err(PersistenceError::PostgreSql);
        }
        let mysql =
            section.get("mysql").filter(|mysql| mysql.is_object()).ok_or(PersistenceError::None)?;
        let text = |section: &Value, field: &str| {
            section.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let needed = |field: &'static str| match text(mysql, field) {
            empty if empty.is_empty() => Err(PersistenceError::Missing(field)),
            text => Ok(text),
        };
        let secret = |field: &'static str| {
            let selector = mysql.get(field).ok_or(PersistenceError::Missing(field))?;
            let (name, key) = (text(selector, "name"), text(selector, "key"));
            if name.is_empty() || key.is_empty() {
                return Err(PersistenceError::Missing(field));
            }
            Ok(SecretKey { name, key })
        };
        let tls = mysql.get("options").and_then(|options| options.get("tls"));
        let tls = match tls.and_then(Value::as_str) {
            None | Some("") => Tls::Off,
            Some(tls) => Tls::parse(tls)
                .ok_or_else(|| PersistenceError::Tls(format!("{:?}", shortened(tls, 40))))?,
        };
        let (host, port) = host_and_port(needed("host")?, mysql)?;
        let cluster_name = match text(section, "clusterName") {
            empty if empty.is_empty() => Target::CLUSTER_NAME.to_owned(),
            name => name,
        };
        Ok(Self {
            user: secret("userNameSecret")?,
            password: secret("passwordSecret")?,
            host,
            port,
            database: needed("database")?,
            table: needed("tableName")?,
            cluster_name,
            tls,
        })
    }

    /// Whether two controllers with these write rows under the same keys, as far as the names tell.
    #[must_use]
    pub fn same_rows(&self, other: &Self) -> bool {
        let place = |one: &Self| {
            (
                one.host.clone(),
                one.port,
                one.database.clone(),
                one.table.clone(),
                one.cluster_name.clone(),
            )
        };
        place(self) == place(other)
    }

    /// `host:port/database, table TABLE, cluster name NAME`, for messages.
    #[must_use]
    pub fn place(&self) -> String {
        let Self { host, port, database, table, cluster_name, .. } = self;
        shortened(
            &format!("{host}:{port}/{database}, table {table}, cluster name {cluster_name}"),
            300,
        )
    }

    /// The database's name.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// The table's name, perhaps with a database before it.
    #[must_use]
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The target, with the values of the Secrets as they are: the controller trims nothing.
    #[must_use]
    pub fn target(&self, user: String, password: SecretString) -> Target {
        Target {
            host: self.host.clone(),
            port: self.port,
            database: self.database.clone(),
            user,
            password,
            table: self.table.clone(),
            cluster_name: self.cluster_name.clone(),
            tls: self.tls,
            authorities: Vec::new(),
            tls_name: None,
            allow_plaintext: false,
        }
    }
}

/// The host may bring its port: the two are joined and cut again, and `port: 0` is none.
fn host_and_port(host: String, mysql: &Value) -> Result<(String, u16), PersistenceError> {
    let port = match mysql.get("port").and_then(Value::as_i64).unwrap_or(0) {
        0 => None,
        port => Some(u16::try_from(port).map_err(|_| PersistenceError::Port(port))?),
    };
    let bare = |host: &str| host.trim_start_matches('[').trim_end_matches(']').to_owned();
    if let Some(port) = port {
        return Ok((bare(&host), port));
    }
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') || name.ends_with(']') => {
            let number = port.parse().map_err(|_| PersistenceError::Port(-1))?;
            Ok((bare(name), number))
        }
        _ => Ok((bare(&host), Target::PORT)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn section() -> Value {
        json!({
            "nodeStatusOffLoad": true,
            "mysql": {
                "host": "mysql.argo", "database": "argo", "tableName": "argo_workflows",
                "userNameSecret": {"name": "db", "key": "user"},
                "passwordSecret": {"name": "db", "key": "password"}
            }
        })
    }

    #[test]
    fn the_controllers_defaults_are_ours() {
        let parsed = Persistence::parse(&section()).expect("persistence");
        let target = parsed.target("argo".into(), "secret".to_owned().into());
        assert_eq!(
            format!("{target:?}"),
            "mysql://argo@mysql.argo:3306/argo?table=argo_workflows&clusterName=default&tls=false"
        );
        assert_eq!(parsed.password, SecretKey { name: "db".into(), key: "password".into() });
    }

    #[test]
    fn host_port_cluster_name_and_tls_are_taken() {
        let mut section = section();
        section["clusterName"] = "prod".into();
        section["mysql"]["host"] = "db:3307".into();
        section["mysql"]["options"] = json!({"tls": "skip-verify", "charset": "utf8mb4"});
        let target = Persistence::parse(&section)
            .expect("persistence")
            .target(String::new(), "".to_owned().into());
        assert_eq!((target.host.as_str(), target.port, target.tls), ("db", 3307, Tls::SkipVerify));
        assert_eq!(target.cluster_name, "prod");
        section["mysql"]["port"] = 3306.into();
        section["mysql"]["host"] = "::1".into();
        let target = Persistence::parse(&section)
            .expect("persistence")
            .target(String::new(), "".to_owned().into());
        assert_eq!((target.host.as_str(), target.port), ("::1", 3306));
    }

    #[test]
    fn what_cannot_be_read_is_named() {
        let without = |field: &str| {
            let mut section = section();
            section["mysql"].as_object_mut().expect("object").remove(field);
            Persistence::parse(&section)
        };
        assert_eq!(without("tableName"), Err(PersistenceError::Missing("tableName")));
        assert_eq!(without("passwordSecret"), Err(PersistenceError::Missing("passwordSecret")));
        assert_eq!(Persistence::parse(&json!({})), Err(PersistenceError::None));
        let both = json!({"postgresql": {}, "mysql": section()["mysql"]});
        assert_eq!(Persistence::parse(&both), Err(PersistenceError::PostgreSql));
        let mut odd = section();
        odd["mysql"]["options"] = json!({"tls": "my-ca"});
        assert_eq!(Persistence::parse(&odd), Err(PersistenceError::Tls("\"my-ca\"".into())));
    }
}
