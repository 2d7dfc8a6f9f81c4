//! Settings that never reach the controller.

use alloc::format;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::{Configuration, Layout};
use crate::config::finding::{Finding, Severity, Span};
use crate::config::reading::unread_from;
use crate::config::sources::{Kind, Source, member};
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
Whether settings stand in a place that counts: below `data`, spelt so, in the first YAML document of the key \
`config`, and before the place where a manifest's YAML document ends. That place comes early when the first line is \
indented further than the next ones.

## Why it matters
Kubernetes ignores `Data`, `stringData`, what it does not know and what stands behind a document that is complete; \
the controller ignores `binaryData` and every further document of `config`. Nothing complains: the controller runs \
with its defaults, offloading off.

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
        name: "the document ends with its first line",
        text: "  persistence:\n    archive: true\nworkflowDefaults: {}\n",
        findings: &["3:1 Kubernetes reads only what stands before this, and drops the rest without a word"],
    },
    Example {
        name: "a comment behind the document",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: \"1\"\n...\n# the end\n\n",
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
    for (index, source) in subject.sources.iter().enumerate() {
        let mut objects = subject.objects.iter().filter(|object| object.source == index);
        if objects.any(|object| object.kind != Kind::Other) {
            behind_document(subject, source, findings);
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

fn behind_document(subject: &Subject<'_>, source: &Source, findings: &mut Findings) {
    let text = subject.files.get(source.file).and_then(|file| file.text.get(source.range.clone()));
    let (Some(text), Ok(document)) = (text, &source.document) else { return };
    if document.transcoded().is_some() {
        return;
    }
    let Some(at) = unread_from(text, document.end()) else { return };
    let at = source.origin.place(at);
    findings.push(
        Finding::new(
            &RULE,
            Span { file: source.file, range: at..at },
            "Kubernetes reads only what stands before this, and drops the rest without a word",
        )
        .help("indent it as the lines before, or put `---` on a line of its own between documents"),
    );
}
