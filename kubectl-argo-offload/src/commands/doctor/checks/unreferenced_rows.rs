//! Whether old rows are deleted.

use std::time::Duration;

use argo_offload_core::rows::RowState;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cli::parse_duration;
use crate::cluster::Controller;
use crate::output::{counted, duration};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD402",
    name: "unreferenced-rows",
    summary: "The controller deletes the rows that no workflow names.",
    documentation: "\
## What it checks
The age of the oldest row, under the controller's cluster name, that no workflow names, against the time after which \
the controller deletes it: `OFFLOAD_NODE_STATUS_TTL` and `WORKFLOW_GC_PERIOD`, five minutes each where they are not \
set. Twice the period is allowed for.

## Why it matters
Every write of a node status makes a new row; what is not deleted fills the table. argo-server reads all versions of \
all workflows of a namespace to list them.

## What to do
See them: `kubectl argo-offload rows`. Look at the controller's log for what stands in the way: no right to delete \
(AD306), offloading turned off, or rows of namespaces that this controller does not manage, which nobody deletes.
",
    run: |facts| Box::pin(check(facts)),
};

/// The controller's default for both.
///
/// Source: Argo Workflows v3.7.6, workflow/controller/controller.go (`workflowGarbageCollector`);
/// persist/sqldb/offload_node_status_repo.go.
const DEFAULT: Duration = Duration::from_secs(300);
/// What a deletion may take.
const WORK: Duration = Duration::from_secs(300);

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let survey = facts.survey().await?;
    let rows = survey.rows.as_ref().map_err(Clone::clone)?;
    let controller = facts.controller()?;
    let after = deleted_after(controller);
    let idle: Vec<_> = [RowState::Orphan, RowState::Superseded]
        .into_iter()
        .flat_map(|state| rows.of_state(state))
        .collect();
    let oldest = idle.iter().filter_map(|row| row.age).max().unwrap_or_default();
    let all = counted(rows.all.len() as u64, "row");
    let idle = counted(idle.len() as u64, "row");
    if oldest <= after {
        return Ok(vec![Outcome::ok(format_args!(
            "{all} for {}; {idle} of no use any more, the oldest {} old",
            counted(survey.workflows as u64, "workflow"),
            duration(oldest.as_secs())
        ))]);
    }
    let seen = if controller.workload.is_some() { "" } else { " (its environment cannot be seen)" };
    Ok(vec![Outcome::warning(
        format_args!(
            "{idle} of {all} of no use any more, the oldest {} old: the controller should delete them after {}{seen}",
            duration(oldest.as_secs()),
            duration(after.as_secs())
        ),
        "kubectl argo-offload rows lists them; the controller's log says what stands in the way; explain AD402",
    )])
}

/// The age that a row of no use can have when all is well.
fn deleted_after(controller: &Controller) -> Duration {
    let of = |variable: &str| {
        let text = controller.environment.get(variable);
        text.and_then(|text| parse_duration(text).ok()).unwrap_or(DEFAULT)
    };
    of("OFFLOAD_NODE_STATUS_TTL") + of("WORKFLOW_GC_PERIOD") * 2 + WORK
}
