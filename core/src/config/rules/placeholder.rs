//! Values left as a manual shows them.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::database::credentials::{Used, credentials, server, used};
use crate::config::finding::{Finding, Severity};
use crate::config::database::passwords::has_credentials;
use crate::config::database::placeholders::{self, Placeholder};
use crate::config::subject::Subject;
use crate::config::reading::view::View;

pub(super) static RULE: Rule = Rule {
    code: "AO209",
    name: "placeholder",
    severity: Severity::Error,
    summary: "A value that a manual or template left to be filled in.",
    source: "Argo Workflows v3.7.6, config/config.go: values are used as they are; RFC 2606 for example.com",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
The host, database and table of the database that is used, the names and keys of its Secrets, `clusterName`, and the \
user name and password in the Secrets among the documents (of a password only the whole counts), for

- blanks of manuals: `<database-username>`, `rm-****.mysql.rds.aliyuncs.com`, `rm-xxxx…`, `(host)`;
- words: `CHANGEME`, `your-password`, `replace-with-host`;
- variables and templates: `${HOST}`, `$(HOST)`, `{{ .Values.host }}`;
- hosts that are reserved for examples: `db.example.com`.

A template is a warning, as another tool may fill it in before the file is applied; so are hosts for examples, words \
in a Secret, and a `clusterName`, which works with any text.

## Why it matters
Argo fills nothing in. The controller looks for a host or logs in as a user of that very name, and ends.

## Example
```yaml
persistence:
  mysql:
    host: rm-****.mysql.cn-beijing.rds.aliyuncs.com
```

## Instead
```yaml
persistence:
  mysql:
    host: rm-bp1a2b3c4d5e6f7g8.mysql.cn-beijing.rds.aliyuncs.com
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "the host as the manual of ApsaraDB RDS prints it",
        text: "\
persistence: |
  nodeStatusOffLoad: true
  mysql:
    host: rm-****.mysql.cn-beijing.rds.aliyuncs.com
    port: 3306
    database: argo-workflow # Specify the database you created.
    tableName: argo_workflows
    userNameSecret:
      name: argo-mysql-config
      key: username
    passwordSecret:
      name: argo-mysql-config
      key: password
",
        findings: &[
            "4:11 `rm-****.mysql.cn-beijing.rds.aliyuncs.com` is a placeholder for the host",
        ],
    },
    Example {
        name: "a Secret as the manual prints it",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
  namespace: default
stringData:
  username: <database-username> # Replace with the database username.
  password: <database-password> # Replace with the database password.
",
        findings: &[
            "7:13 `<database-username>` is a placeholder for the user name",
            "8:13 `<database-password>` is a placeholder for the password",
        ],
    },
    Example {
        name: "templates that nothing has filled in",
        text: "\
persistence:
  clusterName: $(CLUSTER)
  postgresql:
    host: ${DB_HOST}
    database: \"{{ .Values.database }}\"
    tableName: argo_workflows
",
        findings: &[
            "2:16 `$(CLUSTER)` is a variable in the cluster's name that Argo does not fill in",
            "4:11 `${DB_HOST}` is a variable in the host that Argo does not fill in",
            "5:15 `{{ .Values.database }}` is a variable in the database's name that Argo does not fill in",
        ],
    },
    Example {
        name: "a host for examples, and a Secret to be named",
        text: "\
persistence:
  mysql:
    host: db.example.com
    database: argo
    tableName: argo_workflows
    userNameSecret: {name: your-secret, key: username}
    passwordSecret: {name: <secret>, key: password}
",
        findings: &[
            "3:11 `db.example.com` is a host for examples",
            "6:28 `your-secret` is a placeholder for the name of the Secret",
            "7:28 `<secret>` is a placeholder for the name of the Secret",
        ],
    },
    Example {
        name: "a password to be changed",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  username: YXJnbw==
  password: Y2hhbmdlbWU=
",
        findings: &["7:13 the password looks like a placeholder"],
    },
    Example {
        name: "ordinary names",
        text: "\
persistence:
  clusterName: prod-1
  mysql:
    host: rm-bp1a2b3c4d5e6f7g8.mysql.cn-beijing.rds.aliyuncs.com
    database: argo-workflow
    tableName: argo_workflows
    userNameSecret: {name: argo-mysql-config, key: username}
    passwordSecret: {name: argo-mysql-config, key: password}
",
        findings: &[],
    },
    Example {
        name: "a database that is not used",
        text: "\
persistence:
  postgresql: {host: db, database: argo, tableName: argo_workflows}
  mysql: {host: rm-****, database: argo, tableName: argo_workflows}
",
        findings: &[],
    },
    Example {
        name: "passwords with the characters of placeholders in them",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
stringData:
  username: argo
  password: a<b>c**${d}xxxx
",
        findings: &[],
    },
    Example {
        name: "a Secret of something else",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: other
stringData:
  username: <username>
  password: CHANGEME
",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        check_configuration(configuration, findings);
    }
    for used in used(subject) {
        findings.extend(in_secret(&used));
    }
}

fn check_configuration(configuration: &Configuration<'_>, findings: &mut Findings) {
    if let Some(cluster) = configuration.persistence().and_then(|view| view.field("clusterName")) {
        findings.extend(in_name(CLUSTER, &cluster).map(|finding| {
            finding
                .severity(Severity::Warning)
                .help("write a name of this cluster's own: rows in the table belong to who has it")
        }));
    }
    if let Some(server) = server(configuration) {
        let database = server.section;
        for (what, field) in
            [("host", "host"), ("database's name", "database"), ("table's name", "tableName")]
        {
            let Some(view) = database.field(field) else { continue };
            let finding = in_name(what, &view);
            let found = finding.is_some();
            findings.extend(finding.map(|finding| finding.help(help(field, &view))));
            if field == "host" && !found {
                findings.extend(example_host(&view));
            }
        }
    }
    for credential in credentials(configuration) {
        let key = credential.key.as_ref().map(|(_, view)| ("key in the Secret", view));
        for (what, view) in [("name of the Secret", &credential.name_view)].into_iter().chain(key) {
            findings.extend(in_name(what, view).map(|finding| {
                finding.help(format!("write the {what} that holds the {}", credential.what))
            }));
        }
    }
}

/// The one name that works with any text.
const CLUSTER: &str = "cluster's name";

/// A finding for a name that is a placeholder.
fn in_name(what: &str, view: &View<'_>) -> Option<Finding> {
    let name = view.text()?;
    let placeholder = placeholders::in_name(name)?;
    // A host may be a whole address, with a password in it.
    let secret = has_credentials(name, true);
    let shown = if secret { "it".to_owned() } else { format!("`{name}`") };
    let (message, severity) = match placeholder {
        Placeholder::Template => (
            format!("{shown} is a variable in the {what} that Argo does not fill in"),
            Severity::Warning,
        ),
        Placeholder::Blank | Placeholder::Word => {
            let consequence = match what {
                CLUSTER => "",
                _ => ", so that the controller cannot connect",
            };
            (format!("{shown} is a placeholder for the {what}{consequence}"), Severity::Error)
        }
    };
    let finding = Finding::new(&RULE, view.span(), message).severity(severity);
    Some(if secret { finding.confidential() } else { finding })
}

fn help(field: &str, view: &View<'_>) -> &'static str {
    match field {
        "host" if view.text().is_some_and(|host| host.contains(".rds.aliyuncs.com")) => {
            "write the internal endpoint of your RDS instance"
        }
        "host" => "write the address of your database server",
        "database" => "write the name of a database that exists there",
        _ => "write a table's name, such as `argo_workflows`",
    }
}

fn example_host(view: &View<'_>) -> Option<Finding> {
    let host = view.text().filter(|host| placeholders::is_example_host(host))?;
    let message = format!("`{host}` is a host for examples, where no database answers");
    Some(
        Finding::new(&RULE, view.span(), message)
            .severity(Severity::Warning)
            .help("write the address of your database server"),
    )
}

/// A finding for a user name or password that is a placeholder.
fn in_secret(used: &Used<'_>) -> Option<Finding> {
    let (what, value) = (used.what, &used.value);
    // A template may stand for the base64 as well as in it.
    let decoded;
    let written = core::str::from_utf8(value.written()?).ok()?;
    let (text, placeholder) = match placeholders::as_secret(written) {
        Some(placeholder) => (written, placeholder),
        None => {
            decoded = String::from_utf8(value.bytes()?.into_owned()).ok()?;
            (decoded.trim(), placeholders::as_secret(&decoded)?)
        }
    };
    let finding = |message: String| Finding::new(&RULE, value.span(), message);
    let finding = match placeholder {
        Placeholder::Template => finding(format!(
            "`{text}` is a variable in the {what} that Kubernetes and Argo do not fill in"
        ))
        .severity(Severity::Warning)
        .help("fill it in before the Secret is applied"),
        Placeholder::Blank => finding(format!(
            "`{text}` is a placeholder for the {what}, so that the controller cannot log in"
        ))
        .help(format!("write the {what}")),
        // It may be the password of a database for tests.
        Placeholder::Word => finding(format!(
            "the {what} looks like a placeholder, with which the controller cannot log in"
        ))
        .severity(Severity::Warning)
        .confidential()
        .help(format!("write the {what} of the database")),
    };
    Some(match &used.reference {
        Some(reference) => finding.related(reference.key_span(), "what refers to it"),
        None => finding,
    })
}
