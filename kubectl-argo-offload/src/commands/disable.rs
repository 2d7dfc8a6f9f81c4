//! `disable`: no more node statuses are offloaded; those that are stay readable.

use std::time::Duration;

use anyhow::{Context, Result};
use argo_offload_core::config::change::{Scalar, Setting};
use argo_offload_core::workflow::{Envelope, Storage};
use tokio::time::Instant;

use super::Answer;
use super::enable::{
    How, Plan, Present, agreed, apply, check_rights, config_map_change, found, plan_text,
    print_for_owner,
};
use super::live::block_on;
use crate::cli::{DisableArguments, DryRun};
use crate::cluster::{Cluster, Selection, workflows};
use crate::failure::Failure;
use crate::output::{counted, say, write_stdout};

/// Between two looks while workflows end.
const PAUSE: Duration = Duration::from_secs(5);
/// How many workflows are named.
const NAMED: usize = 10;

pub(super) fn run(arguments: &DisableArguments) -> Result<Answer> {
    block_on(async {
        let (cluster, controller) = found(&arguments.connection, &arguments.how).await?;
        if controller.always_offload() {
            return Err(Failure::new(format_args!(
                "{} runs with ALWAYS_OFFLOAD_NODE_STATUS=true: with offloading off every workflow would end in Error",
                controller.place()
            ))
            .help("take the variable away first, and let the running workflows end")
            .into());
        }
        let present = Present::read(&cluster, controller).await?;
        let off = Setting { path: &["nodeStatusOffLoad"], value: Scalar::Bool(false) };
        let is_on = present.section.get("nodeStatusOffLoad") == Some(&true.into());
        let Some(change) = (if is_on { config_map_change(&present, &[off])? } else { None }) else {
            say(format_args!(
                "already disabled in {}: nothing was changed",
                present.configuration.place
            ));
            return Ok(Answer::Good);
        };
        let plan = Plan::of_config_map(&present, change);
        if let Some(answer) = print_for_owner(&present, &plan, &arguments.how, None)? {
            return Ok(answer);
        }
        if arguments.how.dry_run != DryRun::Client {
            check_rights(&cluster, &present, &plan).await?;
        }
        wait_for_workflows(&cluster, &present, arguments).await?;
        write_stdout(plan_text(&present, &plan)?.as_bytes())?;
        say("argo-server must not be restarted before nobody looks at old workflows any more");
        match arguments.how.dry_run {
            DryRun::Client => {
                say("nothing was changed (dry run)");
                return Ok(Answer::Good);
            }
            DryRun::None => agreed(&arguments.how, "do this")?,
            DryRun::Server => {}
        }
        let dry = arguments.how.dry_run == DryRun::Server;
        apply(
            &cluster,
            &present,
            &plan,
            How { dry, rollback: true, timeout: arguments.how.timeout },
        )
        .await?;
        if !dry {
            say("no more node statuses are offloaded; back again: kubectl argo-offload enable");
        }
        Ok(Answer::Good)
    })
}

/// Workflows that still need the database: with `--drain` they are waited for.
async fn wait_for_workflows(
    cluster: &Cluster,
    present: &Present,
    arguments: &DisableArguments,
) -> Result<()> {
    let deadline = Instant::now() + arguments.how.timeout;
    let mut last = usize::MAX;
    loop {
        let needing = needing(cluster, present).await?;
        if needing.is_empty() {
            return Ok(());
        }
        let count = counted(needing.len() as u64, "workflow");
        let more = needing.len().saturating_sub(NAMED);
        let mut names = needing.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
        if more > 0 {
            names += &format!(" and {more} more");
        }
        let what = format!(
            "{count} that have not ended, or wait to be archived, have their nodes in the database: {names}"
        );
        if !arguments.drain {
            return Err(Failure::new(what)
                .help("without it they end in Error; wait for them: --drain --timeout 1h")
                .into());
        }
        if Instant::now() >= deadline {
            return Err(Failure::new(format_args!(
                "after {} s {what}",
                arguments.how.timeout.as_secs()
            ))
            .help("more time: --timeout 2h")
            .into());
        }
        if needing.len() != last {
            say(format_args!("waiting: {what}"));
            last = needing.len();
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// `namespace/name` of those that have not ended or wait to be archived, with offloaded nodes.
async fn needing(cluster: &Cluster, present: &Present) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for labels in [
        "workflows.argoproj.io/completed!=true",
        "workflows.argoproj.io/workflow-archiving-status=Pending",
    ] {
        let selection = Selection {
            namespace: present.controller.managed_namespace.clone(),
            labels: Some(labels.into()),
            fields: None,
        };
        let mut pages = workflows(cluster, selection);
        while let Some(page) = pages.next().await? {
            for (index, text) in page.workflows().enumerate() {
                let envelope = Envelope::parse(text)
                    .with_context(|| format!("{}, item {index}", page.name))?;
                if envelope.storage() == Storage::Offloaded {
                    found.push(format!("{}/{}", envelope.namespace, envelope.name));
                }
            }
        }
    }
    found.sort();
    found.dedup();
    Ok(found)
}
