//! Keys that are there twice.

use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity, Span};
use crate::config::sources::Kind;
use crate::config::subject::Subject;
use crate::yaml::{Document, Duplicate};

pub(super) static RULE: Rule = Rule {
    code: "AO102",
    name: "repeated-key",
    severity: Severity::Error,
    summary: "A key stands twice in one mapping.",
    source: "sigs.k8s.io/yaml v1.4.0, goyaml.v2/decode.go (strict decoding)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether a key stands twice in one mapping of the configuration. Keys that read the same count as one: `012` and \
`10`, `yes` and `true`. So does a key that a merge (`<<`) brings beside one that is written out.

## Why it matters
The controller reads its configuration strictly and ends. In the manifest around it the last one counts for \
Kubernetes, silently, unless kubectl validates.

## Example
```yaml
persistence:
  archive: true
  nodeStatusOffLoad: true
  archive: false
```

## Instead
Keep the one that is meant.
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a key of the persistence section twice",
        text: "persistence:\n  archive: true\n  nodeStatusOffLoad: true\n  archive: false\n",
        findings: &["4:3 the key `archive` stands twice"],
    },
    Example {
        name: "a merge brings a key that is set as well",
        text: "persistence:\n  mysql: &db\n    host: a\n    tableName: t\n  postgresql:\n    <<: *db\n    host: b\n",
        findings: &["7:5 the key `host` stands twice"],
    },
    Example {
        name: "a key of data twice: the last one counts",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: \"1\"\n  parallelism: \"2\"\n",
        findings: &["7:3 the key `parallelism` stands twice"],
    },
    Example {
        name: "one key in two mappings is fine",
        text: "persistence:\n  mysql:\n    host: a\n  postgresql:\n    host: b\n",
        findings: &[],
    },
    Example {
        name: "two spellings of one key are no repetition",
        text: "persistence:\n  archive: true\n  Archive: false\n",
        findings: &[],
    },
    Example {
        name: "a merge that brings only new keys is fine",
        text: "persistence:\n  mysql: &db\n    host: a\n    tableName: t\n  postgresql:\n    <<: *db\n    port: 1\n",
        findings: &[],
    },
    Example {
        name: "another file's keys are none of ours",
        text: "kind: Pod\nspec: 1\nspec: 2\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        if let Some(document) = configuration.document() {
            for duplicate in document.duplicates() {
                findings.push(
                    Finding::new(
                        &RULE,
                        configuration.span_of_node(duplicate.key),
                        format!("the key `{}` stands twice", name(document, duplicate)),
                    )
                    .related(configuration.span_of_node(duplicate.first), "it is set here already")
                    .argo(Some(format!(
                        "error converting YAML to JSON: yaml: unmarshal errors:\n  {}",
                        document.describe(duplicate)
                    )))
                    .help("keep the one that is meant; the controller ends with this error"),
                );
            }
        }
        if !matches!(configuration.kind, Kind::ConfigMap | Kind::Patch) {
            continue;
        }
        let manifest = configuration.manifest;
        for duplicate in manifest.duplicates() {
            let span = |id| -> Span { configuration.span_in_manifest(id) };
            findings.push(
                Finding::new(
                    &RULE,
                    span(duplicate.key),
                    format!("the key `{}` stands twice", name(manifest, duplicate)),
                )
                .severity(Severity::Warning)
                .related(span(duplicate.first), "this one is ignored")
                .help("keep the one that is meant: Kubernetes takes the last one"),
            );
        }
    }
}

fn name(document: &Document, duplicate: &Duplicate) -> String {
    match document.text(duplicate.key) {
        Some(text) => String::from_utf8_lossy(text).into_owned(),
        None => format!("{:?}", document.node(duplicate.key).value),
    }
}
