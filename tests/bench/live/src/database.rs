//! A database with three tables as Argo makes them: one row of 20 MB, many of 1 MB, and very many small ones.

use anyhow::{Context, Result};
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::split_nodes;
use argo_offload_testbed::database::{Database, Kind, Server, Shape, Start, insert, statements};
use argo_offload_testkit::{realistic_nodes, realistic_workflow};
use serde_json::{Value, json};
use tempfile::TempDir;

/// Of the node maps; the same as in tests/bench/rust.
const SEED: u64 = 15_000;
const BYTES_A_NODE: usize = 2_000;

/// One row: the nodes of `workflow.json`, 20 MB.
const LARGE: &str = "large_row";
const LARGE_NODES: usize = 10_000;

/// Rows of 1 MB.
const MANY: &str = "many_rows";
const MANY_ROWS: u64 = 200;
const MANY_NODES: usize = 500;

/// Rows of 1.6 kB, each of a workflow of its own.
const LIST: &str = "list_rows";
const LIST_ROWS: u32 = 200_000;
const LIST_NODE_BYTES: usize = 1_600;
/// How many different node maps they have.
const LIST_MAPS: u64 = 50;

/// A running server with the tables.
pub(crate) struct Filled {
    server: Server,
    database: Database,
    folder: TempDir,
}

impl Filled {
    pub(crate) fn start(kind: Kind) -> Result<Self> {
        // The table of 1 MB rows stays in memory: what is measured is reading, not the disk.
        let start = Start::default()
            .argument("--max-allowed-packet=256M")
            .argument("--innodb-buffer-pool-size=1G");
        let server = start.start(kind)?;
        let database = server.database("bench")?;
        let folder = tempfile::tempdir()?;
        let filled = Self { server, database, folder };
        for table in [LARGE, MANY, LIST] {
            filled.sql(statements(table, Shape::Argo37))?;
        }
        filled.large()?;
        filled.many()?;
        filled.list()?;
        filled.sql(format!("analyze table {LARGE}, {MANY}, {LIST};"))?;
        Ok(filled)
    }

    /// How to reach it. The password is for this server alone, which lives no longer than this process.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "port": self.database.port,
            "database": self.database.name,
            "user": self.database.user,
            "password": self.database.password,
            "workflow": self.workflow(),
        })
    }

    /// The file of the Workflow whose nodes are the row of [`LARGE`].
    fn workflow(&self) -> std::path::PathBuf {
        self.folder.path().join("workflow.json")
    }

    fn sql(&self, text: impl AsRef<[u8]>) -> Result<()> {
        self.server.sql_in(&self.database.name, text).map(|_| ())
    }

    fn large(&self) -> Result<()> {
        let workflow = realistic_workflow(SEED, LARGE_NODES, BYTES_A_NODE);
        let split = split_nodes(&mut Encoder::new(ArgoVersion::NEWEST), &workflow)
            .context("the generated workflow cannot be split")?;
        let record = split.record.context("the generated workflow has no nodes")?;
        std::fs::write(self.workflow(), &split.workflow)?;
        let version = record.version.to_string();
        let key = ("default", record.namespace.as_str(), record.uid.as_str(), version.as_str());
        self.sql(insert(LARGE, key, &record.nodes))
    }

    fn many(&self) -> Result<()> {
        let mut encoder = Encoder::new(ArgoVersion::NEWEST);
        for row in 0..MANY_ROWS {
            let nodes = realistic_nodes(SEED + row, MANY_NODES, BYTES_A_NODE);
            let version = encoder.node_version(&nodes)?.0.to_string();
            let uid = format!("00000000-0000-4000-8000-{row:012}");
            self.sql(insert(MANY, ("default", "argo", &uid, &version), &nodes))?;
        }
        Ok(())
    }

    /// Made by the server itself out of a few node maps; their versions are not those of the nodes, which no list
    /// looks at.
    fn list(&self) -> Result<()> {
        self.sql("create table map (number int primary key, nodes longtext not null);")?;
        for number in 0..LIST_MAPS {
            let nodes = realistic_nodes(SEED + number, 1, LIST_NODE_BYTES);
            let nodes = String::from_utf8(nodes)?.replace('\\', "\\\\").replace('\'', "''");
            self.sql(format!("insert into map values ({number}, '{nodes}');"))?;
        }
        let digits: Vec<String> = (0..10).map(|digit| format!("select {digit} digit")).collect();
        let digits = digits.join(" union all ");
        let (powers, tables): (Vec<_>, Vec<_>) = (0..6)
            .map(|power| {
                (format!("d{power}.digit * {}", 10_u32.pow(power)), format!("({digits}) d{power}"))
            })
            .unzip();
        self.sql(format!(
            "insert into {LIST} (clustername, uid, version, namespace, nodes, updatedat) \
             select 'default', insert(insert(insert(insert(left(sha2(n, 256), 32), 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-'), \
             concat('fnv:', crc32(n)), concat('team-', n % 40), map.nodes, now() - interval (n % 90000) second \
             from (select {} n from {}) numbers join map on map.number = n % {LIST_MAPS} where n < {LIST_ROWS};\n\
             drop table map;",
            powers.join(" + "),
            tables.join(", "),
        ))
    }
}
