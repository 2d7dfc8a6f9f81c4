//! Environment variables of the controller that decide when and how nodes are packed and offloaded.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::config::database::server::offloads;
use crate::config::subject::Subject;
use crate::config::sources::workload::Variable;
use crate::golang::{ArgoVersion, distance, duration};
use crate::size::{DEFAULT_MAX_WORKFLOW_BYTES, max_workflow_bytes};

pub(super) static RULE: Rule = Rule {
    code: "AO215",
    name: "controller-environment",
    severity: Severity::Warning,
    summary: "An environment variable of the controller that is misspelled, ends it, or does not do what it says.",
    source: "Argo Workflows v3.7.6, workflow/packer/packer.go, util/env/env.go, \
             persist/sqldb/offload_node_status_repo.go, workflow/controller/controller.go; v4.1, \
             util/file/fileutil.go (CompressContent)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
In the controller's workload: `MAX_WORKFLOW_SIZE` (bytes, a plain whole number), the durations \
`OFFLOAD_NODE_STATUS_TTL`, `WORKFLOW_GC_PERIOD` and `ARCHIVED_WORKFLOW_GC_PERIOD` (Go's: `5m`, `1h30m`; no days), \
`GZIP_IMPLEMENTATION` (`GZip` or `PGZip`), `WORKFLOW_COMPRESSION_ALGORITHM` (`gzip`, `zstd` or `brotli`) and \
`WORKFLOW_COMPRESSION_LEVEL`, both from Argo 4.1 on, and names that look like one of these and are none.

## Why it matters
A size that is no number silently means 1 MiB; one above etcd's limit lets etcd refuse the update before offloading is \
tried. A duration that Go cannot read ends the controller, and so does a period of zero. A short TTL deletes rows that \
a workflow is about to refer to.

## Example
```yaml
env:
- name: MAX_WORKFLOW_SIZE
  value: 1MB
- name: OFFLOAD_NODE_STATUS_TTL
  value: 1d
```

## Instead
```yaml
env:
- name: MAX_WORKFLOW_SIZE
  value: \"1000000\"
- name: OFFLOAD_NODE_STATUS_TTL
  value: 24h
```
";

/// A controller's Deployment with one variable. The name stands at 12:17, the value at 13:18.
macro_rules! controller {
    ($name:literal, $value:literal) => {
        controller!("v4.1.0", $name, $value)
    };
    ($version:literal, $name:literal, $value:literal) => {
        concat!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: workflow-controller\nspec:\n",
            "  template:\n    spec:\n      containers:\n      - name: workflow-controller\n",
            "        image: quay.io/argoproj/workflow-controller:", $version, "\n        env:\n",
            "        - name: ", $name, "\n          value: ", $value, "\n"
        )
    };
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a size with a unit",
        text: controller!("MAX_WORKFLOW_SIZE", "1MB"),
        findings: &["13:18 `1MB` is no whole number, and means 1048576 bytes"],
    },
    Example {
        name: "more than etcd takes",
        text: controller!("MAX_WORKFLOW_SIZE", "\"2097152\""),
        findings: &["13:18 a limit of 2097152 bytes is above etcd's"],
    },
    Example {
        name: "everything is too large",
        text: controller!("MAX_WORKFLOW_SIZE", "\"-1\""),
        findings: &["13:18 below zero every workflow is too large"],
    },
    Example {
        name: "kilobytes in place of bytes",
        text: controller!("MAX_WORKFLOW_SIZE", "\"1024\""),
        findings: &["13:18 a limit of 1024 bytes is less than a workflow of one step"],
    },
    Example {
        name: "days",
        text: controller!("OFFLOAD_NODE_STATUS_TTL", "5d"),
        findings: &["13:18 `5d` is no duration to Go, and the controller ends"],
    },
    Example {
        name: "rows that hardly live",
        text: controller!("OFFLOAD_NODE_STATUS_TTL", "10s"),
        findings: &["13:18 rows are deleted after 10s"],
    },
    Example {
        name: "a period of zero",
        text: controller!("WORKFLOW_GC_PERIOD", "\"0\""),
        findings: &["13:18 a period of `0` ends the controller"],
    },
    Example {
        name: "compression in lower case",
        text: controller!("GZIP_IMPLEMENTATION", "gzip"),
        findings: &["13:18 `gzip` is taken for `PGZip`"],
    },
    Example {
        name: "compression that Argo 3.7 does not have",
        text: controller!("v3.7.6", "WORKFLOW_COMPRESSION_ALGORITHM", "zstd"),
        findings: &["12:17 Argo 3.7.6 does not know `WORKFLOW_COMPRESSION_ALGORITHM`"],
    },
    Example {
        name: "a name that nothing reads",
        text: controller!("MAX_WORKFLOWSIZE", "\"500000\""),
        findings: &["12:17 the controller has no variable `MAX_WORKFLOWSIZE`"],
    },
    Example {
        name: "a smaller limit",
        text: controller!("MAX_WORKFLOW_SIZE", "\"500000\""),
        findings: &[],
    },
    Example {
        name: "an empty value is none",
        text: controller!("WORKFLOW_GC_PERIOD", "\"\""),
        findings: &[],
    },
    Example {
        name: "a longer TTL",
        text: controller!("OFFLOAD_NODE_STATUS_TTL", "1h30m"),
        findings: &[],
    },
    Example {
        name: "another of the controller's variables",
        text: controller!("CACHE_GC_PERIOD", "1m"),
        findings: &[],
    },
    Example {
        name: "compression of Argo 4.1",
        text: controller!("WORKFLOW_COMPRESSION_ALGORITHM", "zstd"),
        findings: &[],
    },
];

/// The variables that are looked at here and in the rule on `ALWAYS_OFFLOAD_NODE_STATUS`.
const NAMES: [&str; 8] = [
    "MAX_WORKFLOW_SIZE",
    "ALWAYS_OFFLOAD_NODE_STATUS",
    "OFFLOAD_NODE_STATUS_TTL",
    "WORKFLOW_GC_PERIOD",
    "ARCHIVED_WORKFLOW_GC_PERIOD",
    "GZIP_IMPLEMENTATION",
    ALGORITHM,
    LEVEL,
];

const ALGORITHM: &str = "WORKFLOW_COMPRESSION_ALGORITHM";
const LEVEL: &str = "WORKFLOW_COMPRESSION_LEVEL";

/// `--max-request-bytes` where it is not set: 1.5 MiB.
const ETCD_BYTES: i64 = 1_572_864;

/// Less than any workflow with a node has.
const TINY_BYTES: i64 = 2_000;

/// A controller that lags or retries may refer to an older row for about as long.
const SHORT_TTL_NANOSECONDS: i64 = 60_000_000_000;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for controller in subject.controllers() {
        let version = controller.version.unwrap_or_else(|| subject.version());
        for variable in &controller.environment {
            findings.extend(match variable.name.as_str() {
                _ if variable.value.is_empty() => misspelled(subject, variable),
                "MAX_WORKFLOW_SIZE" => size(subject, variable),
                "OFFLOAD_NODE_STATUS_TTL" => time_to_live(variable),
                "WORKFLOW_GC_PERIOD" | "ARCHIVED_WORKFLOW_GC_PERIOD" => period(variable),
                "GZIP_IMPLEMENTATION" => one_of(variable, &["GZip", "PGZip"], "PGZip"),
                ALGORITHM | LEVEL if (version.major, version.minor) < (4, 1) => {
                    unknown_to(version, variable)
                }
                ALGORITHM => one_of(variable, &["gzip", "zstd", "brotli"], "gzip"),
                LEVEL => level(&controller.environment, variable),
                _ => misspelled(subject, variable),
            });
        }
    }
}

fn size(subject: &Subject<'_>, variable: &Variable) -> Option<Finding> {
    let text = variable.value.as_str();
    let limit = max_workflow_bytes(text);
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    let finding = |message: String| Some(Finding::new(&RULE, variable.span.clone(), message));
    if !is_number {
        return finding(format!(
            "`{text}` is no whole number, and means {DEFAULT_MAX_WORKFLOW_BYTES} bytes"
        ))
        .map(|finding| finding.help("write the number of bytes in digits, in quotes"));
    }
    if digits.bytes().all(|byte| byte == b'0') {
        return finding(format!("`{text}` means {DEFAULT_MAX_WORKFLOW_BYTES} bytes, not none"))
            .map(|finding| finding.help("write the limit in bytes, or take the variable out"));
    }
    if limit < 0 {
        let on = subject
            .configurations
            .iter()
            .filter_map(Configuration::persistence)
            .any(|persistence| offloads(&persistence));
        let message = if on {
            "below zero every workflow is too large: each one is compressed, measured and offloaded"
        } else {
            "below zero every workflow is too large, and ends in Error without offloading"
        };
        return finding(message.to_string()).map(|finding| {
            finding
                .severity(if on { Severity::Warning } else { Severity::Error })
                .help("write the limit in bytes; to offload always, set ALWAYS_OFFLOAD_NODE_STATUS")
        });
    }
    if limit >= ETCD_BYTES {
        return finding(format!(
            "a limit of {limit} bytes is above etcd's of {ETCD_BYTES}: etcd refuses the update before \
             the nodes are compressed or offloaded"
        ))
        .map(|finding| finding.help("leave it at 1 MiB, or below"));
    }
    if limit < TINY_BYTES {
        return finding(format!(
            "a limit of {limit} bytes is less than a workflow of one step has: each one is offloaded"
        ))
        .map(|finding| finding.help("the unit is bytes"));
    }
    None
}

/// What to say of a duration that the controller cannot read.
fn unreadable(variable: &Variable, why: &str) -> Finding {
    Finding::new(
        &RULE,
        variable.span.clone(),
        format!("`{}` is no duration to Go, and the controller ends: {why}", variable.value),
    )
    .severity(Severity::Error)
    .help("write hours, minutes and seconds: `24h`, `5m`, `1h30m`")
}

fn time_to_live(variable: &Variable) -> Option<Finding> {
    let ttl = match duration::parse(variable.value.as_bytes()) {
        Ok(ttl) => ttl,
        Err(why) => return Some(unreadable(variable, why)),
    };
    (ttl < SHORT_TTL_NANOSECONDS).then(|| {
        let text = &variable.value;
        // Whole seconds count: less than one is none.
        let (severity, message) = if ttl < 1_000_000_000 {
            (
                Severity::Error,
                format!("rows are deleted at once with `{text}`, before a workflow refers to them"),
            )
        } else {
            (
                Severity::Warning,
                format!(
                    "rows are deleted after {text}, even while a workflow is about to refer to them"
                ),
            )
        };
        Finding::new(&RULE, variable.span.clone(), message)
            .severity(severity)
            .help("leave it at `5m`, or make it longer")
    })
}

fn period(variable: &Variable) -> Option<Finding> {
    let period = match duration::parse(variable.value.as_bytes()) {
        Ok(period) => period,
        Err(why) => return Some(unreadable(variable, why)),
    };
    let text = &variable.value;
    if period <= 0 {
        let when = if variable.name == "ARCHIVED_WORKFLOW_GC_PERIOD" {
            " as soon as archived workflows have a TTL"
        } else {
            ""
        };
        return Some(
            Finding::new(
                &RULE,
                variable.span.clone(),
                format!("a period of `{text}` ends the controller{when}"),
            )
            .severity(Severity::Error)
            .argo(Some("non-positive interval for NewTicker".into()))
            .help("it cannot be turned off; write a long one, such as `24h`"),
        );
    }
    (period < 10_000_000_000).then(|| {
        Finding::new(
            &RULE,
            variable.span.clone(),
            format!("every {text} the controller reads through the whole table"),
        )
        .help("leave it at the default, or make it longer")
    })
}

/// Says what a word other than the known ones is taken for.
fn one_of(variable: &Variable, known: &[&str], else_taken: &str) -> Option<Finding> {
    let text = variable.value.as_str();
    if known.contains(&text) {
        return None;
    }
    let finding = Finding::new(
        &RULE,
        variable.span.clone(),
        format!("`{text}` is taken for `{else_taken}`: it is none of the words that count"),
    );
    Some(finding.help(format!("write one of these, just so: {}", known.join(", "))))
}

fn unknown_to(version: ArgoVersion, variable: &Variable) -> Option<Finding> {
    let finding = Finding::new(
        &RULE,
        variable.name_span.clone(),
        format!("Argo {version} does not know `{}`, and compresses with gzip", variable.name),
    );
    Some(finding.help("it came with Argo 4.1; take it out until then"))
}

/// Source: Argo Workflows v4.1, util/file/fileutil.go (`compressionLevel`).
fn level(environment: &[Variable], variable: &Variable) -> Option<Finding> {
    let algorithm = environment
        .iter()
        .rfind(|other| other.name == ALGORITHM)
        .map_or("gzip", |other| other.value.as_str());
    let (algorithm, levels) = match algorithm {
        "zstd" => ("zstd", 1..=4),
        "brotli" => ("brotli", 0..=11),
        _ => ("gzip", 1..=9),
    };
    let text = variable.value.as_str();
    if text.parse::<i64>().is_ok_and(|level| levels.contains(&level)) {
        return None;
    }
    let finding = Finding::new(
        &RULE,
        variable.span.clone(),
        format!("`{text}` is no level of {algorithm}, and its default is used"),
    );
    Some(finding.help(format!("write a number from {} to {}", levels.start(), levels.end())))
}

/// A name that is nearly one of these, and so is read by nothing.
fn misspelled(subject: &Subject<'_>, variable: &Variable) -> Option<Finding> {
    let written = variable.name.as_str();
    if NAMES.contains(&written) || written.len() > 64 {
        return None;
    }
    let lower = written.to_lowercase();
    let given: Vec<char> =
        lower.chars().filter(|letter| !matches!(letter, '_' | '-' | '.')).collect();
    let given = given.strip_prefix(&['a', 'r', 'g', 'o']).unwrap_or(&given);
    let meant = NAMES.into_iter().find(|name| distance(given, &name.replace('_', ""), 2).is_some())?;
    let at = &variable.name_span;
    let quote = subject.files.get(at.file).and_then(|file| file.text.get(at.range.start));
    let text = match quote {
        Some(b'"') => format!("\"{meant}\""),
        Some(b'\'') => format!("'{meant}'"),
        _ => meant.to_string(),
    };
    let finding = Finding::new(
        &RULE,
        at.clone(),
        format!("the controller has no variable `{written}`, and does not read it"),
    )
    .help(format!("did you mean `{meant}`?"))
    .fix(Some(Fix {
        title: format!("write `{meant}`"),
        safety: Safety::Unsafe,
        edits: [Edit { span: at.clone(), text }].into(),
    }));
    Some(finding)
}
