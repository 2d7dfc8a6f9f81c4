//! Credentials and rights that are not right.

use argo_offload_testbed::database::Kind;
use kubectl_argo_offload::store::mysql::{Cause, DatabaseError, MySqlStore, Target};
use secrecy::{ExposeSecret, SecretString};

use crate::servers::{Fixture, short};

fn refused(target: Target) -> DatabaseError {
    MySqlStore::open(target, short()).err().expect("refused")
}

#[test]
fn a_wrong_password_is_told_from_a_line_break_at_its_end() {
    for kind in Kind::MYSQL {
        let fixture = Fixture::new(kind);
        let right = fixture.target();
        let with =
            |password: String| Target { password: SecretString::from(password), ..right.clone() };
        let wrong = refused(with("hunter2".into()));
        assert!(matches!(wrong.cause, Cause::Server { code: 1045, .. }), "{kind:?}: {wrong}");
        assert!(wrong.help().contains("check user name and password"), "{kind:?}: {wrong}");
        let broken = refused(with(format!("{}\n", right.password.expose_secret())));
        assert!(broken.help().contains("line break"), "{kind:?}: {broken}");
        let user = refused(Target { user: format!("{}\n", right.user), ..right.clone() });
        assert!(user.help().contains("the user name begins or ends"), "{kind:?}: {user}");
        for error in [wrong, broken, user] {
            let text = format!("{error} {} {error:?} {error:#?}", error.help());
            assert!(!text.contains("hunter2"), "{text}");
            assert!(!text.contains(right.password.expose_secret()), "{text}");
            assert!(!error.to_string().contains('\n'), "one line: {error}");
        }
    }
}

#[test]
fn a_wrong_database_is_named() {
    for kind in [Kind::MySql97, Kind::MariaDb] {
        let fixture = Fixture::new(kind);
        let error = refused(Target { database: "nowhere".into(), ..fixture.target() });
        assert!(
            matches!(error.cause, Cause::Server { code: 1044 | 1049, .. }),
            "{kind:?}: {error}"
        );
        assert!(error.to_string().contains("/nowhere?"), "{kind:?}: {error}");
    }
}

#[test]
fn a_table_that_the_user_may_not_see_is_as_if_not_there() {
    let fixture = Fixture::new(Kind::MySql97);
    let name = &fixture.database.name;
    fixture.sql(format!(
        "create user '{name}_nobody'@'%' identified by 'p';\n\
         grant create temporary tables on `{name}`.* to '{name}_nobody'@'%';"
    ));
    let error = refused(Target {
        user: format!("{name}_nobody"),
        password: "p".to_owned().into(),
        ..fixture.target()
    });
    assert!(matches!(error.cause, Cause::NoTable { .. }), "{error}");
    assert!(error.to_string().contains("may not see it"), "{error}");
}
