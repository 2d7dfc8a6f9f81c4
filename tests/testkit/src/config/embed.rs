//! A configuration inside a ConfigMap's manifest.

use crate::rng::Rng;

/// A manifest with `text` under the key `config`, or with a key for each of its sections.
pub(super) fn manifest(rng: &mut Rng, text: &[u8]) -> Vec<u8> {
    let mut out =
        b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n"
            .to_vec();
    out.extend_from_slice(b"data:\n");
    if rng.chance(50) {
        entry(rng, &mut out, b"config", text);
    } else {
        for (key, value) in sections(text) {
            entry(rng, &mut out, &key, &value);
        }
    }
    out
}

/// The keys without indentation and what is below each, two columns to the left.
fn sections(text: &[u8]) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut found: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for line in text.split_inclusive(|byte| *byte == b'\n') {
        let colon = line.iter().position(|byte| *byte == b':');
        match (colon, found.last_mut()) {
            (Some(colon), _) if !line.starts_with(b" ") && !line.starts_with(b"#") => {
                let value = line[colon + 1..].trim_ascii().to_vec();
                found.push((line[..colon].to_vec(), value));
            }
            (_, Some((_, value))) => {
                value.extend_from_slice(line.strip_prefix(b"  ").unwrap_or(line));
            }
            (_, None) => {}
        }
    }
    found
}

fn entry(rng: &mut Rng, out: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    out.extend_from_slice(b"  ");
    out.extend_from_slice(key);
    out.extend_from_slice(b": ");
    let text = std::str::from_utf8(value);
    match text {
        Ok(text) if rng.chance(25) => {
            // JSON's strings are YAML's, but for what YAML would not let through.
            out.extend_from_slice(serde_json::Value::from(text).to_string().as_bytes());
            out.push(b'\n');
        }
        _ if !value.contains(&b'\n') && rng.chance(60) => {
            out.extend_from_slice(value);
            out.push(b'\n');
        }
        _ => {
            out.extend_from_slice(rng.pick(&["|", "|", "|", "|-", "|+", ">", "|2"]).as_bytes());
            out.push(b'\n');
            for line in value.split_inclusive(|byte| *byte == b'\n') {
                out.extend_from_slice(b"    ");
                out.extend_from_slice(line);
            }
            if !value.ends_with(b"\n") {
                out.push(b'\n');
            }
        }
    }
}
