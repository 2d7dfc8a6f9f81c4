//! The reference pages of the rules are what the registry says.
//!
//! `UPDATE=1 cargo test -p argo-offload-core --test rule_pages` writes them anew.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use argo_offload_core::config::rules::{RULES, Rule, documentation, examples};
use argo_offload_testkit::assert_pages_are_fresh;

#[test]
fn rule_pages_are_fresh() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/rules");
    let mut pages: BTreeMap<String, String> =
        RULES.iter().map(|rule| (format!("{}.md", rule.code), page(rule))).collect();
    pages.insert("README.md".into(), index());
    let refresh = "UPDATE=1 cargo test -p argo-offload-core --test rule_pages";
    assert_pages_are_fresh(&folder, &pages, refresh);
}

fn page(rule: &Rule) -> String {
    let mut out = format!(
        "<!-- Generated from core/src/config/rules; do not edit. -->\n\n# {} {}\n\n{}\n\n\
         Severity: {}\n\n{}\n",
        rule.code,
        rule.name,
        rule.summary,
        rule.severity,
        documentation(rule).replace("\n## ", "\n\n## ").replace("\n\n\n", "\n\n").trim_end()
    );
    out.push_str("\n## More examples\n\n");
    for example in examples(rule) {
        let _ = writeln!(
            out,
            "{}: {}\n\n```yaml\n{}\n```\n",
            if example.findings.is_empty() { "Silent" } else { "Found" },
            example.name,
            example.text.trim_end()
        );
        for finding in example.findings {
            let _ = writeln!(out, "- {finding}");
        }
        if !example.findings.is_empty() {
            out.push('\n');
        }
    }
    let _ = writeln!(out, "## Source\n\n{}", rule.source);
    out
}

fn index() -> String {
    let mut out = String::from(
        "<!-- Generated from core/src/config/rules; do not edit. -->\n\n# Rules of lint\n\n\
         AO1xx is the controller's own verdict, AO2xx what parses and hurts later, AO9xx lint itself.\n\n\
         | Code | Name | Severity | |\n|---|---|---|---|\n",
    );
    for rule in RULES {
        let _ = writeln!(
            out,
            "| [{0}]({0}.md) | {1} | {2} | {3} |",
            rule.code, rule.name, rule.severity, rule.summary
        );
    }
    out
}
