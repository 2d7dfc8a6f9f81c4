//! Whether there is a controller, and whether it runs.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::Controller;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD103",
    name: "controller",
    summary: "There is a workflow-controller, and it is ready.",
    documentation: "\
## What it checks
Whether a workflow-controller can be found, how many of its pods are ready, and which version its image says.

## Why it matters
Without a controller no workflow goes on, and no row is written or deleted. Where only its ConfigMap can be seen, as \
in managed clusters, nothing is known about how it runs: checks that need more say so.

## What to do
Where it is somewhere else: `-n NAMESPACE`. Where it is not ready: `kubectl describe deployment NAME`, and AD104 for \
the reason of a crash.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let controller = match facts.found() {
        Ok(controller) => controller,
        Err(error) if error.is_forbidden() => return Err(Skipped::forbidden(error)),
        Err(error) => return Ok(vec![Outcome::of_cluster(error)]),
    };
    Ok(vec![judge(controller)])
}

fn judge(controller: &Controller) -> Outcome {
    let place = controller.place();
    let version = match (&controller.version, &controller.image) {
        (Some(version), _) => format!("Argo {version}"),
        (None, Some(image)) => format!("a version that its image {image} does not tell"),
        (None, None) => "a version that cannot be seen".into(),
    };
    let whose = match &controller.managed_namespace {
        Some(namespace) => format!("workflows of the namespace {namespace}"),
        None => "workflows of all namespaces".into(),
    };
    let namespace = &controller.namespace;
    match controller.replicas {
        None if controller.workload.is_none() => Outcome::ok(format_args!(
            "only its ConfigMap can be seen ({place}): how the controller runs is not known here"
        )),
        None => Outcome::ok(format_args!("{place}: {version}, {whose}")),
        Some(replicas) if replicas.wanted < 1 => Outcome::error(
            format_args!("{place} is scaled to 0: no workflow goes on"),
            format_args!("kubectl scale --replicas=1 -n {namespace} {}", workload(controller)),
        ),
        Some(replicas) if replicas.ready < 1 => Outcome::error(
            format_args!("{place}: none of {} pods is ready", replicas.wanted),
            format_args!("kubectl describe -n {namespace} {}", workload(controller)),
        ),
        Some(replicas) if replicas.ready < replicas.wanted => Outcome::warning(
            format_args!("{place}: {} of {} pods are ready", replicas.ready, replicas.wanted),
            format_args!("kubectl describe -n {namespace} {}", workload(controller)),
        ),
        Some(replicas) => {
            Outcome::ok(format_args!("{place}: {version}, {} ready, {whose}", replicas.ready))
        }
    }
}

fn workload(controller: &Controller) -> &str {
    controller.workload.as_deref().unwrap_or("deployment/workflow-controller")
}
