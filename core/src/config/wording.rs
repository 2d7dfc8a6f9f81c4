//! How places and refusals are said.

use alloc::format;
use alloc::string::String;

use crate::golang::{DecodeReason, Problem, Step, ttl};
use crate::yaml::quote;

/// The way to a value: `persistence.mysql.port`, `links[0].url`, `images["a/b:1"].cmd`.
pub(crate) fn path(steps: &[Step]) -> String {
    let mut out = String::new();
    for step in steps {
        match step {
            Step::Index(index) => out.push_str(&format!("[{index}]")),
            Step::Key(key) if is_plain(key) => {
                if !out.is_empty() {
                    out.push('.');
                }
                out.push_str(key);
            }
            Step::Key(key) => out.push_str(&format!("[{key:?}]")),
        }
    }
    out
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// What Go logs for a problem, without the names of Go's types, which depend on its release. `None` for what
/// a type's own code says: those texts are Argo's.
pub(crate) fn go_text(problem: &Problem) -> Option<String> {
    match &problem.reason {
        DecodeReason::UnknownField { key, .. } => {
            Some(format!("json: unknown field {}", quote(key.as_bytes())))
        }
        DecodeReason::Type { wanted, .. } if *wanted == ttl::WANTED => Some("invalid TTL".into()),
        DecodeReason::Type { found, .. } => {
            let found = found.split_once(' ').map_or(*found, |(_, kind)| kind);
            Some(format!(
                "json: cannot unmarshal {} into Go struct field {}",
                go_kind(found),
                path(&problem.path)
            ))
        }
        DecodeReason::Number { .. } => Some(format!(
            "json: cannot unmarshal number into Go struct field {}",
            path(&problem.path)
        )),
        DecodeReason::Syntax(_) | DecodeReason::Value { .. } | DecodeReason::TooLong => None,
    }
}

fn go_kind(found: &str) -> &str {
    match found {
        "boolean" => "bool",
        "list" => "array",
        other => other,
    }
}

/// What Argo logs for a problem of its configuration, where that is known.
pub(crate) fn argo_text(problem: &Problem) -> Option<String> {
    Some(format!("error unmarshaling JSON: while decoding JSON: {}", go_text(problem)?))
}

/// What is wrong, in our words.
pub(crate) fn reason(reason: &DecodeReason) -> String {
    match reason {
        DecodeReason::Type { found, wanted } => format!("expected {wanted}, found {found}"),
        DecodeReason::Number { wanted } => format!("the number is not {wanted}"),
        DecodeReason::UnknownField { key, .. } => format!("unknown key `{key}`"),
        DecodeReason::Value { problem } => problem.clone(),
        DecodeReason::Syntax(_) => String::from("no JSON"),
        DecodeReason::TooLong => String::from("too long"),
    }
}
