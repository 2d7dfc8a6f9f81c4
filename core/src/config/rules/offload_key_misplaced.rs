//! A key that means `nodeStatusOffLoad` but is not where or what the controller looks for.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::sources::{File, Kind, at, helm_values};
use crate::config::subject::Subject;
use crate::config::reading::view::View;
use crate::config::wording::argo_text;
use crate::golang::{distance, folds_to};

pub(super) static RULE: Rule = Rule {
    code: "AO202",
    name: "offload-key-misplaced",
    severity: Severity::Error,
    summary: "A key that must mean `nodeStatusOffLoad` is misspelled or stands elsewhere.",
    source: "Argo Workflows v3.7.6, config/config.go (PersistConfig) and workflow/hydrator/hydrator.go",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Keys that can only mean `nodeStatusOffLoad`: another spelling (`nodeStatusOfload`, `node_status_offload`, \
`offloadNodeStatus`), or the right one in the wrong place: at the top of the configuration, as a key of the \
ConfigMap's `data`, inside `mysql`, `postgresql`, `options` or `connectionPool`, or in Helm values directly below \
`controller`. `ALWAYS_OFFLOAD_NODE_STATUS` is an environment variable of the controller and no key at all.

## Why it matters
Almost everywhere the controller ends with `unknown field`. The Helm chart silently drops it: offloading stays off.

## Example
```yaml
persistence:
  mysql:
    nodeStatusOffload: true
    host: mysql
```

## Instead
```yaml
persistence:
  nodeStatusOffLoad: true
  mysql:
    host: mysql
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a typing error",
        text: "persistence:\n  nodeStatusOfload: true\n",
        findings: &["2:3 `nodeStatusOfload` is not `nodeStatusOffLoad`"],
    },
    Example {
        name: "in the style of another language",
        text: "persistence:\n  node_status_off_load: true\n",
        findings: &["2:3 `node_status_off_load` is not `nodeStatusOffLoad`"],
    },
    Example {
        name: "the words the other way round",
        text: "persistence:\n  offloadNodeStatus: true\n",
        findings: &["2:3 `offloadNodeStatus` is not `nodeStatusOffLoad`"],
    },
    Example {
        name: "inside the database's section",
        text: "persistence:\n  mysql:\n    host: db\n    nodeStatusOffLoad: true\n",
        findings: &["4:5 `nodeStatusOffLoad` does not belong in `persistence.mysql`"],
    },
    Example {
        name: "among the driver's options",
        text: "persistence:\n  mysql:\n    options:\n      nodeStatusOffLoad: \"true\"\n",
        findings: &["4:7 `nodeStatusOffLoad` does not belong in `persistence.mysql.options`"],
    },
    Example {
        name: "a key of its own in the ConfigMap",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  nodeStatusOffLoad: \"true\"\n  persistence: |\n    archive: true\n",
        findings: &["6:3 `nodeStatusOffLoad` does not belong at the top of the configuration"],
    },
    Example {
        name: "below controller in Helm values",
        text: "controller:\n  nodeStatusOffLoad: true\n  persistence:\n    archive: true\n",
        findings: &["2:3 the chart drops `controller.nodeStatusOffLoad`"],
    },
    Example {
        name: "an environment variable as a key",
        text: "persistence:\n  ALWAYS_OFFLOAD_NODE_STATUS: true\n",
        findings: &["2:3 `ALWAYS_OFFLOAD_NODE_STATUS` is an environment variable"],
    },
    Example {
        name: "where it belongs",
        text: "persistence:\n  nodeStatusOffLoad: true\n",
        findings: &[],
    },
    Example {
        name: "case does not matter to Go",
        text: "persistence:\n  nodestatusoffload: true\n",
        findings: &[],
    },
    Example {
        name: "another unknown key",
        text: "persistence:\n  nodeStatus: true\n",
        findings: &[],
    },
    Example {
        name: "a label of that name",
        text: "persistence:\n  archiveLabelSelector:\n    matchLabels:\n      nodeStatusOffLoad: \"true\"\n",
        findings: &[],
    },
];

const NAME: &str = "nodeStatusOffLoad";

/// Where in its file this rule finds something in a configuration, sorted: other rules leave it alone.
pub(super) fn places(configuration: &Configuration<'_>) -> Vec<usize> {
    let mut places: Vec<usize> =
        misplaced(configuration).iter().map(|found| found.entry.key_span().range.start).collect();
    places.sort_unstable();
    places
}

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let all = misplaced(configuration);
        if !all.is_empty() {
            let renamed = all.iter().filter(|found| found.is_renamed()).count();
            let refusals = refusals(configuration);
            findings.extend(all.iter().map(|found| {
                let fix = if found.is_renamed() {
                    rename(configuration, found, renamed)
                } else {
                    move_to_persistence(subject.files, configuration, found)
                };
                let argo = refusals.get(&found.entry.key_span().range.start).cloned();
                finding(found).argo(argo).fix(fix)
            }));
        }
        if configuration.kind == Kind::HelmValues {
            dropped_by_chart(configuration, findings);
        }
    }
}

/// A key that means `nodeStatusOffLoad`, and the section it stands in.
struct Misplaced<'a> {
    key: String,
    meaning: Meaning,
    /// Path of the section; empty for the configuration itself.
    section: String,
    entry: View<'a>,
}

/// How certain it is what a key means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Meaning {
    /// The same letters, but for case, `_` and `-`; or all but one of them.
    Certain,
    /// The same words, or all letters but two.
    Likely,
    /// The controller's environment variable.
    Variable,
}

fn meaning(key: &str) -> Option<Meaning> {
    // Longer keys mean something else.
    if key.len() > 40 {
        return None;
    }
    let letters: Vec<char> =
        key.to_lowercase().chars().filter(|letter| !matches!(letter, '_' | '-')).collect();
    if distance(&letters, "alwaysoffloadnodestatus", 2).is_some() {
        return Some(Meaning::Variable);
    }
    match distance(&letters, "nodestatusoffload", 2) {
        Some(0 | 1) => return Some(Meaning::Certain),
        Some(_) => return Some(Meaning::Likely),
        None => {}
    }
    const OTHER_WORDS: [&str; 6] = [
        "offloadnodestatus",
        "nodestatusoffloading",
        "nodestatusoffloadenabled",
        "enablenodestatusoffload",
        "enablenodestatusoffloading",
        "offloadnodestatusenabled",
    ];
    let is_like = |words: &&str| distance(&letters, words, 1).is_some();
    OTHER_WORDS.iter().any(is_like).then_some(Meaning::Likely)
}

fn misplaced<'a>(configuration: &'a Configuration<'a>) -> Vec<Misplaced<'a>> {
    let mut found = Vec::new();
    let Some(root) = configuration.root() else { return found };
    let mut look = |section: &str, view: &View<'a>| {
        for (key, entry) in view.members() {
            if section == "persistence" && folds_to(key.as_bytes(), NAME.as_bytes()) {
                continue;
            }
            if let Some(meaning) = meaning(&key) {
                found.push(Misplaced { key, meaning, section: section.into(), entry });
            }
        }
    };
    look("", &root);
    let Some(persistence) = root.field("persistence") else { return found };
    look("persistence", &persistence);
    for path in ["mysql", "postgresql", "connectionPool", "mysql.options"] {
        let steps: Vec<&str> = path.split('.').collect();
        if let Some(section) = persistence.at(&steps) {
            look(&format!("persistence.{path}"), &section);
        }
    }
    found
}

/// What the controller logs about keys and values, by their places in the file.
fn refusals(configuration: &Configuration<'_>) -> BTreeMap<usize, String> {
    let problems = &configuration.reading.check.problems;
    problems
        .iter()
        .filter_map(|problem| {
            Some((configuration.span_of_json(problem.at).range.start, argo_text(problem)?))
        })
        .collect()
}

fn finding(found: &Misplaced<'_>) -> Finding {
    let Misplaced { key, meaning, section, entry } = found;
    let (message, help) = match (meaning, section.as_str()) {
        (Meaning::Variable, _) => (
            format!(
                "`{key}` is an environment variable of the controller, and no key of its configuration"
            ),
            "set `ALWAYS_OFFLOAD_NODE_STATUS` to \"true\" in the controller's Deployment, beside \
             `nodeStatusOffLoad: true` here",
        ),
        (_, "persistence") => (
            format!("`{key}` is not `{NAME}`: the controller does not know it and ends"),
            "write `nodeStatusOffLoad`",
        ),
        (_, "") => (
            format!("`{key}` does not belong at the top of the configuration"),
            "write `nodeStatusOffLoad` directly below `persistence`",
        ),
        (_, section) => (
            format!("`{key}` does not belong in `{section}`"),
            "write `nodeStatusOffLoad` directly below `persistence`",
        ),
    };
    Finding::new(&RULE, entry.key_span(), message).help(help)
}

impl Misplaced<'_> {
    /// Whether it stands where it belongs and only its name is wrong.
    fn is_renamed(&self) -> bool {
        self.section == "persistence" && self.meaning != Meaning::Variable
    }
}

/// Gives the key its name, unless there are several to choose from.
fn rename(configuration: &Configuration<'_>, found: &Misplaced<'_>, of: usize) -> Option<Fix> {
    if of > 1 || configuration.persistence()?.field(NAME).is_some() {
        return None;
    }
    Some(Fix {
        title: format!("write `{NAME}`"),
        safety: match found.meaning {
            Meaning::Certain => Safety::Safe,
            _ => Safety::Unsafe,
        },
        edits: [edits::rename(configuration, found.entry.key_node()?, NAME)?].into(),
    })
}

fn move_to_persistence(
    files: &[File<'_>],
    configuration: &Configuration<'_>,
    found: &Misplaced<'_>,
) -> Option<Fix> {
    let entry = &found.entry;
    let persistence = configuration.persistence()?;
    let on = match (entry.boolean(), entry.text()) {
        (Some(on), _) => on,
        (None, Some("true")) => true,
        _ => return None,
    };
    if found.meaning == Meaning::Variable || persistence.field(NAME).is_some() {
        return None;
    }
    let (_, first) = persistence.members().into_iter().next()?;
    let line = format!("{NAME}: {on}");
    Some(Fix {
        title: "move it to `persistence`".into(),
        safety: Safety::Unsafe,
        edits: [
            edits::insert_line_before(files, configuration, first.key_node()?, &line)?,
            edits::remove_entry(files, configuration, entry.key_node()?, entry.node()?)?,
        ]
        .into(),
    })
}

/// The chart takes `controller.persistence` and drops what it does not know beside it.
///
/// Source: argo-helm, charts/argo-workflows, templates/controller/workflow-controller-config-map.yaml.
fn dropped_by_chart(configuration: &Configuration<'_>, findings: &mut Findings) {
    let document = configuration.manifest;
    let Some(controller) = helm_values(document, configuration.object)
        .and_then(|values| at(document, values, &["controller"]))
    else {
        return;
    };
    for entry in document.entries(controller) {
        let Some(key) = document.text(entry.key) else { continue };
        let key = String::from_utf8_lossy(key);
        let Some(meaning) = meaning(&key) else { continue };
        let help = match meaning {
            Meaning::Variable => {
                "set the environment variable `ALWAYS_OFFLOAD_NODE_STATUS` in \
                 `controller.extraEnv`, beside `controller.persistence.nodeStatusOffLoad: true`"
            }
            _ => "write `nodeStatusOffLoad` directly below `controller.persistence`",
        };
        findings.push(
            Finding::new(
                &RULE,
                configuration.span_in_manifest(entry.key),
                format!("the chart drops `controller.{key}`: offloading stays off"),
            )
            .help(help),
        );
    }
}
