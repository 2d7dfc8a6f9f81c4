//! Times to live that do not do what they say.

use alloc::format;
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::database::databases::databases;
use crate::config::finding::{Finding, Severity};
use crate::config::subject::Subject;
use crate::config::database::ttl::Ttl;
use crate::config::reading::view::View;

pub(super) static RULE: Rule = Rule {
    code: "AO213",
    name: "time-to-live",
    severity: Severity::Error,
    summary: "A time to live that is negative, too large, very short or without effect.",
    source: "Argo Workflows v3.7.6, config/ttl.go, workflow/controller/controller.go \
             (archivedWorkflowGarbageCollector), persist/sqldb/workflow_archive.go (DeleteExpiredWorkflows), \
             workflow/metrics/metrics_custom.go (customMetricsGC)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
`archiveTTL`, `connMaxLifetime` and `metricsTTL`: that they are not negative, not so large that Go's nanoseconds wrap \
around (more than 292 years: `106752d`, `2562048h`), and that `archiveTTL` comes with `archive: true` and is not a \
matter of minutes.

## Why it matters
A negative `archiveTTL` lies in the future: the next collection deletes **every** archived workflow. A negative \
`metricsTTL` makes the controller panic (`non-positive interval for NewTicker`). A negative `connMaxLifetime` is no \
limit. Without `archive: true` nothing reads `archiveTTL`; it does not delete offloaded node statuses either, which go \
with their workflows. An `archiveTTL` of zero or none keeps archived workflows for ever.

## Example
```yaml
persistence:
  archiveTTL: 30d
  nodeStatusOffLoad: true
```

## Instead
```yaml
persistence:
  archive: true
  archiveTTL: 30d
  nodeStatusOffLoad: true
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "no archive to which it applies",
        text: "persistence:\n  archiveTTL: 30d\n  nodeStatusOffLoad: true\n",
        findings: &["2:3 `archiveTTL` has no effect without `archive: true`"],
    },
    Example {
        name: "the archive is off",
        text: "persistence:\n  archive: false\n  archiveTTL: 30d\n",
        findings: &["3:3 `archiveTTL` has no effect without `archive: true`"],
    },
    Example {
        name: "a negative time deletes everything",
        text: "persistence:\n  archive: true\n  archiveTTL: -5d\n",
        findings: &["3:15 `archiveTTL: -5d` is negative: every archived workflow is deleted"],
    },
    Example {
        name: "so large that it is negative",
        text: "persistence:\n  archive: true\n  archiveTTL: 106752d\n",
        findings: &[
            "3:15 `archiveTTL: 106752d` is too large and wraps around to a negative time: every archived",
        ],
    },
    Example {
        name: "so large that it is positive again",
        text: "persistence:\n  archive: true\n  archiveTTL: 213504d\n",
        findings: &["3:15 `archiveTTL: 213504d` is too large and wraps around to"],
    },
    Example {
        name: "m is minutes",
        text: "persistence:\n  archive: true\n  archiveTTL: 6m\n",
        findings: &["3:15 `archiveTTL: 6m` deletes archived workflows 6 minutes after"],
    },
    Example {
        name: "a metric's time cannot be negative",
        text: "metricsConfig:\n  metricsTTL: -10m\nparallelism: 1\n",
        findings: &["2:15 `metricsTTL: -10m` is negative: the controller panics"],
    },
    Example {
        name: "a negative lifetime is none",
        text: "persistence:\n  connectionPool:\n    maxIdleConns: 1\n    connMaxLifetime: -5m\n",
        findings: &[
            "4:22 `connMaxLifetime: -5m` is negative: connections are kept without a limit of age",
        ],
    },
    Example {
        name: "the largest number of days",
        text: "persistence:\n  archive: true\n  archiveTTL: 106751d\n",
        findings: &[],
    },
    Example {
        name: "zero keeps for ever",
        text: "persistence:\n  archive: true\n  archiveTTL: 0s\n",
        findings: &[],
    },
    Example {
        name: "zero without an archive says nothing",
        text: "persistence:\n  archiveTTL: \"\"\n  nodeStatusOffLoad: true\n",
        findings: &[],
    },
    Example {
        name: "a month",
        text: "persistence:\n  archive: true\n  archiveTTL: 30d\n",
        findings: &[],
    },
    Example {
        name: "what the controller refuses is another rule's",
        text: "persistence:\n  archive: true\n  archiveTTL: 1h30m\n",
        findings: &[],
    },
];

const SECOND: i64 = 1_000_000_000;

/// Below this, minutes were hardly meant.
const SHORT: i64 = 3_600 * SECOND;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        archive(configuration, findings);
        if let Some(metrics) =
            configuration.root().and_then(|root| root.at(&["metricsConfig", "metricsTTL"]))
        {
            let does = "the controller panics with `non-positive interval for NewTicker`";
            impossible("metricsTTL", &metrics, does, Severity::Error, findings);
        }
        for database in databases(configuration) {
            let lifetime = database.pool().and_then(|pool| pool.field("connMaxLifetime"));
            if let Some(lifetime) = lifetime {
                let does = "connections are kept without a limit of age";
                impossible("connMaxLifetime", &lifetime, does, Severity::Warning, findings);
            }
        }
    }
}

fn archive(configuration: &Configuration<'_>, findings: &mut Findings) {
    let Some(persistence) = configuration.persistence() else { return };
    let Some(field) = persistence.field("archiveTTL") else { return };
    let Some(ttl) = Ttl::of(&field) else { return };
    let archive = persistence.field("archive");
    if archive.as_ref().and_then(View::boolean) != Some(true) {
        // Zero is what it is without the key.
        if ttl.nanoseconds != 0 {
            let mut finding = Finding::new(
                &RULE,
                field.key_span(),
                "`archiveTTL` has no effect without `archive: true`",
            )
            .severity(Severity::Warning)
            .help(
                "set `archive: true` to keep finished workflows, or take `archiveTTL` out; offloaded node \
                 statuses go with their workflows",
            );
            if let Some(archive) = &archive {
                finding = finding.related(archive.span(), "the archive is off");
            }
            findings.push(finding);
        }
        return;
    }
    let does = "every archived workflow is deleted at the next collection";
    if impossible("archiveTTL", &field, does, Severity::Error, findings) {
        return;
    }
    if (1..SHORT).contains(&ttl.nanoseconds) {
        let after = spelled(ttl.nanoseconds);
        let message = format!(
            "`archiveTTL: {}` deletes archived workflows {after} after they finished",
            field.text().unwrap_or_default()
        );
        findings.push(
            Finding::new(&RULE, field.span(), message)
                .severity(Severity::Warning)
                .help("`m` is minutes; write days, such as 180d, for months"),
        );
    }
}

/// Reports a time that is negative or wrapped around; whether it did.
fn impossible(
    name: &str,
    field: &View<'_>,
    does: &str,
    severity: Severity,
    findings: &mut Findings,
) -> bool {
    let Some(ttl) = Ttl::of(field) else { return false };
    let text = field.text().unwrap_or_default();
    let (message, severity) = match (ttl.wrapped, ttl.nanoseconds) {
        (false, 0..) => return false,
        (false, _) => (format!("`{name}: {text}` is negative: {does}"), severity),
        (true, ..0) => (
            format!("`{name}: {text}` is too large and wraps around to a negative time: {does}"),
            severity,
        ),
        (true, nanoseconds) => {
            let message = format!(
                "`{name}: {text}` is too large and wraps around to {}",
                spelled(nanoseconds)
            );
            // Too early a deletion; elsewhere it is only another time than was written.
            (message, if name == "archiveTTL" { severity } else { Severity::Warning })
        }
    };
    let help =
        if ttl.wrapped { "the largest is 106751d" } else { "write it without the minus sign" };
    findings.push(Finding::new(&RULE, field.span(), message).severity(severity).help(help));
    true
}

/// `6 minutes`, `2 days and 3 hours`: the two largest units of a time.
fn spelled(nanoseconds: i64) -> alloc::string::String {
    let mut rest = nanoseconds / SECOND;
    let mut parts = Vec::new();
    for (name, seconds) in [("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)] {
        let count = rest / seconds;
        rest %= seconds;
        if count > 0 && parts.len() < 2 {
            parts.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    if parts.is_empty() { "0 seconds".into() } else { parts.join(" and ") }
}
