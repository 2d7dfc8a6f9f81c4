//! The rules: which are asked for, and their list.

use anyhow::Result;
use argo_offload_core::config::rules::{RULES, Rule};
use serde_json::json;

use crate::cli::LintOutput;
use crate::commands::Answer;
use crate::failure::Failure;
use crate::output::{API_VERSION, Table, write_json, write_stdout};

/// Which rules are asked for.
pub(super) struct Selection {
    codes: Vec<&'static str>,
}

impl Selection {
    /// Reads `--select` and `--ignore`.
    pub(super) fn of(select: &[String], ignore: &[String]) -> Result<Self> {
        let mut codes: Vec<&'static str> = Vec::new();
        if select.is_empty() {
            codes.extend(RULES.iter().map(|rule| rule.code));
        }
        for word in select {
            codes.extend(matching(word)?.iter().map(|rule| rule.code));
        }
        for word in ignore {
            let left_out = matching(word)?;
            codes.retain(|code| left_out.iter().all(|rule| rule.code != *code));
        }
        Ok(Self { codes })
    }

    pub(super) fn has(&self, rule: &Rule) -> bool {
        self.codes.contains(&rule.code)
    }
}

/// The rules that a code, a name or the beginning of a code means.
fn matching(word: &str) -> Result<Vec<&'static Rule>> {
    let upper = word.to_ascii_uppercase();
    let rules: Vec<&'static Rule> = RULES
        .iter()
        .copied()
        .filter(|rule| rule.name == word || (!word.is_empty() && rule.code.starts_with(&upper)))
        .collect();
    if rules.is_empty() {
        return Err(Failure::new(format!("there is no rule {word:?}"))
            .help("kubectl argo-offload lint --list-rules lists them")
            .into());
    }
    Ok(rules)
}

/// Prints the rules.
pub(super) fn list(output: LintOutput, selection: &Selection) -> Result<Answer> {
    let rules = RULES.iter().filter(|rule| selection.has(rule));
    if output == LintOutput::Json {
        let items: Vec<_> = rules
            .map(|rule| {
                json!({
                    "code": rule.code,
                    "name": rule.name,
                    "severity": rule.severity.name(),
                    "summary": rule.summary,
                    "source": rule.source,
                    "url": link(rule),
                })
            })
            .collect();
        write_json(&json!({ "apiVersion": API_VERSION, "kind": "RuleList", "items": items }))?;
        return Ok(Answer::Good);
    }
    let mut table = Table::new(&["CODE", "NAME", "SEVERITY", "SUMMARY"]);
    for rule in rules {
        table.row([
            rule.code.to_owned(),
            rule.name.to_owned(),
            rule.severity.to_string(),
            rule.summary.to_owned(),
        ]);
    }
    write_stdout(table.text().as_bytes())?;
    Ok(Answer::Good)
}

/// A rule's page in the documentation.
pub(crate) fn link(rule: &Rule) -> String {
    format!("{}/blob/main/docs/rules/{}.md", env!("CARGO_PKG_REPOSITORY"), rule.code)
}
