//! Whether exactly one of the controller's pods works.

use jiff::Timestamp;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use super::configuration;
use crate::cluster::{Controller, Leader, ProgramPod, leader};
use crate::output::{duration, shortened};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD110",
    name: "leader",
    summary: "Exactly one of the controller's pods works: it holds the lease, or is the only one.",
    documentation: "\
## What it checks
The lease `workflow-controller` (with an `instanceID`: `workflow-controller-ID`) beside the controller: whom it names, \
and whether it was renewed lately. With `LEADER_ELECTION_DISABLE=true` instead, that the Deployment has no more than \
one replica.

## Why it matters
A controller that waits for a lease does nothing, and is ready all the same. Two that both work run every workflow \
twice, and each deletes rows that the other still needs.

## What to do
Where nobody renews the lease, read the logs of all replicas. Where another program holds it, give the controllers \
different namespaces or `instanceID`s. Where the election is off, have one replica.
",
    run: |facts| Box::pin(check(facts)),
};

/// By how many seconds clocks may differ.
const SKEW: i64 = 60;

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let controller = facts.controller()?;
    if controller.workload.is_none() {
        return Err(Skipped::because("the controller's environment cannot be seen"));
    }
    if let Some(outcome) = without_election(controller) {
        return Ok(vec![outcome]);
    }
    let Some(instance_id) = &facts.configuration().await?.verdict.instance_id else {
        return Err(Skipped::after(&configuration::CHECK));
    };
    let found = leader(&facts.cluster, controller, instance_id).await;
    let found = found.map_err(|error| Skipped::forbidden(&error))?;
    // Which pods there are is of use, and not needed.
    let pods = facts.controller_pods().await.unwrap_or_default();
    Ok(vec![judge(controller, found.as_ref(), pods, Timestamp::now())])
}

fn without_election(controller: &Controller) -> Option<Outcome> {
    let off = controller.environment.get("LEADER_ELECTION_DISABLE")? == "true";
    let wanted = controller.replicas.map_or(1, |replicas| replicas.wanted);
    off.then(|| match wanted {
        ..=1 => Outcome::ok("the election of a leader is off, and there is one replica"),
        _ => Outcome::error(
            format_args!(
                "{} has {wanted} replicas and LEADER_ELECTION_DISABLE=true: each of them runs every workflow",
                controller.place()
            ),
            format_args!(
                "kubectl scale --replicas=1 -n {} {}; or take the variable away",
                controller.namespace,
                controller.workload.as_deref().unwrap_or_default()
            ),
        ),
    })
}

fn judge(
    controller: &Controller,
    found: Option<&Leader>,
    pods: &[ProgramPod],
    now: Timestamp,
) -> Outcome {
    let namespace = &controller.namespace;
    let logs = format!(
        "kubectl logs -n {namespace} {} says what it waits for",
        controller.workload.as_deref().unwrap_or_default()
    );
    let Some(leader) = found else {
        let what = format!("there is no lease in the namespace {namespace}: no controller has ever led");
        return Outcome::error(what, logs);
    };
    let Leader { lease, .. } = leader;
    let holder = shortened(&leader.holder, 253);
    let age = leader.renewed.map(|at| now.as_second() - at.as_second());
    let ago = |age: i64| duration(age.try_into().unwrap_or(0));
    match age {
        _ if holder.is_empty() => {
            Outcome::error(format_args!("nobody holds the lease {namespace}/{lease}"), logs)
        }
        Some(age) if age > leader.seconds + SKEW => Outcome::error(
            format_args!(
                "{holder} holds the lease {namespace}/{lease} and has not renewed it for {}: no controller works",
                ago(age)
            ),
            logs,
        ),
        _ if is_stranger(controller, &holder, pods) => Outcome::warning(
            format_args!(
                "{holder} holds the lease {namespace}/{lease}, and is none of the pods of {}",
                controller.place()
            ),
            "a second controller in the namespace? Only the one that holds the lease works: kubectl get pods",
        ),
        Some(age) => Outcome::ok(format_args!("{holder} leads, and renewed its lease {} ago", ago(age))),
        None => Outcome::ok(format_args!("{holder} leads")),
    }
}

/// Whether whom the lease names is none of the pods. A pod that is just being replaced may hold it for a while.
fn is_stranger(controller: &Controller, holder: &str, pods: &[ProgramPod]) -> bool {
    // A name of its own is no pod's.
    let is_pod = !controller.environment.contains_key("LEADER_ELECTION_IDENTITY");
    is_pod && !pods.is_empty() && pods.iter().all(|pod| pod.name != holder)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::super::super::check::Level;
    use super::*;
    use crate::cluster::Replicas;

    fn controller(environment: &[(&str, &str)], wanted: i32) -> Controller {
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Controller {
            namespace: "argo".into(),
            workload: Some("deployment/workflow-controller".into()),
            config_map: "workflow-controller-configmap".into(),
            image: None,
            version: None,
            environment: environment.iter().map(pair).collect::<BTreeMap<_, _>>(),
            unknown_environment: Vec::new(),
            replicas: Some(Replicas { wanted, ready: wanted }),
            managed_namespace: None,
        }
    }

    #[test]
    fn without_an_election_there_must_be_one_replica() {
        let off = [("LEADER_ELECTION_DISABLE", "true")];
        let level = |of: &Controller| without_election(of).map(|outcome| outcome.level);
        assert_eq!(level(&controller(&off, 1)), Some(Level::Ok));
        assert_eq!(level(&controller(&off, 2)), Some(Level::Error));
        assert_eq!(level(&controller(&[("LEADER_ELECTION_DISABLE", "false")], 2)), None);
        assert_eq!(level(&controller(&[], 2)), None);
    }

    #[test]
    fn a_lease_must_be_held_and_renewed() {
        let at = |seconds: i64| Timestamp::from_second(seconds).expect("a time");
        let leader = |holder: &str, renewed: i64| Leader {
            lease: "workflow-controller".into(),
            holder: holder.into(),
            renewed: Some(at(renewed)),
            seconds: 15,
        };
        let of = |found: Option<&Leader>| judge(&controller(&[], 1), found, &[], at(1000));
        assert_eq!(of(None).level, Level::Error);
        assert_eq!(of(Some(&leader("", 990))).level, Level::Error);
        assert_eq!(of(Some(&leader("wc-1", 990))).level, Level::Ok);
        assert_eq!(of(Some(&leader("wc-1", 900))).level, Level::Error);
        // A clock that is ahead.
        assert_eq!(of(Some(&leader("wc-1", 1020))).level, Level::Ok);
    }
}
