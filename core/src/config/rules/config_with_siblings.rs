//! The key `config` beside others.

use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::sources::Kind;
use crate::config::subject::Subject;
use crate::yaml::Value;

pub(super) static RULE: Rule = Rule {
    code: "AO105",
    name: "config-with-siblings",
    severity: Severity::Error,
    summary: "`data.config` stands beside other keys.",
    source: "Argo Workflows v3.7.6, config/controller.go (parseConfigMap)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
A ConfigMap holds the configuration either in the one key `config` or in keys of its own (`persistence`, \
`parallelism`, ...). This rule finds both in one.

## Why it matters
The controller ends: `if you have an item in your config map named 'config', you must only have one item`. An \
empty second key is enough.

## Example
```yaml
data:
  config: |
    parallelism: 10
  persistence: |
    archive: true
```

## Instead
```yaml
data:
  config: |
    parallelism: 10
    persistence:
      archive: true
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "config and persistence",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    parallelism: 10\n  persistence: |\n    archive: true\n",
        findings: &["8:3 `persistence` stands beside `config`"],
    },
    Example {
        name: "an empty key beside config",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    parallelism: 10\n  parallelism:\n",
        findings: &["8:3 `parallelism` stands beside `config`"],
    },
    Example {
        name: "in a patch, even without a value",
        text: "metadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    parallelism: 10\n  instanceID: \"\"\n",
        findings: &["6:3 `instanceID` stands beside `config`, which must be the only key"],
    },
    Example {
        name: "a patch that takes the other keys away",
        text: "metadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    parallelism: 10\n  persistence: null\n",
        findings: &[],
    },
    Example {
        name: "config alone",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    parallelism: 10\n",
        findings: &[],
    },
    Example {
        name: "keys of their own",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: \"10\"\n  persistence: |\n    archive: true\n",
        findings: &[],
    },
    Example {
        name: "a key that only looks like it",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  Config: |\n    parallelism: 10\n  parallelism: \"1\"\n",
        findings: &[],
    },
    Example {
        name: "another ConfigMap",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: grafana\n\
               data:\n  config: |\n    a: 10\n  b: c\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        if !matches!(configuration.kind, Kind::ConfigMap | Kind::Patch)
            || !configuration.has_siblings()
        {
            continue;
        }
        // In a patch null takes a key away.
        let is_taken_away = |node| {
            configuration.kind == Kind::Patch
                && matches!(configuration.manifest.node(node).value, Value::Null)
        };
        let config = configuration.keys.iter().find(|key| key.name == "config");
        if config.is_some_and(|config| is_taken_away(config.value)) {
            continue;
        }
        let others = configuration.keys.iter().filter(|key| key.name != "config");
        for key in others.filter(|key| !is_taken_away(key.value)) {
            let mut finding = Finding::new(
                &RULE,
                configuration.span_in_manifest(key.key),
                format!("`{}` stands beside `config`, which must be the only key", key.name),
            )
            .argo(Some(String::from(
                "if you have an item in your config map named 'config', you must only have one item",
            )))
            .help("move it into `config`, or give every key of `config` a key of its own");
            if let Some(config) = config {
                finding = finding.related(configuration.span_in_manifest(config.key), "`config`");
            }
            findings.push(finding);
        }
    }
}
