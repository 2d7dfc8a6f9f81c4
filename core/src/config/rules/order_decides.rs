//! Outcomes that depend on chance.


use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO106",
    name: "order-decides",
    severity: Severity::Error,
    summary: "What the controller makes of it depends on the order in which Go walks through a map.",
    source: "Argo Workflows v3.7.6, config/controller.go (parseConfigMap); Go's random map order",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Argo glues the keys of the ConfigMap to one text in Go's random map order, and Go takes one of two keys that YAML \
tells apart and JSON does not (`1` and `\"1\"`) at random. This rule tries the orders and finds configurations \
whose outcome is not always the same: anchors across keys, a key that leaves a bracket or a quote open.

## Why it matters
The controller starts today and ends tomorrow, or runs with another value after each restart.

## Example
```yaml
data:
  instanceID: \"&x abc\"
  namespace: \"*x\"
```

## Instead
Use anchors and aliases within one key only, or put everything into the one key `config`; close what is opened; \
keep one of two keys that read the same.
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "an alias in one key of an anchor in another",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  instanceID: \"&x abc\"\n  namespace: \"*x\"\n",
        findings: &["4:9 some starts of the controller accept this configuration, others refuse it"],
    },
    Example {
        name: "two keys that JSON cannot tell apart",
        text: "persistence:\n  mysql:\n    options:\n      1: \"a\"\n      \"1\": \"b\"\n",
        findings: &["5:7 the keys are one in JSON, and Go takes either of them at random"],
    },
    Example {
        name: "an anchor within one key",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    instanceID: &x abc\n    namespace: *x\n",
        findings: &[],
    },
    Example {
        name: "two keys that collide with one value",
        text: "persistence:\n  mysql:\n    options:\n      1: \"a\"\n      \"1\": \"a\"\n",
        findings: &[],
    },
    Example {
        name: "keys that stand by themselves",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  namespace: argo\n  parallelism: \"1\"\n  persistence: |\n    archive: true\n",
        findings: &[],
    },
    Example {
        name: "refused in every order",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  namespace: \"*x\"\n  parallelism: \"1\"\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let Some(chance) = &configuration.chance else { continue };
        for [first, second] in &chance.collisions {
            findings.push(
                Finding::new(
                    &RULE,
                    second.clone(),
                    "the keys are one in JSON, and Go takes either of them at random",
                )
                .related(first.clone(), "the other one")
                .help("keep the one that is meant"),
            );
        }
        if chance.collisions.is_empty() {
            let message = if chance.accepted_or_refused {
                "some starts of the controller accept this configuration, others refuse it"
            } else {
                "the controller's settings differ from start to start"
            };
            let mut finding = Finding::new(&RULE, configuration.anchor.clone(), message)
                .help("put everything into the one key `config`");
            finding.argo = chance.refusal.clone();
            findings.push(finding);
        }
    }
}
