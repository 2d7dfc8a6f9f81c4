//! Findings for scripts.

use anyhow::Result;
use argo_offload_core::config::{Fix, Safety, Severity, Span};
use serde::Serialize;

use super::{Linted, answer};
use crate::cli::LintArguments;
use crate::commands::Answer;
use crate::input::place::region;
use crate::output::{API_VERSION, write_json};

/// What `lint -o json` prints.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LintReport {
    api_version: &'static str,
    kind: &'static str,
    /// Whether the findings stay below `--fail-on`; the exit code says the same.
    passed: bool,
    /// The version of Argo that judged.
    argo_version: String,
    /// The version given with `--upgrade-to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_to: Option<String>,
    summary: Summary,
    findings: Vec<Item>,
    sources: Vec<Source>,
}

#[derive(Debug, Serialize)]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    /// Findings that comments took away.
    suppressed: usize,
}

#[derive(Debug, Serialize)]
struct Item {
    code: &'static str,
    name: &'static str,
    /// `error`, `warning` or `info`.
    severity: &'static str,
    message: String,
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// What Argo's own code would log.
    #[serde(skip_serializing_if = "Option::is_none")]
    argo: Option<String>,
    related: Vec<RelatedPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixItem>,
}

/// A range of a file: lines and columns from 1, columns in characters; offsets in bytes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    start: usize,
    end: usize,
}

#[derive(Debug, Serialize)]
struct RelatedPlace {
    message: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Debug, Serialize)]
struct FixItem {
    title: String,
    /// Whether `--fix` alone applies it.
    safe: bool,
    edits: Vec<EditItem>,
}

#[derive(Debug, Serialize)]
struct EditItem {
    #[serde(flatten)]
    place: Place,
    /// What comes there instead.
    text: String,
}

#[derive(Debug, Serialize)]
struct Source {
    /// What the document was taken for; absent when it is no YAML.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    place: Place,
}

pub(super) fn write(linted: &Linted<'_>, arguments: &LintArguments) -> Result<()> {
    let report = &linted.report;
    write_json(&LintReport {
        api_version: API_VERSION,
        kind: "LintReport",
        passed: answer(&report.findings, arguments.fail_on) == Answer::Good,
        argo_version: report.version.to_string(),
        upgrade_to: arguments.upgrade_to.map(|version| version.to_string()),
        summary: Summary {
            errors: linted.count(Severity::Error),
            warnings: linted.count(Severity::Warning),
            infos: linted.count(Severity::Info),
            suppressed: report.suppressed,
        },
        findings: report
            .findings
            .iter()
            .map(|finding| Item {
                code: finding.rule.code,
                name: finding.rule.name,
                severity: finding.severity.name(),
                message: finding.message.clone(),
                place: place(linted, &finding.span),
                help: finding.help.clone(),
                argo: finding.argo.clone(),
                related: finding
                    .related
                    .iter()
                    .map(|related| RelatedPlace {
                        message: related.message.clone(),
                        place: place(linted, &related.span),
                    })
                    .collect(),
                fix: finding.fix.as_ref().map(|fix| fix_item(linted, fix)),
            })
            .collect(),
        sources: report
            .sources
            .iter()
            .map(|source| Source {
                kind: source.kind.map(|kind| kind.to_string()),
                name: source.name.clone(),
                place: place(linted, &source.span),
            })
            .collect(),
    })
}

fn fix_item(linted: &Linted<'_>, fix: &Fix) -> FixItem {
    FixItem {
        title: fix.title.clone(),
        safe: fix.safety == Safety::Safe,
        edits: fix
            .edits
            .iter()
            .map(|edit| EditItem { place: place(linted, &edit.span), text: edit.text.clone() })
            .collect(),
    }
}

fn place(linted: &Linted<'_>, span: &Span) -> Place {
    let input = linted.input(span.file);
    let text = input.map(|input| input.text.as_slice()).unwrap_or_default();
    let region = region(text, &span.range);
    Place {
        file: input.map(|input| input.name.clone()).unwrap_or_default(),
        line: region.line,
        column: region.column,
        end_line: region.end_line,
        end_column: region.end_column,
        start: span.range.start,
        end: span.range.end,
    }
}
