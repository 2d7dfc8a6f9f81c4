//! Whether two controllers write the same rows.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::{Controller, configuration, find_controllers};
use crate::commands::live;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD105",
    name: "shared-rows",
    summary: "No other controller of this cluster writes rows under the same cluster name in the same table.",
    documentation: "\
## What it checks
The configurations of all workflow-controllers of the cluster that this user can see: whether another one names the \
same host, database, table and `clusterName`, and runs workflows that this one takes for gone. The replicas of one \
Deployment are one controller. Two names of one host are not seen to be the same; writers in other clusters are AD403's.

## Why it matters
The controller deletes rows of its cluster name whose workflow it does not know. It looks at the cluster name, the \
managed namespace and the age, never at `instanceID`: two controllers with one cluster name delete each other's live \
rows, and the workflows end in Error with `upper: no more rows in this result set`.

## What to do
Give each controller its own `persistence.clusterName` (or table, or database). Workflows that are offloaded when the \
name changes no longer find their rows: wait until none is, or have it changed in the rows too.
",
    run: |facts| Box::pin(check(facts)),
};

/// How many other controllers are looked at.
const MOST: usize = 50;

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let own = facts.controller()?;
    let persistence = facts.persistence().await?;
    let all = match find_controllers(&facts.cluster, None).await {
        Ok(all) => all,
        Err(error) => return Err(Skipped::forbidden(&error)),
    };
    let others: Vec<&Controller> =
        all.found.iter().filter(|other| other.place() != own.place()).collect();
    let mut outcomes = Vec::new();
    let mut unseen = others.len().saturating_sub(MOST);
    for other in others.iter().take(MOST).filter(|other| overlap(own, other)) {
        let argo = other.version.unwrap_or_default();
        let Ok(configuration) = configuration(&facts.cluster, other, argo).await else {
            unseen += 1;
            continue;
        };
        // One that has no database, or refuses its configuration, writes nothing.
        let Ok(theirs) = live::persistence(&configuration, &other.namespace) else { continue };
        if persistence.same_rows(&theirs) {
            outcomes.push(Outcome::error(
                format_args!(
                    "{} writes the same rows ({}): each deletes what the other still needs",
                    other.place(),
                    persistence.place()
                ),
                "give each its own persistence.clusterName, once no workflow of it is offloaded",
            ));
        }
    }
    if outcomes.is_empty() {
        let seen = others.len() - unseen;
        let hidden = match (unseen, &all.hidden) {
            (0, None) => String::new(),
            (0, Some(error)) => format!("; not all can be seen: {error}"),
            (unseen, _) => format!("; {unseen} more could not be looked at"),
        };
        outcomes.push(Outcome::ok(format_args!(
            "none of {seen} other controllers writes to {}{hidden}",
            persistence.place()
        )));
    }
    Ok(outcomes)
}

/// Whether one runs workflows that the other takes for gone: rows are deleted within the managed namespace alone.
fn overlap(one: &Controller, other: &Controller) -> bool {
    match (&one.managed_namespace, &other.managed_namespace) {
        (Some(one), Some(other)) => one == other,
        _ => true,
    }
}
