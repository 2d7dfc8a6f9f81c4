//! `explain`

mod report;

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use argo_offload_core::config::rules::{self, Rule};
use argo_offload_core::symptoms::{SYMPTOMS, Seen, Symptom, recognise};

use super::Answer;
use super::doctor::{self, Check, CheckItem};
use super::lint::RuleItem;
use crate::cli::{ExplainArguments, ExplainOutput};
use crate::failure::Failure;
use crate::input::read;
use crate::output::{say, shortened, write_json, write_stdout};
use report::{CheckReport, RuleReport, SymptomList, SymptomReport};

/// The most characters shown of a line of a log.
const LINE: usize = 200;

pub(super) fn run(arguments: &ExplainArguments) -> Result<Answer> {
    let subject = arguments.subject.as_str();
    let json = arguments.output == ExplainOutput::Json;
    if subject == "-" {
        return log(json);
    }
    if let Some(rule) = rules::find(subject) {
        show(json, || rule_text(rule), &RuleReport::of(rule))?;
        return Ok(Answer::Good);
    }
    if let Some(check) = doctor::find(subject) {
        show(json, || check_text(check), &CheckReport::of(check))?;
        return Ok(Answer::Good);
    }
    if let Some(symptom) = SYMPTOMS.iter().find(|symptom| symptom.name == subject) {
        show(json, || symptom_text(symptom), &SymptomReport::of(symptom))?;
        return Ok(Answer::Good);
    }
    let seen = recognise(subject);
    if seen.is_empty() {
        return Err(Failure::new(format!("there is no rule, check or symptom {subject:?}"))
            .help(
                "lint --list-rules lists the rules, doctor --list-checks the checks; - reads a log from stdin",
            )
            .into());
    }
    let text = || seen.iter().map(|seen| symptom_text(seen.symptom)).collect::<Vec<_>>().join("\n");
    show(json, text, &SymptomList::of(&seen))?;
    Ok(Answer::Good)
}

fn show(json: bool, text: impl Fn() -> String, value: &impl serde::Serialize) -> Result<()> {
    if json { write_json(value) } else { write_stdout(text().as_bytes()) }
}

fn rule_text(rule: &'static Rule) -> String {
    format!(
        "{} {} ({})\n\n{}\n\n{}\nSource: {}\nPage: {}\n",
        rule.code,
        rule.name,
        rule.severity,
        rule.summary,
        rules::documentation(rule),
        rule.source,
        RuleItem::of(rule).url
    )
}

fn check_text(check: &'static Check) -> String {
    let Check { code, name, summary, documentation, .. } = check;
    format!("{code} {name}\n\n{summary}\n\n{documentation}\nPage: {}\n", CheckItem::of(check).url)
}

fn symptom_text(symptom: &Symptom) -> String {
    let mut out =
        format!("{}\n  cause: {}\n  remedy: {}\n", symptom.name, symptom.cause, symptom.remedy);
    if !symptom.rules.is_empty() {
        let _ = writeln!(out, "  found beforehand by lint: {}", symptom.rules.join(", "));
    }
    let _ = writeln!(out, "  source: {}", symptom.source);
    out
}

/// Names the known symptoms in a log on stdin.
fn log(json: bool) -> Result<Answer> {
    let input = read(Path::new("-"))?;
    if input.text.trim_ascii().is_empty() {
        let help = "the command before it in the pipe may have failed";
        return Err(Failure::new("stdin is empty").help(help).into());
    }
    let text = String::from_utf8_lossy(&input.text);
    let seen = recognise(&text);
    show(json, || log_text(&text, &seen), &SymptomList::of(&seen))?;
    let lines = match text.lines().count() {
        1 => "1 line".into(),
        lines => format!("{lines} lines"),
    };
    match seen.len() {
        0 => say(format_args!("no known symptom in {lines}")),
        1 => say(format_args!("1 known symptom in {lines}")),
        count => say(format_args!("{count} known symptoms in {lines}")),
    }
    Ok(Answer::Good)
}

fn log_text(text: &str, seen: &[Seen]) -> String {
    let mut out = String::new();
    for seen in seen {
        let line = text.lines().nth(seen.line - 1).unwrap_or_default();
        let _ = writeln!(out, "line {}: {}", seen.line, shortened(line.trim(), LINE));
        if seen.lines > 1 {
            let _ = writeln!(out, "  and in {} more", seen.lines - 1);
        }
        let _ = writeln!(out, "{}", symptom_text(seen.symptom));
    }
    out
}

#[cfg(test)]
mod pages;
