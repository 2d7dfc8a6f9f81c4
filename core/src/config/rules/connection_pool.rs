//! Pools that exhaust the database, or starve the controller.

use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::database::databases::databases;
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::subject::Subject;
use crate::config::reading::view::View;

pub(super) static RULE: Rule = Rule {
    code: "AO211",
    name: "connection-pool",
    severity: Severity::Warning,
    summary: "A connection pool that can exhaust the database or starve the controller.",
    source: "Argo Workflows v3.7.6, util/sqldb/sqldb.go (ConfigureDBSession); Go, database/sql \
             (SetMaxOpenConns, SetMaxIdleConns); upper/db v4.10.0, settings.go",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
The numbers of `connectionPool`: no limit to open connections, a limit of one or two, more idle connections than may \
be open, no idle connections, negative numbers.

## Why it matters
Controller and server each have a pool of their own in every replica. `maxOpenConns: 0`, or none, is no limit: a busy \
minute can take every connection the database has (`Error 1040: Too many connections`), from other applications too. \
One or two make the controller's workers, the archive and the garbage collectors wait for each other. A pool section \
without `maxIdleConns` keeps no idle connections (without the section upper/db keeps ten), so that each query \
connects and authenticates anew. Go lowers `maxIdleConns` to `maxOpenConns` and takes negative numbers for zero.

## Example
```yaml
persistence:
  connectionPool:
    maxIdleConns: 100
    maxOpenConns: 0
```

## Instead
```yaml
persistence:
  connectionPool:
    maxIdleConns: 10
    maxOpenConns: 50   # times the replicas of controller and server: below the database's limit
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "no limit",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    maxOpenConns: 0\n",
        findings: &["4:19 unlimited open connections"],
    },
    Example {
        name: "no limit, said by saying nothing",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n",
        findings: &["2:3 unlimited open connections"],
    },
    Example {
        name: "no limit for several replicas",
        text: "controller:\n  replicas: 3\n  persistence:\n    connectionPool:\n      maxIdleConns: 5\n      \
               maxOpenConns: 0\n",
        findings: &["6:21 unlimited open connections in each of 3 replicas"],
    },
    Example {
        name: "one connection for everything",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 1\n    maxOpenConns: 1\n",
        findings: &["4:19 1 open connection is shared"],
    },
    Example {
        name: "more idle than open",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    maxOpenConns: 20\n",
        findings: &["3:19 `maxIdleConns: 100` is lowered to `maxOpenConns: 20`"],
    },
    Example {
        name: "no idle connections",
        text: "persistence:\n  connectionPool:\n    maxOpenConns: 20\n",
        findings: &["2:3 no idle connections are kept"],
    },
    Example {
        name: "negative numbers",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: -1\n    maxOpenConns: -5\n",
        findings: &[
            "3:19 `maxIdleConns: -1` keeps no idle connections",
            "4:19 `maxOpenConns: -5` is no limit",
        ],
    },
    Example {
        name: "the locks' database has a pool of its own",
        text: "parallelism: 5\nsynchronization:\n  controllerName: a\n  connectionPool:\n    maxIdleConns: 2\n    \
               maxOpenConns: 2\n",
        findings: &["6:19 2 open connections are shared"],
    },
    Example {
        name: "limits that fit",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 10\n    maxOpenConns: 50\n",
        findings: &[],
    },
    Example {
        name: "as many idle as open",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 50\n    maxOpenConns: 50\n",
        findings: &[],
    },
    Example {
        name: "without a section upper/db's defaults hold",
        text: "persistence:\n  archive: true\n",
        findings: &[],
    },
];

/// This many or fewer connections are shared among the controller's workers, archive and collectors.
const FEW: i64 = 2;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        for database in databases(configuration) {
            if let Some(pool) = database.pool() {
                open(subject, &pool, findings);
                idle(configuration, &pool, findings);
            }
        }
    }
}

/// What limits the open connections.
fn open(subject: &Subject<'_>, pool: &View<'_>, findings: &mut Findings) {
    let field = pool.field("maxOpenConns");
    let limit = field.as_ref().map_or(Some(0), View::integer);
    // A pool without the key is pointed at by its own.
    let span = field.as_ref().map_or_else(|| pool.key_span(), View::span);
    let finding = match limit {
        Some(0) => {
            Finding::new(&RULE, span, format!("unlimited open connections{}", replicas(subject)))
                .severity(Severity::Info)
                .help(
                    "set `maxOpenConns`; all pools together must stay below the database's \
                     `max_connections`",
                )
        }
        Some(limit @ ..0) => {
            let message =
                format!("`maxOpenConns: {limit}` is no limit: open connections are unlimited");
            Finding::new(&RULE, span, message).help("write the limit that is meant, for example 50")
        }
        Some(limit @ 1..=FEW) => {
            let are = if limit == 1 { "connection is" } else { "connections are" };
            let message = format!(
                "{limit} open {are} shared by all that the controller does: offloading, archive and \
                 garbage collection wait for each other"
            );
            Finding::new(&RULE, span, message).help("allow at least 10")
        }
        _ => return,
    };
    findings.push(finding);
}

/// ` in each of 3 replicas`, when the workloads given have several.
fn replicas(subject: &Subject<'_>) -> String {
    match subject.workloads.iter().filter_map(|workload| workload.replicas).max() {
        Some(count @ 2..) => format!(" in each of {count} replicas"),
        _ => String::new(),
    }
}

/// What limits the idle connections.
fn idle(configuration: &Configuration<'_>, pool: &View<'_>, findings: &mut Findings) {
    let open = pool.field("maxOpenConns");
    let limit = open.as_ref().map_or(Some(0), View::integer);
    let Some(field) = pool.field("maxIdleConns") else {
        let message = "no idle connections are kept: `connectionPool` without `maxIdleConns` connects anew \
                       for each query";
        findings.push(
            Finding::new(&RULE, pool.key_span(), message)
                .help("set `maxIdleConns`, for example 10"),
        );
        return;
    };
    match (field.integer(), limit) {
        (Some(kept @ ..=0), _) => {
            let message = format!(
                "`maxIdleConns: {kept}` keeps no idle connections: each query connects anew"
            );
            findings.push(
                Finding::new(&RULE, field.span(), message)
                    .help("set `maxIdleConns`, for example 10"),
            );
        }
        (Some(kept), Some(limit @ 1..)) if kept > limit => {
            let node = configuration.reading.converted.node_at(field.json_offset());
            let edit =
                node.and_then(|node| edits::replace(configuration, node, &format!("{limit}")));
            let mut finding = Finding::new(
                &RULE,
                field.span(),
                format!("`maxIdleConns: {kept}` is lowered to `maxOpenConns: {limit}`"),
            )
            .severity(Severity::Info)
            .help("raise `maxOpenConns` if more are meant")
            .fix(edit.map(|edit| Fix {
                title: format!("write `maxIdleConns: {limit}`"),
                safety: Safety::Safe,
                edits: [edit].into(),
            }));
            if let Some(open) = &open {
                finding = finding.related(open.span(), "the limit");
            }
            findings.push(finding);
        }
        _ => {}
    }
}
