//! TLS: whose certificate it is, and what goes in clear.

use std::net::SocketAddr;

use argo_offload_testbed::database::{Kind, Start};
use kubectl_argo_offload::store::NodeStore;
use kubectl_argo_offload::store::mysql::{Cause, DatabaseError, MySqlStore, Target, Tls};

use crate::bridge::Bridge;
use crate::servers::{Fixture, key, nodes, shared, short};

fn open(target: &Target, via: Option<SocketAddr>) -> Result<MySqlStore, DatabaseError> {
    match via {
        None => MySqlStore::open(target.clone(), short()),
        Some(via) => MySqlStore::open_via(target.clone(), short(), via),
    }
}

/// The target with TLS, trusting the server's own authority.
fn trusting(fixture: &Fixture<'_>) -> Target {
    let mut target = fixture.target();
    target.tls = Tls::Verify;
    target.trust(&fixture.server.certificates().authority).expect("certificates");
    target
}

#[test]
fn the_certificate_must_be_the_servers() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let target = trusting(&fixture);
        open(&target, None).expect("trusted, for 127.0.0.1");
        let mut wrong = target.clone();
        wrong.tls_name = Some("elsewhere.example".into());
        let error = open(&wrong, None).err().expect("a wrong name");
        assert!(matches!(error.cause, Cause::Tls(_)), "{kind:?}: {error}");
        assert!(error.help().contains("tlsName="), "{kind:?}: {error}");
        let mut unknown = target.clone();
        unknown.authorities.clear();
        let error = open(&unknown, None).err().expect("an unknown authority");
        assert!(matches!(error.cause, Cause::Tls(_)), "{kind:?}: {error}");
        assert!(error.help().contains("ca=FILE"), "{kind:?}: {error}");
        unknown.tls = Tls::SkipVerify;
        open(&unknown, None).expect("not looked at");
    }
}

#[test]
fn a_tunnel_is_verified_against_the_databases_own_name() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        let bridge = Bridge::to(fixture.database.port, usize::MAX, || {});
        let mut target = trusting(&fixture);
        target.host = "db.example".into();
        target.port = 1;
        let store = open(&target, Some(bridge.address)).expect("through the tunnel");
        assert!(store.get("a", &version).expect("readable").is_some(), "{kind:?}");
        target.host = "other.example".into();
        let error = open(&target, Some(bridge.address)).err().expect("a wrong name");
        assert!(matches!(error.cause, Cause::Tls(_)), "{kind:?}: {error}");
        assert!(
            error.to_string().contains("other.example:1"),
            "{kind:?}: the real place is named: {error}"
        );
    }
}

#[test]
fn a_server_that_requires_tls_says_so() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let server = Start::default().requires_tls().start(kind).expect("start");
        let fixture = Fixture::on(&server);
        let error = fixture.try_open().err().expect("TLS is required");
        let text = error.help();
        assert!(matches!(error.cause, Cause::Server { code: 3159 | 1045, .. }), "{kind:?}: {text}");
        assert!(text.contains("tls=true"), "{kind:?}: {text}");
        let mut target = fixture.target();
        target.tls = Tls::Preferred;
        open(&target, None).expect("TLS as the server can");
    }
}

/// The build of MySQL 5.7 knows no TLS; that of 8.0.15 none that is safe today.
#[test]
fn a_server_without_tls_is_refused_or_taken_as_it_is() {
    let fixture = Fixture::new(Kind::MySql57);
    let mut target = fixture.target();
    target.tls = Tls::Verify;
    let error = open(&target, None).err().expect("no TLS");
    assert_eq!(error.cause, Cause::NoTls, "{error}");
    target.tls = Tls::Preferred;
    open(&target, None).expect("without TLS, on this machine");
    let old = Fixture::on(shared(Kind::MySql80));
    let error = open(&trusting(&old), None).err().expect("no common cipher");
    assert!(error.help().contains("no cipher that is safe today"), "{error}");
}

#[test]
fn credentials_go_in_clear_to_this_machine_alone() {
    let fixture = Fixture::new(Kind::MySql97);
    let mut target = fixture.target();
    // An address of the documentation's: nothing is sent there.
    target.host = "192.0.2.1".into();
    let error = open(&target, None).err().expect("in clear");
    assert_eq!(error.cause, Cause::Plaintext, "{error}");
    assert!(error.help().contains("--allow-plaintext"), "{error}");
    target.allow_plaintext = true;
    let error = open(&target, None).err().expect("nobody there");
    assert_ne!(error.cause, Cause::Plaintext, "{error}");
    // Behind a tunnel the address is the tunnel's.
    target.allow_plaintext = false;
    let bridge = Bridge::to(fixture.database.port, usize::MAX, || {});
    open(&target, Some(bridge.address)).expect("through the tunnel");
}
