//! How `doctor` shows what it found.

use std::fmt::Write;

use super::CHECKS;
use super::check::{Check, Level, Outcome};
use super::report::Report;
use crate::output::{Table, colours_wanted, say};

/// The width of a status and the blanks behind it.
const STATUS: usize = 10;

/// The width of the longest name and the blanks behind it: all are known before the first one ends.
fn names() -> usize {
    CHECKS.iter().map(|check| check.name.len()).max().unwrap_or(0) + 3
}

pub(super) fn head() -> String {
    format!("{:STATUS$}{:8}{:width$}MESSAGE\n", "STATUS", "CODE", "CHECK", width = names())
}

/// The lines of one check.
pub(super) fn lines(check: &Check, outcomes: &[Outcome]) -> String {
    let mut text = String::new();
    let colours = colours_wanted();
    for Outcome { level, message, help } in outcomes {
        let status = level.name();
        let fill = STATUS - status.len();
        let status = if colours { painted(*level) } else { status.to_owned() };
        let _ = writeln!(
            text,
            "{status}{:fill$}{:8}{:width$}{message}",
            "",
            check.code,
            check.name,
            width = names()
        );
        // What is well needs nothing to be done.
        if let Some(help) = help.as_ref().filter(|_| *level != Level::Ok) {
            let _ = writeln!(text, "{:STATUS$}help: {help}", "");
        }
    }
    text
}

fn painted(level: Level) -> String {
    let code = match level {
        Level::Ok => 32,
        Level::Warning => 33,
        Level::Error => 31,
        Level::Skipped => 2,
    };
    format!("\u{1b}[{code}m{}\u{1b}[0m", level.name())
}

/// Says how many there are of each status.
pub(super) fn summary(report: &Report) {
    let totals = &report.totals;
    say(format_args!(
        "{} ok, {} warnings, {} errors, {} skipped",
        totals.ok, totals.warning, totals.error, totals.skipped
    ));
    if report.worst() >= Level::Warning {
        say("kubectl argo-offload explain CODE says more about a check");
    }
}

/// Prometheus' text format: the worst of each check.
pub(super) fn metrics(report: &Report) -> String {
    let mut text = String::from(
        "# HELP argo_offload_doctor_check What a check found: 0 ok, 1 warning, 2 error, -1 not looked at.\n\
         # TYPE argo_offload_doctor_check gauge\n",
    );
    let mut last = "";
    // Of a check the worst comes first.
    for item in &report.items {
        if item.code == last {
            continue;
        }
        last = item.code;
        let value = match item.status {
            Level::Skipped => -1,
            Level::Ok => 0,
            Level::Warning => 1,
            Level::Error => 2,
        };
        let (code, name) = (item.code, item.name);
        let _ =
            writeln!(text, "argo_offload_doctor_check{{code=\"{code}\",name=\"{name}\"}} {value}");
    }
    let totals = &report.totals;
    let counts = [totals.ok, totals.warning, totals.error, totals.skipped];
    text.push_str(
        "# HELP argo_offload_doctor_findings How many findings there are of each status.\n\
         # TYPE argo_offload_doctor_findings gauge\n",
    );
    for (level, count) in Level::ALL.into_iter().zip(counts) {
        let status = level.name();
        let _ = writeln!(text, "argo_offload_doctor_findings{{status=\"{status}\"}} {count}");
    }
    text
}

pub(super) fn list(checks: &[&Check]) -> String {
    let mut table = Table::new(&["CODE", "CHECK", "SUMMARY"]);
    for check in checks {
        table.row([check.code, check.name, check.summary]);
    }
    table.text()
}
