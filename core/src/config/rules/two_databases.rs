//! `mysql` and `postgresql` side by side.

use alloc::format;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO204",
    name: "two-databases",
    severity: Severity::Warning,
    summary: "Both `mysql` and `postgresql` are configured; PostgreSQL wins.",
    source: "Argo Workflows v3.7.6, util/sqldb/sqldb.go (CreateDBSession) and persist/sqldb/sqldb.go (GetTableName)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether `persistence`, or `synchronization`, has both `mysql` and `postgresql`.

## Why it matters
The controller takes PostgreSQL and says nothing about the other: a MySQL section added to move there is never looked \
at. An empty `postgresql: {}` left behind wins as well.

## Example
```yaml
persistence:
  postgresql:
    host: old-database
  mysql:
    host: new-database
```

## Instead
```yaml
persistence:
  mysql:
    host: new-database
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "both",
        text: "persistence:\n  mysql:\n    host: db\n  postgresql:\n    host: pg\n",
        findings: &["2:3 `persistence.mysql` is ignored"],
    },
    Example {
        name: "an empty section wins too",
        text: "persistence:\n  postgresql: {}\n  mysql:\n    host: db\n",
        findings: &["3:3 `persistence.mysql` is ignored"],
    },
    Example {
        name: "locks have databases of their own",
        text: "# argo-version: 3.7\nsynchronization:\n  mysql: {host: db}\n  postgresql: {host: pg}\n",
        findings: &["3:3 `synchronization.mysql` is ignored"],
    },
    Example {
        name: "null is no section",
        text: "persistence:\n  postgresql: null\n  mysql:\n    host: db\n",
        findings: &[],
    },
    Example { name: "one", text: "persistence:\n  mysql:\n    host: db\n", findings: &[] },
    Example {
        name: "one for each purpose",
        text: "persistence:\n  mysql:\n    host: db\nsynchronization:\n  postgresql:\n    host: pg\n",
        findings: &[],
    },
    Example {
        name: "a section in a comment",
        text: "persistence:\n  # postgresql:\n  #   host: pg\n  mysql:\n    host: db\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let Some(root) = configuration.root() else { continue };
        for section in ["persistence", "synchronization"] {
            if let Some(mysql) = root.at(&[section, "mysql"])
                && let Some(postgresql) = root.at(&[section, "postgresql"])
            {
                findings.push(
                    Finding::new(
                        &RULE,
                        mysql.key_span(),
                        format!("`{section}.mysql` is ignored: `postgresql` is set too, and wins"),
                    )
                    .related(postgresql.key_span(), "this one counts, even when it is empty")
                    .help("take one of them out"),
                );
            }
        }
    }
}
