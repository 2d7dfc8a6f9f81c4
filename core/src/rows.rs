//! Rows of offloaded nodes and the workflows that name them: which are needed, which are not, which are missing.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// What a row is to the workflow that it was written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowState {
    /// The workflow names it.
    Live,
    /// The workflow is there and names another row, or none. The controller deletes it when it is old enough.
    Superseded,
    /// There is no workflow of this uid. The controller deletes it when it is old enough.
    Orphan,
    /// The workflow names a row that is not there: the controller makes it an Error.
    Dangling,
}

/// A workflow as the cluster has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
    /// Its namespace.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// `status.offloadNodeStatusVersion`; empty when its nodes are not offloaded.
    pub version: String,
    /// Whether another controller runs it: its rows may be in another table, so that none of them is missed.
    pub of_another: bool,
}

impl Reference {
    /// The version of the row that must be in the table.
    fn needed(&self) -> Option<&str> {
        Some(&*self.version).filter(|version| !version.is_empty() && !self.of_another)
    }
}

/// The workflows of a cluster by uid: all of the namespaces that rows are listed of, in one consistent list that
/// was read **after** the rows, else a workflow made in between looks like an orphan's.
pub type References = BTreeMap<String, Reference>;

/// A row's key, and its place in the list it is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowRef<'a> {
    /// `persistence.clusterName` of the controller that wrote it.
    pub cluster_name: &'a str,
    /// The workflow's namespace.
    pub namespace: &'a str,
    /// The workflow's `metadata.uid`.
    pub uid: &'a str,
    /// `fnv:…`
    pub version: &'a str,
}

/// The rows of one workflow under one cluster name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkflowRows {
    /// `persistence.clusterName` of the controller that wrote them.
    pub cluster_name: String,
    /// The workflow's namespace.
    pub namespace: String,
    /// The workflow's uid.
    pub uid: String,
    /// The workflow's name; `None` when it is not known.
    pub name: Option<String>,
    /// The rows: places in the list that was given, each with its state; `None` when that is not known.
    pub rows: Vec<(usize, Option<RowState>)>,
    /// `Dangling` when a row is missing, else `Live` when one is named, else that of all; `None` when not known.
    pub state: Option<RowState>,
    /// The version of the row that is missing.
    pub missing: Option<String>,
}

/// Groups rows by workflow, in the order in which workflows first appear; those that miss all their rows come last.
///
/// `own` is the cluster name under which `references`' controller writes: of rows under other names nothing is
/// known, as their workflows are elsewhere.
#[must_use]
pub fn by_workflow(
    rows: &[RowRef<'_>],
    references: Option<(&str, &References)>,
) -> Vec<WorkflowRows> {
    let mut places: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    let mut workflows: Vec<WorkflowRows> = Vec::new();
    for (index, row) in rows.iter().enumerate() {
        let known = references.filter(|(own, _)| *own == row.cluster_name);
        let reference = known.and_then(|(_, references)| references.get(row.uid));
        let place = *places.entry((row.cluster_name, row.uid)).or_insert_with(|| {
            workflows.push(WorkflowRows {
                cluster_name: row.cluster_name.to_string(),
                namespace: row.namespace.to_string(),
                uid: row.uid.to_string(),
                name: reference.map(|reference| reference.name.clone()),
                rows: Vec::new(),
                state: None,
                missing: None,
            });
            workflows.len() - 1
        });
        let state = known.map(|_| match reference {
            None => RowState::Orphan,
            Some(reference) if reference.version == row.version => RowState::Live,
            Some(_) => RowState::Superseded,
        });
        if let Some(workflow) = workflows.get_mut(place) {
            workflow.rows.push((index, state));
        }
    }
    let Some((own, references)) = references else { return workflows };
    for workflow in workflows.iter_mut().filter(|workflow| workflow.cluster_name == own) {
        workflow.state = workflow.rows.iter().filter_map(|(_, state)| *state).min();
        if let Some(version) = references.get(&workflow.uid).and_then(Reference::needed)
            && workflow.state != Some(RowState::Live)
        {
            workflow.state = Some(RowState::Dangling);
            workflow.missing = Some(version.to_string());
        }
    }
    for (uid, reference) in references {
        let Some(version) = reference.needed() else { continue };
        if places.contains_key(&(own, uid.as_str())) {
            continue;
        }
        workflows.push(WorkflowRows {
            cluster_name: own.to_string(),
            namespace: reference.namespace.clone(),
            uid: uid.clone(),
            name: Some(reference.name.clone()),
            rows: Vec::new(),
            state: Some(RowState::Dangling),
            missing: Some(version.to_string()),
        });
    }
    workflows
}

/// Of the workflows of a first look that miss a row, keeps those that miss the same row in a second look, seconds
/// later: a workflow restored by an Argo Server names its row for a moment before that is written.
///
/// The others get no state: what they are is known only by looking again.
pub fn confirm_dangling(first: &mut [WorkflowRows], second: &[WorkflowRows]) {
    for workflow in first.iter_mut().filter(|one| one.state == Some(RowState::Dangling)) {
        let still = second.iter().any(|other| {
            other.state == Some(RowState::Dangling)
                && other.missing == workflow.missing
                && other.uid == workflow.uid
                && other.cluster_name == workflow.cluster_name
        });
        if !still {
            workflow.state = None;
            workflow.missing = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row<'a>(cluster_name: &'a str, uid: &'a str, version: &'a str) -> RowRef<'a> {
        RowRef { cluster_name, namespace: "argo", uid, version }
    }

    fn references(all: &[(&str, &str)]) -> References {
        let one = |(uid, version): &(&str, &str)| {
            let (namespace, name) = ("argo".to_string(), alloc::format!("wf-{uid}"));
            let version = (*version).to_string();
            ((*uid).to_string(), Reference { namespace, name, version, of_another: false })
        };
        all.iter().map(one).collect()
    }

    fn states(workflows: &[WorkflowRows]) -> Vec<(&str, Option<RowState>, usize)> {
        workflows.iter().map(|one| (one.uid.as_str(), one.state, one.rows.len())).collect()
    }

    #[test]
    fn each_row_has_the_state_that_its_workflow_gives_it() {
        let rows = [
            row("default", "a", "fnv:1"),
            row("default", "b", "fnv:1"),
            row("default", "a", "fnv:2"),
            row("default", "c", "fnv:1"),
            row("default", "d", "fnv:1"),
            row("other", "a", "fnv:1"),
        ];
        let known =
            references(&[("a", "fnv:2"), ("b", ""), ("d", "fnv:9"), ("e", "fnv:5"), ("f", "")]);
        let workflows = by_workflow(&rows, Some(("default", &known)));
        use RowState::{Dangling, Live, Orphan, Superseded};
        assert_eq!(
            states(&workflows),
            [
                ("a", Some(Live), 2),
                ("b", Some(Superseded), 1),
                ("c", Some(Orphan), 1),
                ("d", Some(Dangling), 1),
                ("a", None, 1),
                ("e", Some(Dangling), 0),
            ]
        );
        assert_eq!(workflows[0].rows, [(0, Some(Superseded)), (2, Some(Live))]);
        assert_eq!(workflows[0].name.as_deref(), Some("wf-a"));
        assert_eq!(workflows[3].missing.as_deref(), Some("fnv:9"));
        assert_eq!(workflows[4].name, None, "another cluster's workflow may have any name");
    }

    #[test]
    fn another_controllers_rows_are_not_missed_and_are_in_use_where_they_are() {
        let rows = [row("default", "a", "fnv:1"), row("default", "b", "fnv:1")];
        let mut known = references(&[("a", "fnv:1"), ("b", "fnv:2"), ("c", "fnv:3")]);
        known.values_mut().for_each(|reference| reference.of_another = true);
        let workflows = by_workflow(&rows, Some(("default", &known)));
        assert_eq!(
            states(&workflows),
            [("a", Some(RowState::Live), 1), ("b", Some(RowState::Superseded), 1)]
        );
    }

    #[test]
    fn without_the_cluster_no_state_is_known() {
        let rows = [row("default", "a", "fnv:1"), row("DEFAULT", "a", "fnv:1")];
        let workflows = by_workflow(&rows, None);
        assert_eq!(states(&workflows), [("a", None, 1), ("a", None, 1)]);
    }

    #[test]
    fn a_row_is_missing_only_when_it_is_missing_twice() {
        let known = references(&[("a", "fnv:1"), ("b", "fnv:1"), ("c", "fnv:1")]);
        let mut first = by_workflow(&[], Some(("default", &known)));
        let later = references(&[("a", "fnv:1"), ("b", "fnv:2"), ("c", "fnv:1")]);
        let second = by_workflow(&[row("default", "c", "fnv:1")], Some(("default", &later)));
        confirm_dangling(&mut first, &second);
        assert_eq!(
            states(&first),
            [("a", Some(RowState::Dangling), 0), ("b", None, 0), ("c", None, 0)]
        );
    }
}
