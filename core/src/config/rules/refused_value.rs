//! Values that the controller cannot take.

use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::subject::Subject;
use crate::config::wording::{argo_text, path, reason};
use crate::golang::DecodeReason;

pub(super) static RULE: Rule = Rule {
    code: "AO104",
    name: "refused-value",
    severity: Severity::Error,
    summary: "A value of the wrong kind, or one that its type refuses.",
    source: "sigs.k8s.io/yaml v1.4.0, yaml.go; encoding/json; Argo Workflows v3.7.6, config/ttl.go",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether every value is one that its field can take: its kind, its range, and what types with code of their own \
ask for. TTLs (`archiveTTL`, `connMaxLifetime`) take one whole number and one of `d`, `h`, `m`, `s`; a string field \
takes a bare number or boolean only where the YAML library can see that it is a string, which it cannot below \
`mysql` and `postgresql`.

## Why it matters
The controller ends when it reads such a value.

## Example
```yaml
persistence:
  archiveTTL: 1h30m
  mysql:
    port: \"3306\"
    database: 5
```

## Instead
```yaml
persistence:
  archiveTTL: 90m
  mysql:
    port: 3306
    database: \"5\"
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a port in quotes",
        text: "persistence:\n  mysql:\n    port: \"3306\"\n",
        findings: &["3:11 `persistence.mysql.port`: "],
    },
    Example {
        name: "a duration of two units",
        text: "persistence:\n  archiveTTL: 1h30m\n",
        findings: &["2:15 `persistence.archiveTTL`: "],
    },
    Example {
        name: "a boolean in quotes, and a bare number as a table's name",
        text: "persistence:\n  archive: \"true\"\n  mysql:\n    tableName: 5\n",
        findings: &["2:12 `persistence.archive`: ", "4:16 `persistence.mysql.tableName`: "],
    },
    Example {
        name: "null is no key",
        text: "persistence:\n  ~: true\n",
        findings: &["2:3 `~` cannot be a key: unsupported map key of type: %!s(<nil>)"],
    },
    Example {
        name: "a bare number where the YAML library sees a string",
        text: "persistence:\n  clusterName: 5\n",
        findings: &[],
    },
    Example {
        name: "a whole number written as a float",
        text: "persistence:\n  mysql:\n    port: 3306.0\n",
        findings: &[],
    },
    Example {
        name: "an empty TTL",
        text: "persistence:\n  archiveTTL: \"\"\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let reading = &configuration.reading;
        if let Some(error) = &reading.unconvertible {
            let span = configuration.span_of_node(error.node);
            let written = subject
                .files
                .get(span.file)
                .and_then(|file| file.text.get(span.range.clone()))
                .map(String::from_utf8_lossy)
                .unwrap_or_default();
            let message = match &error.reason {
                crate::yaml::ConvertReason::Key(_) => {
                    format!("`{written}` cannot be a key: {}", error.reason)
                }
                _ => format!("`{written}`: {}", error.reason),
            };
            findings.push(
                Finding::new(&RULE, span, message)
                    .argo(Some(format!("error converting YAML to JSON: {}", error.reason)))
                    .help("put it in quotes, or take it out"),
            );
        }
        for problem in &reading.check.problems {
            if matches!(problem.reason, DecodeReason::UnknownField { .. }) {
                continue;
            }
            let place = match problem.path.as_slice() {
                [] => String::from("the configuration"),
                steps => format!("`{}`", path(steps)),
            };
            findings.push(
                Finding::new(
                    &RULE,
                    configuration.span_of_json(problem.at),
                    format!("{place}: {}", reason(&problem.reason)),
                )
                .argo(argo_text(problem))
                .maybe_help(help(&problem.reason)),
            );
        }
    }
}

/// What to write instead, where quotes make the difference.
fn help(reason: &DecodeReason) -> Option<&'static str> {
    match reason {
        DecodeReason::Type { found: "a string", wanted } if *wanted != "an object" && *wanted != "a list" => {
            Some("write it without quotes")
        }
        DecodeReason::Type { found: "a number" | "a boolean", wanted: "a string" } => {
            Some("put it in quotes")
        }
        _ => None,
    }
}
