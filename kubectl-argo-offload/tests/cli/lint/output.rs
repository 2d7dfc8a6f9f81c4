//! What `lint` prints, in each format.

use std::process::Command;

use serde_json::Value;

use super::{GOOD, example, fixable, found, report, snapshot};
use crate::run::{Folder, repository};

#[test]
fn the_example_has_four_findings() {
    let folder = example();
    assert_eq!(
        found(&folder, &["persistence.yaml"]),
        ["info AO211", "info AO212", "warning AO213", "error AO209"]
    );
    snapshot("lint-example", &folder.run(&["lint", "persistence.yaml"]).shown());
}

#[test]
fn secrets_are_judged_with_what_refers_to_them() {
    snapshot("lint-set", &example().run(&["lint", ".", "--explain-sources"]).shown());
}

#[test]
fn the_other_formats_say_the_same() {
    let folder = example();
    for format in ["json", "sarif", "github"] {
        let ran = folder.run(&["lint", "persistence.yaml", "-o", format]);
        assert_eq!(ran.code(), 1, "{format}");
        let shown = ran.shown().replace(env!("CARGO_PKG_VERSION"), "VERSION");
        snapshot(&format!("lint-{format}"), &shown);
    }
}

#[test]
fn a_good_configuration_has_no_findings() {
    let folder = Folder::new();
    folder.write("good.yaml", GOOD);
    snapshot("lint-good", &folder.run(&["lint", "good.yaml"]).good().shown());
    folder.write("bad.yaml", fixable());
    assert_eq!(found(&folder, &["bad.yaml"]), ["info AO107"]);
}

#[test]
fn lines_that_are_long_wide_or_control_terminals_stay_in_shape() {
    let folder = Folder::new();
    let (key, long) = ("k".repeat(900), "x".repeat(100_000));
    folder.write(
        "odd\u{1b}[31m\nname.yaml",
        format!(
            "persistence:\n  archive: true\n  \"数据🎉\": {{x:\t1}}\n  \"\\u202e\\e[2J\": 1\n  \
             {key}: {long}\n  mysql:\n    port: {long}\n"
        ),
    );
    let ran = folder.run(&["lint", "."]);
    assert!(ran.shown().len() < 6000, "{}", ran.shown().len());
    snapshot("lint-odd", &ran.shown());
    for format in ["json", "sarif", "github"] {
        let ran = folder.run(&["lint", ".", "-o", format]);
        assert!(ran.stdout().len() < 20_000, "{format}: {} bytes", ran.stdout().len());
        assert!(!ran.out().contains(['\u{1b}', '\u{202e}']), "{format}");
    }
}

#[test]
fn of_very_many_findings_the_first_are_listed_and_the_rest_counted() {
    let folder = Folder::new();
    let keys: String = (0..20_000).map(|key| format!("  unknown{key}: 1\n")).collect();
    folder.write("many.yaml", format!("persistence:\n  archive: true\n{keys}"));
    let ran = folder.run(&["lint", "many.yaml"]);
    assert_eq!(ran.out().matches("[AO103 unknown-key]").count(), 1000);
    assert!(ran.err().contains("; 19000 more of the same"), "{}", ran.err());
    let report = report(&folder.run(&["lint", "-o", "json", "many.yaml"]));
    assert_eq!(report["summary"]["unlisted"], 19_000);
}

#[test]
fn sarif_is_valid() {
    let schema = sarif_schema();
    assert!(!schema.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
    let folder = example();
    folder.write("of [this]: 100%.yaml", fixable());
    folder.write("none.yaml", GOOD);
    for arguments in
        [&["."][..], &["none.yaml"], &["of [this]: 100%.yaml", "--argo-version", "3.7"]]
    {
        let ran = folder.run(&[&["lint", "-o", "sarif"], arguments].concat());
        let log = report(&ran);
        let errors: Vec<String> = schema
            .iter_errors(&log)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    // Every configuration that the vectors and Argo's own documentation have.
    let fixtures = repository("tests/fixtures").to_string_lossy().into_owned();
    let ran = folder.run(&["lint", "-o", "sarif", "--fail-on", "never", &fixtures]);
    assert!(schema.is_valid(&report(&ran)), "{}", ran.err());
}

#[test]
fn sarif_names_files_as_uris() {
    let folder = Folder::new();
    folder.write("of [this]: 100%.yaml", fixable());
    let log = report(&folder.run(&["lint", "-o", "sarif", "."]));
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "of%20%5Bthis%5D%3A%20100%25.yaml");
    let path = folder.path("of [this]: 100%.yaml");
    let log = report(&folder.run(&["lint", "-o", "sarif", &path.to_string_lossy()]));
    let place = &log["runs"][0]["results"][0]["locations"][0]["physicalLocation"];
    let uri = place["artifactLocation"]["uri"].as_str().expect("a URI");
    assert!(uri.starts_with("file:///"), "{uri}");
}

/// The schema of SARIF 2.1.0, as a crate has it that is never built.
fn sarif_schema() -> jsonschema::Validator {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--locked"])
        .current_dir(repository("."))
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let package = packages.iter().find(|package| package["name"] == "serde-sarif");
    let manifest = package.expect("serde-sarif")["manifest_path"].as_str().expect("a path");
    let path = std::path::Path::new(manifest).with_file_name("src").join("schema.json");
    let mut schema: Value =
        serde_json::from_slice(&std::fs::read(path).expect("the schema")).expect("JSON");
    // Its pattern for languages is no regular expression, and we write none.
    for holder in ["run", "toolComponent"] {
        let place = format!("/definitions/{holder}/properties/language");
        let language = schema.pointer_mut(&place).and_then(Value::as_object_mut);
        language.expect("the language").remove("pattern");
    }
    jsonschema::validator_for(&schema).expect("a schema")
}
