//! `doctor`: whether offloading works, from the cluster to the last row, and what is about to break.

mod bundle;
mod check;
mod checks;
mod facts;
mod report;
mod restarts;
mod show;
mod survey;

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use futures::StreamExt;
use futures::stream::FuturesUnordered;

use self::check::{Level, Outcome};
use self::report::{CheckList, Report};
use super::Answer;
use super::live::block_on;
use super::selection::{Choice, Named, Selection};
use crate::cli::{ControllerArguments, DoctorArguments, DoctorFailOn, DoctorOutput};
use crate::cluster::{connect, find_controller};
use crate::output::{say, write_json, write_stdout, write_yaml};

pub(super) use self::check::Check;
pub(crate) use self::checks::CHECKS;
pub(super) use self::checks::find;
pub(super) use self::facts::{Facts, Planned};
pub(super) use self::report::CheckItem;
pub(super) use self::restarts::{Program, trouble_of};

/// How long one check may take: more than any connection it waits for may.
const PATIENCE: Duration = Duration::from_secs(30);
/// The same for what reads every workflow.
const PATIENCE_WITH_WORKFLOWS: Duration = Duration::from_secs(300);

/// The checks that say whether what is planned can work. Those of the table are left out: Argo makes it when it starts.
const PREFLIGHT: [&str; 11] = [
    "AD102", "AD105", "AD201", "AD302", "AD303", "AD304", "AD305", "AD306", "AD308", "AD309",
    "AD310",
];

/// The checks that say whether what is there works, rows and workflows left out.
const POSTFLIGHT: [&str; 18] = [
    "AD102", "AD103", "AD104", "AD105", "AD106", "AD108", "AD110", "AD201", "AD301", "AD302",
    "AD303", "AD304", "AD305", "AD306", "AD307", "AD308", "AD309", "AD310",
];

/// Those without which nothing is known: skipped, they are as bad as an error.
const NEEDED: [&str; 2] = ["AD201", "AD302"];

pub(super) fn run(arguments: &DoctorArguments) -> Result<Answer> {
    let selection = Selection::of(&choice(), &arguments.select, &arguments.ignore)?;
    let checks: Vec<&'static Check> =
        CHECKS.iter().copied().filter(|check| selection.has(check.code)).collect();
    if arguments.list_checks {
        list_checks(&checks, arguments.output)?;
        return Ok(Answer::Good);
    }
    let report = block_on(examine(&checks, arguments))?;
    match arguments.output {
        // Each line has been printed.
        DoctorOutput::Table => show::summary(&report),
        DoctorOutput::Json => write_json(&report)?,
        DoctorOutput::Yaml => write_yaml(&report)?,
        DoctorOutput::Prometheus => write_stdout(show::metrics(&report).as_bytes())?,
    }
    let worst = report.worst();
    Ok(match arguments.fail_on {
        // Nothing could be looked at, which is no good news.
        _ if worst == Level::Skipped => Answer::Incomplete,
        DoctorFailOn::Warning if worst >= Level::Warning => Answer::Bad,
        DoctorFailOn::Error if worst >= Level::Error => Answer::Bad,
        _ => Answer::Good,
    })
}

/// Looks at what is planned as if it were there; shows what is wrong with it, and gives the codes of errors that are not
/// `forced`.
///
/// # Errors
/// A word of `forced` is no check.
pub(super) async fn preflight(facts: Facts, forced: &[String]) -> Result<Vec<&'static str>> {
    let forced = match forced {
        [] => None,
        forced => Some(Selection::of(&choice(), forced, &[])?),
    };
    let mut failed = Vec::new();
    for code in PREFLIGHT {
        let Some((check, mut outcomes)) = look(code, &facts).await else { continue };
        outcomes.retain(|outcome| is_bad(code, outcome));
        write_stdout(show::lines(check, &outcomes).as_bytes())?;
        let is_error = outcomes.iter().any(|outcome| outcome.level != Level::Warning);
        if is_error && forced.as_ref().is_none_or(|forced| !forced.has(code)) {
            failed.push(code);
        }
    }
    Ok(failed)
}

/// Looks at what is there; shows all of it, and gives the codes of errors.
///
/// # Errors
/// Nobody reads what is shown.
pub(super) async fn postflight(facts: &Facts) -> Result<Vec<&'static str>> {
    write_stdout(show::head().as_bytes())?;
    let mut failed = Vec::new();
    for code in POSTFLIGHT {
        let Some((check, outcomes)) = look(code, facts).await else { continue };
        write_stdout(show::lines(check, &outcomes).as_bytes())?;
        let mut errors = outcomes.iter().filter(|outcome| is_bad(code, outcome));
        if errors.any(|outcome| outcome.level != Level::Warning) {
            failed.push(code);
        }
    }
    Ok(failed)
}

async fn look(code: &str, facts: &Facts) -> Option<(&'static Check, Vec<Outcome>)> {
    let check = find(code)?;
    let (_, outcomes) = outcomes(0, check, facts).await;
    Some((check, outcomes))
}

fn is_bad(code: &str, outcome: &Outcome) -> bool {
    outcome.level >= Level::Warning || (NEEDED.contains(&code) && outcome.level == Level::Skipped)
}

fn choice() -> Choice {
    let all = CHECKS.iter().map(|check| Named { code: check.code, name: check.name }).collect();
    Choice { all, noun: "check", list: "kubectl argo-offload doctor --list-checks" }
}

async fn examine(checks: &[&'static Check], arguments: &DoctorArguments) -> Result<Report> {
    let cluster = connect(&arguments.connection).await?;
    let flags = ControllerArguments {
        controller_namespace: arguments.connection.namespace.clone(),
        configmap: arguments.configmap.clone(),
    };
    let found = find_controller(&cluster, &flags, None).await;
    // With several, nobody knows which one is meant; without an answer of the cluster nothing is known.
    if let Err(error) = &found
        && !error.is_forbidden()
        && !error.is_not_found()
    {
        return Err(error.clone().into());
    }
    let mut report = Report::new(&found);
    let database = arguments.database.clone();
    let facts = Facts::new(cluster, found, database, arguments.upgrade_to);
    let shows = arguments.output == DoctorOutput::Table;
    if shows {
        write_stdout(show::head().as_bytes())?;
    }
    let mut running: FuturesUnordered<_> =
        checks.iter().enumerate().map(|(index, check)| outcomes(index, check, &facts)).collect();
    // Shown as soon as all before have ended, so that they come in order.
    let mut ended: BTreeMap<usize, Vec<Outcome>> = BTreeMap::new();
    let mut next = 0;
    while let Some((index, outcomes)) = running.next().await {
        ended.insert(index, outcomes);
        while let Some(outcomes) = ended.remove(&next) {
            let Some(check) = checks.get(next) else { break };
            if shows {
                write_stdout(show::lines(check, &outcomes).as_bytes())?;
            }
            report.add(check, outcomes);
            next += 1;
        }
    }
    if let Some(path) = &arguments.bundle {
        bundle::write(path, &report, &facts).await?;
        say(format_args!(
            "{} holds what a bug report needs: look at it before you pass it on",
            path.display()
        ));
    }
    Ok(report)
}

/// Runs a check as long as it may take; its worst findings come first.
async fn outcomes(index: usize, check: &Check, facts: &Facts) -> (usize, Vec<Outcome>) {
    let limit = match check.code {
        code if code.starts_with("AD4") || check.name == "packet-size" => PATIENCE_WITH_WORKFLOWS,
        _ => PATIENCE,
    };
    let outcomes = match tokio::time::timeout(limit, (check.run)(facts)).await {
        Ok(Ok(outcomes)) => outcomes,
        Ok(Err(skipped)) => vec![skipped.into()],
        Err(_) => {
            let what = format!("no result within {} s", limit.as_secs());
            let help = format!("look at it alone: doctor --select {}", check.code);
            vec![Outcome::new(Level::Skipped, what, Some(help))]
        }
    };
    let mut outcomes = outcomes;
    outcomes.sort_by_key(|outcome| std::cmp::Reverse(outcome.level));
    (index, outcomes)
}

fn list_checks(checks: &[&'static Check], output: DoctorOutput) -> Result<()> {
    let list = CheckList::of(checks);
    match output {
        DoctorOutput::Json => write_json(&list),
        DoctorOutput::Yaml => write_yaml(&list),
        _ => write_stdout(show::list(checks).as_bytes()),
    }
}

#[cfg(test)]
mod pages;
