//! `enable`: offloading turned on, checked before and after, with a way back.

mod apply;
mod backup;
mod file;
mod plan;
mod present;
mod restart;
mod show;
mod smoke;
mod values;
mod verify;
mod write;

use std::io::{BufRead, IsTerminal, Write};

use self::apply::roll_back;
use self::file::given;
use self::plan::{Restart, restarts, secret_change};
use self::smoke::smoke_test;
use self::values::{Wanted, wanted};
use self::verify::verify;
use super::Answer;
use super::doctor::{self, Facts, Planned};
use super::live::block_on;
use crate::cli::{
    ChangeArguments, ChangeForm, ConnectionArguments, ControllerArguments, DryRun, EnableArguments,
};
use crate::cluster::{Cluster, Controller, OwnerKind, connect, find_controller};
use crate::failure::{Failure, help_of};
use crate::output::{say, write_stdout, write_yaml};
use anyhow::Result;

pub(super) use self::apply::{How, apply, check_rights};
pub(super) use self::plan::{Plan, config_map_change};
pub(super) use self::present::Present;
pub(super) use self::show::plan_text;

pub(super) fn run(arguments: &EnableArguments) -> Result<Answer> {
    block_on(async {
        let (cluster, controller) = found(&arguments.connection, &arguments.how).await?;
        let present = Present::read(&cluster, controller).await?;
        if arguments.rollback {
            agreed(&arguments.how, "put back what the last change has changed")?;
            roll_back(&cluster, &present, arguments.how.timeout).await?;
            say("everything is as it was before the last change");
            return Ok(Answer::Good);
        }
        if arguments.verify {
            return verify(&cluster, &present, arguments).await;
        }
        enable(&cluster, &present, arguments).await
    })
}

async fn enable(
    cluster: &Cluster,
    present: &Present,
    arguments: &EnableArguments,
) -> Result<Answer> {
    let wanted = wanted(cluster, present, &given(arguments)?, arguments).await?;
    let plan = planned(present, &wanted)?;
    if let Some(answer) = print_for_owner(present, &plan, &arguments.how, arguments.output)? {
        return Ok(answer);
    }
    if plan.is_empty() {
        say(format_args!(
            "already enabled in {}: nothing was changed",
            present.configuration.place
        ));
        if arguments.smoke_test && arguments.how.dry_run == DryRun::None {
            prove(cluster, present, arguments).await?;
        }
        return Ok(Answer::Good);
    }
    write_stdout(plan_text(present, &plan)?.as_bytes())?;
    if arguments.how.dry_run != DryRun::Client {
        check_rights(cluster, present, &plan).await?;
    }
    preflight(cluster, present, &plan, &wanted, arguments).await?;
    match arguments.how.dry_run {
        DryRun::Client => {
            say("nothing was changed (dry run)");
            return Ok(Answer::Good);
        }
        DryRun::None => agreed(&arguments.how, "do this")?,
        DryRun::Server => {}
    }
    let how = How {
        dry: arguments.how.dry_run == DryRun::Server,
        rollback: !arguments.no_rollback,
        timeout: arguments.how.timeout,
    };
    apply(cluster, present, &plan, how).await?;
    if how.dry {
        say("nothing was changed (server dry run)");
        return Ok(Answer::Good);
    }
    if plan.restarts.iter().any(|restart| matches!(restart, Restart::ByHand { .. })) {
        say(format_args!(
            "once that is restarted: kubectl argo-offload enable --verify --smoke-test -n {}",
            present.controller.namespace
        ));
        return Ok(Answer::Good);
    }
    if arguments.smoke_test {
        // With what it says by now.
        let present = Present::read(cluster, present.controller.clone()).await?;
        prove(cluster, &present, arguments).await.map_err(|error| {
            let help = help_of(&error).map_or(String::new(), |help| format!("{help}; "));
            Failure::new(format_args!("offloading is on, and the smoke test failed: {error:#}"))
                .help(format_args!("{help}back to before: kubectl argo-offload enable --rollback"))
        })?;
    }
    say("node statuses are offloaded; check it at any time: kubectl argo-offload doctor");
    Ok(Answer::Good)
}

/// Has the controller offload a workflow.
async fn prove(cluster: &Cluster, present: &Present, arguments: &EnableArguments) -> Result<()> {
    let namespace = arguments.smoke_test_namespace.as_deref();
    smoke_test(cluster, present, &arguments.database, namespace, arguments.how.timeout).await
}

fn planned(present: &Present, wanted: &Wanted) -> Result<Plan> {
    let config_map = config_map_change(present, &wanted.settings())?;
    let secret = secret_change(&wanted.secret);
    let restarts = restarts(present, config_map.is_some() || secret.is_some());
    Ok(Plan { secret, config_map, restarts })
}

/// Prints the change instead of doing it, where a form is asked for, or somebody else keeps the ConfigMap.
pub(super) fn print_for_owner(
    present: &Present,
    plan: &Plan,
    how: &ChangeArguments,
    form: Option<ChangeForm>,
) -> Result<Option<Answer>> {
    let Some(change) = &plan.config_map else { return Ok(None) };
    if let Some(form) = form {
        return print(present, plan, change, form).map(Some);
    }
    let Some(owner) = present.owner.as_ref().filter(|_| !how.force_owned) else { return Ok(None) };
    say(format_args!(
        "the ConfigMap {} is kept by {owner}: nothing is written, as it would be undone. Make this change there:",
        present.configuration.place
    ));
    let form = match owner.kind {
        OwnerKind::Helm => ChangeForm::Helm,
        _ => ChangeForm::Kustomize,
    };
    print(present, plan, change, form)?;
    say(
        "help: -o helm, kustomize or yaml prints it in another form; --force-owned writes it all the same",
    );
    Ok(Some(Answer::Bad))
}

/// Prints the change for whoever keeps the configuration.
fn print(
    present: &Present,
    plan: &Plan,
    change: &plan::ConfigMapChange,
    form: ChangeForm,
) -> Result<Answer> {
    let section = plan.configuration(present).persistence()?;
    let section = section.map(|section| section.json).unwrap_or_default();
    write_yaml(&show::form(present, change, &section, form))?;
    if let Some(secret) = &plan.secret {
        say(format_args!(
            "beside it, the Secret {} in {} needs user and password: kubectl create secret generic {} -n {} \
             --from-literal=username=… --from-literal=password=…",
            secret.name, secret.namespace, secret.name, secret.namespace
        ));
    }
    Ok(Answer::Good)
}

/// The doctor's checks against what is planned, before anything is written.
async fn preflight(
    cluster: &Cluster,
    present: &Present,
    plan: &Plan,
    wanted: &Wanted,
    arguments: &EnableArguments,
) -> Result<()> {
    let secret = plan.secret.as_ref();
    let secret = secret.map(|change| (change.name.clone(), change.after.to_string().into_bytes()));
    let planned = Planned {
        configuration: plan.configuration(present),
        secret,
        credentials: wanted.secret.credentials.clone(),
    };
    let controller = Ok(present.controller.clone());
    let facts = Facts::new(cluster.clone(), controller, arguments.database.clone(), None);
    let failed = doctor::preflight(facts.planned(planned), &arguments.force).await?;
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format_args!("{}: nothing was changed", failed.join(", ")))
        .help(format_args!("mend it, or go on in spite of it: --force {}", failed.join(",")))
        .into())
}

/// The cluster, and the controller that `-n` means.
pub(super) async fn found(
    connection: &ConnectionArguments,
    how: &ChangeArguments,
) -> Result<(Cluster, Controller)> {
    let cluster = connect(connection).await?;
    let flags = ControllerArguments {
        controller_namespace: connection.namespace.clone(),
        configmap: how.configmap.clone(),
    };
    let controller = find_controller(&cluster, &flags, None).await?;
    Ok((cluster, controller))
}

/// Asks on a terminal; without one, `-y` must have been said.
pub(super) fn agreed(how: &ChangeArguments, what: &str) -> Result<()> {
    if how.yes {
        return Ok(());
    }
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(Failure::new("there is no terminal to ask on")
            .help(format_args!("say -y to {what}, or --dry-run client to see it only"))
            .into());
    }
    let _ = write!(std::io::stderr(), "{what}? [y/N] ");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::new)?;
    match line.trim() {
        "y" | "Y" | "yes" => Ok(()),
        _ => Err(Failure::new("not agreed: nothing was changed").into()),
    }
}
