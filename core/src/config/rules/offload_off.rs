//! A database that nothing is offloaded to.

use super::{Example, Findings, Rule, offload_key_misplaced};
use crate::config::reading::configuration::Configuration;
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::database::server::Server;
use crate::config::sources::File;
use crate::config::subject::Subject;
use crate::config::reading::view::View;

pub(super) static RULE: Rule = Rule {
    code: "AO201",
    name: "offload-off",
    severity: Severity::Warning,
    summary: "A database is configured, but node statuses are not offloaded to it.",
    source: "Argo Workflows v3.7.6, workflow/controller/config.go (updateConfig)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether a `persistence` section that names a database has `nodeStatusOffLoad: true`. It is off unless it says so. \
With `archive: true` the database has a use without it: then an explicit `false` is taken as meant, and its absence \
is only mentioned.

## Why it matters
The controller connects to the database at every start and ends if it cannot, but a workflow whose status outgrows \
1 MiB still fails with `workflow is longer than maximum allowed size`.

## Example
```yaml
persistence:
  mysql:
    host: mysql
    database: argo
    tableName: argo_workflows
```

## Instead
```yaml
persistence:
  nodeStatusOffLoad: true
  mysql:
    host: mysql
    database: argo
    tableName: argo_workflows
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a database and nothing else",
        text: "persistence:\n  mysql:\n    host: db\n",
        findings: &["2:3 nothing uses this database"],
    },
    Example {
        name: "both uses switched off",
        text: "persistence:\n  archive: false\n  nodeStatusOffLoad: false\n  postgresql:\n    host: db\n",
        findings: &["3:22 nothing uses the database"],
    },
    Example {
        name: "an archive that may have been taken for it",
        text: "persistence:\n  archive: true\n  mysql:\n    host: db\n",
        findings: &["3:3 large workflows are archived here, but not offloaded"],
    },
    Example {
        name: "an archive, and offloading off on purpose",
        text: "persistence:\n  archive: true\n  nodeStatusOffLoad: false\n  mysql:\n    host: db\n",
        findings: &[],
    },
    Example {
        name: "offloading on",
        text: "persistence:\n  nodeStatusOffLoad: true\n  mysql:\n    host: db\n",
        findings: &[],
    },
    Example {
        name: "no database",
        text: "persistence:\n  connectionPool: {maxIdleConns: 5}\n",
        findings: &[],
    },
    Example {
        name: "a misspelled key is another rule's",
        text: "persistence:\n  nodeStatusOfload: true\n  mysql:\n    host: db\n",
        findings: &[],
    },
    Example {
        name: "a value that the controller refuses is another rule's",
        text: "persistence:\n  nodeStatusOffLoad: \"true\"\n  mysql:\n    host: db\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let Some(persistence) = configuration.persistence() else { continue };
        let Some(database) = Server::of(&persistence) else { continue };
        if offload_key_misplaced::places(configuration).is_empty() {
            findings.extend(finding(subject.files, configuration, &persistence, &database));
        }
    }
}

fn finding(
    files: &[File<'_>],
    configuration: &Configuration<'_>,
    persistence: &View<'_>,
    database: &Server<'_>,
) -> Option<Finding> {
    let archives = persistence.field("archive").and_then(|view| view.boolean()) == Some(true);
    let finding = match persistence.field("nodeStatusOffLoad") {
        Some(switch) => {
            if switch.boolean() != Some(false) || archives {
                return None;
            }
            let edit = switch.node().and_then(|node| edits::replace(configuration, node, "true"));
            Finding::new(
                &RULE,
                switch.span(),
                "nothing uses the database: `nodeStatusOffLoad` and `archive` are both off",
            )
            .related(database.section.key_span(), "the database")
            .fix(edit.map(|edit| Fix {
                title: "turn offloading on".into(),
                safety: Safety::Unsafe,
                edits: [edit].into(),
            }))
        }
        None => {
            let edit = database.section.key_node().and_then(|key| {
                edits::insert_line_before(files, configuration, key, "nodeStatusOffLoad: true")
            });
            let (severity, message) = if archives {
                (
                    Severity::Info,
                    "large workflows are archived here, but not offloaded while they run: \
                     `nodeStatusOffLoad` is not set",
                )
            } else {
                (
                    Severity::Warning,
                    "nothing uses this database: neither `nodeStatusOffLoad` nor `archive` is on",
                )
            };
            Finding::new(&RULE, database.section.key_span(), message).severity(severity).fix(
                edit.map(|edit| Fix {
                    title: "add `nodeStatusOffLoad: true`".into(),
                    safety: Safety::Unsafe,
                    edits: [edit].into(),
                }),
            )
        }
    };
    let help = if archives {
        "add `nodeStatusOffLoad: true`, or `nodeStatusOffLoad: false` if this is meant"
    } else {
        "write `nodeStatusOffLoad: true`, or take `persistence` out"
    };
    Some(finding.help(help))
}
