//! `json.Marshal`, after Go's encoding/json/encode.go.

use alloc::collections::btree_map;
use alloc::vec::Vec;

use super::value::{Id, Tree, Value};
use crate::golang::layout::{Field, Special, Struct, Type};
use crate::golang::sink::Sink;
use crate::golang::special::quantity::Quantity;
use crate::golang::special::raw::compact;
use crate::golang::special::{base64_bytes, duration, float};
use crate::golang::tables::{META_OBJECT_META, WF_WORKFLOW, WF_WORKFLOW_STATUS, WF_WORKFLOW_STEP};
use crate::json::text;

/// What is still to be written, the last first.
enum Task<'a> {
    Value { r#type: Type, id: Option<Id> },
    Struct { of: &'static Struct, id: Option<Id>, next: usize, first: bool, reported: bool },
    Map { element: Type, rest: btree_map::Iter<'a, Vec<u8>, Id>, first: bool },
    Slice { element: Type, items: &'a [Id], first: bool },
    Leave,
}

/// Writes the tree's first value.
pub(super) fn encode<S: Sink>(json: &[u8], tree: &Tree, r#type: Type, version: u8, out: &mut S) {
    let mut tasks = Vec::new();
    let mut encoder = Encoder { json, tree, version };
    encoder.value(r#type, Some(0), true, &mut tasks, out);
    while let Some(task) = tasks.pop() {
        encoder.step(task, &mut tasks, out);
    }
}

struct Encoder<'a> {
    json: &'a [u8],
    tree: &'a Tree,
    version: u8,
}

impl<'a> Encoder<'a> {
    fn step<S: Sink>(&mut self, task: Task<'a>, tasks: &mut Vec<Task<'a>>, out: &mut S) {
        match task {
            Task::Leave => out.leave(),
            Task::Value { r#type, id } => self.value(r#type, id, false, tasks, out),
            Task::Struct { of, id, next, mut first, reported } => {
                let Some(field) = of.fields.get(next) else {
                    out.write(if first { b"{}" } else { b"}" });
                    return;
                };
                let child = self.child(id, next);
                let omitted = field.versions & self.version == 0
                    || (field.omit_empty && self.is_empty(field.r#type, child))
                    || (field.omit_zero && self.is_zero(field.r#type, child));
                let lead = if first { b"{" } else { b"," };
                first &= omitted;
                tasks.push(Task::Struct { of, id, next: next + 1, first, reported });
                if omitted {
                    return;
                }
                out.write(lead);
                if reported {
                    out.enter(field.name());
                    tasks.push(Task::Leave);
                }
                out.write(key(field));
                // The metadata and the status of the Workflow itself report their fields too.
                let inner = reported && of.id == WF_WORKFLOW.id;
                self.value(field.r#type, child, inner, tasks, out);
            }
            Task::Map { element, mut rest, first } => {
                let Some((key, &id)) = rest.next() else {
                    out.write(if first { b"{}" } else { b"}" });
                    return;
                };
                out.write(if first { b"{" } else { b"," });
                self.text(key, out);
                out.write(b":");
                tasks.push(Task::Map { element, rest, first: false });
                tasks.push(Task::Value { r#type: element, id: Some(id) });
            }
            Task::Slice { element, items, first } => {
                let Some((&id, rest)) = items.split_first() else {
                    out.write(if first { b"[]" } else { b"]" });
                    return;
                };
                out.write(if first { b"[" } else { b"," });
                tasks.push(Task::Slice { element, items: rest, first: false });
                tasks.push(Task::Value { r#type: element, id: Some(id) });
            }
        }
    }

    fn value<S: Sink>(
        &self,
        r#type: Type,
        id: Option<Id>,
        outer: bool,
        tasks: &mut Vec<Task<'a>>,
        out: &mut S,
    ) {
        let value = self.get(id);
        match (r#type, value) {
            (Type::Pointer(_) | Type::Slice(_) | Type::Map(_) | Type::Bytes, Value::Zero) => {
                out.write(b"null");
            }
            (Type::Pointer(target), _) => self.value(*target, id, outer, tasks, out),
            (Type::Struct(of), _) => {
                let reported = outer
                    && [WF_WORKFLOW.id, META_OBJECT_META.id, WF_WORKFLOW_STATUS.id]
                        .contains(&of.id);
                tasks.push(Task::Struct { of, id, next: 0, first: true, reported });
            }
            (Type::Map(element), Value::Map(entries)) => {
                tasks.push(Task::Map { element: *element, rest: entries.iter(), first: true });
            }
            (Type::Slice(element), Value::Slice(slice)) => {
                let items = slice.items.get(..slice.length).unwrap_or_default();
                tasks.push(Task::Slice { element: *element, items, first: true });
            }
            (Type::Special(Special::ParallelSteps), Value::Slice(slice)) => {
                let items = slice.items.get(..slice.length).unwrap_or_default();
                let element = Type::Struct(&WF_WORKFLOW_STEP);
                tasks.push(Task::Slice { element, items, first: true });
            }
            (Type::Bool, _) => {
                out.write(if matches!(value, Value::Bool(true)) { b"true" } else { b"false" });
            }
            (Type::Special(Special::Ttl | Special::Duration), value) => {
                let nanoseconds =
                    if let Value::Int(nanoseconds) = value { *nanoseconds } else { 0 };
                self.text(duration::text(nanoseconds).as_bytes(), out);
            }
            (_, Value::Float(number)) => out.write(float::text(*number).as_bytes()),
            (_, Value::Int(number)) => out.write(alloc::format!("{number}").as_bytes()),
            (_, Value::Uint(number)) => out.write(alloc::format!("{number}").as_bytes()),
            (Type::Int32 | Type::Int64 | Type::Uint64 | Type::Float64, _) => out.write(b"0"),
            (_, Value::Text(characters)) => self.text(characters, out),
            (Type::Text | Type::Special(Special::AnyString), _) => out.write(b"\"\""),
            (_, Value::Bytes { items, length }) => {
                out.write(b"\"");
                let items = items.get(..*length).unwrap_or_default();
                out.write(base64_bytes::encode(items).as_bytes());
                out.write(b"\"");
            }
            (_, Value::Time(time)) => out.write(time.literal().as_bytes()),
            (_, Value::Quantity(quantity)) => out.write(quantity.literal().as_bytes()),
            (Type::Special(Special::Quantity), _) => {
                out.write(Quantity::default().literal().as_bytes());
            }
            (_, Value::IntOrString(value)) if value.is_string => self.text(&value.string, out),
            (_, Value::IntOrString(value)) => {
                out.write(alloc::format!("{}", value.integer).as_bytes());
            }
            (Type::Special(Special::IntOrString), _) => out.write(b"0"),
            (_, Value::Raw(range)) => {
                let raw = self.json.get(range.clone()).unwrap_or_default();
                compact(raw, &mut |bytes| out.write(bytes));
            }
            (Type::Special(_) | Type::Slice(_) | Type::Map(_) | Type::Bytes, _) => {
                out.write(b"null");
            }
        }
    }

    fn text<S: Sink>(&self, characters: &[u8], out: &mut S) {
        out.write(b"\"");
        text::encode(characters, &mut |bytes| out.write(bytes));
        out.write(b"\"");
    }

    fn child(&self, id: Option<Id>, index: usize) -> Option<Id> {
        match self.get(id) {
            Value::Struct(fields) => fields.get(&index).copied(),
            _ => None,
        }
    }

    fn get(&self, id: Option<Id>) -> &'a Value {
        const ZERO: &Value = &Value::Zero;
        id.map_or(ZERO, |id| self.tree.get(id))
    }

    /// `isEmptyValue`: false, 0, nil, and what has no length; never a struct.
    fn is_empty(&self, r#type: Type, id: Option<Id>) -> bool {
        match (r#type, self.get(id)) {
            (Type::Struct(_), _) => false,
            // Underneath these two are a string and an integer, the others are structs.
            (Type::Special(Special::AnyString | Special::Ttl), value) => match value {
                Value::Text(characters) => characters.is_empty(),
                Value::Int(value) => *value == 0,
                _ => true,
            },
            (Type::Special(_), _) => false,
            (_, Value::Zero) => true,
            (Type::Pointer(_), _) => false,
            (_, Value::Bool(value)) => !value,
            (_, Value::Int(value)) => *value == 0,
            (_, Value::Uint(value)) => *value == 0,
            (_, Value::Float(value)) => *value == 0.0,
            (_, Value::Text(characters)) => characters.is_empty(),
            (_, Value::Slice(slice)) => slice.length == 0,
            (_, Value::Bytes { length, .. }) => *length == 0,
            (_, Value::Map(entries)) => entries.is_empty(),
            _ => false,
        }
    }

    /// `reflect.Value.IsZero`, or a type's own `IsZero`.
    ///
    /// Recursion follows structs held by value, so it ends with the layout.
    fn is_zero(&self, r#type: Type, id: Option<Id>) -> bool {
        match (r#type, self.get(id)) {
            (_, Value::Zero) => true,
            (Type::Struct(of), Value::Struct(fields)) => fields.iter().all(|(index, &id)| {
                of.fields.get(*index).is_some_and(|field| self.is_zero(field.r#type, Some(id)))
            }),
            // What is not nil is not zero, however empty.
            (Type::Pointer(_) | Type::Slice(_) | Type::Map(_) | Type::Bytes, _) => false,
            (_, Value::Time(time)) => time.is_zero(),
            // A metav1.Duration is a struct, never empty, but zero when its number is.
            (_, Value::Int(value)) => *value == 0,
            (_, Value::IntOrString(value)) => {
                !value.is_string && value.integer == 0 && value.string.is_empty()
            }
            (r#type, _) => self.is_empty(r#type, id),
        }
    }
}

/// The key with its colon, without the comma.
fn key(field: &Field) -> &'static [u8] {
    field.token.as_bytes().get(1..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use crate::golang::{Encoder, Root};

    /// The answers are those of Go 1.26 for a struct of the same fields and tags.
    #[test]
    fn omitzero_leaves_out_what_is_zero_all_through() {
        for (text, expected) in [
            (r#"{"nodeEvents":{"sendAsPod":false},"initialDelay":"0"}"#, "{}"),
            (r#"{"nodeEvents":{"enabled":false}}"#, r#"{"nodeEvents":{"enabled":false}}"#),
            (r#"{"sso":{"clientId":{"name":""},"sessionExpiry":"0"}}"#, "{}"),
            (
                r#"{"sso":{"scopes":[]}}"#,
                r#"{"sso":{"issuer":"","clientId":{"key":""},"clientSecret":{"key":""},"redirectUrl":""}}"#,
            ),
            (r#"{"metricsConfig":{"metricsTTL":"0d","port":0}}"#, "{}"),
            (r#"{"metricsConfig":{"modifiers":{}}}"#, r#"{"metricsConfig":{}}"#),
            (r#"{"metricsConfig":{"modifiers":null}}"#, "{}"),
        ] {
            let mut encoder = Encoder::new("4.1".parse().expect("version"));
            let mut bytes = Vec::new();
            let encoded = encoder.encode(text.as_bytes(), Root::Config, &mut bytes);
            assert!(encoded.is_ok(), "{text}");
            assert_eq!(String::from_utf8_lossy(&bytes), expected, "{text}");
        }
    }
}
