//! A connection whose answer was not read to its end is never used again, and its query is ended.

use std::thread;
use std::time::{Duration, Instant};

use argo_offload_testbed::database::{Kind, Start};
use kubectl_argo_offload::store::mysql::{Cause, Connector, Limits, MySqlStore, Table};
use kubectl_argo_offload::store::{NodeStore, StoreError, Wanted};

use crate::servers::{Fixture, TABLE, key, nodes, short};

/// Holds the table for three seconds.
fn lock(fixture: &Fixture<'static>) -> thread::JoinHandle<()> {
    let (server, name) = (fixture.server, fixture.database.name.clone());
    let handle = thread::spawn(move || {
        let sql = format!("lock tables {TABLE} write; select sleep(3);");
        server.sql_in(&name, sql).expect("the lock");
    });
    thread::sleep(Duration::from_millis(500));
    handle
}

/// How many queries on the table's database run.
fn running(fixture: &Fixture<'_>) -> usize {
    let list = fixture.sql(format!(
        "select count(*) from information_schema.processlist where user = '{}' and command = 'Query';",
        fixture.database.user
    ));
    list.trim().parse().expect("a number")
}

#[test]
fn after_a_time_out_the_next_answer_is_its_own() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        let store = MySqlStore::open(fixture.target(), short()).expect("opens");
        let held = lock(&fixture);
        let start = Instant::now();
        let error = store.list(&Wanted::default()).expect_err("locked");
        assert!(start.elapsed() < Duration::from_millis(2500), "{kind:?}: {:?}", start.elapsed());
        match error {
            StoreError::Database(error) => {
                assert!(matches!(error.cause, Cause::Timeout { .. }), "{kind:?}: {error}");
                assert!(error.help().contains("SHOW PROCESSLIST"), "{error}");
            }
            other => panic!("{kind:?}: {other}"),
        }
        assert_eq!(running(&fixture), 0, "{kind:?}: the query was ended on the server");
        held.join().expect("the lock ends");
        let row = store.get("a", &version).expect("readable").expect("there");
        assert!(row.nodes == nodes, "{kind:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dropped_query_is_ended_and_its_connection_not_used_again() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        let mut connection =
            Connector::new(fixture.target(), Limits::default()).connect().await.expect("connects");
        let table = Table::look(&mut connection).await.expect("a table");
        let before = connection.id().expect("a connection");
        let held = lock(&fixture);
        let wanted = Wanted::default();
        let dropped = tokio::time::timeout(
            Duration::from_millis(300),
            table.keys(&mut connection, "default", &wanted),
        );
        assert!(dropped.await.is_err(), "{kind:?}: the table is locked");
        let start = Instant::now();
        while running(&fixture) > 0 {
            // Well before the lock ends.
            assert!(start.elapsed() < Duration::from_secs(1), "{kind:?}: the query still runs");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        held.join().expect("the lock ends");
        let row = table.row(&mut connection, &key("a", &version)).await.expect("readable");
        assert_eq!(row.expect("there").namespace, "argo", "{kind:?}: an answer of its own");
        assert_ne!(connection.id(), Some(before), "{kind:?}: on a connection of its own");
    }
}

#[test]
fn a_connection_that_the_server_closed_is_replaced() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        let store = fixture.open();
        let id = fixture.sql(format!(
            "select id from information_schema.processlist where user = '{}';",
            fixture.database.user
        ));
        fixture.sql(format!("kill connection {};", id.trim()));
        assert!(store.get("a", &version).expect("asked again").is_some(), "{kind:?}");
    }
}

/// The driver would ask for `@@socket` and connect to whatever listens on that path on this machine.
#[test]
fn another_server_on_the_local_socket_is_not_taken_for_this_one() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let folder = tempfile::tempdir().expect("a folder");
        let socket = folder.path().join("shared.sock");
        let server = Start::default().socket(&socket).start(kind).expect("start");
        let fixture = Fixture::on(&server);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        std::fs::remove_file(&socket).expect("the socket");
        // MySQL's note of who listens there.
        let _ = std::fs::remove_file(folder.path().join("shared.sock.lock"));
        let decoy = Start::default().socket(&socket).start(kind).expect("start");
        let name = &fixture.database.name;
        decoy.sql(format!("create database {name};")).expect("a database");
        let (user, password) = (&fixture.database.user, &fixture.database.password);
        decoy
            .sql(format!(
                "create user '{user}'@'%' identified by '{password}'; grant all on {name}.* to '{user}'@'%';"
            ))
            .expect("a user");
        let store = fixture.try_open().expect("not the decoy, which has no table");
        assert!(store.get("a", &version).expect("readable").is_some(), "{kind:?}");
        let connections = decoy
            .sql(format!(
                "select count(*) from information_schema.processlist where user = '{user}';"
            ))
            .expect("a count");
        assert_eq!(connections, "0\n", "{kind:?}");
    }
}
