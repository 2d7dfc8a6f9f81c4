//! A database that the controller cannot open.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::finding::{Finding, Severity};
use crate::config::database::server::{Engine, Server};
use crate::config::subject::Subject;
use crate::config::reading::view::View;
use crate::golang::{fields_of, nearest_field};

mod host;
mod table_name;

pub(super) static RULE: Rule = Rule {
    code: "AO205",
    name: "incomplete-database",
    severity: Severity::Error,
    summary: "The database's section lacks something, or has a value that cannot work.",
    source: "Argo Workflows v3.7.6, util/sqldb/sqldb.go, persist/sqldb/sqldb.go (GetTableName), \
             persist/sqldb/migrate.go and config/config.go (GetHostname); upper/db v4.10.0, \
             adapter/mysql/connection.go",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
The database that counts (`postgresql`, if both are there): that it has a host, a database, a table name, and names \
and keys of the Secrets with user name and password; and that these can work: the host is a name or an address and no \
URL, holds no blank and no port beside `port`; the port is one; the table name needs no quotes, since the migration \
writes it without. With `azureToken` or `awsRDSToken` (Argo 4.1) no password is asked for.

## Why it matters
The controller ends when it cannot open its database: `TableName is empty`, `Access denied`, `no such host`. Without a \
host it looks for a database in its own pod. `persistence: {}` turns persistence on without a database; to turn it off, \
take the key out.

## Example
```yaml
persistence:
  nodeStatusOffLoad: true
  mysql:
    host: mysql:3306
    port: 3306
    database: argo
```

## Instead
```yaml
persistence:
  nodeStatusOffLoad: true
  mysql:
    host: mysql
    port: 3306
    database: argo
    tableName: argo_workflows
    userNameSecret: {name: argo-mysql-config, key: username}
    passwordSecret: {name: argo-mysql-config, key: password}
```
";

/// A complete `mysql` section but for these keys.
macro_rules! mysql {
    ($host:literal, $rest:literal) => {
        concat!(
            "persistence:\n  mysql:\n    host: ",
            $host,
            "\n    database: argo-workflow\n",
            "    userNameSecret: {name: s, key: username}\n",
            "    passwordSecret: {name: s, key: password}\n",
            $rest
        )
    };
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "on, but without a database",
        text: "persistence: {}\n",
        findings: &["1:1 `persistence` names no database"],
    },
    Example {
        name: "offloading to nowhere",
        text: "persistence:\n  nodeStatusOffLoad: true\n",
        findings: &["1:1 `persistence` names no database"],
    },
    Example {
        name: "no table name",
        text: mysql!("db", ""),
        findings: &["2:3 `tableName` is missing"],
    },
    Example {
        name: "an empty section",
        text: "persistence:\n  postgresql: {}\n",
        findings: &[
            "2:3 `database` is missing",
            "2:3 `host` is missing",
            "2:3 `passwordSecret` is missing",
            "2:3 `tableName` is missing",
            "2:3 `userNameSecret` is missing",
        ],
    },
    Example {
        name: "empty values",
        text: "persistence:\n  mysql:\n    host: \"\"\n    database: argo\n    tableName: \"\"\n    \
               userNameSecret: {name: s, key: username}\n    passwordSecret: {name: s, key: \"\"}\n",
        findings: &[
            "3:11 `host` is empty",
            "5:16 `tableName` is empty",
            "7:36 `passwordSecret.key` is empty",
        ],
    },
    Example {
        name: "a Secret without a name",
        text: "persistence:\n  mysql:\n    host: db\n    database: argo\n    tableName: wf\n    \
               userNameSecret: {key: username}\n    passwordSecret: {name: s, key: password}\n",
        findings: &["6:5 `userNameSecret.name` is missing"],
    },
    Example {
        name: "the port twice",
        text: mysql!("mysql:3306", "    port: 3306\n    tableName: wf\n"),
        findings: &["3:11 `mysql:3306` holds a port already"],
    },
    Example {
        name: "a URL",
        text: mysql!("jdbc:mysql://db", "    tableName: wf\n"),
        findings: &["3:11 `jdbc:mysql://db` is a URL"],
    },
    Example {
        name: "no port at all",
        text: mysql!("db", "    port: 70000\n    tableName: wf\n"),
        findings: &["7:11 `70000` is no port"],
    },
    Example {
        name: "a table name that needs quotes",
        text: mysql!("db", "    tableName: argo-workflows\n"),
        findings: &["7:16 `argo-workflows` needs quotes in SQL"],
    },
    Example {
        name: "capitals in PostgreSQL",
        text: "persistence:\n  postgresql: {host: db, database: argo, tableName: ArgoWorkflows, \
               userNameSecret: {name: s, key: u}, passwordSecret: {name: s, key: p}}\n",
        findings: &["2:53 `ArgoWorkflows` is created as `argoworkflows`"],
    },
    Example {
        name: "a token of AWS without TLS",
        text: "# argo-version: 4.1\npersistence:\n  postgresql: {host: db, database: argo, \
               tableName: wf, userNameSecret: {name: s, key: u}, awsRDSToken: {enabled: true}}\n",
        findings: &["3:92 `awsRDSToken` needs `ssl: true`"],
    },
    Example {
        name: "a token in place of the password",
        text: "# argo-version: 4.1\npersistence:\n  postgresql: {host: db, database: argo, \
               tableName: wf, userNameSecret: {name: s, key: u}, azureToken: {enabled: true}}\n",
        findings: &[],
    },
    Example {
        name: "complete, with a hyphen in the database's name and the port in the host",
        text: mysql!("db:3306", "    tableName: argo_workflows\n"),
        findings: &[],
    },
    Example {
        name: "a misspelled key is another rule's",
        text: mysql!("db", "    tableNames: wf\n"),
        findings: &[],
    },
    Example {
        name: "a URL with a password, which is not repeated",
        text: mysql!("mysql://argo:secret@db", "    tableName: wf\n"),
        findings: &["3:11 `host` is a URL, and not a host"],
    },
    Example { name: "persistence off", text: "persistence:\nparallelism: 1\n", findings: &[] },
    Example {
        name: "a table with a difficult name that is made by hand",
        text: concat!(
            "persistence:\n  skipMigration: true\n",
            "  mysql: {host: db, database: argo, tableName: argo-workflows, ",
            "userNameSecret: {name: s, key: u}, passwordSecret: {name: s, key: p}}\n"
        ),
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let Some(persistence) = configuration.persistence().filter(View::is_object) else {
            continue;
        };
        match Server::of(&persistence) {
            Some(database) => {
                missing(configuration, &database, findings);
                tokens(configuration, &database, findings);
                findings.extend(host::check(configuration, subject.files, &database));
                findings.extend(port(&database));
                findings.extend(table_name::check(&persistence, &database));
            }
            None => findings.extend(no_database(configuration, &persistence)),
        }
    }
}

fn no_database(configuration: &Configuration<'_>, persistence: &View<'_>) -> Option<Finding> {
    // A section of another name is a database's, misspelled, which another rule says; one of the right
    // name that is no section is refused.
    let meant = persistence.members().into_iter().any(|(key, view)| {
        let is_known = fields_of("config.PersistConfig", configuration.version)
            .any(|name| name.eq_ignore_ascii_case(&key));
        let is_database =
            ["mysql", "postgresql"].iter().any(|name| name.eq_ignore_ascii_case(&key));
        (!is_known && view.is_object()) || (is_database && !view.is_null() && !view.is_object())
    });
    if meant {
        return None;
    }
    let finding = Finding::new(
        &RULE,
        persistence.key_span(),
        "`persistence` names no database, and the controller ends",
    )
    .argo(Some("TableName is empty".into()))
    .help("add `mysql` or `postgresql`; to turn persistence off, take `persistence` out");
    Some(finding)
}

fn missing(configuration: &Configuration<'_>, database: &Server<'_>, findings: &mut Findings) {
    let before_4_1 = !from_4_1(configuration);
    let meant = misspelled(configuration, database);
    let text = |name: &str, consequence: &str| {
        text(database, name, consequence).filter(|_| !meant.contains(&name))
    };
    let own_pod = "the controller looks for the database in its own pod";
    let absent = match database.engine {
        Engine::MySql if before_4_1 => {
            "the driver then drops host and user too, and looks for a server in the controller's own pod"
        }
        Engine::MySql => "every statement fails with `No database selected`",
        Engine::PostgreSql => "PostgreSQL takes the name of the user for it",
    };
    findings.extend(text("host", own_pod));
    findings.extend(text("database", absent).map(|finding| match database.engine {
        Engine::MySql => finding,
        Engine::PostgreSql => finding.severity(Severity::Warning),
    }));
    findings.extend(
        text("tableName", "the controller ends")
            .map(|finding| finding.argo(Some("TableName is empty".into()))),
    );
    for name in ["userNameSecret", "passwordSecret"] {
        let asked_for = name == "userNameSecret" || !uses_token(configuration, database);
        if asked_for && !meant.contains(&name) {
            secret(database, name, findings);
        }
    }
}

/// Fields that unknown keys of the section must mean; another rule says so.
fn misspelled(configuration: &Configuration<'_>, database: &Server<'_>) -> Vec<&'static str> {
    let of = match database.engine {
        Engine::MySql => "config.MySQLConfig",
        Engine::PostgreSql => "config.PostgreSQLConfig",
    };
    let version = configuration.version;
    database
        .section
        .members()
        .iter()
        .filter(|(key, _)| !fields_of(of, version).any(|name| name.eq_ignore_ascii_case(key)))
        .filter_map(|(key, _)| nearest_field(of, key, version))
        .collect()
}

/// Says that a text of the database's section is missing or empty.
fn text(database: &Server<'_>, name: &str, consequence: &str) -> Option<Finding> {
    let (span, what) = match database.section.field(name) {
        None => (database.section.key_span(), "missing"),
        Some(view) if view.text() == Some("") => (view.span(), "empty"),
        Some(_) => return None,
    };
    let finding = Finding::new(&RULE, span, format!("`{name}` is {what}: {consequence}"));
    Some(finding.help(format!("write `{name}` below `{}`", database.engine.key())))
}

fn secret(database: &Server<'_>, name: &str, findings: &mut Findings) {
    let Some(selector) = database.section.field(name) else {
        findings.push(
            Finding::new(
                &RULE,
                database.section.key_span(),
                format!("`{name}` is missing: the controller cannot log in, and ends"),
            )
            .help(format!(
                "write `{name}: {{name: …, key: …}}`, a Secret's name and one of its keys"
            )),
        );
        return;
    };
    if !selector.is_object() {
        return;
    }
    for part in ["name", "key"] {
        let (span, what) = match selector.field(part) {
            None => (selector.key_span(), "missing"),
            Some(view) if view.text() == Some("") => (view.span(), "empty"),
            Some(_) => continue,
        };
        findings.push(
            Finding::new(
                &RULE,
                span,
                format!("`{name}.{part}` is {what}: the controller cannot log in, and ends"),
            )
            .help("write the Secret's name and one of its keys"),
        );
    }
}

fn from_4_1(configuration: &Configuration<'_>) -> bool {
    (configuration.version.major, configuration.version.minor) >= (4, 1)
}

/// The token sections of a PostgreSQL database that are switched on.
///
/// Source: Argo Workflows v4.1, util/sqldb/sqldb.go (`createPostGresDBSession`).
fn enabled<'a>(database: &Server<'a>, name: &str) -> Option<View<'a>> {
    let token = database.section.field(name)?;
    (token.field("enabled")?.boolean() == Some(true)).then_some(token)
}

fn uses_token(configuration: &Configuration<'_>, database: &Server<'_>) -> bool {
    from_4_1(configuration)
        && database.engine == Engine::PostgreSql
        && ["azureToken", "awsRDSToken"].iter().any(|name| enabled(database, name).is_some())
}

fn tokens(configuration: &Configuration<'_>, database: &Server<'_>, findings: &mut Findings) {
    if !uses_token(configuration, database) {
        return;
    }
    let Some(aws) = enabled(database, "awsRDSToken") else { return };
    if let Some(azure) = enabled(database, "azureToken") {
        let argo = "only one of azureToken or awsRDSToken may be enabled, not both";
        findings.push(
            Finding::new(
                &RULE,
                aws.key_span(),
                "`awsRDSToken` and `azureToken` are both on, and the controller ends",
            )
            .related(azure.key_span(), "the other token")
            .argo(Some(argo.to_string()))
            .help("turn one of them off"),
        );
    }
    if database.section.field("ssl").and_then(|ssl| ssl.boolean()) != Some(true) {
        let argo = "SSL must be enabled (ssl: true) when using AWS RDS IAM authentication";
        findings.push(
            Finding::new(
                &RULE,
                aws.key_span(),
                "`awsRDSToken` needs `ssl: true`: the controller ends without",
            )
            .argo(Some(argo.to_string()))
            .help("write `ssl: true` below `postgresql`"),
        );
    }
}

fn port(database: &Server<'_>) -> Option<Finding> {
    let port = database.port()?;
    if (1..=65535).contains(&port) {
        return None;
    }
    let view = database.section.field("port")?;
    let help = format!(
        "write a number from 1 to 65535, or leave it out for {}",
        database.engine.default_port()
    );
    let message: String = format!("`{port}` is no port: the controller cannot connect, and ends");
    Some(Finding::new(&RULE, view.span(), message).help(help))
}
