//! Whether workflows come near to the limit.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use super::lost_rows::some;
use crate::commands::size::Level;
use crate::output::{bytes, counted};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD404",
    name: "large-workflows",
    summary: "No running workflow comes near to the limit, as the controller counts it.",
    documentation: "\
## What it checks
Each workflow that has not ended, as `kubectl argo-offload size` does: whether what the controller stores of it, after \
compressing or offloading, has 90 % of `MAX_WORKFLOW_SIZE` or is over it.

## Why it matters
Over the limit the controller fails: `workflow is longer than maximum allowed size`. Where offloading is on, what is \
left is the spec, which nothing makes smaller.

## What to do
`kubectl argo-offload size NAME` shows where the bytes are.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let survey = facts.survey().await?;
    let limit = facts.controller()?.max_workflow_bytes();
    let limit = u64::try_from(limit).map_or_else(|_| limit.to_string(), bytes);
    let of = |wanted: Level| -> Vec<String> {
        let is_wanted = |(_, level): &&(String, Level)| *level == wanted;
        survey.large.iter().filter(is_wanted).map(|(name, _)| name.clone()).collect()
    };
    let mut outcomes = Vec::new();
    for (level, what) in [(Level::Over, "over"), (Level::Near, "within 10 % of")] {
        let names = of(level);
        let Some((namespace, name)) = names.first().and_then(|name| name.split_once('/')) else {
            continue;
        };
        let count = counted(names.len() as u64, "running workflow");
        let message = format!("{count} {what} the limit of {limit}: {}", some(&names));
        let help = format!("kubectl argo-offload size {name} -n {namespace}");
        outcomes.push(match level {
            Level::Over => Outcome::error(message, help),
            _ => Outcome::warning(message, help),
        });
    }
    if outcomes.is_empty() {
        let count = counted(survey.workflows as u64, "workflow");
        outcomes.push(Outcome::ok(format_args!("none of {count} comes near to the limit of {limit}")));
    }
    Ok(outcomes)
}
