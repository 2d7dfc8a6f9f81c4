//! Lists of rows: keys as they are, ages by the server's clock, sizes only when asked for.

use std::time::Duration;

use argo_offload_testbed::database::{Kind, Start};
use kubectl_argo_offload::store::{NodeStore, RowInfo, RowKey, Sizes, Wanted};

use crate::servers::{Fixture, TABLE, key, nodes};

fn uids(rows: &[RowInfo]) -> Vec<&str> {
    let mut uids: Vec<&str> = rows.iter().map(|row| row.key.uid.as_str()).collect();
    uids.sort_unstable();
    uids
}

/// `DEFAULT` is `default` to every server's collation, and to some `a` is `a `.
#[test]
fn keys_are_compared_byte_by_byte() {
    for kind in Kind::MYSQL {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(1, 2000);
        let other =
            |cluster_name: &str| RowKey { cluster_name: cluster_name.into(), ..key("a", &version) };
        fixture.insert(&other("DEFAULT"), "argo", &nodes);
        fixture.insert(&key("b", &version), "ARGO", &nodes);
        fixture.insert(&key("c", &version), "argo", &nodes);
        let store = fixture.open();
        assert_eq!(store.get("a", &version).expect("readable"), None, "{kind:?}");
        assert_eq!(store.get("C", &version).expect("readable"), None, "{kind:?}");
        assert_eq!(store.get("c ", &version).expect("readable"), None, "{kind:?}");
        assert!(store.get("c", &version).expect("readable").is_some(), "{kind:?}");
        let list = |wanted: Wanted| store.list(&wanted).expect("a list");
        assert_eq!(uids(&list(Wanted::default())), ["b", "c"], "{kind:?}");
        let argo = Wanted { namespace: Some("argo".into()), ..Wanted::default() };
        assert_eq!(uids(&list(argo)), ["c"], "{kind:?}");
        let all = Wanted { all_clusters: true, ..Wanted::default() };
        assert_eq!(uids(&list(all)), ["a", "b", "c"], "{kind:?}");
        let versions = store.versions_of("a").expect("a list");
        assert_eq!(versions.len(), 1, "{kind:?}: other cluster names are looked at");
        assert_eq!(versions[0].key.cluster_name, "DEFAULT");
    }
}

#[test]
fn quotes_and_backslashes_in_names_are_names() {
    for (kind, mode) in [(Kind::MySql97, ""), (Kind::MariaDb, "NO_BACKSLASH_ESCAPES")] {
        let server =
            Start::default().argument(format!("--sql-mode={mode}")).start(kind).expect("start");
        let fixture = Fixture::on(&server);
        let (nodes, version) = nodes(1, 2000);
        for uid in ["a' or '1'='1", "\\", "a\\' -- ", "x\"y`z", "é"] {
            let key = key(uid, &version);
            fixture.insert(&key, "argo", &nodes);
            let store = fixture.open();
            let row = store.read(&key).expect("readable");
            assert!(row.is_some_and(|row| row.uid == uid && row.nodes == nodes), "{kind:?} {uid}");
            assert_eq!(store.versions_of(uid).expect("a list").len(), 1, "{kind:?} {uid}");
        }
    }
}

/// A server eight hours ahead writes times of its own; the age is the same.
#[test]
fn ages_are_those_of_the_servers_clock() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let server =
            Start::default().argument("--default-time-zone=+08:00").start(kind).expect("start");
        let fixture = Fixture::on(&server);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        fixture.insert(&key("b", &version), "argo", &nodes);
        fixture.sql(
            "update argo_workflows set updatedat = now() - interval 90 minute where uid = 'a';",
        );
        fixture
            .sql("update argo_workflows set updatedat = now() + interval 1 hour where uid = 'b';");
        let store = fixture.open();
        let age = store.versions_of("a").expect("a list")[0].age.expect("an age");
        let range = Duration::from_secs(5400)..Duration::from_secs(5460);
        assert!(range.contains(&age), "{kind:?}: {age:?}");
        let future = store.versions_of("b").expect("a list")[0].age;
        assert_eq!(future, Some(Duration::ZERO), "{kind:?}: from the future is new");
        let row = store.row(&key("a", &version)).expect("readable").expect("there");
        assert!(range.contains(&row.age), "{kind:?}: {:?}", row.age);
    }
}

#[test]
fn sizes_are_read_only_when_asked_for() {
    for kind in [Kind::MySql97, Kind::MySql80, Kind::MySql57, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let mut lengths = Vec::new();
        for (seed, bytes) in [(1, 20_000), (2, 40_000), (3, 60_000)] {
            let (nodes, version) = nodes(seed, bytes);
            fixture.insert(&key("a", &version), "argo", &nodes);
            let age = 100 - seed;
            fixture.sql(format!(
                "update {TABLE} set updatedat = now() - interval {age} minute where version = '{version}';"
            ));
            lengths.push((version, nodes.len() as u64, (bytes / 1000) as u64));
        }
        let store = fixture.open();
        let list = |sizes| store.list(&Wanted { sizes, ..Wanted::default() }).expect("a list");
        for row in list(Sizes::None) {
            assert_eq!((row.bytes, row.stored_bytes, row.nodes), (None, None, None), "{kind:?}");
        }
        let exact = list(Sizes::Exact);
        let mut stored_of_newest = None;
        for (version, bytes, count) in &lengths {
            let row = exact.iter().find(|row| row.key.version == *version).expect("there");
            assert_eq!(row.nodes, Some(*count), "{kind:?}");
            let stored = row.stored_bytes.expect("a size");
            if kind == Kind::MariaDb {
                assert_eq!((stored, row.bytes), (*bytes, Some(*bytes)));
            } else {
                assert!(
                    (bytes * 8 / 10..bytes * 13 / 10).contains(&stored),
                    "{kind:?}: {stored} of {bytes}"
                );
            }
            stored_of_newest = Some(stored);
        }
        for row in list(Sizes::Estimate) {
            assert_eq!(row.stored_bytes, stored_of_newest, "{kind:?}: as large as the newest");
            assert_eq!(row.nodes.is_some(), row.key.version == lengths[2].0, "{kind:?}");
        }
    }
}

/// With the index that covers keys, no page of nodes is read: the plan says so.
#[test]
fn a_list_is_read_from_the_index_alone() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let server = Start::default()
            .argument("--general-log=ON")
            .argument("--log-output=TABLE")
            .start(kind)
            .expect("start");
        let fixture = Fixture::on(&server);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        fixture.open().list(&Wanted::default()).expect("a list");
        let asked = fixture.sql(
            "select convert(argument using utf8mb4) from mysql.general_log \
             where argument like 'select clustername, uid%' limit 1;",
        );
        assert!(asked.contains("force index (`argo_workflows_i1`)"), "{kind:?}: {asked}");
        let plan = fixture.sql(format!("explain {};", asked.trim_end()));
        let covered = plan.contains("Using index") || plan.contains("Covering index");
        assert!(covered && plan.contains("argo_workflows_i1"), "{kind:?}: {plan}");
    }
}
