//! Which fields of which types a run of generated texts has reached.

use std::collections::BTreeSet;

use crate::layout::Layout;

/// The set of `Type.field` that were written with a value other than `null`.
#[derive(Clone, Debug, Default)]
pub struct Coverage {
    reached: BTreeSet<String>,
}

impl Coverage {
    /// Nothing reached yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes that `field` of `type_name` was written.
    pub fn record(&mut self, type_name: &str, field: &str) {
        let name = format!("{type_name}.{field}");
        if !self.reached.contains(&name) {
            self.reached.insert(name);
        }
    }

    /// Everything reached, as `wf.NodeStatus.phase`.
    pub fn reached(&self) -> &BTreeSet<String> {
        &self.reached
    }

    /// What of `all_fields(layout, root)` was never written; empty when a run covered the layout.
    pub fn missing(&self, layout: &Layout, root: &str) -> Vec<String> {
        all_fields(layout, root).difference(&self.reached).cloned().collect()
    }
}

/// Every `Type.field` that a value of type `root` can hold, at any depth.
pub fn all_fields(layout: &Layout, root: &str) -> BTreeSet<String> {
    let fields_of =
        |name| layout.fields(name).iter().map(move |field| format!("{name}.{}", field.name));
    layout.reachable(root).into_iter().flat_map(fields_of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Version;

    #[test]
    fn a_node_reaches_its_outputs_and_not_the_spec() {
        let fields = all_fields(&Layout::load(Version::V4_1_2), Layout::NODES);
        assert!(fields.contains("wf.NodeStatus.restartingPodUID"));
        assert!(fields.contains("wf.Outputs.exitCode"));
        assert!(!fields.contains("wf.WorkflowSpec.templates"));
    }

    #[test]
    fn missing_is_what_was_not_recorded() {
        let layout = Layout::load(Version::V3_6_12);
        let mut coverage = Coverage::new();
        let before = coverage.missing(&layout, Layout::NODES).len();
        coverage.record("wf.NodeStatus", "id");
        assert_eq!(coverage.missing(&layout, Layout::NODES).len(), before - 1);
    }
}
