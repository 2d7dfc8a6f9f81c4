//! What servers say about themselves, Argo's table and the user's rights.

use argo_offload_testbed::database::{Kind, Shape as Made, statements};
use kubectl_argo_offload::store::mysql::{
    Connector, Grants, Inspector, Limits, ServerFacts, Shape,
};

use crate::servers::{Fixture, TABLE, shared};

/// What `doctor` asks a server.
struct Answers {
    facts: ServerFacts,
    grants: Grants,
    shape: Shape,
    archive: Vec<Shape>,
    done: Option<i64>,
}

fn ask(fixture: &Fixture<'_>, user: Option<&str>) -> Answers {
    let mut target = fixture.target();
    if let Some(user) = user {
        target.user = user.to_owned();
        target.password = "only-looks".to_owned().into();
    }
    let connector = Connector::new(target, Limits::default());
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let mut inspector = Inspector::connect(&connector).await.expect("connects");
        Answers {
            facts: inspector.server().await.expect("facts"),
            grants: inspector.grants().await.expect("grants"),
            shape: inspector.shape().await.expect("a shape"),
            archive: inspector.archive_shapes().await.expect("shapes"),
            done: inspector.migrated_to().await.ok().flatten(),
        }
    })
}

#[test]
fn every_server_tells_what_doctor_asks() {
    for kind in Kind::MYSQL {
        let fixture = Fixture::new(kind);
        let answers = ask(&fixture, None);
        let facts = &answers.facts;
        assert_eq!(facts.is_mariadb(), kind == Kind::MariaDb, "{facts:?}");
        assert!(facts.version().is_some_and(|version| version > (5, 7, 0)), "{facts:?}");
        assert!(!facts.is_on("read_only") && !facts.is_on("innodb_read_only"), "{facts:?}");
        assert!(facts.number("max_allowed_packet").is_some_and(|bytes| bytes > 1 << 20));
        assert!(facts.number("max_connections") > facts.connected && facts.connected > Some(0));
        let name = &fixture.database.name;
        for right in ["SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "ALTER", "REFERENCES"] {
            assert!(
                answers.grants.allow(right, name, TABLE),
                "{kind:?} {right}: {answers:?}",
                answers = answers.grants
            );
            assert!(!answers.grants.allow(right, "mysql", "user"), "{kind:?} {right}");
        }
    }
}

#[test]
fn only_what_argo_makes_is_without_a_difference() {
    for kind in Kind::MYSQL {
        for (made, done) in [(Made::Argo36, 60), (Made::Argo37, 66)] {
            let fixture = Fixture::empty(shared(kind));
            fixture.sql(statements(TABLE, made));
            let answers = ask(&fixture, None);
            assert_eq!(answers.shape.differences(), Vec::<String>::new(), "{kind:?} {made:?}");
            assert_eq!(answers.done, Some(done), "{kind:?} {made:?}");
        }
        let fixture = Fixture::empty(shared(kind));
        let nothing = ask(&fixture, None);
        assert!(!nothing.shape.exists() && nothing.done.is_none(), "{kind:?}");
        assert_eq!(Shape::archive_differences(&nothing.archive).len(), 2, "{kind:?}");
        fixture.sql(statements(TABLE, Made::Text));
        let old = ask(&fixture, None).shape.differences();
        assert!(old.iter().any(|one| one.contains("nodes is text")), "{kind:?}: {old:?}");
    }
}

#[test]
fn rights_of_active_roles_count() {
    for kind in [Kind::MySql97, Kind::MySql80, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let name = &fixture.database.name;
        let (user, role) = (format!("{name}_u"), format!("{name}_r"));
        let host = if kind == Kind::MariaDb { "" } else { "@'%'" };
        let to = if kind == Kind::MariaDb { "for" } else { "to" };
        fixture.sql(format!(
            "create role '{role}'; grant select, delete on `{name}`.* to '{role}'{host};\n\
             create user '{user}'@'%' identified by 'only-looks'; grant '{role}'{host} to '{user}'@'%';\n\
             grant select on `{name}`.argo_workflows to '{user}'@'%';\n\
             set default role '{role}' {to} '{user}'@'%';"
        ));
        let grants = ask(&fixture, Some(&user)).grants;
        assert!(grants.allow("DELETE", name, TABLE), "{kind:?}: {grants:?}");
        assert!(!grants.allow("INSERT", name, TABLE), "{kind:?}: {grants:?}");
    }
}
