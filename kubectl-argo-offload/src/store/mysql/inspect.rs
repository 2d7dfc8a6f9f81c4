//! What a server says about itself, Argo's tables and this user's rights. Nothing is changed.

use std::collections::BTreeMap;

use super::connect::{Connection, Connector};
use super::error::DatabaseError;
use super::grants::Grants;
use super::schema::{Table, migrated_to, strings};
use super::shape::{Shape, archive_tables, place};
use crate::store::{RowInfo, Wanted};

/// The variables that are asked for; a server that does not know one leaves it out.
const VARIABLES: &str = "'version', 'version_comment', 'read_only', 'super_read_only', 'innodb_read_only', \
                         'max_allowed_packet', 'max_connections', 'max_user_connections', \
                         'sql_require_primary_key'";

/// Asks a server about itself, by one connection.
pub struct Inspector {
    connection: Connection,
}

/// What a server says about itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerFacts {
    /// Global variables by name.
    variables: BTreeMap<String, String>,
    /// How this connection is encrypted; `None` where it is not.
    pub tls: Option<TlsFacts>,
    /// How many clients are connected.
    pub connected: Option<u64>,
}

/// How a connection is encrypted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsFacts {
    /// `TLSv1.3`
    pub version: String,
    /// Until when the server's certificate is valid, as the server prints it: `Nov 28 05:04:04 2036 GMT`.
    pub not_after: String,
}

impl Inspector {
    /// Connects.
    ///
    /// # Errors
    /// When the server cannot be reached, or refuses.
    pub async fn connect(connector: &Connector) -> Result<Self, DatabaseError> {
        Ok(Self { connection: connector.connect().await? })
    }

    /// How it is reached, in words.
    #[must_use]
    pub fn way(&self) -> String {
        self.connection.connector().way()
    }

    /// About how many bytes the table of nodes takes, with its indexes; `None` where the server does not say.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn table_bytes(&mut self) -> Result<Option<u64>, DatabaseError> {
        let table = self.connection.connector().target().table.clone();
        let query = format!(
            "select cast(data_length + index_length as char), '' from information_schema.tables \
             where {}",
            place(&table)
        );
        let rows = strings(&mut self.connection, "the table's size", query).await?;
        Ok(rows.first().and_then(|row| row.0.parse().ok()))
    }

    /// What the server says about itself.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn server(&mut self) -> Result<ServerFacts, DatabaseError> {
        let query = format!("show global variables where variable_name in ({VARIABLES})");
        let variables = strings(&mut self.connection, "the server's variables", query).await?;
        let mut variables: BTreeMap<String, String> = variables.into_iter().collect();
        let query =
            "show session status where variable_name in ('Ssl_version', 'Ssl_server_not_after')";
        let session = strings(&mut self.connection, "the session's TLS", query.to_owned()).await?;
        let mut session: BTreeMap<String, String> = session.into_iter().collect();
        let version = session.remove("Ssl_version").unwrap_or_default();
        let not_after = session.remove("Ssl_server_not_after").unwrap_or_default();
        let query = "show global status where variable_name = 'Threads_connected'".to_owned();
        let status = strings(&mut self.connection, "the server's clients", query).await?;
        for value in variables.values_mut() {
            *value = crate::output::shortened(value, 200);
        }
        Ok(ServerFacts {
            variables,
            tls: (!version.is_empty()).then_some(TlsFacts { version, not_after }),
            connected: status.first().and_then(|(_, count)| count.parse().ok()),
        })
    }

    /// The rights of the user, and of its roles that are active.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn grants(&mut self) -> Result<Grants, DatabaseError> {
        // MySQL 5.7 has no roles, and does not know the function.
        let roles = "select current_role(), ''".to_owned();
        let roles = strings(&mut self.connection, "the active roles", roles).await;
        let roles = roles.ok().and_then(|mut rows| rows.pop()).map(|(roles, _)| roles);
        // MariaDB tells the rights of roles by itself, and writes a role without quotes.
        let using = roles.filter(|roles| roles.starts_with('`'));
        let query = match using {
            Some(roles) => format!("show grants for current_user() using {roles}"),
            None => "show grants".to_owned(),
        };
        let lines = strings(&mut self.connection, "the user's rights", query).await?;
        Ok(Grants::parse(lines.iter().map(|(line, _)| line.as_str())))
    }

    /// The shape of the table of nodes.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn shape(&mut self) -> Result<Shape, DatabaseError> {
        let table = self.connection.connector().target().table.clone();
        Shape::look(&mut self.connection, &table).await
    }

    /// The shapes of the archive's tables, for [`Shape::archive_differences`].
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn archive_shapes(&mut self) -> Result<Vec<Shape>, DatabaseError> {
        let mut shapes = Vec::new();
        for table in archive_tables() {
            shapes.push(Shape::look(&mut self.connection, table).await?);
        }
        Ok(shapes)
    }

    /// The number of the last of Argo's migrations that is noted as done.
    ///
    /// # Errors
    /// When there is no such note, or the server does not answer.
    pub async fn migrated_to(&mut self) -> Result<Option<i64>, DatabaseError> {
        migrated_to(&mut self.connection).await
    }

    /// The keys of the controller's rows.
    ///
    /// # Errors
    /// When there is no table, or the server does not answer.
    pub async fn keys(&mut self) -> Result<Vec<RowInfo>, DatabaseError> {
        let cluster_name = self.connection.connector().target().cluster_name.clone();
        let table = Table::look(&mut self.connection).await?;
        table.keys(&mut self.connection, &cluster_name, &Wanted::default()).await
    }

    /// Adds the stored bytes to rows; the server reads all of them.
    ///
    /// # Errors
    /// When there is no table, or the server does not answer.
    pub async fn measure(&mut self, rows: &mut [RowInfo]) -> Result<(), DatabaseError> {
        let table = Table::look(&mut self.connection).await?;
        table.measure(&mut self.connection, rows).await
    }
}

impl ServerFacts {
    /// A global variable.
    #[must_use]
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The global variables that were asked for, by name.
    #[must_use]
    pub fn variables(&self) -> &BTreeMap<String, String> {
        &self.variables
    }

    /// A global variable that is a number.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.variable(name)?.parse().ok()
    }

    /// Whether a global variable is on.
    #[must_use]
    pub fn is_on(&self, name: &str) -> bool {
        self.variable(name).is_some_and(|value| value.eq_ignore_ascii_case("on") || value == "1")
    }

    /// Whether it is MariaDB.
    #[must_use]
    pub fn is_mariadb(&self) -> bool {
        self.variable("version").is_some_and(|version| version.contains("MariaDB"))
    }

    /// The version's first three numbers.
    #[must_use]
    pub fn version(&self) -> Option<(u64, u64, u64)> {
        let mut numbers = self
            .variable("version")?
            .split(|character: char| !character.is_ascii_digit())
            .map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??, numbers.next().flatten().unwrap_or(0)))
    }
}

#[cfg(test)]
impl ServerFacts {
    /// Facts of a server with these variables.
    pub(crate) fn with(variables: &[(&str, &str)]) -> Self {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { variables: variables.iter().map(pair).collect(), ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_from_what_servers_call_themselves() {
        let of = |version: &str| ServerFacts::with(&[("version", version)]);
        assert_eq!(of("10.11.6-MariaDB-0+deb12u1").version(), Some((10, 11, 6)));
        assert!(of("10.11.6-MariaDB").is_mariadb() && !of("8.0.36").is_mariadb());
        assert_eq!((of("9.7").version(), of("x").version()), (Some((9, 7, 0)), None));
    }
}
