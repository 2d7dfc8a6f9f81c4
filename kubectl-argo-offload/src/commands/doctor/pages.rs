//! The reference pages of the checks are what the registry says.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::PathBuf;

use argo_offload_testkit::assert_pages_are_fresh;

use super::CHECKS;
use super::check::Check;

#[test]
fn check_pages_are_fresh() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/checks");
    let mut pages: BTreeMap<String, String> =
        CHECKS.iter().map(|check| (format!("{}.md", check.code), page(check))).collect();
    pages.insert("README.md".into(), index());
    let refresh = "UPDATE=1 cargo test -p kubectl-argo-offload --lib check_pages";
    assert_pages_are_fresh(&folder, &pages, refresh);
}

#[test]
fn every_check_is_documented_and_has_names_of_its_own() {
    for (index, check) in CHECKS.iter().enumerate() {
        let Check { code, name, summary, documentation, .. } = check;
        assert!(summary.ends_with('.') && name.len() < 25, "{code} {summary}");
        for heading in ["## What it checks\n", "\n## Why it matters\n", "\n## What to do\n"] {
            assert!(documentation.contains(heading), "{code} has no heading {heading:?}");
        }
        let others = CHECKS.get(index + 1..).unwrap_or_default();
        assert!(others.iter().all(|other| other.name != *name && other.code > *code), "{code}");
        let rule = argo_offload_core::config::rules::find(name);
        assert!(rule.is_none(), "{name} is a rule of lint, too");
        let mut symptoms = argo_offload_core::symptoms::SYMPTOMS.iter();
        assert!(symptoms.all(|symptom| symptom.name != *name), "{name} is a symptom, too");
    }
}

fn page(check: &Check) -> String {
    let Check { code, name, summary, documentation, .. } = check;
    format!(
        "<!-- Generated from kubectl-argo-offload/src/commands/doctor/checks; do not edit. -->\n\n# {code} {name}\n\n\
         {summary}\n\n{}\n",
        documentation.trim_end()
    )
}

fn index() -> String {
    let mut out = String::from(
        "<!-- Generated from kubectl-argo-offload/src/commands/doctor/checks; do not edit. -->\n\n# Checks of doctor\n\n\
         AD1xx is the cluster, AD2xx the configuration, AD3xx the database, AD4xx rows and workflows.\n\n\
         | Code | Name | |\n|---|---|---|\n",
    );
    for Check { code, name, summary, .. } in CHECKS {
        let _ = writeln!(out, "| [{code}]({code}.md) | {name} | {summary} |");
    }
    out
}
