//! Settings that never reach the controller.

use alloc::format;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::{Configuration, Layout};
use crate::config::finding::{Finding, Severity};
use crate::config::sources::{Kind, member};
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO109",
    name: "nothing-read",
    severity: Severity::Warning,
    summary: "Settings stand where the controller does not look, so that it silently runs without them.",
    source: "Argo Workflows v3.7.6, config/controller.go; k8s.io/api core/v1 ConfigMap; go-yaml v2 (first document only)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether the ConfigMap has settings at all, in a place that counts: below `data`, spelt so, and in the first YAML \
document of the key `config`.

## Why it matters
Kubernetes ignores `Data`, `stringData` and what it does not know; the controller ignores `binaryData` and every \
further document of `config`. Nothing complains: the controller runs with its defaults, offloading off.

## Example
```yaml
kind: ConfigMap
metadata:
  name: workflow-controller-configmap
stringData:
  persistence: |
    nodeStatusOffLoad: true
```

## Instead
```yaml
data:
  persistence: |
    nodeStatusOffLoad: true
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "stringData is a Secret's",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               stringData:\n  persistence: |\n    archive: true\n",
        findings: &["5:1 the controller does not see `stringData`"],
    },
    Example {
        name: "binaryData is not read",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               binaryData:\n  config: cGVyc2lzdGVuY2U6IHt9\n",
        findings: &["5:1 the controller does not see `binaryData`"],
    },
    Example {
        name: "a second document in config",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    parallelism: 1\n    ---\n    persistence: {}\n",
        findings: &["8:5 the controller reads only what stands before this"],
    },
    Example {
        name: "data in another case",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               Data:\n  parallelism: \"1\"\n",
        findings: &["5:1 the controller does not see `Data`"],
    },
    Example {
        name: "a ConfigMap with data",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: \"1\"\n",
        findings: &[],
    },
    Example {
        name: "an empty ConfigMap means the defaults",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n",
        findings: &[],
    },
    Example {
        name: "dashes that end nothing but blanks",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    ---\n    parallelism: 1\n",
        findings: &[],
    },
];

/// Keys beside `data` that look as if they held settings.
const LOOKALIKES: [&str; 4] = ["binaryData", "stringData", "Data", "DATA"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        if configuration.kind == Kind::ConfigMap {
            for name in LOOKALIKES {
                if let Some(entry) = member(configuration.manifest, configuration.object, name) {
                    findings.push(
                        Finding::new(
                            &RULE,
                            configuration.span_in_manifest(entry.key),
                            format!("the controller does not see `{name}`"),
                        )
                        .help("put it below `data`, each value as a string"),
                    );
                }
            }
        }
        if configuration.layout == Layout::Config {
            further_documents(configuration, findings);
        }
    }
}

fn further_documents(configuration: &Configuration<'_>, findings: &mut Findings) {
    let Some(end) = configuration.unread_from() else { return };
    findings.push(
        Finding::new(
            &RULE,
            configuration.span(end..end),
            "the controller reads only what stands before this",
        )
        .help("join the documents to one"),
    );
}
