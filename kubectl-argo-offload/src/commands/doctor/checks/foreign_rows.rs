//! Whether somebody else writes under the same cluster name.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::output::counted;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD403",
    name: "foreign-rows",
    summary: "Nobody writes rows of workflows that this cluster does not have.",
    documentation: "\
## What it checks
Where rows younger than ten minutes belong to no workflow of this cluster, it looks again some seconds later: a row \
that was written in between, for a workflow that this cluster does not have, is another controller's. One that writes \
nothing in these seconds is not found.

## Why it matters
A controller of another cluster with the same database, table and `clusterName` deletes this one's live rows as soon \
as they are five minutes old, and the other way round.

## What to do
Give each cluster its own `persistence.clusterName`.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let survey = facts.survey().await?;
    let rows = survey.rows.as_ref().map_err(Clone::clone)?;
    let Some(row) = rows.foreign.first() else {
        return Ok(vec![Outcome::ok("no row was written for a workflow that this cluster does not have")]);
    };
    let count = counted(rows.foreign.len() as u64, "row");
    Ok(vec![Outcome::error(
        format_args!(
            "{count} written just now under the cluster name {} for workflows that this cluster does not have, one in the \
             namespace {} with uid {}: another controller writes here too",
            row.key.cluster_name, row.namespace, row.key.uid
        ),
        "give each cluster its own persistence.clusterName, once no workflow of it is offloaded",
    )])
}
