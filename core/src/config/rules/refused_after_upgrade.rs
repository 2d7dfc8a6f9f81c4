//! What another version of Argo would refuse.

use alloc::format;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO108",
    name: "refused-after-upgrade",
    severity: Severity::Warning,
    summary: "Valid now, refused by the version that the controller is to be upgraded to.",
    source: "Argo Workflows v3.6.12, v3.7.6 and v4.1.2: the configuration's types",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
With `--upgrade-to`, whether a configuration that this version accepts is refused by the other one.

## Why it matters
Fields go away: `podPriority` and a template's `priority` in 3.7, `mutex` and `semaphore` of `synchronization` in \
4.1. Below `workflowDefaults` each of them was fine before, and the upgraded controller ends at its start. Bare \
numbers in `mysql.options` and `sslMode` are read as strings up to 3.6 and refused from 3.7 on.

## Example
```yaml
workflowDefaults:
  spec:
    podPriority: 10   # --argo-version 3.6 --upgrade-to 3.7
```

## Instead
Change it before the upgrade, to what both versions accept: `podPriorityClassName`, `mutexes`, `semaphores`, \
strings in quotes.
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a field that 4.1 no longer has",
        text: "# argo-version: 3.7 upgrade-to: 4.1\nworkflowDefaults:\n  spec:\n    synchronization:\n      mutex:\n        name: a\n",
        findings: &["5:7 Argo 4.1 refuses this"],
    },
    Example {
        name: "a field that 3.7 no longer has",
        text: "# argo-version: 3.6 upgrade-to: 3.7\nworkflowDefaults:\n  spec:\n    podPriority: 1\n",
        findings: &["4:5 Argo 3.7 refuses this"],
    },
    Example {
        name: "a number among the options",
        text: "# argo-version: 3.6 upgrade-to: 3.7\npersistence:\n  mysql:\n    options:\n      timeout: 5\n",
        findings: &["5:16 Argo 3.7 refuses this"],
    },
    Example {
        name: "both versions accept it",
        text: "# argo-version: 3.6 upgrade-to: 4.1\nworkflowDefaults:\n  spec:\n    priority: 1\n",
        findings: &[],
    },
    Example {
        name: "refused already: the verdict of the running version says so",
        text: "# argo-version: 3.7 upgrade-to: 4.1\nworkflowDefaults:\n  spec:\n    podPriority: 1\n",
        findings: &[],
    },
    Example {
        name: "no upgrade asked about",
        text: "# argo-version: 3.7\nworkflowDefaults:\n  spec:\n    synchronization:\n      mutex:\n        name: a\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let Some(next) = subject.options.upgrade_to else { return };
    for configuration in &subject.configurations {
        if configuration.refusal().is_some() {
            continue;
        }
        if let Some((span, text)) = configuration.refusal_in(next) {
            findings.push(
                Finding::new(
                    &RULE,
                    span,
                    format!(
                        "Argo {next} refuses this, which Argo {} accepts: {text}",
                        configuration.version
                    ),
                )
                .argo(Some(text))
                .help("change it before the upgrade, to what both versions accept"),
            );
        }
    }
}
