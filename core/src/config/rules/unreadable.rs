//! Text that cannot be read as what it should be.

use alloc::format;
use alloc::string::ToString;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity, Span};
use crate::config::reading::argo_text_of_yaml;
use crate::config::sources::Kind;
use crate::config::subject::Subject;
use crate::config::verdict::check_manifest;
use crate::config::wording::{go_text, path, reason};
use crate::yaml::{Document, Problem};

pub(super) static RULE: Rule = Rule {
    code: "AO101",
    name: "unreadable",
    severity: Severity::Error,
    summary: "The text is no YAML as Argo reads it, or no ConfigMap as Kubernetes reads it.",
    source: "sigs.k8s.io/yaml v1.4.0 (go-yaml v2); k8s.io/api core/v1 ConfigMap",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether the file, and the configuration inside it, can be read at all: by YAML's grammar as go-yaml v2 \
implements it, and by the types of a ConfigMap, whose values are all strings.

## Why it matters
A manifest that Kubernetes cannot read is refused when it is applied. A configuration that is no YAML is worse: \
Kubernetes stores it, and the running controller ends when it sees the change, and again at each restart.

## Example
```yaml
data:
  persistence: |
    archive: true
    \tnodeStatusOffLoad: true   # a tab as indentation
  parallelism: 10               # a number where Kubernetes needs a string
```

## Instead
Indent with blanks, quote what starts with a special character, and give every value below `data` as a string: \
`parallelism: \"10\"`.
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a tab indents inside the configuration",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  config: |\n    persistence:\n    \tarchive: true\n",
        findings: &["8:5 found character that cannot start any token"],
    },
    Example {
        name: "a number below data",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: 10\n",
        findings: &["6:16 Kubernetes refuses the ConfigMap: "],
    },
    Example {
        name: "a persistence section left as a mapping",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  persistence:\n    archive: true\n",
        findings: &["7:5 Kubernetes refuses the ConfigMap: "],
    },
    Example {
        name: "the file itself is no YAML",
        text: "persistence:\n  mysql: [\n",
        findings: &["3:1 did not find expected node content"],
    },
    Example {
        name: "of a Secret that is no YAML nothing is shown",
        text: "kind: \"Secret\"\nmetadata:\n  name: argo-mysql-config\nstringData:\n  password: *s3cret\n",
        findings: &["5:13 the text is no YAML, in a Secret"],
    },
    Example {
        name: "no apiVersion",
        text: "kind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\ndata:\n  parallelism: \"1\"\n",
        findings: &["3:9 Kubernetes refuses the ConfigMap: Object 'apiVersion' is missing"],
    },
    Example {
        name: "a key that JSON does not have",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\nnull: x\n",
        findings: &["5:1 Kubernetes refuses the ConfigMap: unsupported map key of type"],
    },
    Example {
        name: "a tab after a colon is fine",
        text: "persistence:\n  archive:\ttrue\n",
        findings: &[],
    },
    Example {
        name: "numbers as strings are fine",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: \"10\"\n",
        findings: &[],
    },
    Example {
        name: "an empty value is an empty string",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  namespaceParallelism:\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for source in subject.sources {
        let Some(file) = subject.files.get(source.file) else { continue };
        let text = file.text.get(source.range.clone()).unwrap_or_default();
        let error = match &source.document {
            Ok(document) => {
                let span = |at| Span { file: source.file, range: source.range.start + at..source.range.start + at };
                findings.extend(kind_refused(subject, document, text, span));
                continue;
            }
            Err(error) => error,
        };
        if file.named || mentions_us(text) {
            let at = source.range.start + error.at;
            let span = Span { file: source.file, range: at..at };
            findings.push(if is_secret(text) {
                let problem = match &error.problem {
                    Problem::Syntax(problem) => *problem,
                    // Others quote the text.
                    _ => "the text is no YAML",
                };
                Finding::new(&RULE, span, format!("{problem}, in a Secret")).confidential()
            } else {
                Finding::new(&RULE, span, error.problem.to_string()).argo(Some(error.to_string()))
            });
        }
    }
    for configuration in &subject.configurations {
        if let Some(error) = configuration.yaml_error() {
            let span = configuration.span(error.at..error.at);
            findings.push(
                Finding::new(&RULE, span, error.problem.to_string())
                    .argo(Some(argo_text_of_yaml(error)))
                    .help("the controller ends with this error; mend the text before it is applied"),
            );
        }
        let Some((converted, check)) = &configuration.manifest_check else { continue };
        for problem in &check.problems {
            let span = match converted.node_at(problem.at) {
                Some(node) => configuration.span_in_manifest(node),
                None => configuration.anchor.clone(),
            };
            findings.push(
                Finding::new(
                    &RULE,
                    span,
                    format!(
                        "Kubernetes refuses the ConfigMap: `{}`: {}",
                        path(&problem.path),
                        reason(&problem.reason)
                    ),
                )
                .argo(go_text(problem))
                .help("give it as a string: in quotes, or as a block with `|`"),
            );
        }
    }
}

/// Whether a text that cannot be read is meant to be a Secret.
fn is_secret(text: &[u8]) -> bool {
    let word = b"Secret";
    text.windows(word.len()).enumerate().filter(|(_, window)| window == word).any(|(at, _)| {
        text.get(..at).is_some_and(|before| {
            let before = before.trim_ascii_end();
            let before = before.strip_suffix(b"\"").or(before.strip_suffix(b"'")).unwrap_or(before);
            let key = before.trim_ascii_end().strip_suffix(b":").unwrap_or_default();
            key.ends_with(b"kind") || key.ends_with(b"kind\"") || key.ends_with(b"kind'")
        })
    })
}

/// What Kubernetes says to a ConfigMap before it looks at its fields.
fn kind_refused(
    subject: &Subject<'_>,
    document: &Document,
    text: &[u8],
    span: impl Fn(usize) -> Span,
) -> Option<Finding> {
    let configuration = subject.configurations.iter().find(|configuration| {
        configuration.kind == Kind::ConfigMap
            && core::ptr::eq(configuration.manifest, document)
            && document.root() == Some(configuration.object)
    })?;
    let (error, at) = check_manifest(document, text).err()?;
    let place = at.map_or_else(|| configuration.anchor.clone(), span);
    let message = format!("Kubernetes refuses the ConfigMap: {error}");
    Some(Finding::new(&RULE, place, message).argo(Some(error)))
}

/// Whether a file that was not named itself is likely to be meant for the controller.
fn mentions_us(text: &[u8]) -> bool {
    [&b"workflow-controller-configmap"[..], b"nodeStatusOffLoad"]
        .iter()
        .any(|word| text.windows(word.len()).any(|window| window == *word))
}
