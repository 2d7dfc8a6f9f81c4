//! What go-yaml v2.4 said about each of these texts is what is expected here.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::*;

fn read_text(text: &str) -> Document {
    read(text.as_bytes()).unwrap_or_else(|error| panic!("{text:?}: {error}"))
}

/// The text, number and so on of a scalar, or the shape of anything else.
fn show(document: &Document, id: NodeId) -> String {
    let text = |id| String::from_utf8_lossy(document.text(id).expect("a text")).into_owned();
    match document.node(id).value {
        Value::Null => "null".to_string(),
        Value::Bool(value) => format!("{value}"),
        Value::Int(value) => format!("{value}"),
        Value::Uint(value) => format!("{value}u"),
        Value::Float(value) => format!("{value:?}"),
        Value::Text => format!("{:?}", text(id)),
        Value::Sequence => {
            let items: Vec<_> = document.items(id).iter().map(|&id| show(document, id)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Mapping => {
            let entry = |entry: &Entry| {
                let merged = if entry.merged { "<<" } else { "" };
                format!("{merged}{}: {}", show(document, entry.key), show(document, entry.value))
            };
            let entries: Vec<_> = document.entries(id).iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
    }
}

fn shown(text: &str) -> String {
    let document = read_text(text);
    document.root().map_or_else(|| "nothing".to_string(), |root| show(&document, root))
}

#[track_caller]
fn refused(text: &[u8]) -> String {
    read(text).map(|_| ()).expect_err("refused").to_string()
}

/// The source of the value of the key `key` of the root.
fn source_of_value<'a>(text: &'a str, document: &Document, key: &str) -> &'a str {
    let root = document.root().expect("a root");
    let entry = document.get(root, key.as_bytes()).expect("the key");
    &text[document.node(entry.value).span.clone()]
}

#[test]
fn looks_decide_the_type_as_in_yaml_1_1() {
    let numbers = "[012, 0o17, 0b11, 0b-1, 0x1F, 1_000, 08, 1e3, .5, 1:30, 18446744073709551615]";
    assert_eq!(
        shown(numbers),
        "[10, 15, 3, -1, 31, 1000, 8.0, 1000.0, 0.5, \"1:30\", 18446744073709551615u]"
    );
    assert_eq!(
        shown("[y, No, on, tRue, ~, NULL, nUll, -.inf, 1e400, 2001-01-01]"),
        r#"[true, false, true, "tRue", null, null, "nUll", -inf, "1e400", "2001-01-01"]"#
    );
}

#[test]
fn tags_are_checked_against_looks() {
    assert_eq!(
        shown("[!!str 1, !!float 1, !!binary aGk=, ! 1, !x 1]"),
        r#"["1", 1.0, "hi", "1", "1"]"#
    );
    assert_eq!(refused(b"!!int 1.5"), "yaml: cannot decode !!float `1.5` as a !!int");
    assert_eq!(
        refused(b"!!timestamp 2001-02-30"),
        "yaml: cannot decode !!str `2001-02-30` as a !!timestamp"
    );
    assert_eq!(refused(b"!!binary x"), "yaml: !!binary value contains invalid base64 data");
    assert_eq!(refused(b"a: 1\nb: !e!x y"), "yaml: line 1: found undefined tag handle");
}

#[test]
fn errors_have_the_words_and_lines_of_go() {
    for (text, error) in [
        (&b"a: b\n\tc: d"[..], "yaml: line 2: found a tab character that violates indentation"),
        (b"a:\n\t- b", "yaml: line 2: found character that cannot start any token"),
        (b"a: b: c", "yaml: mapping values are not allowed in this context"),
        (b"a: 'b\n", "yaml: line 2: found unexpected end of stream"),
        (b"a: [b\nc: d", "yaml: line 1: did not find expected ',' or ']'"),
        (b"a: 1\n b: 2", "yaml: line 2: mapping values are not allowed in this context"),
        (b"a: *b", "yaml: unknown anchor 'b' referenced"),
        (b"a: &a [*a]", "yaml: anchor 'a' value contains itself"),
        (
            b"a: {{b.c}}",
            "yaml: invalid map key: map[interface {}]interface {}{\"b.c\":interface {}(nil)}",
        ),
        (b"%YAML 1.2\n---\n", "yaml: found incompatible YAML document"),
        (b"<<: 1", "yaml: map merge requires map or sequence of maps as the value"),
        // An empty flow collection forgets to wait for its colon.
        (b"a: b\n{}\n", "yaml: line 1: did not find expected key"),
    ] {
        assert_eq!(refused(text), error, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn bad_characters_are_noticed_512_bytes_at_a_time() {
    assert_eq!(refused(b"a: \x01"), "yaml: control characters are not allowed");
    assert_eq!(refused(b"a: \xff"), "yaml: invalid leading UTF-8 octet");
    // Behind the first document, and not yet decoded when it ends.
    let mut far = b"a: b\n---\n".to_vec();
    far.resize(600, b'#');
    far.push(1);
    assert!(read(&far).is_ok());
    // In the same 512 bytes as an error before it.
    assert_eq!(refused(b"a: b: c \x01"), "yaml: control characters are not allowed");
}

#[test]
fn utf_16_is_read_and_spans_are_into_its_utf_8() {
    let mut text = b"\xff\xfe".to_vec();
    text.extend("a: \u{1f600}".encode_utf16().flat_map(u16::to_le_bytes));
    let document = read(&text).expect("valid");
    assert_eq!(document.transcoded(), Some("a: \u{1f600}".as_bytes()));
    let root = document.root().expect("a root");
    let entry = document.get(root, b"a").expect("the key");
    assert_eq!(document.node(entry.value).span, 3..7);
}

#[test]
fn only_the_first_document_counts() {
    assert_eq!(shown("a\n--- \nb"), "\"a\"");
    assert_eq!(shown(""), "nothing");
    assert_eq!(shown("---"), "null");
    assert_eq!(shown("[a] b"), "[\"a\"]");
    assert_eq!(read_text("a: b\n... # x\nc").end(), 8);
}

#[test]
fn merges_are_expanded_where_they_stand() {
    let text = "m: &m {a: 1, b: 2}\nn: &n {b: 3}\nx: {a: 0, <<: [*m, *n], c: 4}\n";
    let document = read_text(text);
    let root = document.root().expect("a root");
    let merged = document.get(root, b"x").expect("x").value;
    assert_eq!(show(&document, merged), r#"{"a": 0, <<"b": 3, <<"a": 1, <<"b": 2, "c": 4}"#);
    let said: Vec<_> =
        document.duplicates().iter().map(|each| document.describe(each).to_string()).collect();
    assert_eq!(
        said,
        [r#"line 1: key "a" already set in map"#, r#"line 1: key "b" already set in map"#]
    );
    assert!(document.duplicates().iter().all(|each| each.merged));
}

#[test]
fn keys_are_equal_as_go_values_are() {
    let duplicates = |text: &str| read_text(text).duplicates().len();
    for equal in
        ["012: a\n10: b", "yes: a\ntrue: b", "0.0: a\n-0.0: b", "~: a\n? \n: b", "a: 1\n'a': 2"]
    {
        assert_eq!(duplicates(equal), 1, "{equal}");
    }
    for different in ["1: a\n'1': b", "1: a\n1.0: b", ".nan: a\n.nan: b", "A: 1\na: 2"] {
        assert_eq!(duplicates(different), 0, "{different}");
    }
    let many: String = (0..50).map(|key| format!("k{}: v\n", key % 40)).collect();
    assert_eq!(duplicates(&many), 10);
}

#[test]
fn an_alias_shows_its_target_and_has_its_own_span() {
    let text = "a: &x [1, 2]\nb: *x\n";
    let document = read_text(text);
    assert_eq!(source_of_value(text, &document, "b"), "*x");
    let root = document.root().expect("a root");
    let alias = document.get(root, b"b").expect("b").value;
    assert_eq!(show(&document, alias), "[1, 2]");
    assert_eq!(document.resolve(alias), document.get(root, b"a").expect("a").value);
    assert_eq!(document.node(document.resolve(alias)).start, 3);
}

#[test]
fn aliases_may_not_multiply_without_end() {
    let mut text = "a0: &a0 [x]\n".to_string();
    for level in 1..20 {
        let aliases = format!(", *a{}", level - 1).repeat(10);
        text += &format!("a{level}: &a{level} [{}]\n", &aliases[2..]);
    }
    assert_eq!(refused(text.as_bytes()), "yaml: document contains excessive aliasing");
}

#[test]
fn nesting_ends_at_ten_thousand() {
    assert!(
        read(&b"[".repeat(10_000)).is_err_and(|error| error.to_string().contains("node content"))
    );
    let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
    assert!(read(&deep).is_ok());
    assert_eq!(refused(&b"[".repeat(10_001)), "yaml: exceeded max depth of 10000");
    assert_eq!(refused(&b"- ".repeat(10_001)), "yaml: exceeded max depth of 10000");
}

#[test]
fn spans_are_what_is_written() {
    let text = "a: 'x'\nb: |+\n  y\n\nc: {d: e}\nf:\n- g\n- h # i\nj:\nk: !t &l m\n";
    let document = read_text(text);
    for (key, source) in [
        ("a", "'x'"),
        ("b", "|+\n  y\n\n"),
        ("c", "{d: e}"),
        ("f", "- g\n- h"),
        ("j", ""),
        ("k", "m"),
    ] {
        assert_eq!(source_of_value(text, &document, key), source, "{key}");
    }
    let comments: Vec<_> = document.comments().iter().map(|range| &text[range.clone()]).collect();
    assert_eq!(comments, ["# i"]);
    let root = document.root().expect("a root");
    let nothing = document.get(root, b"j").expect("j").value;
    assert!(text[..document.node(nothing).span.start].ends_with("j:"));
    let tagged = document.get(root, b"k").expect("k").value;
    assert!(text[document.node(tagged).start..].starts_with("!t &l m"));
}

#[test]
fn every_byte_of_a_text_is_found_in_the_source() {
    for text in [
        "plain  words\n folded\n\n here",
        "'it''s\n  here'",
        "\"a\\n\\u00e9\\\n  b \\\" c\"",
        "|\n  one\n   two\r\n\n  three",
        ">-\n  one\n  two\n\n  three\n",
        "a\u{2028} b",
    ] {
        let document = read_text(text);
        let root = document.root().expect("a root");
        let value = document.text(root).expect("a text");
        for (offset, &byte) in value.iter().enumerate() {
            let source = text.as_bytes()[document.source_of(root, offset)];
            let folded = matches!(source, b'\n' | b'\r') && matches!(byte, b' ' | b'\n');
            assert!(
                source == byte || source == b'\\' || folded || byte > 0x7f,
                "{text:?} {offset}"
            );
        }
    }
}

#[test]
fn json_is_read_with_its_own_escapes() {
    let text = br#"{"a": "\ud83d\ude00\/", "a": [1, 18446744073709551615, 1.5, null], "b": {}}"#;
    let document = read_json(text).expect("valid");
    let root = document.root().expect("a root");
    assert_eq!(
        show(&document, root),
        "{\"a\": \"\u{1f600}/\", \"a\": [1, 18446744073709551615u, 1.5, null], \"b\": {}}"
    );
    assert_eq!(document.duplicates().len(), 1);
    let first = document.entries(root)[0].value;
    let places: Vec<_> = document.segments(first).collect();
    assert_eq!(places, [(0, 7), (4, 19)]);
    assert!(read_json(b"{a: 1}").is_err());
    assert!(read_json(b"{\"a\": 1e999}").is_err());
}
