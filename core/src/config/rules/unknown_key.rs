//! Keys that the controller does not know.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule, offload_key_misplaced};
use crate::config::reading::configuration::Configuration;
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::subject::Subject;
use crate::config::wording::{argo_text, path};
use crate::golang::{
    ArgoVersion, DecodeReason, Problem, Root, Step, nearest_field, where_field_lives,
};

pub(super) static RULE: Rule = Rule {
    code: "AO103",
    name: "unknown-key",
    severity: Severity::Error,
    summary: "A key that this version of Argo does not know.",
    source: "Argo Workflows, config/config.go and the types it refers to; encoding/json (DisallowUnknownFields)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether every key, down to the last field of `workflowDefaults`, `executor` and `sso`, is one that the given \
version of Argo has.

## Why it matters
The controller reads its configuration strictly: one unknown key anywhere, even a comment key like `_example` or \
a helper for anchors, and it ends.

## Example
```yaml
persistence:
  conectionPool:
    maxIdleConns: 10
```

## Instead
```yaml
persistence:
  connectionPool:
    maxIdleConns: 10
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a typing error",
        text: "persistence:\n  conectionPool: {}\n",
        findings: &["2:3 unknown key `conectionPool` in `persistence`"],
    },
    Example {
        name: "a key of another section",
        text: "persistence:\n  mysql:\n    host: db\n    sslMode: require\n",
        findings: &["4:5 unknown key `sslMode` in `persistence.mysql`"],
    },
    Example {
        name: "a helper key for anchors",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  _example: |\n    a: b\n  parallelism: \"1\"\n",
        findings: &["6:3 unknown key `_example`"],
    },
    Example {
        name: "several at once",
        text: "persistence:\n  archiv: true\n  mysql:\n    hosts: db\n",
        findings: &[
            "2:3 unknown key `archiv` in `persistence`",
            "4:5 unknown key `hosts` in `persistence.mysql`",
        ],
    },
    Example {
        name: "case does not matter to Go",
        text: "persistence:\n  NODESTATUSOFFLOAD: true\n",
        findings: &[],
    },
    Example {
        name: "keys of options are free",
        text: "persistence:\n  mysql:\n    options:\n      anything: \"1\"\n",
        findings: &[],
    },
    Example {
        name: "a key deep in workflowDefaults",
        text: "workflowDefaults:\n  spec:\n    ttlStrategyy: {}\n",
        findings: &["3:5 unknown key `ttlStrategyy` in `workflowDefaults.spec`"],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let told = offload_key_misplaced::places(configuration);
        let mut renamed = BTreeSet::new();
        for problem in &configuration.reading.check.problems {
            if let DecodeReason::UnknownField { of, key } = &problem.reason
                && told.binary_search(&configuration.span_of_json(problem.at).range.start).is_err()
            {
                let mut finding = finding(configuration, problem, of, key);
                // Of two that may mean the same field only one can be it.
                let title = finding.fix.as_ref().map(|fix| fix.title.clone());
                let place = problem.path.split_last().map(|(_, above)| above);
                if title.is_some() && !renamed.insert((place, title)) {
                    finding.fix = None;
                }
                findings.push(finding);
            }
        }
    }
}

fn finding(
    configuration: &Configuration<'_>,
    problem: &Problem,
    of: &'static str,
    key: &str,
) -> Finding {
    let version = configuration.version;
    let place = match problem.path.split_last() {
        None | Some((_, [])) => String::new(),
        Some((_, above)) => format!(" in `{}`", path(above)),
    };
    let finding = Finding::new(
        &RULE,
        configuration.span_of_json(problem.at),
        format!("unknown key `{key}`{place}"),
    )
    .argo(argo_text(problem));
    if let Some(known) = nearest_field(of, key, version) {
        let node = configuration.reading.converted.node_at(problem.at);
        let edit = node.and_then(|node| edits::rename(configuration, node, known));
        return finding.help(format!("did you mean `{known}`?")).fix(edit.map(|edit| Fix {
            title: format!("write `{known}`"),
            safety: Safety::Unsafe,
            edits: [edit].into(),
        }));
    }
    if let Some(home) = home(problem, key, version) {
        return finding.help(format!("`{key}` belongs to `{home}`"));
    }
    finding.help(format!("Argo {version} has no such key here; take it out"))
}

/// Where a misplaced key belongs, if that is certain: it is a field in one place of this section, or in one
/// place at all.
fn home(problem: &Problem, key: &str, version: ArgoVersion) -> Option<String> {
    let places = where_field_lives(Root::Config, key, version);
    let section = match problem.path.first() {
        Some(Step::Key(section)) if problem.path.len() > 1 => section.as_str(),
        _ => "",
    };
    let mut near = places.iter().filter(|place| place.split(['.', '[']).next() == Some(section));
    match (near.next(), near.next(), places.as_slice()) {
        (Some(place), None, _) => Some(place.clone()),
        (None, _, [place]) => Some(place.clone()),
        _ => None,
    }
}
