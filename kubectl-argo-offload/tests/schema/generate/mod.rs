//! The schemas of the configuration, made from Argo's types and our texts.
//!
//! **Invariant:** what Argo accepts is valid. What a schema cannot tell it lets pass.
//!
//! Draft 7, because that is what yaml-language-server knows best: editors are what these schemas are for.
//! They describe the newest layout; a key that only an older Argo knows is not in them.

mod names;
mod scalars;
mod types;

use argo_offload_core::config::texts::{Text, text};
use argo_offload_testkit::layout::{Layout, Version};
use serde_json::{Map, Value, json};

use types::{Sight, Types};

const NEWEST: Version = Version::V4_1_2;

/// Keys of the configuration that the chart `argo-workflows` takes under `controller` and copies as they
/// are.
const CHART_COPIES: [&str; 9] = [
    "columns",
    "links",
    "nodeEvents",
    "persistence",
    "resourceRateLimit",
    "retentionPolicy",
    "workflowDefaults",
    "workflowEvents",
    "workflowRestrictions",
];

/// Scalars that the chart writes without quotes, so that `"5"` is a number to Argo.
const CHART_SCALARS: [&str; 6] = [
    "initialDelay",
    "namespaceParallelism",
    "navColor",
    "parallelism",
    "podGCDeleteDelayDuration",
    "podGCGracePeriodSeconds",
];

/// Maps of which the chart takes some keys, beside others of its own.
const CHART_OTHERS: [&str; 2] = ["metricsConfig", "telemetryConfig"];

/// Each schema by its name, that of its file without `.json`.
pub(crate) fn all() -> Vec<(&'static str, Value)> {
    let layout = Layout::load(NEWEST);
    vec![
        ("persistence", persistence(&layout)),
        ("workflow-controller-config", config(&layout)),
        ("workflow-controller-configmap", config_map(&layout)),
        ("helm-values", helm_values(&layout)),
    ]
}

/// What people read about a key.
fn description(text: &Text) -> String {
    let mut words = text.short.to_owned();
    if let Some(more) = text.long {
        words += &format!(" {more}");
    }
    match text.since {
        Some("4.1") => words += " Argo 3.7 and older refuse this key.",
        Some("3.7") => words += " Argo 3.6 and older refuse this key.",
        Some(version) => panic!("say which versions before {version} refuse the key"),
        None => {}
    }
    words
}

/// Editors show `description` as plain text, backticks and all, and `markdownDescription` where they know it.
fn describe(schema: &mut Value, words: &str) {
    schema["description"] = words.into();
    schema["markdownDescription"] = words.into();
}

fn persistence(layout: &Layout) -> Value {
    let mut types = Types::new(layout, false);
    let mut schema = types.described("config.PersistConfig", Sight::Seen, &["persistence"]);
    schema["definitions"] = types.definitions().into();
    headed("persistence", "Persistence of Argo's workflow-controller", schema)
}

fn config(layout: &Layout) -> Value {
    let mut types = Types::new(layout, false);
    let mut schema = types.described("config.Config", Sight::Seen, &[]);
    schema["definitions"] = types.definitions().into();
    headed("workflow-controller-config", "Configuration of Argo's workflow-controller", schema)
}

/// A manifest: `data` holds `config` alone, or one key of the configuration in each entry.
fn config_map(layout: &Layout) -> Value {
    let fields = layout.fields("config.Config");
    let mut keys: Map<String, Value> = fields
        .iter()
        .map(|field| {
            let found = text(&[field.name.as_str()]).expect("every key has a text");
            let mut entry = json!({ "type": ["string", "null"] });
            let note = "Here it is text: a map or list goes into a block scalar.";
            describe(&mut entry, &format!("{} {note}", description(found)));
            (field.name.clone(), entry)
        })
        .collect();
    keys.insert(
        "config".into(),
        json!({
            "type": ["string", "null"],
            "description": "The whole configuration as YAML; beside it no other key may stand.",
        }),
    );
    let any_case = names::any_case(fields.iter().map(|field| field.name.as_str()));
    let schema = json!({
        "type": "object",
        "properties": {
            "apiVersion": { "enum": ["v1"] },
            "kind": { "enum": ["ConfigMap"] },
            "metadata": { "type": ["object", "null"] },
            "data": {
                "type": ["object", "null"],
                "description": "Either `config` alone, or a key for each part of the configuration.",
                "properties": keys,
                "patternProperties": {
                    any_case: { "type": ["string", "null"] },
                    // No key of a ConfigMap: Kubernetes refuses it, Argo would read it as YAML.
                    "[^-._a-zA-Z0-9]": { "type": ["string", "null"] },
                },
                "additionalProperties": false,
                "dependencies": { "config": { "maxProperties": 1 } },
            },
        },
    });
    headed("workflow-controller-configmap", "ConfigMap of Argo's workflow-controller", schema)
}

/// Values of the chart `argo-workflows`; what is not known to go into the ConfigMap is left open.
fn helm_values(layout: &Layout) -> Value {
    let mut types = Types::new(layout, true);
    let mut controller = Map::new();
    for key in CHART_COPIES {
        controller.insert(key.into(), types.top_level(key));
    }
    let described = |key: &str, schema: Value| {
        let mut schema = schema;
        describe(&mut schema, &description(text(&[key]).expect("a text")));
        schema
    };
    for key in CHART_SCALARS {
        let scalar = json!({ "type": ["string", "number", "boolean", "null"] });
        controller.insert(key.into(), described(key, scalar));
    }
    for key in CHART_OTHERS {
        controller.insert(key.into(), described(key, json!({ "type": ["object", "null"] })));
    }
    let open = |key: &str| described(key, json!({ "type": ["object", "null"] }));
    let schema = json!({
        "type": ["object", "null"],
        "properties": {
            "artifactRepository": open("artifactRepository"),
            "controller": { "type": ["object", "null"], "properties": controller },
            "executor": open("executor"),
            "mainContainer": open("mainContainer"),
            "server": { "type": ["object", "null"], "properties": { "sso": open("sso") } },
        },
        "definitions": types.definitions(),
    });
    headed("helm-values", "Values of the Helm chart argo-workflows", schema)
}

fn headed(name: &str, title: &str, mut schema: Value) -> Value {
    schema["$schema"] = "http://json-schema.org/draft-07/schema#".into();
    schema["$id"] = format!("{}/raw/main/schema/{name}.json", env!("CARGO_PKG_REPOSITORY")).into();
    schema["title"] = title.into();
    schema
}
