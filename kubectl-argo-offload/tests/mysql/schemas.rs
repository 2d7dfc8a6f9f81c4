//! The table in every shape that Argo has made, and when it is not there.

use argo_offload_testbed::database::{Kind, Shape, statements};
use kubectl_argo_offload::store::mysql::{Cause, Limits, MySqlStore, Target};
use kubectl_argo_offload::store::{NodeStore, Wanted};

use crate::servers::{Fixture, TABLE, key, nodes, shared};

#[test]
fn every_shape_is_read() {
    for kind in Kind::MYSQL {
        for shape in Shape::READABLE {
            let fixture = Fixture::empty(shared(kind));
            fixture.sql(statements(TABLE, shape));
            let (nodes, version) = nodes(1, 20_000);
            fixture.insert(&key("a", &version), "argo", &nodes);
            let store = fixture.open();
            let row = store.get("a", &version).expect("readable").expect("there");
            assert!(row.nodes == nodes, "{kind:?} {shape:?}");
            assert_eq!(
                store.list(&Wanted::default()).expect("a list").len(),
                1,
                "{kind:?} {shape:?}"
            );
        }
    }
}

/// A migration that failed half-way may have left no index behind.
#[test]
fn a_table_without_the_index_is_read() {
    let fixture = Fixture::new(Kind::MySql97);
    fixture.sql("drop index argo_workflows_i1 on argo_workflows;");
    let (nodes, version) = nodes(1, 2000);
    fixture.insert(&key("a", &version), "argo", &nodes);
    assert_eq!(fixture.open().list(&Wanted::default()).expect("a list").len(), 1);
}

#[test]
fn a_missing_or_unfinished_table_is_named() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::empty(shared(kind));
        let error = |fixture: &Fixture<'_>| fixture.try_open().err().expect("no table");
        let nothing = error(&fixture);
        assert!(matches!(nothing.cause, Cause::NoTable { .. }), "{kind:?}: {nothing}");
        fixture.sql(statements("argo_flows", Shape::Argo37));
        let other = error(&fixture).to_string();
        assert!(other.contains("tables like Argo's there: argo_flows"), "{kind:?}: {other}");
        fixture.sql(statements(TABLE, Shape::Workflows));
        let old = error(&fixture).to_string();
        assert!(
            old.contains("no column clustername, uid, version, nodes, updatedat")
                && old.contains("says"),
            "{kind:?}: {old}"
        );
    }
}

#[test]
fn a_user_that_may_only_select_suffices() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let (nodes, version) = nodes(1, 2000);
        fixture.insert(&key("a", &version), "argo", &nodes);
        let name = &fixture.database.name;
        fixture.sql(format!(
            "create user '{name}_reader'@'%' identified by 'only-reads';\n\
             grant select on `{name}`.argo_workflows to '{name}_reader'@'%';"
        ));
        let mut target = fixture.target();
        target.user = format!("{name}_reader");
        target.password = "only-reads".to_owned().into();
        let store = MySqlStore::open(target, Limits::default()).expect("opens");
        assert!(store.get("a", &version).expect("readable").is_some(), "{kind:?}");
        assert_eq!(store.versions_of("a").expect("a list").len(), 1, "{kind:?}");
    }
}

/// A database with a hyphen, as manuals name it, and a table with a backtick in it.
#[test]
fn names_that_need_quotes_are_names() {
    let fixture = Fixture::new(Kind::MySql97);
    let user = &fixture.database.user;
    fixture.sql(format!(
        "create database `argo-workflow`; grant all on `argo-workflow`.* to '{user}'@'%';\n\
         create table `argo-workflow`.`my``nodes` like argo_workflows;\n\
         insert into `argo-workflow`.`my``nodes` (clustername, uid, version, namespace, nodes) \
         values ('default', 'a', 'fnv:1', 'argo', '{{}}');"
    ));
    let table = "argo-workflow.my`nodes".into();
    let store =
        MySqlStore::open(Target { table, ..fixture.target() }, Limits::default()).expect("opens");
    assert_eq!(store.list(&Wanted::default()).expect("a list").len(), 1);
}
