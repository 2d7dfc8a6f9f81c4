//! Whether the cluster knows Workflows.

use serde::Deserialize;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::Access;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD102",
    name: "workflow-crd",
    summary: "The cluster knows Workflows.",
    documentation: "\
## What it checks
Whether the API server serves `workflows` in `argoproj.io/v1alpha1`.

## Why it matters
Without the CustomResourceDefinition Argo Workflows is not installed here, or only half: the controller ends at its \
start, and no workflow can be made.

## What to do
Check that this is the right cluster (`kubectl config current-context`); else install Argo's CRDs, which the Helm \
chart leaves out with `crds.install: false`.
",
    run: |facts| Box::pin(check(facts)),
};

#[derive(Deserialize)]
struct Resources {
    resources: Vec<Resource>,
}

#[derive(Deserialize)]
struct Resource {
    name: String,
}

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let access = Access::get("argoproj.io", "workflows");
    let found: Result<Resources, _> =
        facts.cluster.object("/apis/argoproj.io/v1alpha1", &access).await;
    let known = match found {
        Ok(found) => found.resources.iter().any(|resource| resource.name == "workflows"),
        Err(error) if error.is_not_found() => false,
        Err(error) if error.is_forbidden() => return Err(Skipped::forbidden(&error)),
        Err(error) => return Ok(vec![Outcome::of_cluster(&error)]),
    };
    Ok(vec![match known {
        true => Outcome::ok("the cluster knows workflows.argoproj.io"),
        false => Outcome::error(
            format_args!("{} does not know workflows.argoproj.io", facts.cluster.server()),
            "is this the right cluster? kubectl config current-context; else install Argo's CRDs",
        ),
    }])
}
