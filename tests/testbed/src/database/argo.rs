//! The table of offloaded nodes in each shape that Argo's migrations make, on servers that speak MySQL's protocol.

/// A shape of the table: how far the migrations of which Argo have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Schema version 0: whole workflows by name, no nodes.
    Workflows,
    /// Schema version 46: nodes as text, two indexes.
    Text,
    /// Schema version 52: nodes as JSON, still two indexes. From then on all shapes are read alike.
    TwoIndexes,
    /// What Argo 3.3 to 3.7.0 make, 55 on the way to 57–62.
    Argo36,
    /// What Argo from 3.7.1 on makes where it is installed anew: with creationtimestamp.
    Argo37,
}

impl Shape {
    /// The shapes that hold nodes.
    pub const READABLE: [Self; 4] = [Self::Text, Self::TwoIndexes, Self::Argo36, Self::Argo37];

    /// The version of the last statement, and the one recorded in `schema_history`.
    fn version(self) -> i32 {
        match self {
            Self::Workflows => 0,
            Self::Text => 46,
            Self::TwoIndexes => 52,
            Self::Argo36 => 60,
            Self::Argo37 => 66,
        }
    }
}

/// The statements that make `table` in a shape, and note the version in `schema_history`.
///
/// Source: Argo Workflows v3.6.12 and v3.7.6, persist/sqldb/migrate.go: those of the changes that touch this table,
/// each with its number, which is the schema version. Change 0 got `creationtimestamp` in 3.7.1, and `null` in it in
/// 3.7.2.
#[must_use]
pub fn statements(table: &str, shape: Shape) -> String {
    let created = if shape == Shape::Argo37 {
        "creationtimestamp timestamp null default CURRENT_TIMESTAMP, "
    } else {
        ""
    };
    let changes: [(i32, &str); 28] = [
        (
            0,
            "create table if not exists {t} (id varchar(128), name varchar(256), phase varchar(25), \
             namespace varchar(256), workflow text, startedat timestamp default CURRENT_TIMESTAMP, \
             finishedat timestamp default CURRENT_TIMESTAMP, {created}primary key (id, namespace))",
        ),
        (1, "create unique index idx_name on {t} (name)"),
        (4, "drop index idx_name on {t}"),
        (5, "create unique index idx_name on {t}(name, namespace)"),
        (6, "alter table {t} drop primary key"),
        (7, "alter table {t} add primary key(name,namespace)"),
        (23, "alter table {t} drop column phase"),
        (24, "alter table {t} drop column startedat"),
        (25, "alter table {t} drop column finishedat"),
        (26, "alter table {t} change column id uid varchar(128)"),
        (27, "alter table {t} modify column uid varchar(128) not null"),
        (28, "alter table {t} modify column namespace varchar(256) not null"),
        (29, "alter table {t} add column clustername varchar(64)"),
        (31, "alter table {t} modify column clustername varchar(64) not null"),
        (32, "alter table {t} add column version varchar(64)"),
        (33, "alter table {t} add column nodes text"),
        (35, "alter table {t} modify column nodes text not null"),
        (36, "alter table {t} drop column workflow"),
        (37, "alter table {t} add column updatedat timestamp not null default current_timestamp"),
        (38, "alter table {t} drop primary key"),
        (39, "drop index idx_name on {t}"),
        (40, "alter table {t} drop column name"),
        (41, "alter table {t} add primary key(clustername,uid,version)"),
        (42, "create index {i}_i1 on {t} (clustername,namespace)"),
        (45, "create index {i}_i2 on {t} (clustername,namespace,updatedat)"),
        (47, "alter table {t} modify column nodes json not null"),
        (53, "drop index {i}_i1 on {t}"),
        (54, "drop index {i}_i2 on {t}"),
    ];
    let last = (55, "create index {i}_i1 on {t} (clustername,namespace,updatedat)");
    let version = shape.version();
    let mut text = String::new();
    for (_, statement) in changes.into_iter().chain([last]).filter(|(number, _)| *number <= version)
    {
        text += &statement
            .replace("{t}", &format!("`{table}`"))
            .replace("{i}", table)
            .replace("{created}", created);
        text += ";\n";
    }
    text + &format!(
        "create table if not exists schema_history(schema_version int not null, primary key(schema_version));\n\
         replace into schema_history values({version});\n"
    )
}

/// The statement that writes a row, as Argo's `Save` does; `nodes` is the text of the map.
#[must_use]
pub fn insert(
    table: &str,
    (cluster, namespace, uid, version): (&str, &str, &str, &str),
    nodes: &[u8],
) -> Vec<u8> {
    let mut text = format!(
        "insert into `{table}` (clustername, uid, version, namespace, nodes) values \
         ({}, {}, {}, {}, ",
        quoted(cluster.as_bytes()),
        quoted(uid.as_bytes()),
        quoted(version.as_bytes()),
        quoted(namespace.as_bytes()),
    )
    .into_bytes();
    text.extend_from_slice(quoted(nodes).as_bytes());
    text.extend_from_slice(b");\n");
    text
}

/// A text for the server, whatever is in it.
fn quoted(text: &[u8]) -> String {
    if text.is_empty() {
        return "''".into();
    }
    let mut quoted = String::with_capacity(text.len() * 2 + 20);
    quoted += "convert(x'";
    for byte in text {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        quoted.push(char::from(DIGITS[usize::from(byte >> 4)]));
        quoted.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    quoted + "' using utf8mb4)"
}
