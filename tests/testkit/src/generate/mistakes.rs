//! What Argo refuses: values of the wrong kind, and texts that are no JSON.

use super::{durations, quantities, times};
use crate::json::{Text, Value};
use crate::layout::{Expression, Kind, Layout};
use crate::rng::Rng;

/// A value that does not fit `expression` (or, rarely, does: Argo decides).
pub(super) fn wrong_value(rng: &mut Rng, layout: &Layout, expression: &Expression) -> Value {
    let spelled: &[&str] = match expression {
        Expression::Pointer(inner) => return wrong_value(rng, layout, inner),
        Expression::Bool => &["\"true\"", "1", "0", "[]", "{}", "\"\"", "TRUE"],
        Expression::String => &["1", "true", "[]", "{}", "1.5", "[\"a\"]"],
        Expression::Int(_) | Expression::Uint(_) => &[
            "1.0",
            "1e3",
            "1.5",
            "\"1\"",
            "true",
            "[]",
            "{}",
            "2147483648",
            "-2147483649",
            "9223372036854775808",
            "-9223372036854775809",
            "18446744073709551616",
            "99999999999999999999999",
            "-1",
            "256",
            "01",
            "+1",
            "1.",
            "0x1",
            "--1",
            "-",
        ],
        Expression::Float => &["\"1\"", "1e400", "[]", "01", ".5"],
        Expression::Any => &["nul", "tru", "NaN", "01", "'a'"],
        Expression::Bytes => &[
            "\"!!!!\"",
            "\"AQ\"",
            "\"AQI\"",
            "1",
            "{}",
            "[256]",
            "[-1]",
            "[\"a\"]",
            "\"AQ==AQ==\"",
            "\"_-_-\"",
        ],
        Expression::List(_) => &["{}", "\"a\"", "1", "true", "{\"0\":1}"],
        Expression::Map(..) => &["[]", "\"a\"", "1", "true", "[{}]"],
        Expression::Named(name) => match &layout.get(name).kind {
            Kind::Struct(_) => &["[]", "\"a\"", "1", "true", "\"\"", "[{}]"],
            Kind::Alias(underlying) => return wrong_value(rng, layout, underlying),
            Kind::Opaque => return wrong_opaque(rng, name),
        },
    };
    Value::verbatim(*rng.pick(spelled))
}

/// Breaks a text: cuts it, adds to it, or changes one byte.
pub(super) fn break_text(rng: &mut Rng, mut text: Vec<u8>) -> Vec<u8> {
    let at = rng.below(text.len().max(1)).min(text.len());
    let insertions: [&[u8]; 14] = [
        b"\x00",
        b"\x01",
        b"\x1f",
        b"\n",
        b"\\x",
        b"\\u12",
        b"\\u12g4",
        b"\\",
        b"\"",
        b",",
        b"}",
        b"]",
        b"/* */",
        b"\xef\xbb\xbf",
    ];
    let endings: [&[u8]; 9] =
        [b"x", b"{}", b"\x00", b",", b"null", b"}", b"]", b"\xc2\xa0", b"\x0c"];
    match rng.below(6) {
        0 => text.truncate(at),
        1 => text.extend_from_slice(endings[rng.below(endings.len())]),
        2 => drop(
            text.splice(
                0..0,
                rng.pick(&[&b"\xef\xbb\xbf"[..], b"x", b",", b"\x00", b"[", b"\xc2\xa0"])
                    .iter()
                    .copied(),
            ),
        ),
        3 => drop(text.splice(at..at, rng.pick(&insertions).iter().copied())),
        4 if at < text.len() => drop(text.remove(at)),
        _ if at < text.len() => text[at] ^= 1 << rng.below(8),
        _ => text.push(b'{'),
    }
    text
}

fn wrong_opaque(rng: &mut Rng, name: &str) -> Value {
    let spelled: &[&str] = match name {
        "meta.Time" if rng.chance(80) => return times::bad_time(rng),
        "meta.Time" => &["1", "true", "[]", "{}", "1740816000"],
        "config.TTL" | "meta.Duration" => &durations::BAD,
        "resource.Quantity" => return quantities::bad_quantity(rng),
        "wf.AnyString" => &["1e400", "-1e999", "01", "nul", "1.", "+1", "NaN", "Infinity", "-"],
        "intstr.IntOrString" => &[
            "1.5",
            "1e3",
            "2147483648",
            "-2147483649",
            "true",
            "{}",
            "[]",
            "1.0",
            "99999999999999999999",
        ],
        "wf.Amount" => &["\"1\"", "true", "[]", "{}", "\"\"", "1e400", "01", "\"abc\""],
        "wf.Plugin" => &[
            "{}",
            "{\"a\":1,\"b\":2}",
            "[]",
            "\"x\"",
            "1",
            "{\"a\":1,\"A\":2}",
            "{\"a\"}",
            "{\"a\":1e400}",
        ],
        "wf.ParallelSteps" => return wrong_steps(rng),
        _ => &["nul", "tru", "01", "[1,]", "{\"a\":}", "{1:2}", "'a'", "\"\t\""],
    };
    Value::verbatim(*rng.pick(spelled))
}

/// Steps whose keys Argo does not know exactly, or that are no list of objects.
fn wrong_steps(rng: &mut Rng) -> Value {
    let key = *rng.pick(&[
        "Name",
        "TEMPLATE",
        "unknown",
        "templateref",
        "",
        "when ",
        "name\u{0}",
        "depends",
    ]);
    if rng.chance(60) {
        let step =
            vec![(Text::from("name"), Value::string("a")), (Text::from(key), Value::string("b"))];
        return Value::List(vec![Value::Struct(step)]);
    }
    Value::verbatim(*rng.pick(&[
        "{}",
        "{\"steps\":[]}",
        "\"a\"",
        "1",
        "[1]",
        "[\"a\"]",
        "[[]]",
        "[{\"name\":1}]",
        "[{\"name\":\"a\",\"hooks\":1e400}]",
    ]))
}
