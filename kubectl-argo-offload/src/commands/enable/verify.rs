//! Whether what `enable` does has been done, by whomever, and works.

use anyhow::Result;

use super::plan::{Restart, restarts};
use super::present::Present;
use super::prove;
use crate::cli::EnableArguments;
use crate::cluster::Cluster;
use crate::commands::Answer;
use crate::commands::doctor::{self, Facts};
use crate::failure::Failure;
use crate::output::say;

/// Looks at configuration, programs and database, and with `--smoke-test` has a workflow offloaded; changes nothing.
///
/// # Errors
/// Offloading is off, or the smoke test fails.
pub(super) async fn verify(
    cluster: &Cluster,
    present: &Present,
    arguments: &EnableArguments,
) -> Result<Answer> {
    let place = &present.configuration.place;
    if present.section.get("nodeStatusOffLoad") != Some(&true.into()) {
        return Err(Failure::new(format_args!(
            "node statuses are not offloaded: nodeStatusOffLoad is not true in {place}"
        ))
        .help("turn it on: kubectl argo-offload enable")
        .into());
    }
    let controller = Ok(present.controller.clone());
    let facts = Facts::new(cluster.clone(), controller, arguments.database.clone(), None);
    let mut failed: Vec<String> =
        doctor::postflight(&facts).await?.into_iter().map(str::to_owned).collect();
    drop(facts);
    for restart in restarts(present, false) {
        let program = match restart {
            Restart::Rollout { deployment, .. } => format!("deployment/{deployment}"),
            Restart::Delete { pod, .. } => format!("pod/{pod}"),
            Restart::ByHand { what, .. } => what.to_owned(),
        };
        failed.push(format!("{program} was started before the last change of {place}"));
    }
    if !failed.is_empty() {
        return Err(Failure::new(format_args!("not verified: {}", failed.join(", ")))
            .help("kubectl argo-offload explain CODE tells what to do; enable starts again what is older than the ConfigMap")
            .into());
    }
    if arguments.smoke_test {
        prove(cluster, present, arguments).await?;
        say("verified: the controller offloads");
        return Ok(Answer::Good);
    }
    if present.controller_pods.is_empty() {
        say(
            "note: the controller cannot be seen from here: --smoke-test has it prove that it offloads",
        );
    }
    say("verified: configuration, programs and database are as they must be");
    Ok(Answer::Good)
}
