use std::collections::HashMap;
use std::time::Duration;

use mysql_async::prelude::Queryable;
use mysql_async::{Conn, Row};

use super::columns::Columns;
use super::connect::{Connection, Ended, in_time};
use super::error::{Cause, DatabaseError};
use super::literal::literal;
use super::schema::Table;
use crate::output::shortened;
use crate::store::{RowInfo, RowKey, Wanted};

/// A row with its nodes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The workflow's namespace.
    pub namespace: String,
    /// How long ago it was written, by the server's clock.
    pub age: Duration,
    /// The node map as canonical JSON text.
    pub nodes: Vec<u8>,
}

/// How many keys a statement names.
const KEYS_A_STATEMENT: usize = 20;

/// The columns of a key; all of them are in the index.
const KEY: &str = "clustername, uid, version, namespace, \
                   cast(unix_timestamp(now()) - unix_timestamp(updatedat) as signed)";

impl Table {
    /// The keys of a cluster name, or of all, without a look at any row's nodes.
    pub async fn keys(
        &self,
        connection: &mut Connection,
        cluster_name: &str,
        wanted: &Wanted,
    ) -> Result<Vec<RowInfo>, DatabaseError> {
        let mut conditions = Vec::new();
        if !wanted.all_clusters {
            conditions.push(format!("clustername = {}", literal(cluster_name)));
        }
        if let Some(namespace) = &wanted.namespace {
            conditions.push(format!("namespace = {}", literal(namespace)));
        }
        let where_ = match conditions.is_empty() {
            true => String::new(),
            false => format!(" where {}", conditions.join(" and ")),
        };
        let query = format!("select {KEY} from {}{}{where_}", self.name, self.by_age);
        let mut rows = self.infos(connection, "the list of rows", &query).await?;
        // The server's collation has other ideas of what is equal.
        rows.retain(|row| {
            (wanted.all_clusters || row.key.cluster_name == cluster_name)
                && wanted.namespace.as_ref().is_none_or(|namespace| *namespace == row.namespace)
        });
        Ok(rows)
    }

    /// The keys of one workflow under every cluster name, newest first.
    pub async fn versions_of(
        &self,
        connection: &mut Connection,
        uid: &str,
    ) -> Result<Vec<RowInfo>, DatabaseError> {
        let query = format!("select distinct clustername from {}{}", self.name, self.by_age);
        let names: Vec<String> = connection
            .ask("the cluster names", async |conn, limits| {
                let names: Vec<Row> = in_time(limits.total, conn.query(query.as_str())).await?;
                Ok(names.into_iter().map(|row| Columns(row).text(0)).collect())
            })
            .await?;
        // By the primary key, which begins with the cluster name.
        let conditions: Vec<String> = names
            .iter()
            .map(|name| format!("(clustername = {} and uid = {})", literal(name), literal(uid)))
            .collect();
        if conditions.is_empty() {
            return Ok(Vec::new());
        }
        let query = format!("select {KEY} from {} where {}", self.name, conditions.join(" or "));
        let mut rows = self.infos(connection, "the workflow's versions", &query).await?;
        rows.retain(|row| row.key.uid == uid);
        rows.sort_by_key(|row| row.age);
        Ok(rows)
    }

    /// The row of exactly this key; its nodes as the server spells them.
    pub async fn row(
        &self,
        connection: &mut Connection,
        key: &RowKey,
    ) -> Result<Option<StoredRow>, DatabaseError> {
        let query = format!("select {KEY}, nodes from {} where {}", self.name, condition(key));
        let answer = connection
            .ask("a row with its nodes", async |conn, _| row(conn, &query, key).await)
            .await?;
        match answer {
            Answer::None => Ok(None),
            Answer::Row(row) => Ok(Some(row)),
            Answer::Warned(warning) => Err(self.warned(connection, key, warning).await),
        }
    }

    /// What a warning about a row means.
    async fn warned(
        &self,
        connection: &mut Connection,
        key: &RowKey,
        (code, message): (u16, String),
    ) -> DatabaseError {
        let target = connection.connector().target().clone();
        let key_ = Box::new(key.clone());
        if code != TRUNCATED {
            let warning = format!("Warning {code}: {}", shortened(&message, 300));
            return DatabaseError::usual(&target, Cause::Warned { key: key_, warning });
        }
        let size = if self.is_json { "json_storage_size(nodes)" } else { "null" };
        let query = format!(
            "select cast(@@max_allowed_packet as unsigned), {size} from {} where {}",
            self.name,
            condition(key)
        );
        let sizes: Result<Vec<Row>, _> = connection
            .ask("the row's size", async |conn, limits| {
                in_time(limits.total, conn.query(query.as_str())).await
            })
            .await;
        let sizes = sizes.ok().and_then(|mut rows| rows.pop()).map(Columns);
        let (limit, stored) =
            sizes.map_or((None, None), |mut sizes| (sizes.number(0), sizes.number(1)));
        DatabaseError::usual(&target, Cause::TooLong { key: key_, limit, stored })
    }

    /// Adds the number of nodes and the stored bytes to each of `rows`; reads all of them on the server.
    pub(super) async fn measure(
        &self,
        connection: &mut Connection,
        rows: &mut [RowInfo],
    ) -> Result<(), DatabaseError> {
        for some in rows.chunks_mut(KEYS_A_STATEMENT) {
            self.measure_some(connection, &mut some.iter_mut().collect::<Vec<_>>()).await?;
        }
        Ok(())
    }

    /// The same for the newest row of each workflow; the others count as large, with no number of nodes.
    pub(super) async fn estimate(
        &self,
        connection: &mut Connection,
        rows: &mut [RowInfo],
    ) -> Result<(), DatabaseError> {
        rows.sort_by(|one, two| {
            let key = |row: &RowInfo| (row.key.cluster_name.clone(), row.key.uid.clone(), row.age);
            key(one).cmp(&key(two))
        });
        let mut newest: Vec<&mut RowInfo> = rows
            .chunk_by_mut(|one, two| {
                one.key.cluster_name == two.key.cluster_name && one.key.uid == two.key.uid
            })
            .filter_map(|workflow| workflow.first_mut())
            .collect();
        for some in newest.chunks_mut(KEYS_A_STATEMENT) {
            self.measure_some(connection, some).await?;
        }
        let mut last: Option<RowInfo> = None;
        for row in rows {
            match &last {
                Some(newest)
                    if newest.key.cluster_name == row.key.cluster_name
                        && newest.key.uid == row.key.uid =>
                {
                    row.bytes = newest.bytes;
                    row.stored_bytes = newest.stored_bytes;
                }
                _ => last = Some(row.clone()),
            }
        }
        Ok(())
    }

    async fn measure_some(
        &self,
        connection: &mut Connection,
        rows: &mut [&mut RowInfo],
    ) -> Result<(), DatabaseError> {
        // Neither serialises JSON: `length` would, and answers 0 for what is too long for a packet.
        let size = if self.is_json { "json_storage_size(nodes)" } else { "octet_length(nodes)" };
        let keys: Vec<String> = rows.iter().map(|row| condition(&row.key)).collect();
        let query = format!(
            "select clustername, uid, version, json_length(nodes), {size} from {} where {}",
            self.name,
            keys.join(" or ")
        );
        let sizes: Vec<Row> = connection
            .ask("the size of rows", async |conn, limits| {
                in_time(limits.total, conn.query(query.as_str())).await
            })
            .await?;
        let sizes: HashMap<RowKey, (Option<u64>, Option<u64>)> = sizes
            .into_iter()
            .map(|row| {
                let mut row = Columns(row);
                (row.key(), (row.number(3), row.number(4)))
            })
            .collect();
        for row in rows {
            let Some((nodes, bytes)) = sizes.get(&row.key) else { continue };
            row.nodes = *nodes;
            row.stored_bytes = *bytes;
            row.bytes = if self.is_json { None } else { *bytes };
        }
        Ok(())
    }

    async fn infos(
        &self,
        connection: &mut Connection,
        what: &'static str,
        query: &str,
    ) -> Result<Vec<RowInfo>, DatabaseError> {
        connection
            .ask(what, async |conn, limits| {
                let mut rows = Vec::new();
                let mut answer = in_time(limits.read, conn.query_iter(query)).await?;
                while let Some(row) = in_time(limits.read, answer.next()).await? {
                    rows.push(info(Columns(row)));
                }
                Ok(rows)
            })
            .await
    }
}

/// One key as three equalities. A list of keys is joined by `or`: for tuples servers read the whole table.
fn condition(key: &RowKey) -> String {
    format!(
        "(clustername = {} and uid = {} and version = {})",
        literal(&key.cluster_name),
        literal(&key.uid),
        literal(&key.version)
    )
}

/// "Result of %s() was larger than max_allowed_packet (%ld) - truncated"
const TRUNCATED: u16 = 1301;

enum Answer {
    None,
    Row(StoredRow),
    /// Code and text.
    Warned((u16, String)),
}

async fn row(conn: &mut Conn, query: &str, key: &RowKey) -> Result<Answer, Ended> {
    let mut answer = conn.query_iter(query).await?;
    let mut found = None;
    while let Some(row) = answer.next().await? {
        let mut row = Columns(row);
        let nodes = row.bytes(5);
        let info = info(row);
        if info.key == *key {
            let age = info.age.unwrap_or_default();
            found = Some(StoredRow { namespace: info.namespace, age, nodes });
        }
    }
    let warnings = answer.warnings();
    drop(answer);
    if warnings == 0 {
        return Ok(found.map_or(Answer::None, Answer::Row));
    }
    let warnings: Vec<Row> = conn.query("show warnings").await?;
    let warnings: Vec<(u16, String)> = warnings
        .into_iter()
        .map(Columns)
        .map(|mut row| {
            (row.number(1).and_then(|code| code.try_into().ok()).unwrap_or(0), row.text(2))
        })
        .collect();
    let known = warnings.iter().find(|(code, _)| *code == TRUNCATED).or(warnings.first());
    Ok(Answer::Warned(known.cloned().unwrap_or_default()))
}

/// A row of [`KEY`].
fn info(mut row: Columns) -> RowInfo {
    let age = row.text(4).parse::<i64>().unwrap_or(0);
    let age = Some(Duration::from_secs(age.try_into().unwrap_or(0)));
    RowInfo { namespace: row.text(3), age, ..RowInfo::of(row.key()) }
}
