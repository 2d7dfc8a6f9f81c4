//! Expectations are what sigs.k8s.io/yaml v1.4.0 printed, but for `<<`.

use super::emit;
use crate::json::{MAX_DEPTH, SyntaxReason};

fn emitted(json: &str) -> String {
    let yaml = emit(json.as_bytes()).unwrap_or_else(|error| panic!("{json}: {error}"));
    String::from_utf8(yaml).expect("UTF-8")
}

fn check(cases: &[(&str, &str)]) {
    for (json, yaml) in cases {
        assert_eq!(emitted(json), *yaml, "{json}");
    }
}

#[test]
fn values_nest_as_kubectl_prints_them() {
    check(&[
        ("null", "null\n"),
        (r#""""#, "\"\"\n"),
        ("{}", "{}\n"),
        (" [ ] ", "[]\n"),
        (r#"{"a":{"b":{}},"c":[]}"#, "a:\n  b: {}\nc: []\n"),
        (r#"{"a":[1,{"b":[true,null],"c":2},[3,[4,{"d":5}]]]}"#, NESTED),
        (r#"[{"a":[{"b":1}]},"x"]"#, "- a:\n  - b: 1\n- x\n"),
        (r#"[[{"a":1,"b":2},3],[4]]"#, "- - a: 1\n    b: 2\n  - 3\n- - 4\n"),
    ]);
}

const NESTED: &str = "\
a:
- 1
- b:
  - true
  - null
  c: 2
- - 3
  - - 4
    - d: 5
";

#[test]
fn texts_that_mean_something_else_stand_in_quotes() {
    for word in [
        "y",
        "NO",
        "On",
        "off",
        "True",
        "~",
        "Null",
        ".nan",
        "-.INF",
        "0x1F",
        "0b1",
        "0b-1",
        "0o7",
        "1_000",
        "+1",
        "0777",
        "1e3",
        ".5",
        ".5_0",
        "1:30",
        "-1_0:5:59.5",
        "2001-01-01",
        "2001-1-1t1:2:3,5+24:60",
        "2001-01-01  1:2:3",
        "18446744073709551615",
        "+18446744073709551615",
    ] {
        check(&[(&format!("\"{word}\""), &format!("\"{word}\"\n"))]);
    }
    for word in [
        "yEs",
        "=",
        "<<",
        "nan",
        "0b2",
        "0xg",
        "1.2.3",
        "1:60",
        "2001-02-29",
        "2001-01-01T1:1:60Z",
        "._5",
        "1e400",
        "0x1ffffffffffffffff",
        "-",
        "#a",
        "a: b",
        "a #b",
        "a:",
        "- a",
        "---a",
        "[a",
        "'a'",
        " a",
        "a ",
    ] {
        let bare = format!("{word}\n");
        let quoted = format!("'{}'\n", word.replace('\'', "''"));
        let plain = !matches!(
            word,
            "-" | "#a" | "a: b" | "a #b" | "a:" | "- a" | "---a" | "[a" | "'a'" | " a" | "a "
        );
        check(&[(&format!("\"{word}\""), if plain { &bare } else { &quoted })]);
    }
}

#[test]
fn texts_of_several_lines_stand_line_by_line() {
    check(&[
        (r#""a\nb""#, "|-\n  a\n  b\n"),
        (r#"{"a":"b\n\n c\n"}"#, "a: |\n  b\n\n   c\n"),
        (r#"{"a":" b\nc\n\n"}"#, "a: |2+\n   b\n  c\n\n"),
        (r#"["\n","b"]"#, "- |2+\n\n- b\n"),
        (r#"["a\nb ","a \nb"]"#, "- \"a\\nb \"\n- \"a \\nb\"\n"),
        (r#"{"a":"b\r\n","c":"\td\n"}"#, "a: \"b\\r\\n\"\nc: \"\\td\\n\"\n"),
        (r#"{"a\nb":{"c":[1]}}"#, "? |-\n  a\n  b\n: c:\n  - 1\n"),
        (r#"{"a\nb":[1]}"#, "? |-\n  a\n  b\n: - 1\n"),
        (r#""a\u2028b\nc""#, "|-\n  a\u{2028}  b\n  c\n"),
        (r#""\u2028a'b""#, "'\u{2028}  a''b'\n"),
    ]);
}

#[test]
fn what_cannot_be_printed_is_escaped() {
    check(&[
        (r#""\u0000\u0007\b\t\u000b\f\r\u001b\"\\""#, "\"\\0\\a\\b\\t\\v\\f\\r\\e\\\"\\\\\"\n"),
        (r#""\u0001\u007f\u0085\u0099\u00a0\ufffe""#, "\"\\x01\\x7F\\N\\x99\u{a0}\\uFFFE\"\n"),
        ("\"\u{1f600}\"", "\"\\U0001F600\"\n"),
        // Escaped halves of a surrogate pair, which Go's YAML reader refuses.
        (r#""\ud83d\ude00 \ud800""#, "\"\\U0001F600 \u{fffd}\"\n"),
        // A byte order mark in front has everything escaped.
        (r#""\ufeffa \u00a0""#, "\"\\uFEFF\\x61\\x20\\_\"\n"),
    ]);
    assert_eq!(emit(b"\"a\xff\"").as_deref(), Ok("a\u{fffd}\n".as_bytes()));
}

#[test]
fn long_texts_are_folded_at_single_spaces() {
    let long = "x".repeat(81);
    check(&[
        (&format!(r#""{long} b  c d""#), &format!("{long}\n  b  c d\n")),
        (&format!(r#"{{"a":"{long}: b"}}"#), &format!("a: '{long}:\n  b'\n")),
        (&format!(r#"["\t{long}  b"]"#), &format!("- \"\\t{long}\n  \\ b\"\n")),
        (&format!(r#"["\t{long} "]"#), &format!("- \"\\t{long} \"\n")),
        (&format!(r#"{{"{long} b":1}}"#), &format!("{long} b: 1\n")),
    ]);
    // A key that long does not stand before its colon, and there it may be folded.
    let (key, longer) = ("k".repeat(128), "k".repeat(129));
    check(&[
        (&format!(r#"{{"{key}":[1]}}"#), &format!("{key}:\n- 1\n")),
        (&format!(r#"{{"{longer} a":[1]}}"#), &format!("? {longer}\n  a\n: - 1\n")),
    ]);
}

#[test]
fn keys_are_sorted_and_the_last_of_equal_ones_counts() {
    check(&[
        (r#"{"a10":1,"a9":2,"b":3,"B":4,"":5}"#, "\"\": 5\nB: 4\na9: 2\na10: 1\nb: 3\n"),
        (r#"{"a":1,"b":[1],"\u0061":{"c":2},"b":3}"#, "a:\n  c: 2\nb: 3\n"),
        // A circle: this is one of the three answers Go gives.
        (r#"{"10":1,"2":2,"1x":3}"#, "\"10\": 1\n1x: 3\n\"2\": 2\n"),
    ]);
}

#[test]
fn a_key_that_would_be_a_merge_stands_in_quotes() {
    check(&[(r#"{"<<":{"a":"<<"}}"#, "\"<<\":\n  a: <<\n")]);
}

#[test]
fn depth_is_bounded_as_in_json() {
    let nested = |depth: usize| ["[".repeat(depth), "]".repeat(depth)].concat();
    let yaml = emitted(&nested(MAX_DEPTH));
    assert_eq!(yaml, ["- ".repeat(MAX_DEPTH - 1), "[]\n".into()].concat());
    let refused = emit(nested(MAX_DEPTH + 1).as_bytes()).expect_err("too deep");
    assert_eq!(refused.reason, SyntaxReason::TooDeep);
    assert!(emit(b"{\"a\":1").is_err() && emit(b"[1]]").is_err() && emit(b"").is_err());
}
