//! The rules: which are asked for, and their list.

use anyhow::Result;
use argo_offload_core::config::Severity;
use argo_offload_core::config::rules::{RULES, Rule};
use serde::Serialize;

use crate::cli::LintOutput;
use crate::commands::Answer;
use crate::commands::selection::{Choice, Named, Selection};
use crate::failure::Failure;
use crate::output::{API_VERSION, Table, write_json, write_stdout};

/// The rules that `--select` and `--ignore` ask for.
pub(super) fn selected(select: &[String], ignore: &[String]) -> Result<Selection> {
    let all = RULES.iter().map(|rule| Named { code: rule.code, name: rule.name }).collect();
    let list = "kubectl argo-offload lint --list-rules";
    Selection::of(&Choice { all, noun: "rule", list }, select, ignore)
}

const KIND: &str = "RuleList";

/// What lint looks for.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "RuleList"))]
#[serde(rename_all = "camelCase")]
struct RuleList {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = KIND)))]
    kind: &'static str,
    items: Vec<RuleItem>,
}

/// A rule.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct RuleItem {
    /// Stable: AO1xx is the controller's own verdict, AO2xx what parses and hurts later, AO9xx lint itself.
    #[cfg_attr(test, schemars(extend("enum" = codes())))]
    code: &'static str,
    /// The same in words.
    name: &'static str,
    /// Of its findings, unless a case is milder.
    #[serde(with = "SeverityWritten")]
    severity: Severity,
    summary: &'static str,
    /// Where the fact behind it is from.
    source: &'static str,
    /// Its page.
    pub(crate) url: String,
}

impl RuleItem {
    pub(crate) fn of(rule: &'static Rule) -> Self {
        Self {
            code: rule.code,
            name: rule.name,
            severity: rule.severity,
            summary: rule.summary,
            source: rule.source,
            url: link(rule),
        }
    }
}

/// How bad a finding is.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(remote = "Severity", rename_all = "lowercase")]
pub(crate) enum SeverityWritten {
    /// Worth knowing; often meant so.
    Info,
    /// Works now and hurts later.
    Warning,
    /// The controller refuses it, or offloading does not work.
    Error,
}

/// Every code, for schemas.
#[cfg(test)]
pub(crate) fn codes() -> Vec<&'static str> {
    RULES.iter().map(|rule| rule.code).collect()
}

/// Prints the rules.
pub(super) fn list(output: LintOutput, selection: &Selection) -> Result<Answer> {
    let rules = RULES.iter().copied().filter(|rule| selection.has(rule.code));
    match output {
        LintOutput::Json => write_json(&RuleList {
            api_version: API_VERSION,
            kind: KIND,
            items: rules.map(RuleItem::of).collect(),
        })?,
        LintOutput::Text => {
            let mut table = Table::new(&["CODE", "NAME", "SEVERITY", "SUMMARY"]);
            for rule in rules {
                table.row([rule.code, rule.name, rule.severity.name(), rule.summary]);
            }
            write_stdout(table.text().as_bytes())?;
        }
        LintOutput::Sarif | LintOutput::Github => {
            return Err(Failure::new("the rules can be listed as text or JSON")
                .help("kubectl argo-offload lint --list-rules -o json")
                .into());
        }
    }
    Ok(Answer::Good)
}

/// A rule's page in the documentation.
pub(super) fn link(rule: &Rule) -> String {
    format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_fresh() {
        crate::commands::schema::assert_fresh::<RuleList>("rule-list");
    }
}
