//! JSON that Argo keeps as it is: Item, Object, Plugin, FieldsV1, and unknown fields.

use super::{plausible, scalars, strings};
use crate::json::{Style, Text, Value};
use crate::rng::Rng;

/// Any JSON value; when `hostile`, with white space inside, odd numbers, repeated keys, or very deep.
pub(super) fn any(rng: &mut Rng, style: Style, hostile: bool) -> Value {
    if hostile && rng.below(150) == 0 {
        return deep(rng);
    }
    let levels = rng.below(4);
    let value = tree(rng, style, hostile, levels);
    spaced(rng, style, hostile, value)
}

/// `wf.Plugin`: an object of exactly one key.
pub(super) fn plugin(rng: &mut Rng, style: Style, hostile: bool) -> Value {
    let key = if hostile {
        strings::hostile(rng, style)
    } else {
        Text::from(*rng.pick(&["slack", "hello", "python"]))
    };
    let mut entries = vec![(key.clone(), tree(rng, style, hostile, 2))];
    // The same key twice counts as one.
    if hostile && rng.chance(20) {
        entries.push((key, tree(rng, style, hostile, 1)));
    }
    spaced(rng, style, hostile, Value::Struct(entries))
}

/// `meta.FieldsV1`: the fields of a manager; Kubernetes keeps any JSON here.
pub(super) fn fields_v1(rng: &mut Rng, style: Style, hostile: bool) -> Value {
    if hostile && rng.chance(30) {
        return any(rng, style, hostile);
    }
    let value = managed(rng, 3);
    spaced(rng, style, hostile, value)
}

fn managed(rng: &mut Rng, levels: usize) -> Value {
    let keys = [
        "f:metadata",
        "f:spec",
        "f:status",
        "f:labels",
        ".",
        "f:nodes",
        "k:{\"uid\":\"1<2\"}",
        "v:\"a&b\"",
        "f:workflows.argoproj.io/phase",
    ];
    let count = if levels == 0 { 0 } else { rng.between(0, 3) };
    let mut entries: Vec<(Text, Value)> = Vec::new();
    for _ in 0..count {
        let key = Text::from(*rng.pick(&keys));
        if entries.iter().all(|(other, _)| *other != key) {
            entries.push((key, managed(rng, levels - 1)));
        }
    }
    // Raw JSON is kept in its order: a struct, never sorted.
    Value::Struct(entries)
}

fn tree(rng: &mut Rng, style: Style, hostile: bool, levels: usize) -> Value {
    let kinds = if levels == 0 { 5 } else { 8 };
    match rng.below(kinds) {
        0 => Value::verbatim(*rng.pick(&["null", "true", "false"])),
        1 if hostile => Value::verbatim(scalars::odd_number(rng)),
        1 => Value::verbatim(rng.pick(&["0", "1", "42", "1.50", "-7", "1e3"]).to_string()),
        2..=3 if hostile => Value::String(strings::hostile(rng, style)),
        2..=4 => Value::string(plausible::word(rng)),
        5 => {
            Value::List((0..rng.below(4)).map(|_| tree(rng, style, hostile, levels - 1)).collect())
        }
        _ => {
            let mut entries: Vec<(Text, Value)> = Vec::new();
            for _ in 0..rng.below(4) {
                let key = Text::from(plausible::word(rng));
                if hostile || entries.iter().all(|(other, _)| *other != key) {
                    entries.push((key, tree(rng, style, hostile, levels - 1)));
                }
            }
            Value::Struct(entries)
        }
    }
}

/// Writes some hostile values with white space inside whatever the style of the text around; not in MySQL's.
fn spaced(rng: &mut Rng, style: Style, hostile: bool, value: Value) -> Value {
    if hostile && style != Style::MySql && rng.chance(40) {
        let manner = *rng.pick(&[Style::Pretty, Style::Spaced, Style::Escaped, Style::Wild]);
        return Value::Verbatim(manner.render(rng, &value));
    }
    value
}

/// Nested about as deep as Go allows (10,000 levels in a whole text), or half or a tenth as deep.
fn deep(rng: &mut Rng) -> Value {
    let levels = match rng.below(6) {
        0 => rng.between(9_985, 10_001),
        1 => 9_990,
        2 => 5_000,
        _ => rng.between(100, 1_000),
    };
    let (open, close) = *rng.pick(&[("[", "]"), ("{\"a\":", "}")]);
    Value::verbatim(format!("{}1{}", open.repeat(levels), close.repeat(levels)))
}
