//! What a network and a server can do to a connection. Nothing hangs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use argo_offload_testbed::database::{Kind, Server};
use argo_offload_testbed::process::free_port;
use kubectl_argo_offload::store::mysql::{Cause, MySqlStore};
use kubectl_argo_offload::store::{NodeStore, StoreError, Wanted};

use crate::bridge::{Bridge, Hole};
use crate::servers::{Fixture, key, nodes, roomy, shared, short};

#[test]
fn nothing_listens() {
    let mut target = Fixture::empty(shared(Kind::MySql97)).target();
    target.port = free_port().expect("a port");
    let error = MySqlStore::open(target, short()).err().expect("refused");
    assert_eq!(error.cause, Cause::Refused, "{error}");
    assert!(error.help().contains("whether the server runs"), "{error}");
}

#[test]
fn nobody_answers() {
    let mut target = Fixture::empty(shared(Kind::MySql97)).target();
    let hole = Hole::new();
    target.port = hole.port;
    let start = Instant::now();
    let error = MySqlStore::open(target, short()).err().expect("no answer");
    assert_eq!(error.cause, Cause::ConnectTimeout(short().connect), "{error}");
    assert!(start.elapsed() < Duration::from_secs(4), "{:?}", start.elapsed());
}

#[test]
fn a_name_that_nobody_knows() {
    let mut target = Fixture::empty(shared(Kind::MySql97)).target();
    target.host = "no-such-host.invalid".into();
    let error = MySqlStore::open(target, short()).err().expect("unknown");
    let known = matches!(error.cause, Cause::UnknownHost(_) | Cause::ConnectTimeout(_));
    assert!(known && error.to_string().contains("no-such-host.invalid"), "{error}");
}

#[test]
fn a_server_killed_in_the_middle_of_a_row_is_an_error_with_a_next_step() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let server = Arc::new(roomy().start(kind).expect("start"));
        let fixture = Fixture::on(&server);
        let (nodes, version) = nodes(5, 16 << 20);
        fixture.insert(&key("large", &version), "argo", &nodes);
        let victim = Arc::clone(&server);
        let bridge =
            Bridge::to(fixture.database.port, 2 << 20, move || victim.kill().expect("killed"));
        let store = MySqlStore::open_via(fixture.target(), short(), bridge.address).expect("opens");
        let start = Instant::now();
        let error = store.get("large", &version).expect_err("killed");
        assert!(start.elapsed() < Duration::from_secs(8), "{kind:?}: {:?}", start.elapsed());
        match error {
            StoreError::Database(error) => {
                assert!(matches!(error.cause, Cause::Cut(_)), "{kind:?}: {error}");
                assert!(error.help().contains("run the command again"), "{kind:?}: {error}");
            }
            other => panic!("{kind:?}: {other}"),
        }
    }
}

#[test]
fn a_server_that_hangs_is_given_up() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let server = Server::start(kind).expect("start");
        let fixture = Fixture::on(&server);
        let store = MySqlStore::open(fixture.target(), short()).expect("opens");
        server.pause().expect("stopped");
        let start = Instant::now();
        let error = store.list(&Wanted::default()).expect_err("no answer");
        let waited = start.elapsed();
        server.resume().expect("goes on");
        assert!(waited < Duration::from_secs(8), "{kind:?}: {waited:?}");
        match error {
            StoreError::Database(error) => {
                assert!(matches!(error.cause, Cause::Timeout { .. }), "{kind:?}: {error}");
            }
            other => panic!("{kind:?}: {other}"),
        }
        assert!(store.list(&Wanted::default()).expect("answers again").is_empty(), "{kind:?}");
    }
}
