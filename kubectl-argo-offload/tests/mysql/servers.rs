//! Servers that all tests share, and a database with Argo's table for each test.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use argo_offload_core::golang::{ArgoVersion, Encoder, Root};
use argo_offload_testbed::database::{Database, Kind, Server, Shape, Start, insert, statements};
use argo_offload_testkit::realistic::realistic_nodes;
use kubectl_argo_offload::store::RowKey;
use kubectl_argo_offload::store::mysql::{DatabaseError, Limits, MySqlStore, Target, Tls};

pub(crate) const TABLE: &str = "argo_workflows";

/// The server of a kind, started by the first test that needs it. It ends with this process.
pub(crate) fn shared(kind: Kind) -> &'static Server {
    static SERVERS: [OnceLock<Server>; 4] = [const { OnceLock::new() }; 4];
    let place =
        Kind::MYSQL.iter().position(|known| *known == kind).expect("speaks MySQL's protocol");
    SERVERS[place].get_or_init(|| roomy().start(kind).expect("the server starts"))
}

/// A server that takes long statements: a row's text is twice as long in one.
pub(crate) fn roomy() -> Start {
    Start::default().argument("--max-allowed-packet=256M")
}

/// A database with Argo's table in it.
pub(crate) struct Fixture<'a> {
    pub(crate) server: &'a Server,
    pub(crate) database: Database,
}

impl Fixture<'static> {
    /// On the server that all share, as Argo 3.7 makes it.
    pub(crate) fn new(kind: Kind) -> Self {
        Self::on(shared(kind))
    }
}

impl<'a> Fixture<'a> {
    pub(crate) fn on(server: &'a Server) -> Self {
        let fixture = Self::empty(server);
        fixture.sql(statements(TABLE, Shape::Argo37));
        fixture
    }

    /// Without a table.
    pub(crate) fn empty(server: &'a Server) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("argo_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        Self { server, database: server.database(&name).expect("a database") }
    }

    /// Runs statements as the administrator.
    pub(crate) fn sql(&self, text: impl AsRef<[u8]>) -> String {
        self.server.sql_in(&self.database.name, text).expect("the statements run")
    }

    /// Writes a row as Argo does.
    pub(crate) fn insert(&self, key: &RowKey, namespace: &str, nodes: &[u8]) {
        let key = (key.cluster_name.as_str(), namespace, key.uid.as_str(), key.version.as_str());
        self.sql(insert(TABLE, key, nodes));
    }

    pub(crate) fn target(&self) -> Target {
        let Database { host, port, name, user, password } = self.database.clone();
        Target {
            host,
            port,
            database: name,
            user,
            password: password.into(),
            table: TABLE.into(),
            cluster_name: "default".into(),
            tls: Tls::Off,
            authorities: Vec::new(),
            tls_name: None,
            allow_plaintext: false,
        }
    }

    pub(crate) fn open(&self) -> MySqlStore {
        self.try_open().expect("the store opens")
    }

    pub(crate) fn try_open(&self) -> Result<MySqlStore, DatabaseError> {
        MySqlStore::open(self.target(), Limits::default())
    }

    /// What `--store` is given.
    pub(crate) fn url(&self) -> String {
        let Database { port, name, user, .. } = &self.database;
        format!("mysql://{user}@127.0.0.1:{port}/{name}")
    }
}

/// Time-outs that a test can wait for.
pub(crate) fn short() -> Limits {
    Limits {
        connect: Duration::from_secs(2),
        read: Duration::from_secs(1),
        total: Duration::from_secs(2),
    }
}

pub(crate) fn key(uid: &str, version: &str) -> RowKey {
    RowKey { cluster_name: "default".into(), uid: uid.into(), version: version.into() }
}

/// Nodes as Argo writes them, about `bytes` long, with their version.
pub(crate) fn nodes(seed: u64, bytes: usize) -> (Vec<u8>, String) {
    let nodes = realistic_nodes(seed, (bytes / 1000).max(1), 1000);
    let mut encoder = Encoder::new(ArgoVersion::NEWEST);
    let mut canonical = Vec::new();
    encoder.encode(&nodes, Root::Nodes, &mut canonical).expect("nodes");
    assert!(canonical == nodes, "the generator writes as Go does");
    let (version, _) = encoder.node_version(&nodes).expect("nodes");
    (nodes, version.to_string())
}
