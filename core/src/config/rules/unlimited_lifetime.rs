//! Connections that are kept until somebody else cuts them.

use alloc::format;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::database::databases::databases;
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::subject::Subject;
use crate::config::database::ttl::Ttl;
use crate::config::reading::view::View;
use crate::golang::ArgoVersion;

pub(super) static RULE: Rule = Rule {
    code: "AO212",
    name: "unlimited-lifetime",
    severity: Severity::Info,
    summary: "Idle connections are kept without a limit of age.",
    source: "Go, database/sql (SetConnMaxLifetime); go-sql-driver/mysql v1.9.2, README.md; \
             argoproj/argo-workflows#13578",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether a pool that keeps idle connections limits their age.

## Why it matters
A server closes idle connections (MySQL's `wait_timeout`: eight hours), proxies, load balancers and firewalls do so \
after minutes and without a word. The controller then takes a dead connection out of its pool: `invalid connection`, \
`driver: bad connection`, `broken pipe`. Releases from 3.5.15 and 3.6.0 on try again; on older ones a workflow fails.

## Example
```yaml
persistence:
  connectionPool:
    maxIdleConns: 100
    connMaxLifetime: 0s
```

## Instead
```yaml
persistence:
  connectionPool:
    maxIdleConns: 10
    maxOpenConns: 50
    connMaxLifetime: 3m   # shorter than what any proxy on the way allows
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "null is refused, which another rule says",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    connMaxLifetime: null\n",
        findings: &[],
    },
    Example {
        name: "zero is no limit",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    connMaxLifetime: 0s # none\n",
        findings: &["4:22 unlimited connection lifetime with 100 idle connections"],
    },
    Example {
        name: "no limit by default",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 10\n    maxOpenConns: 20\n",
        findings: &["3:5 unlimited connection lifetime with 10 idle connections"],
    },
    Example {
        name: "no more are idle than are open",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    maxOpenConns: 20\n    \
               connMaxLifetime: \"\"\n",
        findings: &["5:22 unlimited connection lifetime with 20 idle connections"],
    },
    Example {
        name: "a release that does not try again",
        text: "# argo-version: 3.4\npersistence:\n  connectionPool:\n    maxIdleConns: 1\n    connMaxLifetime: 0d\n",
        findings: &["5:22 unlimited connection lifetime with 1 idle connection"],
    },
    Example {
        name: "a limit",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    connMaxLifetime: 3m\n",
        findings: &[],
    },
    Example {
        name: "nothing idle to be cut",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 0\n    connMaxLifetime: 0s\n",
        findings: &[],
    },
    Example {
        name: "a negative lifetime is another rule's",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 10\n    connMaxLifetime: -5m\n",
        findings: &[],
    },
    Example {
        name: "no pool section",
        text: "persistence:\n  nodeStatusOffLoad: true\n",
        findings: &[],
    },
];

/// What the driver's README recommends: some proxies cut idle connections after five minutes.
const LIFETIME: &str = "3m";

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        for database in databases(configuration) {
            let Some(pool) = database.pool() else { continue };
            let idle = pool.field("maxIdleConns");
            let kept = idle_connections(idle.as_ref(), pool.field("maxOpenConns").as_ref());
            let (Some(idle), kept @ 1..) = (idle, kept) else { continue };
            let lifetime = pool.field("connMaxLifetime");
            // What the controller refuses is another rule's.
            let unlimited = match &lifetime {
                Some(lifetime) => Ttl::of(lifetime).is_some_and(|ttl| ttl.nanoseconds == 0),
                // The controller refuses null, and a second key beside it.
                None => !pool.is_written("connMaxLifetime"),
            };
            if unlimited {
                findings.push(finding(subject, configuration, &idle, kept, lifetime.as_ref()));
            }
        }
    }
}

/// How many connections Go keeps idle: no more than may be open.
fn idle_connections(idle: Option<&View<'_>>, open: Option<&View<'_>>) -> i64 {
    let kept = idle.and_then(View::integer).unwrap_or(0);
    match open.and_then(View::integer) {
        Some(limit @ 1..) => kept.min(limit),
        _ => kept,
    }
}

fn finding(
    subject: &Subject<'_>,
    configuration: &Configuration<'_>,
    idle: &View<'_>,
    kept: i64,
    lifetime: Option<&View<'_>>,
) -> Finding {
    let span = lifetime.map_or_else(|| idle.key_span(), View::span);
    let connections = if kept == 1 { "connection" } else { "connections" };
    let severity =
        if tries_again(configuration.version) { Severity::Info } else { Severity::Warning };
    let node = |at| configuration.reading.converted.node_at(at);
    let edit = match lifetime {
        Some(lifetime) => node(lifetime.json_offset())
            .and_then(|value| edits::replace(configuration, value, LIFETIME)),
        None => idle.key_json_offset().and_then(node).and_then(|key| {
            let line = format!("connMaxLifetime: {LIFETIME}");
            edits::insert_line_before(subject.files, configuration, key, &line)
        }),
    };
    Finding::new(
        &RULE,
        span,
        format!(
            "unlimited connection lifetime with {kept} idle {connections}: one that a server or proxy has cut \
             is used again and fails with `invalid connection`"
        ),
    )
    .severity(severity)
    .help(format!(
        "set `connMaxLifetime: {LIFETIME}`, or whatever is shorter than the idle time that server and proxies \
         allow"
    ))
    .fix(edit.map(|edit| Fix {
        title: format!("write `connMaxLifetime: {LIFETIME}`"),
        safety: Safety::Unsafe,
        edits: [edit].into(),
    }))
}

/// Whether the release repeats what failed on a dead connection.
fn tries_again(version: ArgoVersion) -> bool {
    match (version.major, version.minor) {
        (3, 5) => version.patch.is_none_or(|patch| patch >= 15),
        (major, minor) => (major, minor) >= (3, 6),
    }
}
