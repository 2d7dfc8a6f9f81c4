//! Who keeps the ConfigMap.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::owner_of;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD109",
    name: "configuration-owner",
    summary: "Who keeps the ConfigMap: Argo CD, Flux, Helm, or nobody.",
    documentation: "\
## What it checks
Labels, annotations and field managers of the ConfigMap that Argo CD, Flux and Helm leave. It is never a warning.

## Why it matters
A change by hand is undone by whoever keeps the object: at once, within minutes, or at the next upgrade.

## What to do
Make changes where the owner takes them from.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let configuration = facts.configuration().await?;
    let place = &configuration.place;
    Ok(vec![Outcome::ok(match owner_of(&configuration.text) {
        Some(owner) => format!("the ConfigMap {place} is kept by {owner}: make changes there"),
        None => format!("nobody but people keeps the ConfigMap {place}"),
    })])
}
