//! Findings for scripts.

use anyhow::Result;
use argo_offload_core::config::{Edit, Finding, Kind, Safety, Severity, Span, Workload};
use serde::Serialize;

use super::rules::SeverityWritten;
use super::{Linted, answer};
use crate::cli::LintArguments;
use crate::commands::Answer;
use crate::output::{API_VERSION, write_json};

const KIND: &str = "LintReport";

/// What lint found in the files of one run.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "LintReport"))]
#[serde(rename_all = "camelCase")]
struct LintReport {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = KIND)))]
    kind: &'static str,
    /// Whether the findings stay below `--fail-on`; the exit code says the same.
    passed: bool,
    /// The version of Argo that judged.
    argo_version: String,
    /// The version given with `--upgrade-to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    upgrade_to: Option<String>,
    summary: Summary,
    /// By file and place.
    findings: Vec<Item>,
    /// The documents, and what each was taken for.
    sources: Vec<Source>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Summary {
    errors: usize,
    warnings: usize,
    infos: usize,
    /// Findings that comments took away.
    suppressed: usize,
    /// Keys and values with the same problems as the first thousand or so, which alone are findings.
    unlisted: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Item {
    /// The rule that found it.
    #[cfg_attr(test, schemars(extend("enum" = super::rules::codes())))]
    code: &'static str,
    /// The rule in words.
    name: &'static str,
    #[serde(with = "SeverityWritten")]
    severity: Severity,
    message: String,
    #[serde(flatten)]
    place: Place,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// What Argo's own code would log.
    #[serde(skip_serializing_if = "Option::is_none")]
    argo: Option<String>,
    /// Other places that belong to it.
    related: Vec<RelatedPlace>,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<FixItem>,
}

/// A range of a file: lines and columns from 1, columns in characters; offsets in bytes.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub(super) struct Place {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    /// In the file as it is stored, or as it is when decompressed.
    start: usize,
    end: usize,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct RelatedPlace {
    message: String,
    #[serde(flatten)]
    place: Place,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct FixItem {
    title: String,
    /// Whether `--fix` alone applies it.
    safe: bool,
    /// Absent where they would show a part of a secret.
    #[serde(skip_serializing_if = "Option::is_none")]
    edits: Option<Vec<EditItem>>,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct EditItem {
    #[serde(flatten)]
    place: Place,
    /// What comes there instead.
    text: String,
}

#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Source {
    /// What the document was taken for; absent when it is no YAML.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<KindWritten>"))]
    kind: Option<&'static str>,
    /// Its `metadata.name`.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(flatten)]
    place: Place,
}

pub(super) fn write(linted: &Linted<'_>, arguments: &LintArguments) -> Result<()> {
    let report = &linted.report;
    write_json(&LintReport {
        api_version: API_VERSION,
        kind: KIND,
        passed: linted.complete && answer(&report.findings, arguments.fail_on) == Answer::Good,
        argo_version: report.version.to_string(),
        upgrade_to: arguments.upgrade_to.map(|version| version.to_string()),
        summary: Summary {
            errors: linted.count(Severity::Error),
            warnings: linted.count(Severity::Warning),
            infos: linted.count(Severity::Info),
            suppressed: linted.suppressed,
            unlisted: linted.report.unlisted,
        },
        findings: report
            .findings
            .iter()
            .map(|finding| Item {
                code: finding.rule.code,
                name: finding.rule.name,
                severity: finding.severity,
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
                fix: fix_item(linted, finding),
            })
            .collect(),
        sources: report
            .sources
            .iter()
            .map(|source| Source {
                kind: source.kind.map(kind),
                name: source.name.clone(),
                place: place(linted, &source.span),
            })
            .collect(),
    })
}

fn fix_item(linted: &Linted<'_>, finding: &Finding) -> Option<FixItem> {
    let fix = finding.fix.as_ref()?;
    let edit = |edit: &Edit| EditItem { place: place(linted, &edit.span), text: edit.text.clone() };
    Some(FixItem {
        title: fix.title.clone(),
        safe: fix.safety == Safety::Safe,
        edits: (!finding.confidential).then(|| fix.edits.iter().map(edit).collect()),
    })
}

fn place(linted: &Linted<'_>, span: &Span) -> Place {
    let (region, stored) = (linted.region(span), linted.stored(span));
    Place {
        file: linted.input(span.file).map(|input| input.name.clone()).unwrap_or_default(),
        line: region.line,
        column: region.column,
        end_line: region.end_line,
        end_column: region.end_column,
        start: stored.start,
        end: stored.end,
    }
}

/// The word for what a document is.
fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::ConfigMap => "ConfigMap",
        Kind::Patch => "Patch",
        Kind::Data => "Data",
        Kind::HelmValues => "HelmValues",
        Kind::Configuration => "Configuration",
        Kind::Persistence => "Persistence",
        Kind::Secret => "Secret",
        Kind::Workload(Workload::Controller) => "Controller",
        Kind::Workload(Workload::Server) => "Server",
        Kind::Other => "Other",
    }
}

/// What a document is.
#[cfg(test)]
#[derive(schemars::JsonSchema)]
#[expect(dead_code, reason = "its schema is what counts")]
enum KindWritten {
    /// The controller's ConfigMap.
    ConfigMap,
    /// A part of the ConfigMap.
    Patch,
    /// Keys of the ConfigMap's `data`.
    Data,
    /// Values of the Helm chart argo-workflows.
    HelmValues,
    /// What stands below the key `config`.
    Configuration,
    /// What stands below the key `persistence`.
    Persistence,
    Secret,
    /// What runs the workflow-controller.
    Controller,
    /// What runs the argo-server.
    Server,
    /// Nothing of the controller's.
    Other,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_fresh() {
        crate::commands::schema::assert_fresh::<LintReport>("lint-report");
    }
}
