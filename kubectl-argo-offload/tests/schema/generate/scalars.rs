//! Scalars, and the Go types that read themselves, as a JSON Schema that refuses nothing Argo accepts.
//!
//! Editors read YAML 1.2, Argo reads YAML 1.1: `yes`, `5_432` or `0b1` are text to the one and a boolean
//! or number to the other. Where Argo wants a boolean or number, such words must pass.

use serde_json::{Value, json};

/// Booleans of YAML 1.1 that YAML 1.2 reads as text.
///
/// Source: go-yaml v2.4, resolve.go.
const BOOLEAN_WORDS: &str = "^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$";

/// Numbers of go-yaml v2 that YAML 1.2 reads as text: with `_`, a leading zero, `0b`, or a sign before `0x`.
const NUMBER_WORDS: &str = "^[-+]?(?:0[bB][01_]+|0[oO][0-7_]+|0[xX][0-9a-fA-F_]+|0[0-9_]+|[0-9][0-9_]*_[0-9_]*(?:\\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?)$";

/// Source: Argo Workflows v3.7.6, config/ttl.go. All units of Go durations end in one of the four letters,
/// so that nothing else but a zero is left for `ParseDuration`.
const TTL: &str = "^(?:[-+]?(?:[0-9]+[dhms]|0))?$";

/// Source: Go, time/format.go (`ParseDuration`).
const DURATION: &str =
    "^[-+]?(?:0|(?:(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:ns|us|\u{b5}s|\u{3bc}s|ms|s|m|h))+)$";

/// What Helm renders before Argo sees it.
const TEMPLATE: &str = "\\{\\{";

pub(crate) fn boolean() -> Value {
    json!({ "anyOf": [{ "type": ["boolean", "null"] }, { "type": "string", "pattern": BOOLEAN_WORDS }] })
}

/// A string field that the YAML library sees: it turns numbers and booleans into text.
pub(crate) fn coerced_string() -> Value {
    json!({ "type": ["string", "number", "boolean", "null"] })
}

/// A string field that it does not see.
pub(crate) fn string() -> Value {
    json!({ "type": ["string", "null"] })
}

/// `5432.0` and `5e3` are integers to JSON Schema as they are to Argo.
pub(crate) fn integer(minimum: i64, maximum: u64) -> Value {
    json!({ "anyOf": [
        { "type": ["integer", "null"], "minimum": minimum, "maximum": maximum },
        { "type": "string", "pattern": NUMBER_WORDS },
    ] })
}

pub(crate) fn float() -> Value {
    json!({ "anyOf": [{ "type": ["number", "null"] }, { "type": "string", "pattern": NUMBER_WORDS }] })
}

/// `[]byte`: base64, or a list of numbers.
pub(crate) fn bytes() -> Value {
    json!({ "type": ["string", "array", "null"] })
}

/// A type with its own `UnmarshalJSON`, named as in the layouts; `None` when this file does not know it.
///
/// `pointer`: null is then no business of the type. `templates`: the text may still be a Helm template.
pub(crate) fn special(name: &str, pointer: bool, templates: bool) -> Option<Value> {
    let pattern = |pattern: &str, expected: &str| {
        let pattern = if templates { format!("{pattern}|{TEMPLATE}") } else { pattern.to_owned() };
        json!({
            "type": if pointer { json!(["string", "null"]) } else { json!("string") },
            "pattern": pattern,
            // What editors show instead of the pattern.
            "patternErrorMessage": expected,
        })
    };
    Some(match name {
        "config.TTL" => with_examples(
            pattern(TTL, "Expected a whole number and one of d, h, m, s, for example 30d."),
            &["30d", "12h", "30m", "0s"],
        ),
        "meta.Duration" => with_examples(
            pattern(DURATION, "Expected a Go duration, for example 30s or 1h30m."),
            &["10s", "5m", "1h30m"],
        ),
        "meta.Time" => json!({ "type": ["string", "null"] }),
        "intstr.IntOrString" => json!({ "type": ["string", "integer", "null"] }),
        "resource.Quantity" => json!({ "type": ["string", "number", "null"] }),
        "wf.Plugin" => {
            json!({ "type": if pointer { json!(["object", "null"]) } else { json!("object") }, "minProperties": 1, "maxProperties": 1 })
        }
        "meta.FieldsV1" | "wf.Amount" | "wf.AnyString" | "wf.Item" => json!({}),
        _ => return None,
    })
}

fn with_examples(mut schema: Value, examples: &[&str]) -> Value {
    schema["examples"] = json!(examples);
    schema
}
