//! Suppression comments that do not say why.

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::suppress::Suppression;

pub(super) static RULE: Rule = Rule {
    code: "AO902",
    name: "suppression-without-reason",
    severity: Severity::Warning,
    summary: "A suppression comment gives no reason, or no code, and so has no effect.",
    source: "lint itself",
    check: |_, _| {},
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether each suppression comment names rules and says why: `# argo-offload: ignore CODE -- reason`.

## Why it matters
Who reads the file in two years must be able to tell whether the reason still holds. A comment without one has no \
effect.

## Example
```yaml
persistence:
  connectionPool:
    maxOpenConns: 2 # argo-offload: ignore AO211
```

## Instead
```yaml
persistence:
  connectionPool:
    maxOpenConns: 2 # argo-offload: ignore AO211 -- the database allows 5
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "no reason",
        text: "persistence:\n  helper: 1 # argo-offload: ignore AO103\n",
        findings: &["2:13 the comment gives no reason"],
    },
    Example {
        name: "dashes without a reason",
        text: "persistence:\n  helper: 1 # argo-offload: ignore AO103 --\n",
        findings: &["2:13 the comment gives no reason"],
    },
    Example {
        name: "no code",
        text: "persistence:\n  helper: 1 # argo-offload: ignore -- because\n",
        findings: &["2:13 the comment names no rule"],
    },
    Example {
        name: "with a reason",
        text: "persistence:\n  helper: 1 # argo-offload: ignore AO103 -- removed by our deployment\n",
        findings: &[],
    },
    Example {
        name: "two codes and a reason",
        text: "persistence:\n  helper: 1 # argo-offload: ignore AO103, AO104 -- removed by our deployment\n",
        findings: &[],
    },
    Example {
        name: "no suppression",
        text: "persistence: # argo-offload is used here\n  archive: true\n",
        findings: &[],
    },
];

/// Says what a suppression lacks; gives whether it lacks something.
pub(in crate::config) fn report(suppression: &Suppression, findings: &mut Findings) -> bool {
    let message = if suppression.codes.is_empty() {
        "the comment names no rule, so it has no effect"
    } else if suppression.reason.is_none() {
        "the comment gives no reason, so it has no effect"
    } else {
        return false;
    };
    findings.push(
        Finding::new(&RULE, suppression.span.clone(), message)
            .help("write it as `# argo-offload: ignore CODE -- reason`"),
    );
    true
}
