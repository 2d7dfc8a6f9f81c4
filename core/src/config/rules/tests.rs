//! Every rule does what its examples say.

use super::*;
use crate::config::{File, Options, apply_fixes, lint};
use crate::json::locate;

/// `line:column message` of what `rule` finds in a text.
fn found(rule: &Rule, text: &str) -> Vec<String> {
    let file = File { name: "example.yaml", text: text.as_bytes(), named: true };
    lint(&[file], &options(text))
        .findings
        .iter()
        .filter(|finding| finding.rule == rule)
        .map(|finding| {
            let place = locate(text.as_bytes(), finding.span.range.start);
            format!("{}:{} {}", place.line, place.column, finding.message)
        })
        .collect()
}

/// Options that an example names in its first line: `# argo-version: 3.7 upgrade-to: 4.1`.
fn options(text: &str) -> Options {
    let line = text.lines().next().unwrap_or_default();
    let named = |name: &str| {
        let rest = line.strip_prefix("# ")?.split_once(name)?.1;
        rest.split_whitespace().next()?.parse().ok()
    };
    Options {
        version: named("argo-version:"),
        upgrade_to: named("upgrade-to:"),
        live: text.contains("# live: true"),
    }
}

#[test]
fn every_example_is_found_as_it_says() {
    let mut wrong = String::new();
    for rule in RULES {
        for example in examples(rule) {
            let found = found(rule, example.text);
            let as_said = found.len() == example.findings.len()
                && found.iter().zip(example.findings).all(|(a, b)| a.starts_with(b));
            if !as_said {
                wrong += &format!(
                    "{} {}: {}\nexpected {:#?}\nfound {found:#?}\n{}\n",
                    rule.code, rule.name, example.name, example.findings, example.text
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_fix_mends_its_finding() {
    for rule in RULES {
        for example in examples(rule) {
            let file = File { name: "example.yaml", text: example.text.as_bytes(), named: true };
            let findings = lint(&[file], &options(example.text)).findings;
            let mine = |finding: &&Finding| finding.rule == *rule;
            let before = findings.iter().filter(mine).count();
            for finding in findings.iter().filter(mine).filter(|finding| finding.fix.is_some()) {
                let fixed =
                    apply_fixes(example.text.as_bytes(), 0, core::slice::from_ref(finding), true);
                let text = String::from_utf8(fixed.text).expect("UTF-8");
                let file = File { name: "example.yaml", text: text.as_bytes(), named: true };
                let after = lint(&[file], &options(&text)).findings.iter().filter(mine).count();
                assert!(
                    after < before,
                    "{} {}: {}\n{}\nis still found after its fix:\n{text}",
                    rule.code,
                    rule.name,
                    example.name,
                    finding.message
                );
            }
        }
    }
}

#[test]
fn every_rule_shows_what_it_finds_and_where_it_is_silent() {
    for rule in RULES {
        let examples = examples(rule);
        let finding = examples.iter().filter(|example| !example.findings.is_empty()).count();
        assert!(
            examples.len() >= 6 && finding >= 2 && finding < examples.len(),
            "{}: {} examples, {finding} of them with findings; give at least six, two of them with \
             findings and near misses without",
            rule.code,
            examples.len()
        );
    }
}

#[test]
fn every_rule_is_documented_under_the_fixed_headings() {
    for rule in RULES {
        let mut rest = documentation(rule);
        for heading in ["## What it checks", "## Why it matters", "## Example", "## Instead"] {
            rest = rest
                .split_once(heading)
                .unwrap_or_else(|| {
                    panic!(
                        "{}: its documentation has no heading {heading}, or not in this order",
                        rule.code
                    )
                })
                .1;
        }
    }
}

#[test]
fn codes_and_names_are_unique_and_sorted() {
    assert!(RULES.windows(2).all(|pair| pair[0].code < pair[1].code), "rules! is sorted by code");
    for rule in RULES {
        assert_eq!(find(rule.code), Some(*rule));
        assert_eq!(find(rule.name), Some(*rule));
    }
}
