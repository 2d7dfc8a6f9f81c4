//! The names of pods.
//!
//! Source: Argo Workflows v3.7.6, workflow/util/pod_name.go, and `NodeID` in pkg/apis/workflow/v1alpha1/workflow_types.go.

use alloc::format;
use alloc::string::{String, ToString};

/// How the controller names pods: the annotation `workflows.argoproj.io/pod-name-format` of a Workflow.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PodNames {
    /// By the node's id.
    V1,
    /// By workflow and template, with the node's hash.
    #[default]
    V2,
}

impl PodNames {
    /// The format that the annotation names; everything but `v1` is the default.
    #[must_use]
    pub fn of(annotation: &str) -> Self {
        if annotation == "v1" { Self::V1 } else { Self::V2 }
    }
}

/// The most bytes before the dash and the hash: a name of 253 bytes leaves ten for the hash, and Argo one for the dash.
const MAX_PREFIX_BYTES: usize = 253 - 10 - 1;

/// The name of a node's pod.
///
/// `template` is the template's own name, `id` the node's. A prefix that is cut inside a character ends before it: Argo
/// would print half a character.
#[must_use]
pub fn pod_name(format: PodNames, workflow: &str, name: &str, template: &str, id: &str) -> String {
    if format == PodNames::V1 {
        return id.to_string();
    }
    if workflow == name {
        return workflow.to_string();
    }
    let mut prefix = workflow.to_string();
    if !template.is_empty() {
        prefix.push('-');
        prefix.push_str(template);
    }
    prefix.truncate(prefix.floor_char_boundary(MAX_PREFIX_BYTES));
    format!("{prefix}-{}", fnv1a(name))
}

/// The id that the controller gives to the node of this name.
pub(super) fn node_id(workflow: &str, name: &str) -> String {
    if name == workflow { name.to_string() } else { format!("{workflow}-{}", fnv1a(name)) }
}

/// Go's `hash/fnv.New32a`: FNV-1a, unlike the version of nodes.
fn fnv1a(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_pods_in_a_real_cluster() {
        // Ids of pods-wf.json in tests/fixtures/samples: id and pod have the same hash.
        assert_eq!(node_id("pods", "pods.many(2:2)"), "pods-125587759");
        let name = |format| pod_name(format, "pods", "pods.many(2:2)", "ok", "pods-125587759");
        assert_eq!(name(PodNames::V2), "pods-ok-125587759");
        assert_eq!(name(PodNames::V1), "pods-125587759");
        assert_eq!(pod_name(PodNames::V2, "pods", "pods", "ok", "pods"), "pods");
        assert_eq!(pod_name(PodNames::V2, "pods", "pods.end", "", "x"), "pods-1758981054");
    }

    #[test]
    fn long_names_are_cut_before_the_hash() {
        let template = "t".repeat(400);
        let name = pod_name(PodNames::V2, "wf", "wf.a", &template, "");
        assert_eq!(name.find(|digit: char| digit.is_ascii_digit()), Some(MAX_PREFIX_BYTES + 1));
        let wide = pod_name(PodNames::V2, "wf", "wf.a", &"é".repeat(200), "");
        assert!(wide.starts_with("wf-éé"));
    }
}
