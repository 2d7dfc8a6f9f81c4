//! Whether workflows name rows that are gone.

use argo_offload_core::rows::RowState;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::output::counted;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD401",
    name: "lost-rows",
    summary: "Every row that a workflow names is there.",
    documentation: "\
## What it checks
For each workflow with `status.offloadNodeStatusVersion`, whether the table has that row under the controller's \
cluster name. What is missing must be missing in two looks, seconds apart: a workflow can name its row for a moment \
before that is written.

## Why it matters
A running workflow that cannot find its row becomes an Error for good; one that has ended can no longer be shown.

## What to do
`kubectl argo-offload get NAME` says which versions there are. Find the cause first: a second controller with the same \
cluster name (AD105, AD403), a changed `clusterName` or `tableName`, Argo before 3.5.11, or a cluster that was \
restored without its database.
",
    run: |facts| Box::pin(check(facts)),
};

/// How many are named.
const NAMED: usize = 5;

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let survey = facts.survey().await?;
    let rows = survey.rows.as_ref().map_err(Clone::clone)?;
    let lost: Vec<String> = rows
        .workflows
        .iter()
        .filter(|one| one.state == Some(RowState::Dangling))
        .map(|one| format!("{}/{}", one.namespace, one.name.as_deref().unwrap_or(&one.uid)))
        .collect();
    if lost.is_empty() {
        let live = rows.of_state(RowState::Live).count() as u64;
        return Ok(vec![Outcome::ok(format_args!(
            "{} named by workflows, all are there",
            counted(live, "row")
        ))]);
    }
    let (first, namespace) = match lost.first().and_then(|name| name.split_once('/')) {
        Some((namespace, name)) => (name, namespace),
        None => ("NAME", "NAMESPACE"),
    };
    Ok(vec![Outcome::error(
        format_args!("{} lost its row: {}", counted(lost.len() as u64, "workflow"), some(&lost)),
        format_args!("what is left of it: kubectl argo-offload get {first} -n {namespace}; why: explain AD401"),
    )])
}

/// The first names of a list.
pub(super) fn some(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}
