//! Which rules judge, and when that is bad.

use super::{GOOD, example, found, report, snapshot};
use crate::run::{Folder, repository};

#[test]
fn rules_are_chosen_by_code_name_or_beginning() {
    let folder = example();
    let all = ["info AO211", "info AO212", "warning AO213", "error AO209"];
    for (arguments, expected) in [
        (&["--select", "AO212"][..], &all[1..2]),
        (&["--select", "unlimited-lifetime,ao213"], &all[1..3]),
        (&["--select", "AO21"], &all[..3]),
        (&["--select", "AO2", "--ignore", "AO21"], &all[3..]),
        (&["--ignore", "AO211", "--ignore", "placeholder"], &all[1..3]),
        (&["--select", "AO1"], &[]),
    ] {
        let arguments = [&["persistence.yaml"], arguments].concat();
        assert_eq!(found(&folder, &arguments), expected, "{arguments:?}");
    }
    for word in ["AO999", "", "unlimited", "AO2 "] {
        let ran = folder.run(&["lint", "persistence.yaml", "--select", word]);
        assert_eq!(ran.code(), 2, "{word}");
        assert!(ran.err().contains("there is no rule") && ran.err().contains("--list-rules"));
    }
}

#[test]
fn the_exit_code_is_that_of_the_worst_finding() {
    let folder = example();
    folder.write("good.yaml", GOOD);
    for (arguments, code) in [
        (&["persistence.yaml"][..], 1),
        (&["persistence.yaml", "--fail-on", "never"], 0),
        (&["persistence.yaml", "--ignore", "AO209"], 0),
        (&["persistence.yaml", "--ignore", "AO209", "--fail-on", "warning"], 1),
        (&["persistence.yaml", "--select", "AO211", "--fail-on", "warning"], 0),
        (&["persistence.yaml", "--select", "AO211", "--fail-on", "info"], 1),
        (&["good.yaml", "--fail-on", "info"], 0),
        (&["no-such.yaml"], 2),
        (&["persistence.yaml", "--fail-on", "sometimes"], 2),
        (&[], 2),
    ] {
        for format in ["text", "json", "sarif", "github"] {
            let ran = folder.run(&[&["lint", "-o", format], arguments].concat());
            assert_eq!(ran.code(), code, "{arguments:?} {format}");
            if code < 2 && format == "json" {
                assert_eq!(report(&ran)["passed"], code == 0, "{arguments:?}");
            }
        }
    }
}

#[test]
fn comments_with_a_reason_take_findings_away() {
    let folder = Folder::new();
    let with = |comment: &str| {
        let text = GOOD.replace("maxOpenConns: 50", &format!("maxOpenConns: 0 {comment}"));
        folder.write("a.yaml", text);
        found(&folder, &["a.yaml"])
    };
    assert_eq!(with(""), ["info AO211"]);
    assert_eq!(with("# argo-offload: ignore AO211 -- a proxy limits them"), [""; 0]);
    assert_eq!(with("# argo-offload: ignore connection-pool -- a proxy does"), [""; 0]);
    assert_eq!(with("# argo-offload: ignore AO211"), ["info AO211", "warning AO902"]);
    assert_eq!(with("# argo-offload: ignore AO212 -- why"), ["info AO211", "warning AO901"]);
    let all = GOOD.replace("maxOpenConns: 50", "maxOpenConns: 0");
    folder.write("a.yaml", format!("# argo-offload: ignore-file AO211 -- a proxy\n{all}"));
    let ran = folder.run(&["lint", "a.yaml"]).good();
    assert!(ran.err().contains("1 suppressed"), "{}", ran.err());
}

#[test]
fn the_version_of_argo_decides() {
    let folder = Folder::new();
    folder.write("a.yaml", format!("workflowDefaults:\n  spec:\n    podPriority: 1\n{GOOD}"));
    assert_eq!(found(&folder, &["a.yaml", "--argo-version", "3.6"]), [""; 0]);
    assert_eq!(found(&folder, &["a.yaml", "--argo-version", "3.7"]), ["error AO103"]);
    let upgrade = found(&folder, &["a.yaml", "--argo-version", "3.6", "--upgrade-to", "3.7"]);
    assert_eq!(upgrade, ["warning AO108"]);
}

#[test]
fn rules_are_listed() {
    let folder = Folder::new();
    snapshot("lint-rules", &folder.run(&["lint", "--list-rules"]).good().shown());
    let some = folder.run(&["lint", "--list-rules", "--select", "AO9"]).good().out();
    assert_eq!(some.lines().count(), 3, "{some}");
    assert_eq!(folder.run(&["lint", "--list-rules", "-o", "sarif"]).code(), 2);
}

#[test]
fn list_pages_schemas_and_explain_know_the_same_rules() {
    let folder = Folder::new();
    let list = report(&folder.run(&["lint", "--list-rules", "-o", "json"]).good());
    let items = list["items"].as_array().expect("items");
    let codes: Vec<&str> = items.iter().filter_map(|item| item["code"].as_str()).collect();
    assert!(codes.len() > 15, "{codes:?}");
    for code in &codes {
        assert!(repository(&format!("docs/rules/{code}.md")).is_file(), "{code} has no page");
        let explained = folder.run(&["explain", code]).good().out();
        assert!(explained.starts_with(code) && explained.contains("## Why it matters"));
    }
    let pages = repository("docs/rules").read_dir().expect("pages").count();
    assert_eq!(pages, codes.len() + 1, "a page for each and README.md");
    for (schema, place) in [
        ("lint-report", "/definitions/Item/properties/code/enum"),
        ("rule-list", "/definitions/RuleItem/properties/code/enum"),
        ("rule", "/properties/code/enum"),
    ] {
        let text = report(&folder.run(&["schema", schema]).good());
        let known = text.pointer(place).unwrap_or_else(|| panic!("{place} in {schema}"));
        assert_eq!(known, &serde_json::json!(codes), "{schema}");
    }
}
