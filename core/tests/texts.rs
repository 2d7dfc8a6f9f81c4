//! Every key of the configuration that is described anywhere has its text.

use std::collections::BTreeMap;
use std::path::Path;

use argo_offload_core::config::texts::{all, text};
use serde_json::Value;

/// The layouts, oldest first, with the name that `since` has.
const VERSIONS: [(&str, &str); 3] = [("v3.6.12", "3.6"), ("v3.7.6", "3.7"), ("v4.1.2", "4.1")];

/// Each key of the top level and below `persistence`, with the first version that has it.
fn keys() -> BTreeMap<Vec<String>, &'static str> {
    let mut keys = BTreeMap::new();
    for (file, version) in VERSIONS {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(format!("../tests/fixtures/layouts/argo-{file}.json"));
        let layout: Value =
            serde_json::from_str(&std::fs::read_to_string(path).expect("layout")).expect("JSON");
        let mut waiting = vec![(Vec::new(), "config.Config".to_owned())];
        while let Some((path, name)) = waiting.pop() {
            let r#type = &layout["types"][&name];
            if !r#type["u"].is_null() {
                continue;
            }
            for field in r#type["f"].as_array().into_iter().flatten() {
                let mut path: Vec<String> = path.clone();
                path.push(field["n"].as_str().expect("name").to_owned());
                keys.entry(path.clone()).or_insert(version);
                if path[0] == "persistence" {
                    let below = field["t"].as_str().expect("type");
                    waiting.push((path, below.trim_start_matches(['*', '[', ']']).to_owned()));
                }
            }
        }
    }
    keys
}

#[test]
fn every_key_has_a_text() {
    let keys = keys();
    assert!(keys.len() > 80, "the layouts were read: {}", keys.len());
    let lacking: Vec<String> = keys
        .keys()
        .filter(|path| text(&path.iter().map(String::as_str).collect::<Vec<_>>()).is_none())
        .map(|path| path.join("."))
        .collect();
    assert!(lacking.is_empty(), "write texts in core/src/config/texts.rs for {lacking:?}");
}

#[test]
fn every_text_is_that_of_a_key_and_says_since_when_it_is_there() {
    let mut used = Vec::new();
    for (path, version) in keys() {
        let found = text(&path.iter().map(String::as_str).collect::<Vec<_>>()).expect("a text");
        assert_eq!(found.since.unwrap_or("3.6"), version, "{}", path.join("."));
        if !used.contains(&std::ptr::from_ref(found)) {
            used.push(std::ptr::from_ref(found));
        }
    }
    assert_eq!(used.len(), all().len(), "texts that no key has");
}

#[test]
fn only_exact_paths_have_texts() {
    assert!(text(&["persistence", "mysql", "host"]).is_some());
    for path in [
        &[][..],
        &[""],
        &["Persistence"],
        &["mysql"],
        &["persistence", "mysql", "options", "tls"],
        &["persistence", "mysql", "sslMode"],
        &["persistence", "postgresql|mysql", "host"],
    ] {
        assert_eq!(text(path), None, "{path:?}");
    }
}

#[test]
fn texts_are_sentences() {
    for text in all() {
        for words in [Some(text.short), text.long].into_iter().flatten() {
            assert!(words.ends_with(['.', '?']), "{words}");
            assert!(!words.contains("  ") && !words.contains('\n'), "{words}");
            assert_eq!(words.matches('`').count() % 2, 0, "{words}");
        }
    }
}
