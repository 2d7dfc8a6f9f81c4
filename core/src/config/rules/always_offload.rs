//! `ALWAYS_OFFLOAD_NODE_STATUS` without a place to offload to.

use alloc::format;

use super::{Example, Findings, Rule, offload_key_misplaced};
use crate::config::reading::configuration::Configuration;
use crate::config::finding::{Finding, Severity, Span};
use crate::config::database::server::offloads;
use crate::config::sources::Kind;
use crate::config::subject::Subject;
use crate::config::sources::workload::{Variable, Workload};

pub(super) static RULE: Rule = Rule {
    code: "AO203",
    name: "always-offload",
    severity: Severity::Error,
    summary: "`ALWAYS_OFFLOAD_NODE_STATUS` is set while offloading is off, or to something other than `true`.",
    source: "Argo Workflows v3.7.6, workflow/hydrator/hydrator.go (alwaysOffloadNodeStatus, Dehydrate); \
             argoproj/argo-workflows#12563",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
The environment of the controller's workload against the configuration beside it: whether \
`ALWAYS_OFFLOAD_NODE_STATUS` is exactly `true`, and whether `nodeStatusOffLoad` is then on.

## Why it matters
With the variable the controller offloads every workflow, however small. Where offloading is off, each of them ends \
in Error with `Tried to offload but encountered error: offload node status is not supported`. Any other text than \
`true`, `True` and `1` included, does nothing.

## Example
```yaml
env:
- name: ALWAYS_OFFLOAD_NODE_STATUS
  value: \"true\"
---
persistence:
  archive: true
```

## Instead
```yaml
env:
- name: ALWAYS_OFFLOAD_NODE_STATUS
  value: \"true\"
---
persistence:
  nodeStatusOffLoad: true
```
";

/// A controller's Deployment with the variable set so, and what follows it.
macro_rules! controller {
    ($value:literal $($rest:literal)*) => {
        concat!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: workflow-controller\nspec:\n",
            "  template:\n    spec:\n      containers:\n      - name: workflow-controller\n",
            "        image: quay.io/argoproj/workflow-controller:v3.7.6\n        env:\n",
            "        - name: ALWAYS_OFFLOAD_NODE_STATUS\n          value: ", $value, "\n",
            $($rest,)*
        )
    };
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "offloading always, and off",
        text: controller!("\"true\"" "---\npersistence:\n  archive: true\n  mysql:\n    host: db\n"),
        findings: &["13:18 every workflow ends in Error"],
    },
    Example {
        name: "no persistence at all",
        text: controller!("\"true\"" "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
            "  name: workflow-controller-configmap\ndata:\n  parallelism: \"10\"\n"),
        findings: &["13:18 every workflow ends in Error"],
    },
    Example {
        name: "another word for true",
        text: controller!("\"True\"" "---\npersistence:\n  nodeStatusOffLoad: true\n"),
        findings: &["13:18 `True` has no effect"],
    },
    Example {
        name: "offloading on",
        text: controller!("\"true\"" "---\npersistence:\n  nodeStatusOffLoad: true\n"),
        findings: &[],
    },
    Example {
        name: "switched off",
        text: controller!("\"false\"" "---\npersistence:\n  archive: true\n"),
        findings: &[],
    },
    Example {
        name: "no configuration to compare with",
        text: controller!("\"true\""),
        findings: &[],
    },
    Example {
        name: "another controller's configuration",
        text: controller!("\"true\"" "---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
            "  name: other-workflow-controller-configmap\n  namespace: other\n"
            "data:\n  parallelism: \"10\"\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n"
            "  name: workflow-controller-configmap\n"
            "data:\n  persistence: |\n    nodeStatusOffLoad: true\n    archive: true\n"),
        findings: &[],
    },
];

const NAME: &str = "ALWAYS_OFFLOAD_NODE_STATUS";

/// What other programs take for true.
const TRUTHY: [&str; 6] = ["true", "1", "yes", "y", "on", "t"];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for controller in subject.controllers() {
        for variable in controller.environment.iter().filter(|variable| variable.name == NAME) {
            if variable.value == "true" {
                findings.extend(against_configuration(subject, controller, variable));
            } else if TRUTHY.iter().any(|word| {
                variable.value.trim().trim_matches(['"', '\'']).eq_ignore_ascii_case(word)
            }) {
                findings.push(
                    Finding::new(
                        &RULE,
                        variable.span.clone(),
                        format!("`{}` has no effect: only `true` turns it on", variable.value),
                    )
                    .severity(Severity::Warning)
                    .help("write \"true\", or take the variable out"),
                );
            }
        }
    }
}

fn against_configuration(
    subject: &Subject<'_>,
    controller: &Workload,
    variable: &Variable,
) -> Option<Finding> {
    let mut off: Option<Span> = None;
    for configuration in &subject.configurations {
        if !may_belong(configuration, controller) {
            continue;
        }
        match configuration.persistence() {
            Some(persistence) if offloads(&persistence) => return None,
            Some(persistence) => {
                off.get_or_insert_with(|| {
                    persistence
                        .field("nodeStatusOffLoad")
                        .map_or_else(|| persistence.key_span(), |switch| switch.span())
                });
            }
            // A part of a configuration says nothing by what it leaves out.
            None if matches!(configuration.kind, Kind::Patch | Kind::Data) => {}
            None => {
                off.get_or_insert_with(|| configuration.anchor.clone());
            }
        }
    }
    let finding = Finding::new(
        &RULE,
        variable.span.clone(),
        format!("every workflow ends in Error: `{NAME}` is on, but `nodeStatusOffLoad` is off"),
    )
    .related(off?, "offloading is off here")
    .argo(Some(
        "Tried to offload but encountered error: offload node status is not supported".into(),
    ))
    .help("write `nodeStatusOffLoad: true` below `persistence`, or take the variable out");
    Some(finding)
}

/// Whether a configuration may be the one that this controller reads, and can be read.
fn may_belong(configuration: &Configuration<'_>, controller: &Workload) -> bool {
    let may_equal = |a: &Option<_>, b: &Option<_>| match (a, b) {
        (Some(a), Some(b)) => a == b,
        _ => true,
    };
    configuration.root().is_some()
        && offload_key_misplaced::places(configuration).is_empty()
        && may_equal(&configuration.name, &controller.config_map)
        && may_equal(&configuration.namespace, &controller.namespace)
}
