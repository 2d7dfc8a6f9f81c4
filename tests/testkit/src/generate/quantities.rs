//! `resource.Quantity`: what Kubernetes takes for an amount of something.

use crate::json::Value;
use crate::rng::Rng;

/// A quantity; when `hostile`, in a spelling that is not its canonical one or at an edge.
///
/// Never spelled by the style: Kubernetes cuts the quotes off and does not undo escapes.
pub(super) fn quantity(rng: &mut Rng, hostile: bool) -> Value {
    if !hostile {
        return Value::verbatim(format!(
            "\"{}\"",
            rng.pick(&["1", "500m", "1Gi", "128Mi", "2", "10Gi", "250m", "64Ki"])
        ));
    }
    match rng.below(10) {
        0..=3 => Value::verbatim(format!("\"{}\"", rng.pick(&EDGES))),
        4 => Value::verbatim(*rng.pick(&[
            "1",
            "0",
            "-1",
            "1.5",
            "1e3",
            "1E3",
            "0.1",
            "null",
            "1000000000",
            "-0",
            "1.0e+05",
        ])),
        5 => Value::verbatim(format!(
            "\"{}{}{}\"",
            rng.pick(&[" ", "", "  "]),
            rng.pick(&EDGES),
            rng.pick(&[" ", "  "])
        )),
        _ => Value::verbatim(format!("\"{}\"", random(rng))),
    }
}

/// A text that is no quantity.
pub(super) fn bad_quantity(rng: &mut Rng) -> Value {
    let spellings = [
        "\"abc\"",
        "\"\"",
        "\"1 Gi\"",
        "\"1ki\"",
        "\"1KI\"",
        "\"1GiB\"",
        "\"1e\"",
        "\"1e1.5\"",
        "\"--1\"",
        "\"1.2.3\"",
        "\"0x10\"",
        "\"1,5\"",
        "\"\\u0031\"",
        "\".\"",
        "\"Mi\"",
        "\"1mm\"",
        "true",
        "[]",
        "{}",
        "\"1e99999999999\"",
        "\"+\"",
        "\"\\n1\"",
    ];
    Value::verbatim(*rng.pick(&spellings))
}

const EDGES: [&str; 62] = [
    "0",
    "-0",
    "+0",
    "0.0",
    ".0",
    "0.",
    "00",
    "0m",
    "0Ki",
    "0e0",
    "0.5",
    "1000m",
    "1024Mi",
    "1000000000",
    "1.",
    ".5",
    "+1",
    "00012",
    "1e3",
    "1E3",
    "1e-3",
    "1E+3",
    "1e03",
    "-1.5Gi",
    "1.5Gi",
    "1536Mi",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "0.1n",
    "0.0000000001",
    "1n",
    "1u",
    "1500u",
    "12E",
    "1000E",
    "8Ei",
    "7Ei",
    "16Ei",
    "9.3E",
    "100000000000000000000",
    "0.123456789123456789",
    "123456789.123456789123456789",
    "1.0000000000000000000000000001",
    "1k",
    "1000k",
    "1K",
    "1Ki",
    "1023Ki",
    "1025Ki",
    "0.5Ki",
    "0.1Ki",
    "1.1Mi",
    "999999999999999999",
    "1000000000000000000m",
    "1e18",
    "1e19",
    "1E-30",
    "3.14159265358979323846264338327950288",
    "-0.000000001",
];

fn random(rng: &mut Rng) -> String {
    let sign = *rng.pick(&["", "", "", "", "-", "+"]);
    let digits = |rng: &mut Rng, most: usize| {
        let count = rng.between(0, most);
        (0..count).map(|_| char::from(b'0' + rng.below(10) as u8)).collect::<String>()
    };
    let length = *rng.pick(&[1, 3, 4, 10, 20, 30]);
    let mut whole = digits(rng, length);
    if whole.is_empty() {
        whole.push('7');
    }
    if rng.chance(30) {
        let trailing = rng.between(1, 12);
        whole.push_str(&"0".repeat(trailing));
    }
    let fraction = if rng.chance(40) { format!(".{}", digits(rng, 15)) } else { String::new() };
    let suffixes = [
        "", "", "n", "u", "m", "k", "M", "G", "T", "P", "E", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei",
        "e2", "E2", "e-5", "e+7",
    ];
    format!("{sign}{whole}{fraction}{}", rng.pick(&suffixes))
}
