//! Whether argo-server knows the ConfigMap as it is.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD108",
    name: "stale-server",
    summary: "argo-server was started after the last change of the ConfigMap.",
    documentation: "\
## What it checks
When argo-server's containers were started, and when the ConfigMap was last written, as its `managedFields` say.

## Why it matters
argo-server reads the ConfigMap at its start and never again. One that is older than the change still runs with what \
was there before: after offloading is turned on it answers `offload node status is not supported`.

## What to do
Restart it: `kubectl rollout restart deployment/argo-server`, or delete its pod.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let configuration = facts.configuration().await?;
    let pods = facts.server_pods().await?;
    if pods.is_empty() {
        return Err(Skipped::because("there is no argo-server beside the controller"));
    }
    let Some(changed) = configuration.last_change() else {
        return Err(Skipped::because("the ConfigMap does not say when it was changed"));
    };
    let older: Vec<_> = pods.iter().filter(|pod| pod.started.is_some_and(|at| at < changed)).collect();
    let Some(pod) = older.first() else {
        return Ok(vec![Outcome::ok(format_args!(
            "argo-server was started after the ConfigMap's last change, at {changed}"
        ))]);
    };
    Ok(vec![Outcome::warning(
        format_args!(
            "argo-server (pod/{}) was started before the ConfigMap's last change, at {changed}: it may not know it",
            pod.name
        ),
        format_args!(
            "kubectl rollout restart deployment/argo-server -n {0}, or kubectl delete pod {1} -n {0}",
            pod.namespace, pod.name
        ),
    )])
}
