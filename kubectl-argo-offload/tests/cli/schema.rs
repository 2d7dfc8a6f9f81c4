//! `schema`

use jsonschema::Validator;
use serde_json::Value;

use crate::run::{Folder, repository};

fn snapshot(name: &str, shown: &str) {
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, shown);
    });
}

#[test]
fn the_list_says_what_each_schema_describes() {
    snapshot("schemas", &Folder::new().run(&["schema"]).shown());
}

#[test]
fn an_unknown_name_is_answered_with_the_list() {
    let ran = Folder::new().run(&["schema", "config"]);
    assert_eq!(ran.code(), 2);
    snapshot("schema-unknown", &ran.shown());
}

#[test]
fn each_schema_of_the_list_is_printed_as_it_is_in_the_repository() {
    let folder = Folder::new();
    let list = folder.run(&["schema"]).good().out();
    let names: Vec<&str> = list.lines().skip(1).filter_map(|line| line.split(' ').next()).collect();
    assert_eq!(names.len(), repository("schema").read_dir().expect("schemas").count());
    for name in names {
        let printed = folder.run(&["schema", name]).good().out();
        let stored = std::fs::read_to_string(repository(&format!("schema/{name}.json")));
        assert_eq!(printed, stored.expect("a file"));
    }
}

#[test]
fn what_commands_print_is_valid() {
    let folder = Folder::new();
    let large = repository("examples/large-workflow.json.gz").to_string_lossy().into_owned();
    let samples = repository("tests/fixtures/samples").to_string_lossy().into_owned();
    folder.write("offloaded.json", workflow(r#"{"offloadNodeStatusVersion":"fnv:7"}"#));
    folder.write("dropped.json", workflow(r#"{"nodes":{"a":{"newField":1,"id":"a","Id":"b"}}}"#));
    folder.write("empty.json", r#"{"apiVersion":"v1","kind":"List","items":[]}"#);
    let sizes = validator(&folder, "size-report");
    let mut words = Vec::new();
    for arguments in [
        &["-f", &large][..],
        &["-f", &large, "--offloading", "false"],
        &["-f", &large, "--max-size", "1Ki", "--always-offload"],
        &["-f", &large, "--max-size", "400Ki"],
        &["-f", &samples, "--argo-version", "3.6"],
        &["-f", "offloaded.json", "-f", "dropped.json", "--max-size", "10"],
        &["-f", "empty.json"],
    ] {
        let arguments = [&["size", "-o", "json"], arguments].concat();
        let report = valid(&sizes, &folder.run(&arguments).good().out());
        for item in report["items"].as_array().expect("items") {
            words.extend([item["verdict"].clone(), item["stored"].clone()]);
            words
                .extend(item["dropped"].as_array().into_iter().flatten().map(|d| d["why"].clone()));
        }
    }
    for word in ["Offloaded", "DoesNotFit", "Failed", "Inline", "Unknown", "Repeated"] {
        assert!(words.contains(&word.into()), "{word} was not tried: {words:?}");
    }
    valid(&validator(&folder, "version"), &folder.run(&["version", "-o", "json"]).good().out());
}

#[test]
fn what_lint_and_explain_print_is_valid() {
    let folder = Folder::new();
    let fixtures = repository("tests/fixtures").to_string_lossy().into_owned();
    let example = repository("examples/rds-mysql").to_string_lossy().into_owned();
    let reports = validator(&folder, "lint-report");
    for arguments in [
        &[&*example][..],
        &[&fixtures, "--argo-version", "3.6", "--upgrade-to", "4.1"],
        &[&fixtures, "--select", "AO9"],
    ] {
        let ran = folder.run(&[&["lint", "-o", "json", "--fail-on", "never"], arguments].concat());
        valid(&reports, &ran.good().out());
    }
    let report = valid(&reports, &folder.run(&["lint", "-o", "json", &example]).out());
    for (place, value) in [
        ("/findings/0/code", Value::from("AO999")),
        ("/findings/0/severity", "fatal".into()),
        ("/findings/0/line", "1".into()),
        ("/sources/0/kind", "a Secret".into()),
    ] {
        let mut changed = report.clone();
        *changed.pointer_mut(place).expect(place) = value;
        assert!(!reports.is_valid(&changed), "{place}");
    }
    for (schema, arguments) in [
        ("rule-list", &["lint", "--list-rules"][..]),
        ("rule", &["explain", "AO101"]),
        ("symptom", &["explain", "row-missing"]),
        ("symptom-list", &["explain", "-"]),
    ] {
        let log = b"upper: no more rows in this result set\n";
        let ran = folder.run_with(&[arguments, &["-o", "json"]].concat(), log).good();
        valid(&validator(&folder, schema), &ran.out());
    }
}

#[test]
fn what_commands_do_not_print_is_invalid() {
    let folder = Folder::new();
    let sizes = validator(&folder, "size-report");
    folder.write("a.json", workflow("{}"));
    let report = valid(&sizes, &folder.run(&["size", "-f", "a.json", "-o", "json"]).good().out());
    for (place, value) in [
        ("/apiVersion", Value::from("argo-offload/v1")),
        ("/kind", "List".into()),
        ("/limitBytes", "1Mi".into()),
        ("/items/0/verdict", "inline".into()),
        ("/items/0/sizeBytes", (-1).into()),
        ("/items/0/fields/status", Value::Null),
    ] {
        let mut changed = report.clone();
        *changed.pointer_mut(place).expect(place) = value;
        assert!(!sizes.is_valid(&changed), "{place}");
    }
}

fn workflow(status: &str) -> String {
    format!(
        r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{{"name":"x","uid":"u"}},"spec":{{}},"status":{status}}}"#
    )
}

/// A schema that also refuses keys it does not name, so that none is forgotten in it.
fn validator(folder: &Folder, name: &str) -> Validator {
    let mut schema: Value =
        serde_json::from_str(&folder.run(&["schema", name]).good().out()).expect("JSON");
    assert!(jsonschema::meta::is_valid(&schema), "{name} is a JSON Schema");
    let definitions = schema.get_mut("definitions").and_then(Value::as_object_mut);
    definitions.into_iter().flat_map(|definitions| definitions.values_mut()).for_each(close);
    close(&mut schema);
    jsonschema::draft7::new(&schema).expect("a schema")
}

fn close(object: &mut Value) {
    if object.get("properties").is_some() {
        object["additionalProperties"] = false.into();
    }
}

fn valid(schema: &Validator, text: &str) -> Value {
    let value = serde_json::from_str(text).expect("JSON");
    let errors: Vec<String> = schema
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
    value
}
