//! What this user may not look at.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::permissions::{DOCTOR, NEEDS, Scope, is_allowed};

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD101",
    name: "permissions",
    summary: "What this user may not look at, so that other checks are skipped.",
    documentation: "\
## What it checks
Whether this user has the rights that `doctor` uses, by asking the cluster for each of them: docs/permissions.md has \
the list.

## Why it matters
What cannot be seen is skipped, and a doctor that saw nothing finds nothing.

## What to do
Ask the cluster's administrator for the role that the help names, or have somebody run `doctor` who has it.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let namespace = match facts.found() {
        Ok(controller) => controller.namespace.as_str(),
        Err(_) => facts.cluster.namespace(),
    };
    let managed = facts.found().ok().and_then(|one| one.managed_namespace.as_deref());
    let needs = NEEDS.iter().filter(|need| need.commands.iter().any(|one| DOCTOR.contains(one)));
    let mut outcomes = Vec::new();
    let mut asked = 0;
    for need in needs {
        let access = need.access(match need.scope {
            Scope::Workflows => managed,
            Scope::Controller | Scope::Database => Some(namespace),
        });
        asked += 1;
        match is_allowed(&facts.cluster, &access).await {
            Ok(true) => {}
            Ok(false) => outcomes.push(Outcome::warning(
                format_args!("you may not {access}, which is needed for {}", need.purpose),
                format_args!("ask the cluster's administrator for: {}", access.grant()),
            )),
            Err(error) => return Err(Skipped::forbidden(&error)),
        }
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::ok(format_args!(
            "you have all {asked} rights that doctor uses, at {}",
            facts.cluster.server()
        )));
    }
    Ok(outcomes)
}
