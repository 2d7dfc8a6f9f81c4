//! Whether argo-server runs.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use super::super::restarts::{Program, judge};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD106",
    name: "argo-server",
    summary: "argo-server is ready; if it crashes, the reason from its log.",
    documentation: "\
## What it checks
The pods of argo-server beside the controller: whether they are ready, wait in a crash loop, or were started again \
within the last hour, with the symptom that the log names.

## Why it matters
argo-server connects to the same database with the same Secrets, and ends at its start when it cannot. Its service \
account needs its own right to the Secrets. Without it neither the web console nor `argo get` shows offloaded \
workflows.

## What to do
What the symptom's remedy says. Where there is no argo-server, nothing: `kubectl argo-offload get` needs none.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let pods = facts.server_pods().await?;
    if pods.is_empty() {
        let namespace = &facts.controller()?.namespace;
        return Err(Skipped::because(format_args!(
            "there is no argo-server in the namespace {namespace}"
        )));
    }
    Ok(judge(facts, Program::Server, pods).await)
}
