//! Text that cannot be read as what it should be.

use alloc::format;
use alloc::string::{String, ToString};

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity, Span};
use crate::config::reading::argo_text_of_yaml;
use crate::config::secrecy::is_secret;
use crate::config::sources::Kind;
use crate::config::subject::Subject;
use crate::config::verdict::check_manifest;
use crate::config::wording::{go_text, path, reason};
use crate::yaml::{Document, Problem, YamlError};

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
        name: "null is no key of a manifest",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  parallelism: \"1\"\nnull: 1\n",
        findings: &["7:1 Kubernetes refuses the ConfigMap: unsupported map key of type: %!s(<nil>)"],
    },
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
        findings: &["5:13 an alias whose anchor is not defined"],
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
        name: "a number in a patch that JSON does not have",
        text: "metadata:\n  name: workflow-controller-configmap\ndata:\n  config: .NaN\n",
        findings: &["4:11 Kubernetes refuses the ConfigMap: "],
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
            let finding = Finding::new(&RULE, span, said(&error.problem)).argo(quotable(error));
            findings.push(if is_secret(text) { finding.confidential() } else { finding });
        }
    }
    for configuration in &subject.configurations {
        if let Some(error) = configuration.yaml_error() {
            let span = configuration.span(error.at..error.at);
            findings.push(
                Finding::new(&RULE, span, said(&error.problem))
                    .argo(quotable(error).map(|_| argo_text_of_yaml(error)))
                    .help("the controller ends with this error; mend the text before it is applied"),
            );
        }
        let (converted, check) = match &configuration.manifest_check {
            Some(Ok(checked)) => checked,
            // Said already of a document that is one ConfigMap.
            Some(Err(_))
                if configuration.kind == Kind::ConfigMap
                    && configuration.manifest.root() == Some(configuration.object) =>
            {
                continue;
            }
            Some(Err(error)) => {
                findings.push(
                    Finding::new(
                        &RULE,
                        configuration.span_in_manifest(error.node),
                        format!("Kubernetes refuses the ConfigMap: {}", error.reason),
                    )
                    .help("put it in quotes, or take it out"),
                );
                continue;
            }
            None => continue,
        };
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

/// What is wrong, without the characters of the text that go-yaml quotes: they may be a password.
fn said(problem: &Problem) -> String {
    match problem {
        Problem::UnknownAnchor(_) => "an alias whose anchor is not defined before it; a text that begins \
                                      with `*` needs quotes"
            .into(),
        Problem::ContainsItself(_) => "an alias within the value of its own anchor".into(),
        Problem::InvalidKey(_) => "a list or mapping as a key; a text with braces needs quotes".into(),
        Problem::WrongTag { wanted, .. } => format!("the value is no {wanted}, as its tag says"),
        other => other.to_string(),
    }
}

/// go-yaml's own text, where it quotes nothing of the file.
fn quotable(error: &YamlError) -> Option<String> {
    let quotes = matches!(
        error.problem,
        Problem::UnknownAnchor(_)
            | Problem::ContainsItself(_)
            | Problem::InvalidKey(_)
            | Problem::WrongTag { .. }
            | Problem::JsonNumber(_)
    );
    (!quotes).then(|| error.to_string())
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
