//! Keys in another spelling than Argo's.

use alloc::format;

use super::{Example, Findings, Rule};
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO107",
    name: "key-case",
    severity: Severity::Warning,
    summary: "A key in another case than Argo writes it, or in two spellings at once.",
    source: "Go's encoding/json: keys match without regard to case; the last one read wins",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Keys that Go takes for one of Argo's though they are spelt in another case, and keys that are there in two \
spellings.

## Why it matters
One spelling in another case works (the finding is an info). Two spellings are no repetition to the YAML reader: \
both are applied, in the order of their bytes, so that capitals come first and `nodeStatusOffload: false` beats \
`nodeStatusOffLoad: true`, wherever they stand in the file.

## Example
```yaml
persistence:
  nodeStatusOffload: false
  nodeStatusOffLoad: true   # has no effect
```

## Instead
```yaml
persistence:
  nodeStatusOffLoad: true
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "twice in one spelling, of which the last counts",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parAllelism: 1\n  parAllelism: \"1\"\n",
        findings: &["7:3 `parAllelism` is taken for `parallelism`"],
    },
    Example {
        name: "two spellings: the one whose bytes come last wins",
        text: "persistence:\n  nodeStatusOffload: false\n  nodeStatusOffLoad: true\n",
        findings: &["2:3 `nodeStatusOffload` is taken for `nodeStatusOffLoad`"],
    },
    Example {
        name: "the one with capitals loses",
        text: "persistence:\n  archive: false\n  ARCHIVE: true\n",
        findings: &["3:3 `ARCHIVE` has no effect"],
    },
    Example {
        name: "another case",
        text: "persistence:\n  mysql:\n    usernameSecret:\n      name: a\n      key: b\n",
        findings: &["3:5 `usernameSecret` is taken for `userNameSecret`"],
    },
    Example {
        name: "two spellings of a section merge",
        text: "persistence:\n  MySQL:\n    host: a\n  mysql:\n    tableName: b\n",
        findings: &["2:3 `MySQL` is taken for `mysql`"],
    },
    Example {
        name: "Argo's own spelling",
        text: "persistence:\n  nodeStatusOffLoad: true\n  mysql:\n    tableName: t\n",
        findings: &[],
    },
    Example {
        name: "free keys have no spelling",
        text: "persistence:\n  mysql:\n    options:\n      ParseTime: \"true\"\n      parsetime: \"true\"\n",
        findings: &[],
    },
    Example {
        name: "an unknown key is another rule's",
        text: "persistence:\n  NodeStatus: true\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        for folded in &configuration.reading.check.folded {
            let span = configuration.span_of_json(folded.at);
            let alone = !folded.overridden && folded.overrides.is_none();
            if folded.overridden && !folded.merges {
                findings.push(
                    Finding::new(
                        &RULE,
                        span,
                        format!(
                            "`{}` has no effect: another spelling of `{}` has the last word",
                            folded.key, folded.field
                        ),
                    )
                    .help("keep one of them; both are applied, in the order of their bytes"),
                );
                continue;
            }
            let edit = configuration
                .reading
                .converted
                .node_at(folded.at)
                .and_then(|node| edits::respell(configuration, node, folded.field))
                // Beside another spelling the new name would be there twice.
                .filter(|_| alone);
            let mut finding = Finding::new(
                &RULE,
                span,
                format!("`{}` is taken for `{}`", folded.key, folded.field),
            )
            .severity(if alone { Severity::Info } else { Severity::Warning })
            .help(format!("write `{}`, as Argo does", folded.field))
            .fix(edit.map(|edit| Fix {
                title: format!("write `{}`", folded.field),
                safety: Safety::Safe,
                edits: [edit].into(),
            }));
            if let Some(other) = folded.overrides {
                let what = if folded.merges { "both are merged" } else { "this one has no effect" };
                finding = finding.related(configuration.span_of_json(other), what);
            }
            findings.push(finding);
        }
    }
}
