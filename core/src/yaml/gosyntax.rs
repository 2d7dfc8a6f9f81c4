//! Values as Go's `%#v` writes them.
//!
//! Source: Go, fmt/print.go, fmt/format.go, internal/fmtsort and strconv/quote.go.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt::Write as _;

use super::document::{Entry, NodeId, Value};
use super::keys::Key;

/// Longer texts are cut short: aliases can make them endless.
const MAX_LENGTH: usize = 1 << 20;

/// Where decoded nodes are looked up.
pub(super) trait Nodes {
    fn value(&self, id: NodeId) -> Value;
    fn text(&self, id: NodeId) -> Cow<'_, [u8]>;
    fn items(&self, id: NodeId) -> &[NodeId];
    fn entries(&self, id: NodeId) -> &[Entry];
}

enum Part {
    Node(NodeId),
    Literal(&'static str),
}

/// A list or mapping with everything in it; the keys of a mapping in Go's order.
pub(super) fn collection(nodes: &impl Nodes, id: NodeId) -> String {
    let mut out = String::new();
    // What is still to be written, last first.
    let mut parts = alloc::vec![Part::Node(id)];
    while let Some(part) = parts.pop() {
        if out.len() > MAX_LENGTH {
            out.push('…');
            break;
        }
        let id = match part {
            Part::Node(id) => id,
            Part::Literal(text) => {
                out.push_str(text);
                continue;
            }
        };
        match nodes.value(id) {
            Value::Null => out.push_str("interface {}(nil)"),
            Value::Sequence => {
                out.push_str("[]interface {}{");
                parts.push(Part::Literal("}"));
                for (number, &item) in nodes.items(id).iter().enumerate().rev() {
                    parts.push(Part::Node(item));
                    parts.extend((number > 0).then_some(Part::Literal(", ")));
                }
            }
            Value::Mapping => {
                out.push_str("map[interface {}]interface {}{");
                parts.push(Part::Literal("}"));
                for (number, entry) in sorted(nodes, nodes.entries(id)).iter().enumerate().rev() {
                    parts.push(Part::Node(entry.value));
                    parts.push(Part::Literal(":"));
                    parts.push(Part::Node(entry.key));
                    parts.extend((number > 0).then_some(Part::Literal(", ")));
                }
            }
            value => out.push_str(&scalar(value, Some(&nodes.text(id)))),
        }
    }
    out
}

/// The entries that count, in the order of their keys; NaN comes before other floats.
fn sorted(nodes: &impl Nodes, entries: &[Entry]) -> Vec<Entry> {
    let key = |entry: &Entry| Key::new(nodes.value(entry.key), nodes.text(entry.key));
    let lowest = Key::Float(f64::NEG_INFINITY);
    let mut keyed: Vec<_> = entries.iter().map(|entry| (key(entry), *entry)).collect();
    keyed.sort_by(|(one, _), (two, _)| match (one, two) {
        (None, None) => Ordering::Equal,
        (Some(key), None) => key.cmp(&lowest).then(Ordering::Greater),
        (None, Some(key)) => lowest.cmp(key).then(Ordering::Less),
        (Some(one), Some(two)) => one.cmp(two),
    });
    let mut last: Vec<(Option<Key<'_>>, Entry)> = Vec::with_capacity(keyed.len());
    for (key, entry) in keyed {
        match last.last_mut() {
            Some((Some(before), place)) if Some(&*before) == key.as_ref() => *place = entry,
            _ => last.push((key, entry)),
        }
    }
    last.into_iter().map(|(_, entry)| entry).collect()
}

/// A scalar; `text` holds the characters of a text.
pub(super) fn scalar(value: Value, text: Option<&[u8]>) -> String {
    match value {
        Value::Null => "<nil>".to_string(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Uint(value) => format!("{value:#x}"),
        Value::Float(value) => float(value),
        Value::Text | Value::Sequence | Value::Mapping => quote(text.unwrap_or_default()),
    }
}

/// The shortest digits that read back as the same number, with an exponent from 1e+06 on.
fn float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_string();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_string();
    }
    let scientific = format!("{value:e}");
    let (digits, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if !(-4..6).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{digits}e{sign}{:02}", exponent.abs());
    }
    value.to_string()
}

/// A text in double quotes.
pub(crate) fn quote(text: &[u8]) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\x07' => out.push_str("\\a"),
                '\x08' => out.push_str("\\b"),
                '\x0c' => out.push_str("\\f"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\x0b' => out.push_str("\\v"),
                ' '..='~' => out.push(character),
                _ if is_printable(character) => out.push(character),
                _ => {
                    let code = u32::from(character);
                    // Writing into a String cannot fail.
                    let _ = match code {
                        0..0x20 | 0x7f => write!(out, "\\x{code:02x}"),
                        0..0x1_0000 => write!(out, "\\u{code:04x}"),
                        _ => write!(out, "\\U{code:08x}"),
                    };
                }
            }
        }
        for byte in chunk.invalid() {
            let _ = write!(out, "\\x{byte:02x}");
        }
    }
    out.push('"');
    out
}

/// Whether Go writes the character as it is: letters, marks, numbers, punctuation, symbols and the
/// space. Rust's debug output escapes the same ones, but for marks at the very start.
fn is_printable(character: char) -> bool {
    let mut buffer = [b'a'; 5];
    let Some(rest) = buffer.get_mut(1..) else { return false };
    let length = 1 + character.encode_utf8(rest).len();
    let text = buffer.get(..length).and_then(|bytes| core::str::from_utf8(bytes).ok());
    text.is_some_and(|text| text.escape_debug().nth(1) == Some(character))
}
