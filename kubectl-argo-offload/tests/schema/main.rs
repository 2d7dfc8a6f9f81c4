//! The schemas in `schema/`: fresh, and never stricter than Argo.
//!
//! `UPDATE=1 cargo test -p kubectl-argo-offload --test schema` writes them anew.

mod accepted;
mod generate;

use std::path::Path;

use serde_json::Value;

#[test]
fn schemas_of_the_configuration_are_fresh() {
    for (name, schema) in generate::all() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../schema/{name}.json"));
        let fresh = written(schema);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, fresh).expect("write generated file");
            continue;
        }
        assert!(
            std::fs::read_to_string(&path).unwrap_or_default() == fresh,
            "schema/{name}.json is stale; refresh it with: UPDATE=1 cargo test -p kubectl-argo-offload --test schema"
        );
    }
}

/// Indented, but each definition on a line of its own: one line a Go type.
fn written(mut schema: Value) -> String {
    let definitions = schema["definitions"].take();
    schema.as_object_mut().expect("an object").remove("definitions");
    let mut text = serde_json::to_string_pretty(&schema).expect("JSON");
    if let Some(definitions) = definitions.as_object() {
        let lines: Vec<String> =
            definitions.iter().map(|(name, schema)| format!("    \"{name}\": {schema}")).collect();
        text.truncate(text.strip_suffix("\n}").expect("an object").len());
        text += &format!(",\n  \"definitions\": {{\n{}\n  }}\n}}", lines.join(",\n"));
    }
    text + "\n"
}
