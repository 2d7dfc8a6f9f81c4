//! Rules, checks and symptoms for scripts.

use argo_offload_core::config::rules::{self, Rule};
use argo_offload_core::symptoms::{Seen, Symptom};
use serde::Serialize;

use crate::commands::doctor::{Check, CheckItem};
use crate::commands::lint::RuleItem;
use crate::output::API_VERSION;

const CHECK: &str = "Check";
const RULE: &str = "Rule";
const SYMPTOM: &str = "Symptom";
const SYMPTOM_LIST: &str = "SymptomList";

/// A rule of lint with its documentation.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Rule"))]
#[serde(rename_all = "camelCase")]
pub(super) struct RuleReport {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = RULE)))]
    kind: &'static str,
    #[serde(flatten)]
    rule: RuleItem,
    /// In Markdown, under fixed headings.
    documentation: &'static str,
}

/// A check of doctor with its documentation.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Check"))]
#[serde(rename_all = "camelCase")]
pub(super) struct CheckReport {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = CHECK)))]
    kind: &'static str,
    #[serde(flatten)]
    check: CheckItem,
    /// In Markdown, under fixed headings.
    documentation: &'static str,
}

impl CheckReport {
    pub(super) fn of(check: &'static Check) -> Self {
        Self {
            api_version: API_VERSION,
            kind: CHECK,
            check: CheckItem::of(check),
            documentation: check.documentation,
        }
    }
}

/// What logs of Argo, or messages of a workflow, say when offloading or its surroundings fail.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "Symptom"))]
#[serde(rename_all = "camelCase")]
pub(super) struct SymptomReport {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = SYMPTOM)))]
    kind: &'static str,
    #[serde(flatten)]
    symptom: SymptomItem,
}

/// The known symptoms in a log.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema), schemars(title = "SymptomList"))]
#[serde(rename_all = "camelCase")]
pub(super) struct SymptomList {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = SYMPTOM_LIST)))]
    kind: &'static str,
    /// In the order in which they first appear.
    items: Vec<SeenItem>,
}

/// A symptom.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SymptomItem {
    /// Stable, in words.
    name: &'static str,
    cause: &'static str,
    remedy: &'static str,
    /// Codes of the rules of lint that find the cause beforehand.
    rules: &'static [&'static str],
    /// Where the fact is from.
    source: &'static str,
}

/// A symptom seen in a log.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct SeenItem {
    #[serde(flatten)]
    symptom: SymptomItem,
    /// The line it was first seen in, counted from 1.
    line: usize,
    /// In how many lines it was seen.
    lines: usize,
}

impl RuleReport {
    pub(super) fn of(rule: &'static Rule) -> Self {
        Self {
            api_version: API_VERSION,
            kind: RULE,
            rule: RuleItem::of(rule),
            documentation: rules::documentation(rule),
        }
    }
}

impl SymptomReport {
    pub(super) fn of(symptom: &Symptom) -> Self {
        Self { api_version: API_VERSION, kind: SYMPTOM, symptom: SymptomItem::of(symptom) }
    }
}

impl SymptomList {
    pub(super) fn of(seen: &[Seen]) -> Self {
        let items = seen.iter().map(|seen| SeenItem {
            symptom: SymptomItem::of(seen.symptom),
            line: seen.line,
            lines: seen.lines,
        });
        Self { api_version: API_VERSION, kind: SYMPTOM_LIST, items: items.collect() }
    }
}

impl SymptomItem {
    fn of(symptom: &Symptom) -> Self {
        let Symptom { name, cause, remedy, rules, source, .. } = *symptom;
        Self { name, cause, remedy, rules, source }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::schema::assert_fresh;

    #[test]
    fn the_schemas_are_fresh() {
        assert_fresh::<CheckReport>("check");
        assert_fresh::<RuleReport>("rule");
        assert_fresh::<SymptomReport>("symptom");
        assert_fresh::<SymptomList>("symptom-list");
    }
}
