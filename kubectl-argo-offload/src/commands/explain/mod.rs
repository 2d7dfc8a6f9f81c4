//! `explain`

use std::fmt::Write;
use std::path::Path;

use anyhow::Result;
use argo_offload_core::config::rules::{self, RULES, Rule};
use argo_offload_core::symptoms::{SYMPTOMS, Symptom, recognise};
use serde_json::{Value, json};

use super::Answer;
use super::lint::link;
use crate::cli::{ExplainArguments, ExplainOutput};
use crate::failure::Failure;
use crate::input::read;
use crate::output::{API_VERSION, say, shortened, write_json, write_stdout};

/// The most characters shown of a line of a log.
const LINE: usize = 200;

pub(super) fn run(arguments: &ExplainArguments) -> Result<Answer> {
    let subject = arguments.subject.as_str();
    let json = arguments.output == ExplainOutput::Json;
    if subject == "-" {
        return log(json);
    }
    if let Some(rule) = rules::find(subject) {
        if json {
            write_json(&rule_json(rule))?;
        } else {
            write_stdout(rule_text(rule).as_bytes())?;
        }
        return Ok(Answer::Good);
    }
    if let Some(symptom) = SYMPTOMS.iter().find(|symptom| symptom.name == subject) {
        if json {
            write_json(&symptom_json(symptom))?;
        } else {
            write_stdout(symptom_text(symptom).as_bytes())?;
        }
        return Ok(Answer::Good);
    }
    let codes: Vec<&str> = RULES.iter().map(|rule| rule.code).collect();
    Err(Failure::new(format!("there is no rule or symptom {subject:?}"))
        .help(format_args!("rules: {}; - reads a log from stdin", codes.join(" ")))
        .into())
}

fn rule_text(rule: &Rule) -> String {
    format!(
        "{} {} ({})\n\n{}\n\n{}\nSource: {}\nPage: {}\n",
        rule.code,
        rule.name,
        rule.severity,
        rule.summary,
        rules::documentation(rule),
        rule.source,
        link(rule)
    )
}

fn rule_json(rule: &Rule) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "Rule",
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity.name(),
        "summary": rule.summary,
        "documentation": rules::documentation(rule),
        "source": rule.source,
        "url": link(rule),
    })
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

fn symptom_json(symptom: &Symptom) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "Symptom",
        "name": symptom.name,
        "cause": symptom.cause,
        "remedy": symptom.remedy,
        "rules": symptom.rules,
        "source": symptom.source,
    })
}

/// Names the known symptoms in a log on stdin.
fn log(json: bool) -> Result<Answer> {
    let input = read(Path::new("-"))?;
    let text = String::from_utf8_lossy(&input.text);
    let seen = recognise(&text);
    if json {
        let items: Vec<Value> = seen
            .iter()
            .map(|seen| {
                let mut item = symptom_json(seen.symptom);
                if let Some(members) = item.as_object_mut() {
                    members.remove("apiVersion");
                    members.remove("kind");
                    members.insert("line".into(), seen.line.into());
                    members.insert("lines".into(), seen.lines.into());
                }
                item
            })
            .collect();
        write_json(&json!({ "apiVersion": API_VERSION, "kind": "SymptomList", "items": items }))?;
        return Ok(Answer::Good);
    }
    let mut out = String::new();
    for seen in &seen {
        let line = text.lines().nth(seen.line - 1).unwrap_or_default();
        let _ = writeln!(out, "line {}: {}", seen.line, shortened(line.trim(), LINE));
        if seen.lines > 1 {
            let _ = writeln!(out, "  and in {} more", seen.lines - 1);
        }
        let _ = writeln!(out, "{}", symptom_text(seen.symptom));
    }
    write_stdout(out.as_bytes())?;
    let lines = text.lines().count();
    match seen.len() {
        0 => say(format_args!("no known symptom in {lines} lines")),
        1 => say(format_args!("1 known symptom in {lines} lines")),
        count => say(format_args!("{count} known symptoms in {lines} lines")),
    }
    Ok(Answer::Good)
}
