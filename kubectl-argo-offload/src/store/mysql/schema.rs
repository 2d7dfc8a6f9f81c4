use mysql_async::Row;
use mysql_async::prelude::Queryable;

use super::columns::Columns;
use super::connect::{Connection, in_time};
use super::error::{Cause, DatabaseError};
use super::literal::{literal, name};

/// Argo's table as it really is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Quoted for SQL.
    pub(super) name: String,
    /// ` FORCE INDEX (…)` with the index that has all of a key; empty where there is none.
    pub(super) by_age: String,
    /// Whether the server keeps JSON in a format of its own, and gives it back in another spelling.
    pub(super) is_json: bool,
}

/// What the table must have.
const NEEDED: [&str; 6] = ["clustername", "uid", "version", "namespace", "nodes", "updatedat"];

impl Table {
    /// Looks the table up: its columns and indexes are those of the server, whatever `schema_history` says.
    ///
    /// A migration that failed half-way can be recorded as done, as DDL commits by itself.
    pub async fn look(connection: &mut Connection) -> Result<Self, DatabaseError> {
        let target = connection.connector().target().clone();
        let (database, table) = match target.table.split_once('.') {
            Some((database, table)) => (literal(database), literal(table)),
            None => ("database()".to_owned(), literal(&target.table)),
        };
        let place = format!("table_schema = {database} and table_name = {table}");
        let columns = format!(
            "select lower(column_name), lower(data_type) from information_schema.columns where {place}"
        );
        let columns: Vec<(String, String)> =
            strings(connection, "the table's columns", columns).await?;
        if columns.is_empty() {
            let others = format!(
                "select distinct table_name, '' from information_schema.columns \
                 where table_schema = {database} and lower(column_name) = 'nodes'"
            );
            let others = strings(connection, "the tables", others).await?;
            let others = others.into_iter().map(|(table, _)| table).collect();
            let table = target.table.clone();
            return Err(DatabaseError::usual(&target, Cause::NoTable { table, others }));
        }
        let has = |column: &&str| columns.iter().any(|(name, _)| name == column);
        let missing: Vec<&'static str> = NEEDED.into_iter().filter(|column| !has(column)).collect();
        if !missing.is_empty() {
            let version = schema_version(connection).await;
            let table = target.table.clone();
            return Err(DatabaseError::usual(&target, Cause::NotArgos { table, missing, version }));
        }
        let indexes = format!(
            "select index_name, lower(group_concat(column_name order by seq_in_index)) \
             from information_schema.statistics where {place} group by index_name"
        );
        let indexes = strings(connection, "the table's indexes", indexes).await?;
        Ok(Self {
            name: name(&target.table),
            by_age: indexes
                .iter()
                .find(|(_, columns)| columns.starts_with("clustername,namespace,updatedat"))
                .map_or(String::new(), |(index, _)| {
                    format!(" force index (`{}`)", index.replace('`', "``"))
                }),
            is_json: columns.iter().any(|(name, kind)| name == "nodes" && kind == "json"),
        })
    }
}

/// The newest version that Argo has noted, for a message.
async fn schema_version(connection: &mut Connection) -> Option<i64> {
    migrated_to(connection).await.ok()?
}

/// The number of the last of Argo's migrations that is noted as done; `None` where none is.
pub(super) async fn migrated_to(connection: &mut Connection) -> Result<Option<i64>, DatabaseError> {
    let query = "select cast(max(schema_version) as char), '' from schema_history".to_owned();
    let rows = strings(connection, "the schema's version", query).await?;
    Ok(rows.first().and_then(|row| row.0.parse().ok()))
}

/// Rows of two texts; a row with one column has an empty second.
pub(super) async fn strings(
    connection: &mut Connection,
    what: &'static str,
    query: String,
) -> Result<Vec<(String, String)>, DatabaseError> {
    connection
        .ask(what, async |conn, limits| {
            let rows: Vec<Row> = in_time(limits.read, conn.query(query.as_str())).await?;
            Ok(rows.into_iter().map(Columns).map(|mut row| (row.text(0), row.text(1))).collect())
        })
        .await
}
