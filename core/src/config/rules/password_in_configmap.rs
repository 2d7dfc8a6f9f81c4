//! Passwords in the ConfigMap.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::finding::{Finding, Severity};
use crate::config::database::passwords::{has_credentials, is_password_key};
use crate::config::subject::Subject;
use crate::config::reading::view::View;

pub(super) static RULE: Rule = Rule {
    code: "AO208",
    name: "password-in-configmap",
    severity: Severity::Error,
    summary: "A password stands in the configuration itself.",
    source: "Argo Workflows v3.7.6, config/config.go (DatabaseConfig): user name and password come from Secrets",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Values below `persistence` and `synchronization` whose key says password (`password`, `passwd`, `pwd`, \
`dbPassword`, also below `options`), and addresses with a password in them (`argo:…@db`, `mysql://argo:…@db`, \
`password=…`). The values are never shown.

## Why it matters
Everyone who may read ConfigMaps can read it, it lies in repositories and in the history of every tool that applies \
it, and Argo does not use it: it takes user name and password from Secrets only. An address with a user name in it \
is no host, so that the controller cannot connect; that is an error.

## Example
```yaml
persistence:
  mysql:
    host: argo:password@db
    password: …
```

## Instead
```yaml
persistence:
  mysql:
    host: db
    userNameSecret: {name: argo-mysql-config, key: username}
    passwordSecret: {name: argo-mysql-config, key: password}
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a key that Argo does not know",
        text: "persistence:\n  mysql:\n    host: db\n    password: s3cr3t\n",
        findings: &["4:5 `persistence.mysql.password` is a password in a ConfigMap"],
    },
    Example {
        name: "an option of the driver",
        text: "persistence:\n  mysql:\n    options:\n      passwd: s3cr3t\n",
        findings: &["4:7 `persistence.mysql.options.passwd` is a password in a ConfigMap"],
    },
    Example {
        name: "credentials in the host",
        text: "persistence:\n  mysql:\n    host: argo:s3cr3t@db.internal\n    port: 3306\n",
        findings: &["3:11 `persistence.mysql.host` contains a user name and a password"],
    },
    Example {
        name: "an address with a scheme",
        text: "persistence:\n  postgresql:\n    host: \"postgres://argo:s3cr3t@db/argo\"\n",
        findings: &["3:11 `persistence.postgresql.host` contains a user name and a password"],
    },
    Example {
        name: "in the ConfigMap",
        text: "\
apiVersion: v1
kind: ConfigMap
metadata:
  name: workflow-controller-configmap
data:
  persistence: |
    mysql:
      dbPassword: s3cr3t
",
        findings: &["8:7 `persistence.mysql.dbPassword` is a password in a ConfigMap"],
    },
    Example {
        name: "references to Secrets",
        text: "persistence:\n  mysql:\n    host: db\n    userNameSecret: {name: a, key: username}\n    \
               passwordSecret: {name: a, key: password}\n",
        findings: &[],
    },
    Example {
        name: "options of the driver that only speak of passwords",
        text: "persistence:\n  mysql:\n    options:\n      allowNativePasswords: \"true\"\n      \
               allowCleartextPasswords: \"false\"\n",
        findings: &[],
    },
    Example {
        name: "a host with a port, and an IPv6 address",
        text: "persistence:\n  mysql:\n    host: db:3306\n  postgresql:\n    host: \"[fe80::1]:5432\"\n",
        findings: &[],
    },
    Example {
        name: "an empty password",
        text: "persistence:\n  mysql:\n    password: \"\"\n",
        findings: &[],
    },
    Example {
        name: "a client secret of single sign-on is a reference",
        text: "sso:\n  issuer: https://issuer.internal\n  clientSecret:\n    name: sso\n    key: client-secret\n",
        findings: &[],
    },
];

/// The deepest nesting that is looked at; the configuration's own types end above it.
const DEPTH: usize = 16;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        for section in ["persistence", "synchronization"] {
            check_section(configuration, section, findings);
        }
    }
}

fn check_section(configuration: &Configuration<'_>, section: &str, findings: &mut Findings) {
    let Some(root) = configuration.root().and_then(|root| root.field(section)) else { return };
    let mut waiting: Vec<(String, View<'_>, usize)> = [(String::from(section), root, 0)].into();
    while let Some((path, view, depth)) = waiting.pop() {
        for (key, member) in view.members() {
            let path = format!("{path}.{key}");
            if member.is_object() {
                if depth < DEPTH {
                    waiting.push((path, member, depth + 1));
                }
                continue;
            }
            findings.extend(finding(&path, &key, &member));
        }
    }
}

fn finding(path: &str, key: &str, value: &View<'_>) -> Option<Finding> {
    const HELP: &str = "put it into a Secret that `passwordSecret` refers to, and choose a new password: this one \
                        has been seen";
    let text = value.text();
    if is_password_key(key)
        && (value.number().is_some() || text.is_some_and(|text| !text.is_empty()))
    {
        let message = format!(
            "`{path}` is a password in a ConfigMap, where everyone may read it and Argo does not"
        );
        let finding = Finding::new(&RULE, value.key_span(), message).severity(Severity::Warning);
        return Some(finding.confidential().help(HELP));
    }
    let is_address = matches!(key.to_ascii_lowercase().as_str(), "host" | "database" | "tablename");
    has_credentials(text?, is_address).then(|| {
        let consequence = if is_address {
            "so that the controller cannot connect"
        } else {
            "where everyone may read them"
        };
        let message = format!("`{path}` contains a user name and a password, {consequence}");
        let severity = if is_address { Severity::Error } else { Severity::Warning };
        Finding::new(&RULE, value.span(), message).severity(severity).confidential().help(HELP)
    })
}
