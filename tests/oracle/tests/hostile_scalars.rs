//! Texts that mean something else without quotes: what we write as YAML, Go reads as the same values.

use argo_offload_core::yaml::emit;
use argo_offload_oracle::{Oracle, RELEASES, request};
use serde_json::{Value, json};

/// Texts of every kind that YAML could take for something else.
fn texts() -> Vec<String> {
    let words = [
        "",
        " ",
        "y",
        "Y",
        "n",
        "yes",
        "No",
        "NO",
        "on",
        "off",
        "true",
        "False",
        "~",
        "null",
        "Null",
        "<<",
        "=",
        "?",
        "-",
        "--",
        "---",
        "...",
        "--- a",
        ".",
        "..",
        "1",
        "-1",
        "+1",
        "0",
        "-0",
        "007",
        "0o7",
        "0x1F",
        "0b1",
        "-0b1",
        "0b-1",
        "1_000",
        "_1",
        "1e3",
        "1E400",
        "1.5",
        ".5",
        "5.",
        ".inf",
        "-.Inf",
        ".nan",
        "NaN",
        "1:30",
        "-1:30",
        "190:20:30.15",
        "1:60",
        "2001-01-01",
        "2001-1-1",
        "2001-02-30",
        "2001-01-01T00:00:00Z",
        "2001-01-01 00:00:00",
        "9223372036854775808",
        "18446744073709551616",
        "1Mi",
        "100m",
        "30d",
        "a: b",
        "a:",
        ":a",
        "a #b",
        "#a",
        "'",
        "\"",
        "it's",
        "\\",
        "\\n",
        "&a",
        "*a",
        "!a",
        "!!str a",
        "|",
        ">",
        "|-",
        "%YAML 1.1",
        "@a",
        "`a`",
        "{a: b}",
        "[a]",
        "{{workflow.name}}",
        "{",
        "]",
        ",",
        "a, b",
        "- a",
        "? a",
        "\t",
        "\ta",
        "a\t",
        "a\tb",
        " a",
        "a ",
        "a  b",
        "\n",
        "\n\n",
        "a\n",
        "a\n\n",
        "\na",
        "a\nb",
        "a \nb",
        "a\n b\n",
        " a\nb",
        "\n  a\nb",
        "a\n\n\nb\n",
        "a\r\nb",
        "a\rb",
        "\r",
        "a\u{85}b",
        "a\u{2028}b",
        "\u{2029}",
        "\u{feff}",
        "\u{feff}a",
        "a\u{feff}",
        "\u{0}",
        "\u{7}",
        "\u{1b}[31m",
        "\u{7f}",
        "\u{a0}",
        "é",
        "日本語",
        "🎉",
        "a🎉\nb",
        "\u{fffd}",
        "\u{fffe}",
        "#!/bin/sh\nset -e\necho '{{=1}}'\n",
        "SELECT *\n  FROM t;\n\t-- tab\n",
    ];
    let long = [
        "word ".repeat(60),
        "word ".repeat(60).trim_end().to_owned(),
        "x".repeat(2_000),
        format!("{} #y", "x".repeat(100)),
        format!("'{}", "word: ".repeat(40)),
        format!("{}\n{}", "a b ".repeat(50), "c  d ".repeat(50)),
        format!("\u{1b}{}", "long \u{e9}\u{1f389} ".repeat(40)),
    ];
    words.into_iter().map(str::to_owned).chain(long).collect()
}

#[test]
fn go_reads_what_we_write() {
    let mut values = Vec::new();
    for text in texts() {
        values.push(json!(text));
        values.push(json!({ "k": text, "l": [text, [text], { "m": text }] }));
        // Go gives up on keys of more than 1024 characters where they stand before their colon.
        values.push(json!({ "k": { &text: 1 }, &text: { &text: [text] } }));
    }
    let numbers = "[0,-0.0,1e3,1.5,1e21,123456789.5,5e-324,9223372036854775808,18446744073709551616,true,null]";
    values.push(serde_json::from_str(numbers).expect("JSON"));
    let written: Vec<Vec<u8>> =
        values.iter().map(|value| emit(value.to_string().as_bytes()).expect("JSON")).collect();
    let requests: Vec<Value> = written.iter().map(|yaml| request("yaml2json", yaml)).collect();
    // All releases write and read with the same library.
    let answers = Oracle::start(RELEASES[1]).ask_all(&requests);
    for ((value, yaml), answer) in values.iter().zip(&written).zip(answers) {
        let shown = String::from_utf8_lossy(yaml);
        assert_eq!(answer["strict"]["ok"], true, "{answer}\n{shown}");
        let read: Value =
            serde_json::from_str(answer["plain"]["json"].as_str().expect("JSON")).expect("JSON");
        assert_eq!(floats(read), floats(value.clone()), "{shown}");
    }
}

/// Numbers as float64: Go writes 1000 for 1e3.
fn floats(value: Value) -> Value {
    match value {
        Value::Number(number) => json!(number.as_f64().map(|number| number + 0.0)),
        Value::Array(items) => items.into_iter().map(floats).collect(),
        Value::Object(members) => {
            members.into_iter().map(|(key, value)| (key, floats(value))).collect()
        }
        value => value,
    }
}
