//! Whether the controller crashes, and what its log says about it.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use super::super::restarts::{Program, judge};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD104",
    name: "controller-restarts",
    summary: "The controller does not crash; if it does, the reason from its log.",
    documentation: "\
## What it checks
The controller's pods: whether one waits in a crash loop or for its image, and whether one was started again within \
the last hour. For one that ended, the last lines of the log of the container before are read, and known symptoms in \
them named.

## Why it matters
A controller that refuses its configuration, or cannot reach its database, ends with one line in the log and is \
started again, for ever; `kubectl get pods` shows only `CrashLoopBackOff`.

## What to do
What the symptom's remedy says: `kubectl argo-offload explain NAME` has more about each.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    if facts.controller()?.workload.is_none() {
        return Err(Skipped::because("the controller's pods cannot be seen"));
    }
    let pods = facts.controller_pods().await?;
    Ok(judge(facts, Program::Controller, pods).await)
}
