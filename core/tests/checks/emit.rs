use argo_offload_core::{json, yaml};

/// YAML holds nothing that must be escaped, and a value is written alike wherever it stands.
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
