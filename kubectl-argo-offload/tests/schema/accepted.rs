//! What Argo accepts is valid, and most of what it refuses is not.
//!
//! Texts and verdicts are those recorded for the newest layout. They are read here as an editor reads
//! them, by YAML 1.2, and not as Argo does.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use jsonschema::Validator;
use serde_json::{Map, Number, Value, json};

/// A ConfigMap manifest and what Argo 4.1 makes of it.
struct Case {
    id: String,
    text: String,
    /// `ok`, `parse` (the configuration is refused), `manifest`, `depends` (on chance).
    stage: String,
}

/// What an editor would show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shown {
    /// No YAML 1.2, or keys written twice: no schema is asked.
    NoYaml,
    Valid,
    Invalid(String),
}

struct Schemas {
    config_map: Validator,
    config: Validator,
}

impl Schemas {
    fn read() -> Self {
        Self {
            config_map: validator("workflow-controller-configmap"),
            config: validator("workflow-controller-config"),
        }
    }

    fn show(&self, text: &str) -> Shown {
        let Some(manifest) = read(text) else { return Shown::NoYaml };
        if let Some(error) = self.config_map.iter_errors(&manifest).next() {
            return Shown::Invalid(format!("ConfigMap, {}: {error}", error.instance_path()));
        }
        let Some(config) = read(&configuration(&manifest)) else { return Shown::NoYaml };
        match self.config.iter_errors(&config).next() {
            None => Shown::Valid,
            Some(error) => Shown::Invalid(format!("{}: {error}", error.instance_path())),
        }
    }
}

#[test]
fn whatever_argo_accepts_is_valid() {
    let schemas = Schemas::read();
    let accepted: Vec<Case> = cases().into_iter().filter(|case| case.stage == "ok").collect();
    assert!(accepted.len() > 8000, "{}", accepted.len());
    let mut unread = 0;
    for case in &accepted {
        match schemas.show(&case.text) {
            Shown::Valid => {}
            Shown::NoYaml => unread += 1,
            Shown::Invalid(error) => panic!("{}: {error}\n{}", case.id, case.text),
        }
    }
    println!("{} accepted, {unread} of them unreadable as YAML 1.2", accepted.len());
    assert!(unread * 20 < accepted.len(), "{unread}");
}

#[test]
fn most_of_what_argo_refuses_is_invalid() {
    let schemas = Schemas::read();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases().into_iter().filter(|case| case.stage == "parse") {
        let kind = match schemas.show(&case.text) {
            Shown::NoYaml => "not YAML",
            Shown::Valid => "valid",
            Shown::Invalid(_) => "invalid",
        };
        *counts.entry(kind).or_default() += 1;
    }
    println!("refused by Argo: {counts:?}");
    // What passes: wrong values under keys in another case, and words that YAML 1.2 reads as text.
    assert!(counts["invalid"] > counts["valid"] * 16, "{counts:?}");
}

#[test]
fn the_value_under_persistence_is_judged_alike_everywhere() {
    let persistence = validator("persistence");
    let helm = validator("helm-values");
    let schemas = Schemas::read();
    let mut seen = 0;
    for case in cases() {
        let Some(manifest) = read(&case.text) else { continue };
        let Some(config) = read(&configuration(&manifest)) else { continue };
        let Some(value) = config.get("persistence") else { continue };
        let alone = json!({ "persistence": value });
        let valid = schemas.config.is_valid(&alone);
        assert_eq!(persistence.is_valid(value), valid, "{}", case.id);
        if !value.to_string().contains("{{") {
            let values = json!({ "controller": alone });
            assert_eq!(helm.is_valid(&values), valid, "{}", case.id);
        }
        seen += 1;
    }
    assert!(seen > 8000, "{seen}");
}

#[test]
fn values_of_the_chart_may_be_templates_and_quoted_numbers() {
    let helm = validator("helm-values");
    let persistence = |value: Value| json!({ "controller": { "persistence": value } });
    for valid in [
        persistence(json!({ "archiveTTL": "{{ .Values.days }}d" })),
        json!({ "controller": { "parallelism": "5", "replicas": 2, "metricsConfig": { "portName": "m" } } }),
        json!({ "server": { "sso": { "enabled": true } }, "executor": { "image": {} }, "images": {} }),
    ] {
        assert!(helm.is_valid(&valid), "{valid}");
    }
    for invalid in [
        persistence(json!({ "archiveTTL": "1h30m" })),
        persistence(json!({ "mysql": { "port": "3306" } })),
        json!({ "controller": { "resourceRateLimit": { "limits": 1 } } }),
    ] {
        assert!(!helm.is_valid(&invalid), "{invalid}");
    }
}

fn validator(name: &str) -> Validator {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schema/{name}.json"));
    let text = std::fs::read_to_string(&path).expect("a schema");
    let schema = serde_json::from_str(&text).expect("JSON");
    assert!(jsonschema::meta::is_valid(&schema), "{name} is a JSON Schema");
    jsonschema::draft7::new(&schema).expect("a schema")
}

fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for line in lines("corpora/config-mutations.jsonl.gz") {
        let Some(text) = line["text"].as_str() else { continue };
        let verdict = ["v4.1.2", "v3.7.6", "v3.6.12"]
            .into_iter()
            .map(|version| &line[version])
            // The same as that of the version before.
            .find(|verdict| *verdict != "=")
            .expect("a verdict");
        cases.push(case(&line["id"], text, &verdict["s"]));
    }
    for line in lines("vectors/config.jsonl.gz") {
        let Some(text) = line["yaml"].as_str() else { continue };
        cases.push(case(&line["name"], text, &line["v4.1.2"]["stage"]));
    }
    cases
}

fn case(id: &Value, text: &str, stage: &Value) -> Case {
    let word = |value: &Value| value.as_str().expect("a word").to_owned();
    Case { id: word(id), text: text.to_owned(), stage: word(stage) }
}

fn lines(name: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures").join(name);
    let mut text = String::new();
    GzDecoder::new(std::fs::File::open(path).expect("a fixture"))
        .read_to_string(&mut text)
        .expect("gzip");
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

/// The configuration as the controller puts it together from the data's entries.
///
/// Source: Argo Workflows v3.7.6, config/controller.go (parseConfigMap).
fn configuration(manifest: &Value) -> String {
    let Some(data) = manifest["data"].as_object() else { return String::new() };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    if let Some(config) = data.get("config") {
        return text(config);
    }
    let entry = |(key, value): (&String, &Value)| match text(value) {
        value if value.contains('\n') => {
            let lines: Vec<&str> = value.trim_matches('\n').split('\n').collect();
            format!("{key}:\n  {}\n", lines.join("\n  "))
        }
        value => format!("{key}: {value}\n"),
    };
    data.iter().map(entry).collect()
}

fn read(text: &str) -> Option<Value> {
    let mut value: yaml_serde::Value =
        yaml_serde::from_str(text.strip_prefix('\u{feff}').unwrap_or(text)).ok()?;
    value.apply_merge().ok()?;
    json(value)
}

/// As editors do: keys become text, and infinity is a number.
fn json(value: yaml_serde::Value) -> Option<Value> {
    use yaml_serde::Value as Yaml;
    Some(match value {
        Yaml::Null => Value::Null,
        Yaml::Bool(value) => value.into(),
        Yaml::String(value) => value.into(),
        Yaml::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(number), _, _) => number.into(),
            (_, Some(number), _) => number.into(),
            (_, _, number) => {
                let number = number.filter(|number| number.is_finite()).unwrap_or(0.5);
                Value::Number(Number::from_f64(number)?)
            }
        },
        Yaml::Sequence(items) => items.into_iter().map(json).collect::<Option<Vec<_>>>()?.into(),
        Yaml::Mapping(entries) => {
            let entry = |(key, value)| {
                let key = match json(key)? {
                    Value::String(key) => key,
                    Value::Null | Value::Array(_) | Value::Object(_) => return None,
                    other => other.to_string(),
                };
                Some((key, json(value)?))
            };
            entries.into_iter().map(entry).collect::<Option<Map<_, _>>>()?.into()
        }
        Yaml::Tagged(tagged) => json(tagged.value)?,
    })
}
