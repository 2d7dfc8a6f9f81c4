//! Whether workflows have failed by what doctor is about.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use super::lost_rows::some;
use crate::output::counted;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD405",
    name: "failed-workflows",
    summary: "No workflow is in Error by a known symptom of offloading.",
    documentation: "\
## What it checks
The messages of workflows in Error, against the known symptoms.

## Why it matters
Such a workflow does not go on by itself, also when the cause is gone. Its row and its version are kept.

## What to do
What the symptom's remedy says; `kubectl argo-offload explain SYMPTOM` has more.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let survey = facts.survey().await?;
    let outcomes = survey.failed.values().map(|(symptom, names)| {
        Outcome::warning(
            format_args!(
                "{} in Error by {}: {}",
                counted(names.len() as u64, "workflow"),
                symptom.name,
                some(names)
            ),
            format_args!("{} Remedy: {}", symptom.cause, symptom.remedy),
        )
    });
    let mut outcomes: Vec<Outcome> = outcomes.collect();
    if outcomes.is_empty() {
        outcomes.push(Outcome::ok(format_args!(
            "none of {} is in Error by a known symptom",
            counted(survey.workflows as u64, "workflow")
        )));
    }
    Ok(outcomes)
}
