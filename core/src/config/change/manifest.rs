use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

/// A ConfigMap with these values, as JSON.
pub(super) fn of(data: &BTreeMap<String, String>) -> Vec<u8> {
    let mut out = String::from(r#"{"apiVersion":"v1","kind":"ConfigMap","data":{"#);
    for (index, (key, value)) in data.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        text(&mut out, key);
        out.push(':');
        text(&mut out, value);
    }
    out.push_str("}}");
    out.into_bytes()
}

/// A text as JSON has it; of YAML's double-quoted scalars it is one, too.
pub(super) fn text(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => out.extend(['\\', character]),
            // YAML's own line breaks and what it does not print stand there by their numbers.
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => {
                out.push_str(&format!("\\u{:04x}", u32::from(character)));
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}
