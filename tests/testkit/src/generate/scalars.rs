//! Numbers, and the types that take more than one kind of scalar.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::walk::Place;
use super::{plausible, strings};
use crate::json::{Style, Value};
use crate::rng::Rng;

/// A signed integer of `bits` bits; not 0 when `forced`.
pub(super) fn int(rng: &mut Rng, bits: u32, hostile: bool, forced: bool) -> Value {
    let low = i64::MIN >> (64 - bits);
    let high = i64::MAX >> (64 - bits);
    if hostile {
        let edges = [
            low,
            low + 1,
            high,
            high - 1,
            -1,
            i64::from(i32::MAX) & high,
            i64::from(i16::MAX) & high,
            0,
        ];
        return if rng.chance(15) {
            Value::verbatim("-0")
        } else {
            Value::verbatim(rng.pick(&edges).to_string())
        };
    }
    small(rng, forced)
}

/// An unsigned integer of `bits` bits; not 0 when `forced`.
pub(super) fn uint(rng: &mut Rng, bits: u32, hostile: bool, forced: bool) -> Value {
    let high = u64::MAX >> (64 - bits);
    if hostile {
        return Value::verbatim(rng.pick(&[high, high - 1, high / 2, high / 2 + 1, 0]).to_string());
    }
    small(rng, forced)
}

fn small(rng: &mut Rng, forced: bool) -> Value {
    let most = *rng.pick(&[1, 9, 100, 127]);
    Value::verbatim(rng.between(usize::from(forced), most).to_string())
}

/// Spellings of numbers that float64 takes.
const FLOATS: [&str; 34] = [
    "1.0",
    "1e21",
    "1E21",
    "1e20",
    "1E-7",
    "0.1",
    "9007199254740993",
    "9007199254740992",
    "-0",
    "-0.0",
    "0.0",
    "1e308",
    "1.7976931348623157e308",
    "5e-324",
    "1e-400",
    "2.2250738585072011e-308",
    "0.1e1",
    "1e+05",
    "1.0e+05",
    "1.50",
    "123456789.125",
    "100000000000000000000000",
    "-1e-6",
    "1e-6",
    "0.000001",
    "0.0000001",
    "18446744073709551616",
    "9223372036854775807",
    "-9223372036854775808",
    "0.30000000000000004",
    "1e0",
    "0e0",
    "0e999",
    "33333333333333.333333333333333",
];

/// A number for a float64 field.
pub(super) fn float(rng: &mut Rng, hostile: bool) -> Value {
    if hostile { Value::verbatim(*rng.pick(&FLOATS)) } else { small(rng, false) }
}

/// The text of an odd number for places that keep it or read it as float64.
pub(super) fn odd_number(rng: &mut Rng) -> String {
    match rng.below(3) {
        0 => (*rng.pick(&FLOATS)).to_owned(),
        1 => f64::from_bits(rng.bits() & !(1 << 62)).to_string(),
        _ => format!(
            "{}{}.{}e{}",
            rng.pick(&["", "-"]),
            rng.below(1000),
            rng.below(100_000),
            rng.below(40)
        ),
    }
}

/// `wf.AnyString`: a string, number or boolean; `null`, `[]`, `{}` pass too.
pub(super) fn any_string(rng: &mut Rng, style: Style, hostile: bool, place: Place<'_>) -> Value {
    if !hostile {
        let text = plausible::string(rng, place.owner, place.field);
        return Value::string(&text);
    }
    match rng.below(8) {
        0..=2 => Value::verbatim(odd_number(rng)),
        3 => Value::verbatim(*rng.pick(&["true", "false"])),
        4 => Value::verbatim(*rng.pick(&["null", "[]", "{}", "[1]", "{\"a\":1}", "0", "-1", "42"])),
        5 => Value::string(*rng.pick(&["true", "1.0", "null", "", " ", "0x10", "1e400"])),
        _ => Value::String(strings::hostile(rng, style)),
    }
}

/// `wf.Amount`: a number kept as spelled.
pub(super) fn amount(rng: &mut Rng, hostile: bool) -> Value {
    if hostile {
        return Value::verbatim(odd_number(rng));
    }
    Value::verbatim(*rng.pick(&["1", "2.5", "0.1", "10", "300"]))
}

/// `intstr.IntOrString`: an int32 or a string.
pub(super) fn int_or_string(rng: &mut Rng, hostile: bool) -> Value {
    if hostile {
        let spellings = [
            "-1",
            "-0",
            "0",
            "2147483647",
            "-2147483648",
            "\"\"",
            "\"-5\"",
            "\"1.5\"",
            "\"\\u0031\"",
            "\"007\"",
            "\"a<b\"",
        ];
        return Value::verbatim(*rng.pick(&spellings));
    }
    Value::verbatim(*rng.pick(&[
        "1",
        "8080",
        "3600",
        "\"http\"",
        "\"25%\"",
        "\"{{inputs.parameters.n}}\"",
        "\"3\"",
    ]))
}

/// `[]byte`: base64 of some bytes. Go skips line breaks in base64, and takes a list of numbers too.
pub(super) fn bytes(rng: &mut Rng, hostile: bool) -> Value {
    if hostile {
        let spellings = [
            "\"\"",
            "\"AQ==\"",
            "\"AQID\"",
            "\"AQ\\r\\nID\"",
            "\"\\u0041QID\"",
            "[1,2,255]",
            "[]",
            "\"+/+/\"",
            "\"\\/\\/8=\"",
        ];
        return Value::verbatim(*rng.pick(&spellings));
    }
    let content: Vec<u8> = (0..rng.between(1, 40)).map(|_| rng.below(256) as u8).collect();
    Value::string(STANDARD.encode(content))
}
