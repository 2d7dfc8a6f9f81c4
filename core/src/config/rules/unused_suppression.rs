//! Suppression comments that suppress nothing.

use alloc::format;

use super::{Example, Findings, Rule, find};
use crate::config::finding::{Finding, Severity};
use crate::config::suppress::Suppression;

pub(super) static RULE: Rule = Rule {
    code: "AO901",
    name: "unused-suppression",
    severity: Severity::Warning,
    summary: "A suppression comment takes no finding away.",
    source: "lint itself",
    check: |_, _| {},
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether each `# argo-offload: ignore CODE -- reason` comment takes at least one finding away, on its own line, on \
the line below it when it stands alone, or in its whole file as `ignore-file`.

## Why it matters
A comment left behind hides the next finding of that kind, which may be a real one.

## Example
```yaml
persistence:
  # argo-offload: ignore AO212 -- idle connections are cut by the proxy
  archive: true
```

## Instead
Remove the comment, or correct its code.
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "nothing to suppress there",
        text: "persistence:\n  # argo-offload: ignore AO103 -- meant for another tool\n  archive: true\n",
        findings: &["2:3 nothing to ignore here: no finding of AO103"],
    },
    Example {
        name: "a code that does not exist",
        text: "persistence:\n  archive: true # argo-offload: ignore AO999 -- because\n",
        findings: &["2:17 there is no rule AO999"],
    },
    Example {
        name: "it takes a finding of its own line away",
        text: "persistence:\n  helper: 1 # argo-offload: ignore AO103 -- removed by our deployment\n",
        findings: &[],
    },
    Example {
        name: "it takes a finding of the next line away, by name",
        text: "persistence:\n  # argo-offload: ignore unknown-key -- removed by our deployment\n  helper: 1\n",
        findings: &[],
    },
    Example {
        name: "it stands in the text of a ConfigMap",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  persistence: |\n    helper: 1 # argo-offload: ignore AO103 -- removed by our deployment\n",
        findings: &[],
    },
    Example {
        name: "for the whole file",
        text: "# argo-offload: ignore-file AO103 -- generated\npersistence:\n  helper: 1\n  helper2: 1\n",
        findings: &[],
    },
    Example {
        name: "another tool's comment",
        text: "persistence: # yamllint disable-line rule:line-length\n  archive: true\n",
        findings: &[],
    },
];

/// Says what is wrong with a suppression that took nothing away.
pub(in crate::config) fn report(suppression: &Suppression, findings: &mut Findings) {
    for code in &suppression.codes {
        let message = match find(code) {
            Some(_) => format!("nothing to ignore here: no finding of {code}"),
            None => format!("there is no rule {code}"),
        };
        findings.push(
            Finding::new(&RULE, suppression.span.clone(), message)
                .help("remove the comment, or correct its code; `lint --list-rules` lists them"),
        );
    }
}
