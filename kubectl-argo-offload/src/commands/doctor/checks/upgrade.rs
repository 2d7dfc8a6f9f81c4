//! What another version of Argo would say.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use super::configuration;
use crate::commands::lint::live_findings;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD202",
    name: "upgrade",
    summary: "The version that the controller is to be upgraded to accepts the ConfigMap.",
    documentation: "\
## What it checks
With `--upgrade-to VERSION`: what of the ConfigMap that version would refuse and the one that runs accepts.

## Why it matters
Fields are taken away and become stricter between releases: the new controller then ends at its start, while the old \
one was content.

## What to do
Change the ConfigMap before the upgrade; `lint --live --upgrade-to VERSION` shows each place.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let Some(version) = facts.upgrade_to else {
        return Err(Skipped::because("--upgrade-to names no version"));
    };
    let controller = facts.controller()?;
    let configuration = facts.configuration().await?;
    let findings = live_findings(&facts.cluster, controller, configuration, Some(version), None)
        .await
        .map_err(|error| Skipped::because(format_args!("{error:#}")))?;
    let mut outcomes: Vec<Outcome> = findings
        .iter()
        .filter(|finding| finding.rule.name == "refused-after-upgrade")
        .filter_map(configuration::outcome)
        .collect();
    if outcomes.is_empty() {
        outcomes.push(Outcome::ok(format_args!("Argo {version} refuses nothing that runs now")));
    }
    Ok(outcomes)
}
