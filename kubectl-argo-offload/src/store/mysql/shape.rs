//! Whether Argo's tables are what a version of Argo expects, whatever `schema_history` says.

use std::collections::BTreeMap;

use argo_offload_core::golang::ArgoVersion;

use super::connect::Connection;
use super::error::DatabaseError;
use super::literal::literal;
use super::schema::strings;
use crate::output::shortened;

/// A table's columns and indexes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// By name in lower case.
    columns: BTreeMap<String, Column>,
    /// The columns of each index, in their order, by its name.
    indexes: BTreeMap<String, String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Column {
    /// `varchar`
    kind: String,
    /// In characters, where it has one.
    length: Option<u64>,
}

/// What the table of nodes must have: columns, the kinds that they may be of, and their least length.
///
/// Source: Argo Workflows v3.7.6, persist/sqldb/migrate.go; the same since v3.0.
const NODES: [(&str, &[&str], u64); 6] = [
    ("clustername", &["varchar"], 64),
    ("uid", &["varchar"], 128),
    ("version", &["varchar"], 64),
    ("namespace", &["varchar"], 256),
    ("nodes", &["json", "longtext"], 0),
    ("updatedat", &["timestamp"], 0),
];

/// What the tables of the archive must have.
const ARCHIVE: [(&str, &[&str]); 2] = [
    (
        "argo_archived_workflows",
        &[
            "clustername",
            "uid",
            "name",
            "phase",
            "namespace",
            "workflow",
            "startedat",
            "finishedat",
            "instanceid",
        ],
    ),
    ("argo_archived_workflows_labels", &["clustername", "uid", "name", "value"]),
];

/// The number of a version's last migration, which `schema_history` must have; `None` where that depends on a patch
/// that is not known.
///
/// Source: Argo Workflows, persist/sqldb/migrate.go of each tag: the index of the last change.
#[must_use]
pub fn expected_migration(argo: ArgoVersion) -> Option<i64> {
    let ArgoVersion { major, minor, patch } = argo;
    Some(match (major, minor, patch) {
        (3, 3, _) => 57,
        (3, 4 | 5, _) => 59,
        (3, 6, _) => 60,
        (3, 7, Some(0)) => 62,
        (3, 7, Some(1..=11)) => 66,
        (3, 7, Some(12..)) => 68,
        (4, 0, Some(0..=2)) => 66,
        (4, 0, Some(3..)) => 68,
        (4, 1, _) => 68,
        _ => return None,
    })
}

impl Shape {
    /// Looks a table up; one that is not there, or not to be seen, has no columns.
    pub(super) async fn look(
        connection: &mut Connection,
        table: &str,
    ) -> Result<Self, DatabaseError> {
        let place = place(table);
        let columns = format!(
            "select lower(column_name), concat(lower(data_type), ' ', coalesce(character_maximum_length, '')) \
             from information_schema.columns where {place}"
        );
        let columns = strings(connection, "the table's columns", columns).await?;
        let indexes = format!(
            "select index_name, lower(group_concat(column_name order by seq_in_index)) \
             from information_schema.statistics where {place} group by index_name"
        );
        let indexes = strings(connection, "the table's indexes", indexes).await?;
        let column = |(name, kind): (String, String)| {
            let (kind, length) = kind.split_once(' ').unwrap_or((&kind, ""));
            (name, Column { kind: kind.to_owned(), length: length.parse().ok() })
        };
        Ok(Self {
            columns: columns.into_iter().map(column).collect(),
            indexes: indexes.into_iter().collect(),
        })
    }

    /// Whether there is such a table at all.
    #[must_use]
    pub fn exists(&self) -> bool {
        !self.columns.is_empty()
    }

    /// What is otherwise than Argo's table of nodes must be, a sentence each.
    #[must_use]
    pub fn differences(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (name, kinds, length) in NODES {
            let Some(column) = self.columns.get(name) else {
                found.push(format!("it has no column {name}"));
                continue;
            };
            let kind = column.to_string();
            if !kinds.contains(&column.kind.as_str()) {
                found.push(format!(
                    "its column {name} is {kind} rather than {}",
                    kinds.join(" or ")
                ));
            } else if column.length.is_some_and(|found| found < length) {
                found.push(format!("its column {name} is {kind}, and needs {length} characters"));
            }
        }
        let primary = self.indexes.get("PRIMARY").map_or("", String::as_str);
        if primary != "clustername,uid,version" {
            let is = if primary.is_empty() { "none" } else { primary };
            found.push(format!(
                "its primary key is {} rather than clustername,uid,version",
                shortened(is, 100)
            ));
        }
        if !self
            .indexes
            .values()
            .any(|columns| columns.starts_with("clustername,namespace,updatedat"))
        {
            found.push(
                "it has no index over clustername,namespace,updatedat: the controller reads the whole table to find \
                 old rows"
                    .to_owned(),
            );
        }
        found
    }

    /// What the archive lacks, by the shapes of its tables, workflows first and labels then.
    #[must_use]
    pub fn archive_differences(shapes: &[Self]) -> Vec<String> {
        let mut found = Vec::new();
        for ((table, columns), shape) in ARCHIVE.into_iter().zip(shapes) {
            let missing: Vec<&str> = columns
                .iter()
                .copied()
                .filter(|column| !shape.columns.contains_key(*column))
                .collect();
            if !shape.exists() {
                found.push(format!("there is no table {table}"));
            } else if !missing.is_empty() {
                found.push(format!("the table {table} has no column {}", missing.join(", ")));
            }
        }
        found
    }
}

/// The condition by which `information_schema` finds a table, perhaps with its database before its name.
pub(super) fn place(table: &str) -> String {
    let (database, table) = match table.split_once('.') {
        Some((database, table)) => (literal(database), literal(table)),
        None => ("database()".to_owned(), literal(table)),
    };
    format!("table_schema = {database} and table_name = {table}")
}

/// The tables of the archive.
pub(super) fn archive_tables() -> [&'static str; 2] {
    ARCHIVE.map(|(table, _)| table)
}

impl std::fmt::Display for Column {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = shortened(&self.kind, 40);
        match self.length {
            Some(length) if self.kind == "varchar" => write!(out, "{kind}({length})"),
            _ => out.write_str(&kind),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape() -> Shape {
        let column = |(name, kind, length): (&str, &str, u64)| {
            let length = Some(length).filter(|length| *length > 0);
            (name.to_owned(), Column { kind: kind.to_owned(), length })
        };
        Shape {
            columns: [
                ("uid", "varchar", 128),
                ("namespace", "varchar", 256),
                ("creationtimestamp", "timestamp", 0),
                ("clustername", "varchar", 64),
                ("version", "varchar", 64),
                ("nodes", "longtext", 4_294_967_295),
                ("updatedat", "timestamp", 0),
            ]
            .map(column)
            .into(),
            indexes: [
                ("PRIMARY".to_owned(), "clustername,uid,version".to_owned()),
                ("argo_workflows_i1".to_owned(), "clustername,namespace,updatedat".to_owned()),
            ]
            .into(),
        }
    }

    #[test]
    fn what_argo_makes_has_no_difference() {
        assert_eq!(shape().differences(), Vec::<String>::new());
    }

    #[test]
    fn a_migration_that_ended_half_way_is_seen() {
        let mut half = shape();
        half.indexes.remove("argo_workflows_i1");
        half.columns.remove("updatedat");
        half.columns.insert("nodes".into(), Column { kind: "text".into(), length: Some(65_535) });
        half.columns.insert("uid".into(), Column { kind: "varchar".into(), length: Some(36) });
        half.indexes.insert("PRIMARY".into(), "name,namespace".into());
        let found = half.differences().join("; ");
        for text in [
            "no column updatedat",
            "nodes is text rather than json or longtext",
            "uid is varchar(36), and needs 128",
            "primary key is name,namespace rather",
            "no index over",
        ] {
            assert!(found.contains(text), "no {text:?} in {found}");
        }
    }

    #[test]
    fn the_archive_needs_its_tables() {
        let found = Shape::archive_differences(&[Shape::default(), shape()]);
        assert_eq!(
            found,
            [
                "there is no table argo_archived_workflows",
                "the table argo_archived_workflows_labels has no column name, value"
            ]
        );
    }

    #[test]
    fn each_release_has_its_last_migration() {
        let of = |text: &str| expected_migration(text.parse().expect("a version"));
        assert_eq!((of("3.6.12"), of("3.7.6"), of("3.7.18")), (Some(60), Some(66), Some(68)));
        assert_eq!(
            (of("4.0.2"), of("4.1.0"), of("3.7"), of("5.0")),
            (Some(66), Some(68), None, None)
        );
    }
}
