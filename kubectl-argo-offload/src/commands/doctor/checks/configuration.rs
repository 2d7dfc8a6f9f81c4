//! What the controller says to its ConfigMap, and what lint says.

use argo_offload_core::config::Severity;

use super::super::check::{Check, Level, Outcome, Skipped};
use super::super::facts::Facts;
use crate::commands::lint::{LiveFinding, live_findings};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD201",
    name: "configuration",
    summary: "The controller accepts its ConfigMap, and lint finds nothing in it that hurts later.",
    documentation: "\
## What it checks
What `kubectl argo-offload lint --live` finds in the ConfigMap, the Secrets that it names and the environment of the \
Deployments, judged by the version that runs: its errors and warnings, each with its rule.

## Why it matters
The controller ends when it cannot read its ConfigMap, at each start and at each change. Much else is accepted in \
silence and hurts later.

## What to do
See each finding with its place: `kubectl argo-offload lint --live`; `kubectl argo-offload explain RULE` says more.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let controller = facts.controller()?;
    let configuration = match facts.read_configuration().await? {
        Ok(configuration) => configuration,
        Err(error) if error.is_forbidden() => return Err(Skipped::forbidden(error)),
        Err(error) => return Ok(vec![Outcome::of_cluster(error)]),
    };
    let findings = live_findings(&facts.cluster, controller, configuration, None, facts.planned_secret())
        .await
        .map_err(|error| Skipped::because(format_args!("{error:#}")))?;
    let mut outcomes: Vec<Outcome> = findings.iter().filter_map(outcome).collect();
    if outcomes.is_empty() {
        let argo = facts.argo();
        let place = &configuration.place;
        let what = match configuration.persistence() {
            Ok(Some(persistence)) if persistence.offloading => "node statuses are offloaded",
            Ok(Some(_)) => "it has a database, and node statuses are not offloaded to it",
            _ => "it has no database: nothing is offloaded",
        };
        outcomes.push(Outcome::ok(format_args!("Argo {argo} accepts the ConfigMap {place}: {what}")));
    }
    Ok(outcomes)
}

/// What doctor says of a finding; nothing of what is only worth knowing.
pub(super) fn outcome(finding: &LiveFinding) -> Option<Outcome> {
    let level = match finding.severity {
        Severity::Info => return None,
        Severity::Warning => Level::Warning,
        Severity::Error => Level::Error,
    };
    let LiveFinding { rule, place, message, .. } = finding;
    let help = finding.help.clone().unwrap_or_else(|| {
        format!("kubectl argo-offload lint --live shows it; kubectl argo-offload explain {}", rule.code)
    });
    let message = format!("{place}: {message} [{} {}]", rule.code, rule.name);
    Some(Outcome::new(level, message, Some(help)))
}
