//! Rows come back as Argo wrote them, or an error does.

use argo_offload_testbed::database::{Kind, Start};
use argo_offload_testkit::fixtures::roundtrip_vectors;
use kubectl_argo_offload::store::mysql::Cause;
use kubectl_argo_offload::store::{NodeStore, StoreError};

use crate::servers::{Fixture, key, nodes};

/// The cause of a store's error.
fn cause(error: StoreError) -> Cause {
    match error {
        StoreError::Database(error) => error.cause,
        other => panic!("expected an error of the database, got: {other}"),
    }
}

/// What the real Argo wrote, in the spelling of each server.
#[test]
fn what_argo_marshals_comes_back_byte_for_byte() {
    let vectors = roundtrip_vectors();
    let chosen: Vec<_> = vectors
        .iter()
        .filter(|vector| vector.kind == "generated" && vector.variant == "canonical")
        .filter_map(|vector| Some((vector, vector.answers.values().last()?.as_ref().ok()?)))
        .take(60)
        .collect();
    assert!(chosen.len() >= 20, "only {} vectors", chosen.len());
    for kind in Kind::MYSQL {
        let fixture = Fixture::new(kind);
        for (index, (_, answer)) in chosen.iter().enumerate() {
            let key = key(&format!("uid-{index}"), &answer.version);
            fixture.insert(&key, "argo", &answer.canonical);
        }
        let store = fixture.open();
        for (index, (vector, answer)) in chosen.iter().enumerate() {
            let uid = format!("uid-{index}");
            let row = store.get(&uid, &answer.version).expect("readable").expect("there");
            assert!(row.nodes == answer.canonical, "{kind:?}: {}", vector.name);
            assert_eq!((row.namespace.as_str(), row.cluster_name.as_str()), ("argo", "default"));
        }
        assert_eq!(store.get("uid-0", "fnv:0").expect("readable"), None);
        assert_eq!(store.get("uid-x", &chosen[0].1.version).expect("readable"), None);
    }
}

#[test]
fn a_large_row_comes_back() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(7, 12 << 20);
        fixture.insert(&key("large", &version), "argo", &nodes);
        let row = fixture.open().get("large", &version).expect("readable").expect("there");
        assert!(row.nodes == nodes, "{kind:?}");
    }
}

/// MySQL answers `''` with a mere warning when a row's text has grown beyond max_allowed_packet.
#[test]
fn an_empty_answer_for_a_row_that_is_too_long_is_an_error() {
    for kind in [Kind::MySql97, Kind::MySql80, Kind::MySql57] {
        let server =
            Start::default().argument("--max-allowed-packet=1M").start(kind).expect("start");
        let fixture = Fixture::on(&server);
        // Short enough to go in, and too long in MySQL's spelling, which has more blanks.
        let (first, _) = nodes(1, 1_000_000);
        let (long, version) = nodes(1, 1_000_000 * 1_030_000 / first.len());
        let (small, other) = nodes(2, 5000);
        assert!((1_000_000..1 << 20).contains(&long.len()), "{} bytes", long.len());
        // The literal is twice as long as the row: the administrator may send more, the reader may not get it.
        server.sql("set global max_allowed_packet = 67108864;").expect("set");
        fixture.insert(&key("long", &version), "argo", &long);
        fixture.insert(&key("small", &other), "argo", &small);
        server.sql("set global max_allowed_packet = 1048576;").expect("set");
        let store = fixture.open();
        let error = store.get("long", &version).expect_err("too long");
        let text = error.help().into_owned();
        match cause(error) {
            Cause::TooLong { limit: Some(limit), stored: Some(stored), .. } => {
                assert_eq!(limit, 1 << 20, "{kind:?}");
                assert!(stored > 900_000, "{kind:?}: {stored}");
            }
            other => panic!("{kind:?}: {other:?}"),
        }
        assert!(text.contains("raise max_allowed_packet"), "{text}");
        let row = store.get("small", &other).expect("readable").expect("there");
        assert!(row.nodes == small, "{kind:?}: the next answer is its own");
        server.sql("set global max_allowed_packet = 67108864;").expect("set");
        let row = fixture.open().get("long", &version).expect("readable").expect("there");
        assert!(row.nodes == long, "{kind:?}: the row itself was whole");
    }
}

/// MariaDB keeps text, so that anything may be in it where the check was off, and its limit does not count here.
#[test]
fn what_mariadb_lets_in_is_looked_at() {
    let fixture = Fixture::new(Kind::MariaDb);
    let (good, version) = nodes(3, 5000);
    fixture.sql("set global check_constraint_checks = 0;");
    let rows: [(&str, &str, &[u8]); 4] = [
        ("cut", "fnv:1", br#"{"a":{"id":"a","na"#),
        ("list", "fnv:1", b"[1]"),
        ("empty", "fnv:1", b""),
        ("other", "fnv:1", &good),
    ];
    for (uid, version, text) in rows {
        fixture.insert(&key(uid, version), "argo", text);
    }
    fixture.sql("set global check_constraint_checks = 1;");
    let store = fixture.open();
    let read = |uid: &str| cause(store.get(uid, "fnv:1").expect_err(uid));
    assert!(matches!(read("cut"), Cause::NotNodes { .. }), "{:?}", read("cut"));
    assert!(matches!(read("list"), Cause::NotNodes { .. }), "{:?}", read("list"));
    assert!(matches!(read("empty"), Cause::Empty { .. }), "{:?}", read("empty"));
    match read("other") {
        Cause::NotItsVersion { found, .. } => assert_eq!(found, version),
        other => panic!("{other:?}"),
    }
}

#[test]
fn nodes_of_a_newer_argo_are_not_taken_for_what_they_are_not() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let text = br#"{"a":{"id":"a","name":"a","type":"Pod","startedAt":null,"finishedAt":null,"shine":1}}"#;
        fixture.insert(&key("new", "fnv:1"), "argo", text);
        let error = fixture.open().get("new", "fnv:1").expect_err("unknown content");
        let text = format!("{error}; {}", error.help());
        assert!(text.contains("shine") && text.contains("newer"), "{text}");
    }
}

#[test]
fn nothing_is_written() {
    let fixture = Fixture::new(Kind::MySql97);
    let (nodes, version) = nodes(4, 2000);
    fixture.insert(&key("a", &version), "argo", &nodes);
    let mut store = fixture.open();
    let row = store.get("a", &version).expect("readable").expect("there");
    let error = store.put(&row).expect_err("read-only").to_string();
    assert!(error.contains("is only read"), "{error}");
    assert_eq!(fixture.sql("select count(*) from argo_workflows;"), "1\n");
}
