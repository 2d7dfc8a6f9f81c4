//! Whether a program's pods run, and why one does not.

use argo_offload_core::symptoms::recognise;
use jiff::Timestamp;

use super::check::Outcome;
use super::facts::Facts;
use crate::cluster::{Cluster, ProgramPod, log_tail};
use crate::output::{counted, duration, shortened};

/// What is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::commands) enum Program {
    Controller,
    Server,
}

/// How long ago a restart is worth a warning, in seconds.
const RECENT: i64 = 3600;
/// The most characters of a log's line.
const LINE: usize = 300;

/// Says of each pod that is in trouble what its log says, or that all is well.
pub(super) async fn judge(facts: &Facts, program: Program, pods: &[ProgramPod]) -> Vec<Outcome> {
    let now = Timestamp::now();
    let mut outcomes = Vec::new();
    for pod in pods {
        outcomes.extend(trouble(&facts.cluster, program, pod, now).await);
    }
    if outcomes.is_empty() {
        outcomes.push(Outcome::ok(well(program, pods, now)));
    }
    outcomes
}

fn well(program: Program, pods: &[ProgramPod], now: Timestamp) -> String {
    let restarts: i64 = pods.iter().map(|pod| i64::from(pod.restarts)).sum();
    let restarts = counted(restarts.unsigned_abs(), "restart");
    let last = pods.iter().filter_map(|pod| pod.last_end.as_ref()?.at).max();
    let last = last.map_or(String::new(), |at| format!(", the last one {} ago", ago(at, now)));
    let ready = pods.iter().filter(|pod| pod.ready).count() as u64;
    match program {
        Program::Controller => {
            format!("{} without trouble, {restarts}{last}", counted(pods.len() as u64, "pod"))
        }
        Program::Server => format!("{} ready, {restarts}{last}", counted(ready, "pod")),
    }
}

/// Why a pod does not run, and what to do next; `None` where it does.
pub(in crate::commands) async fn trouble_of(
    cluster: &Cluster,
    program: Program,
    pod: &ProgramPod,
) -> Option<(String, String)> {
    let outcome = trouble(cluster, program, pod, Timestamp::now()).await?;
    Some((outcome.message, outcome.help.unwrap_or_default()))
}

async fn trouble(
    cluster: &Cluster,
    program: Program,
    pod: &ProgramPod,
    now: Timestamp,
) -> Option<Outcome> {
    let place = format!("{}/pod/{}", pod.namespace, pod.name);
    let describe = format!("kubectl describe pod {} -n {}", pod.name, pod.namespace);
    let is_recent = |at: Timestamp| now.as_second() - at.as_second() < RECENT;
    let crashed = pod.last_end.as_ref().filter(|end| end.code != 0 || pod.waiting.is_some());
    let crashed = crashed.filter(|end| pod.waiting.is_some() || end.at.is_none_or(is_recent));
    match (&pod.waiting, crashed) {
        // It is just being made.
        (Some(reason), None) if matches!(&**reason, "ContainerCreating" | "PodInitializing") => {
            None
        }
        (Some(reason), None) => {
            Some(Outcome::error(format_args!("{place} does not start: {reason}"), describe))
        }
        (waiting, Some(end)) => {
            let times = counted(pod.restarts.unsigned_abs().into(), "time");
            let what = match waiting {
                Some(reason) => format!("{place} does not run: {reason}, restarted {times}"),
                None => format!("{place} was restarted {times}"),
            };
            let when = end.at.map_or(String::new(), |at| format!(" {} ago", ago(at, now)));
            let what = format!("{what}, ended{when} by {} ({})", end.reason, end.code);
            let (log, help) = reason(cluster, pod, &describe).await;
            let what = format!("{what}{log}");
            Some(match waiting {
                Some(_) => Outcome::error(what, help),
                None => Outcome::warning(what, help),
            })
        }
        (None, None) if program == Program::Server && !pod.ready => Some(Outcome::warning(
            format_args!("{place} runs and is not ready"),
            format_args!("kubectl logs {} -n {}", pod.name, pod.namespace),
        )),
        (None, None) => None,
    }
}

/// What the log of the container before says: the first known symptom, else its last line.
async fn reason(cluster: &Cluster, pod: &ProgramPod, describe: &str) -> (String, String) {
    let previous = if pod.has_ended { "" } else { " --previous" };
    let logs = format!("kubectl logs {} -n {}{previous}", pod.name, pod.namespace);
    let text = match log_tail(cluster, pod, true).await {
        Ok(text) => text,
        Err(error) if error.is_forbidden() => {
            let help = error.help().unwrap_or_default();
            return (format!("; {error}"), help.to_owned());
        }
        Err(_) => return (String::new(), describe.to_owned()),
    };
    // The last thing it says is why it ended.
    let mut seen = recognise(&text);
    seen.sort_by_key(|seen| std::cmp::Reverse(seen.line));
    match seen.first() {
        Some(seen) => {
            let line = text.lines().nth(seen.line - 1).unwrap_or_default();
            let help = format!("{} ({logs})", seen.symptom.remedy);
            (format!("; {}: {}", seen.symptom.name, shortened(line.trim(), LINE)), help)
        }
        None => {
            let is_bad = |line: &&str| line.contains("level=fatal") || line.starts_with("panic");
            let line = text.lines().rev().find(is_bad);
            let line = line.or_else(|| text.lines().rev().find(|line| !line.trim().is_empty()));
            match line {
                Some(line) => (format!("; its log ends: {}", shortened(line.trim(), LINE)), logs),
                None => (String::new(), describe.to_owned()),
            }
        }
    }
}

fn ago(at: Timestamp, now: Timestamp) -> String {
    duration((now.as_second() - at.as_second()).try_into().unwrap_or(0))
}
