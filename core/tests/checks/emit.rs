use std::collections::BTreeMap;

use argo_offload_core::yaml::{Document, NodeId, Problem, Value};
use argo_offload_core::{json, yaml};

/// YAML holds nothing that must be escaped, a value is written alike wherever it stands, and what is read
/// back are the same values.
///
/// Input: the text.
pub fn emit(data: &[u8]) {
    let yaml = match yaml::emit(data) {
        Ok(yaml) => yaml,
        Err(error) => {
            assert!(error.at <= data.len());
            return;
        }
    };
    assert_eq!(yaml::emit(data).as_ref(), Ok(&yaml));
    let shown = std::str::from_utf8(&yaml).expect("UTF-8");
    assert!(shown.ends_with(['\n', '\u{2028}', '\u{2029}']), "{shown}");
    let printable = |character| matches!(character, '\n' | ' '..='~' | '\u{a0}'..='\u{fffd}');
    assert!(shown.chars().all(|found| printable(found) && found != '\u{feff}'), "{shown}");

    reads_back(data, &yaml);

    let around = |open: &[u8], close: &[u8]| yaml::emit(&[open, data, close].concat());
    let Ok(item) = around(b"[", b"]") else {
        let refused = around(b"[", b"]").expect_err("refused");
        assert_eq!(refused.reason, json::SyntaxReason::TooDeep);
        return;
    };
    let twice = around(&[b"[", data, b","].concat(), b"]").expect("is JSON");
    assert_eq!(twice, [&item[..], &item].concat(), "{shown}");
    // Behind a key, an array is not indented: its lines are those it has alone.
    if shown.starts_with("- ") && data.trim_ascii_start().starts_with(b"[") {
        let value = around(b"{\"a\":", b"}").expect("is JSON");
        assert_eq!(value, [b"a:\n", &yaml[..]].concat(), "{shown}");
    }
}

/// The YAML written for a JSON text has the values of that text.
fn reads_back(data: &[u8], written: &[u8]) {
    let before = match yaml::read_json(data) {
        Ok(document) => document,
        // A number beyond a float64: go-yaml takes it for a text.
        Err(error) => return assert!(matches!(error.problem, Problem::JsonNumber(_)), "{error}"),
    };
    let shown = || String::from_utf8_lossy(written);
    let after = match yaml::read(written) {
        Ok(document) => document,
        Err(error) => panic!("{error}\n{}", shown()),
    };
    assert_eq!(after.end(), written.len(), "{}", shown());
    assert!(after.duplicates().is_empty(), "{}", shown());
    let mut pairs = vec![(before.root(), after.root())];
    while let Some((one, two)) = pairs.pop() {
        let (one, two) = (one.expect("a value"), two.unwrap_or_else(|| panic!("{}", shown())));
        match (before.node(one).value, after.node(two).value) {
            (Value::Text, Value::Text) => {
                assert_eq!(before.text(one), after.text(two), "{}", shown());
            }
            (Value::Sequence, Value::Sequence) => {
                let (one, two) = (before.items(one), after.items(two));
                assert_eq!(one.len(), two.len(), "{}", shown());
                pairs.extend(one.iter().copied().map(Some).zip(two.iter().copied().map(Some)));
            }
            (Value::Mapping, Value::Mapping) => {
                let (one, mut two) = (members(&before, one), members(&after, two));
                for (key, value) in one {
                    pairs.push((Some(value), two.remove(key)));
                }
                assert!(two.is_empty(), "{}", shown());
            }
            (one, two) => {
                assert!(
                    one == two || number(one).is_some_and(|one| number(two) == Some(one)),
                    "{one:?} became {two:?} in\n{}",
                    shown()
                );
            }
        }
    }
}

/// Of a key that stands more than once the last value counts.
fn members(document: &Document, mapping: NodeId) -> BTreeMap<&[u8], NodeId> {
    let text = |key| document.text(key).expect("keys are texts");
    document.entries(mapping).iter().map(|entry| (text(entry.key), entry.value)).collect()
}

/// A float without a fraction is printed as an integer, and -0 is read as 0.
#[expect(clippy::cast_precision_loss, reason = "it is compared with a float64")]
fn number(value: Value) -> Option<f64> {
    match value {
        Value::Int(value) => Some(value as f64),
        Value::Uint(value) => Some(value as f64),
        Value::Float(value) => Some(value),
        _ => None,
    }
}
