//! Findings as SARIF 2.1.0, for code scanning.

use anyhow::Result;
use argo_offload_core::config::rules::{self, Rule};
use argo_offload_core::config::{Finding, Severity, Span};
use serde_json::{Value, json};

use super::Linted;
use super::rules::link;
use crate::output::write_json;

/// Source: OASIS, Static Analysis Results Interchange Format (SARIF) Version 2.1.0.
pub(super) fn write(linted: &Linted<'_>) -> Result<()> {
    let used: Vec<&Rule> = rules::RULES
        .iter()
        .copied()
        .filter(|rule| linted.report.findings.iter().any(|finding| finding.rule == *rule))
        .collect();
    let results: Vec<Value> =
        linted.report.findings.iter().map(|finding| result(linted, finding, &used)).collect();
    write_json(&json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "kubectl-argo-offload",
                "version": env!("CARGO_PKG_VERSION"),
                "informationUri": env!("CARGO_PKG_REPOSITORY"),
                "rules": used.iter().map(|rule| descriptor(rule)).collect::<Vec<_>>(),
            }},
            "invocations": [{ "executionSuccessful": linted.complete }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    }))
}

fn descriptor(rule: &Rule) -> Value {
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary },
        "help": {
            "text": rules::documentation(rule),
            "markdown": rules::documentation(rule),
        },
        "helpUri": link(rule),
        "defaultConfiguration": { "level": level(rule.severity) },
    })
}

fn result(linted: &Linted<'_>, finding: &Finding, used: &[&Rule]) -> Value {
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str("; ");
        message.push_str(help);
    }
    if let Some(argo) = &finding.argo {
        message.push_str("\nArgo: ");
        message.push_str(argo);
    }
    let mut result = json!({
        "ruleId": finding.rule.code,
        "ruleIndex": used.iter().position(|rule| *rule == finding.rule),
        "level": level(finding.severity),
        "message": { "text": message },
        "locations": [{ "physicalLocation": location(linted, &finding.span) }],
    });
    if !finding.related.is_empty() {
        result["relatedLocations"] = finding
            .related
            .iter()
            .map(|related| {
                json!({
                    "message": { "text": related.message },
                    "physicalLocation": location(linted, &related.span),
                })
            })
            .collect();
    }
    // The edits of a secret show parts of it.
    if let Some(fix) = finding.fix.as_ref().filter(|_| !finding.confidential) {
        let replacements: Vec<Value> = fix
            .edits
            .iter()
            .map(|edit| {
                json!({
                    "deletedRegion": location(linted, &edit.span)["region"],
                    "insertedContent": { "text": edit.text },
                })
            })
            .collect();
        let file = fix.edits.first().map_or(0, |edit| edit.span.file);
        result["fixes"] = json!([{
            "description": { "text": fix.title },
            "artifactChanges": [{
                "artifactLocation": { "uri": uri(linted, file) },
                "replacements": replacements,
            }],
        }]);
    }
    result
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn location(linted: &Linted<'_>, span: &Span) -> Value {
    let (region, stored) = (linted.region(span), linted.stored(span));
    json!({
        "artifactLocation": { "uri": uri(linted, span.file) },
        "region": {
            "startLine": region.line,
            "startColumn": region.column,
            "endLine": region.end_line,
            "endColumn": region.end_column,
            "byteOffset": stored.start,
            "byteLength": stored.len(),
        },
    })
}

/// A file's name as a relative reference, or an absolute one where the name is.
fn uri(linted: &Linted<'_>, file: usize) -> String {
    let name = linted.input(file).map(|input| input.name.as_str()).unwrap_or_default();
    let name = name.strip_prefix("./").unwrap_or(name).replace('\\', "/");
    let mut uri = String::with_capacity(name.len());
    if name.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
