//! What an editor shows while a configuration is written: what a key means, and what can stand at the cursor.
//!
//! **Invariant:** it works on what is there, also where that is no YAML yet, and never says anything that the types of
//! the version's own code do not allow.

mod lines;
mod place;

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use self::place::{Holder, Part, place};
use super::database::driver;
use super::reading::configuration::HELM_KEYS;
use super::texts::{self, Text};
use crate::golang::{ArgoVersion, Root, Shape};

/// What is known of the key at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// Where the key stands, in bytes.
    pub range: Range<usize>,
    /// The keys from the top of the configuration to it.
    pub path: Vec<String>,
    /// What it means.
    pub text: &'static Text,
}

/// Something that can stand at a cursor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// What it replaces, in bytes; empty where it is put in.
    pub range: Range<usize>,
    /// A key or a value.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// Whether it is a key.
    pub is_key: bool,
    /// What it means, where that is known.
    pub text: Option<&'static Text>,
}

/// What the key at `offset`, in bytes, or that of the value there means; `None` where there is none that is described.
#[must_use]
pub fn hover(text: &[u8], offset: usize) -> Option<Hover> {
    let place = place(text, offset)?;
    let range = match place.part {
        Part::Key { range, .. } => range,
        Part::Value { key, .. } => key,
    };
    let mut path = place.above;
    path.push(String::from_utf8_lossy(text.get(range.clone())?).into_owned());
    let text = described(&path)?;
    Some(Hover { range, path, text })
}

/// What can stand at `offset`, in bytes, for a version of Argo: keys that its types have here and that are not here yet,
/// or the values of one that has few. Those that begin as what is written before the cursor; the editor sorts them.
#[must_use]
pub fn complete(text: &[u8], offset: usize, version: ArgoVersion) -> Vec<Completion> {
    let Some(place) = place(text, offset) else { return Vec::new() };
    let shape = shape(&place.above, version);
    let written = |range: &Range<usize>| text.get(range.start..offset).unwrap_or_default();
    match &place.part {
        Part::Key { range, has_colon } => {
            let begins = |key: &str| begins(key, written(range));
            let own = text.get(range.clone()).unwrap_or_default();
            let is_new = |key: &str| {
                key.as_bytes() == own || place.beside.iter().all(|beside| beside != key)
            };
            let keys = keys(&place.above, place.holder, shape, version).into_iter();
            let keys = keys.filter(|key| begins(key) && is_new(key));
            let completion = |key: &'static str| {
                let mut path = place.above.clone();
                path.push(key.to_owned());
                let below = shape.member(key);
                Completion {
                    range: range.clone(),
                    label: key.to_owned(),
                    insert: match has_colon {
                        true => key.to_owned(),
                        false => format!("{key}:{}", behind(below, place.holder)),
                    },
                    is_key: true,
                    text: described(&path),
                }
            };
            keys.map(completion).collect()
        }
        Part::Value { key, range } => {
            let key = text.get(key.clone()).unwrap_or_default();
            let mut path = place.above.clone();
            path.push(String::from_utf8_lossy(key).into_owned());
            let values = values(&path, self::shape(&path, version), version);
            let values = values.iter().filter(|value| begins(value, written(range)));
            let text = described(&path);
            let completion = |value: &&'static str| Completion {
                range: range.clone(),
                label: (*value).to_owned(),
                insert: (*value).to_owned(),
                is_key: false,
                text,
            };
            values.map(completion).collect()
        }
    }
}

/// What a text says about a key.
fn described(path: &[String]) -> Option<&'static Text> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    texts::text(&path)
}

/// What Argo's types have below these keys; lists add none.
fn shape(path: &[String], version: ArgoVersion) -> Shape {
    let root = Shape::root(Root::Config, version);
    path.iter().fold(root, |shape, key| shape.member(key))
}

fn keys(path: &[String], holder: Holder, shape: Shape, version: ArgoVersion) -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = shape.keys().collect();
    match holder {
        Holder::Data => keys.push("config"),
        Holder::Chart => keys.retain(|key| HELM_KEYS.iter().any(|(name, _)| name == key)),
        Holder::Configuration if is_options(path) => keys = driver::names(version),
        Holder::Configuration => {}
    }
    keys
}

fn is_options(path: &[String]) -> bool {
    path.iter().map(String::as_str).eq(["persistence", "mysql", "options"])
}

/// What is written behind a key's colon.
fn behind(below: Shape, holder: Holder) -> &'static str {
    match (holder, below.has_keys()) {
        (Holder::Data, true) => " |",
        (_, true) => "",
        _ => " ",
    }
}

/// The values of a key that has few.
fn values(path: &[String], shape: Shape, version: ArgoVersion) -> Vec<&'static str> {
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path.as_slice() {
        // Source: lib/pq, ssl.go.
        ["persistence", "postgresql", "sslMode"] => {
            ["disable", "require", "verify-ca", "verify-full"].into()
        }
        ["persistence", "mysql", "options", name] => driver::values(name, version),
        _ if shape.is_bool() => ["true", "false"].into(),
        _ => Vec::new(),
    }
}

/// Whether a word begins with what is written, in any case.
fn begins(word: &str, written: &[u8]) -> bool {
    let bare = |text: &[u8]| text.strip_prefix(b"\"").unwrap_or(text).to_vec();
    let (word, written) = (bare(word.as_bytes()), bare(written));
    word.get(..written.len()).is_some_and(|start| start.eq_ignore_ascii_case(&written))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What can stand at the mark `^` of a text, which is taken out.
    fn labels(text: &str) -> Vec<String> {
        let offset = text.find('^').expect("a mark");
        let text = text.replacen('^', "", 1);
        let all = complete(text.as_bytes(), offset, ArgoVersion::NEWEST);
        all.into_iter().map(|one| one.label).collect()
    }

    fn inserts(text: &str) -> Vec<String> {
        let offset = text.find('^').expect("a mark");
        let plain = text.replacen('^', "", 1);
        let apply = |one: Completion| {
            let mut after = plain.clone();
            after.replace_range(one.range, &one.insert);
            after
        };
        complete(plain.as_bytes(), offset, ArgoVersion::NEWEST).into_iter().map(apply).collect()
    }

    #[test]
    fn keys_that_the_types_have_are_offered_and_no_others() {
        let all = labels("persistence:\n  mysql:\n    host: db\n    ^");
        for key in ["port", "database", "tableName", "userNameSecret", "options"] {
            assert!(all.iter().any(|one| one == key), "no {key} in {all:?}");
        }
        assert!(all.iter().all(|one| one != "host" && one != "sslMode"), "{all:?}");
        assert_eq!(labels("persistence:\n  nodest^"), ["nodeStatusOffLoad"]);
        assert_eq!(labels("persistence:\n  mysql:\n    passwordSecret:\n      k^"), ["key"]);
        assert!(labels("kind: Deployment\nspec:\n  ^").is_empty());
        assert!(labels("workflowDefaults:\n  spec:\n    ttlStr^").contains(&"ttlStrategy".into()));
    }

    #[test]
    fn what_is_written_fits_where_it_stands() {
        assert_eq!(inserts("persistence:\n  my^"), ["persistence:\n  mysql:"]);
        assert_eq!(inserts("persistence:\n  archiveT^"), ["persistence:\n  archiveTTL: "]);
        assert_eq!(inserts("persistence:\n  clusterNa^me: x"), ["persistence:\n  clusterName: x"]);
        let map = "kind: ConfigMap\ndata:\n  persis^";
        assert_eq!(inserts(map), ["kind: ConfigMap\ndata:\n  persistence: |"]);
        assert_eq!(inserts("nodeStatusOffLoad: t^"), ["nodeStatusOffLoad: true"]);
    }

    #[test]
    fn values_are_offered_where_there_are_few() {
        assert_eq!(labels("persistence:\n  archive: ^"), ["true", "false"]);
        assert_eq!(labels("persistence:\n  archive: fa^lse"), ["false"]);
        let options = "persistence:\n  mysql:\n    options:\n      ";
        assert_eq!(labels(&format!("{options}tls: ^")).len(), 4);
        assert_eq!(labels(&format!("{options}tls: pre^")), ["\"preferred\""]);
        assert_eq!(labels(&format!("{options}multi^")), ["multiStatements"]);
        assert!(labels("persistence:\n  clusterName: ^").is_empty());
    }

    #[test]
    fn a_key_is_told_from_itself_and_from_its_value() {
        let of = |text: &str| {
            let offset = text.find('^').expect("a mark");
            let text = text.replacen('^', "", 1);
            hover(text.as_bytes(), offset).map(|one| (text[one.range].to_owned(), one.text.path))
        };
        let text = Some(("host".to_owned(), "persistence.postgresql|mysql.host"));
        assert_eq!(of("persistence:\n  mysql:\n    ho^st: db"), text);
        assert_eq!(of("persistence:\n  mysql:\n    host: d^b"), text);
        assert_eq!(
            of("kind: ConfigMap\ndata:\n  persistence: |\n    mysql:\n      host^: db"),
            text
        );
        assert_eq!(of("persistence:\n  mysql:\n    options:\n      t^ls: x"), None);
        assert_eq!(of("a: b # ^c"), None);
    }

    #[test]
    fn whatever_stands_in_a_good_configuration_is_offered_and_explained_there() {
        let text = include_str!("../../../../tests/fixtures/assist.yaml");
        let mut keys = 0;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let start = at + line.len() - line.trim_start_matches([' ', '-']).len();
            at += line.len();
            let Some((key, _)) = line.trim_start_matches([' ', '-']).split_once(':') else {
                continue;
            };
            let offered = complete(text.as_bytes(), start, ArgoVersion::NEWEST);
            let outside = ["apiVersion", "kind", "metadata", "name", "data"].contains(&key)
                && line.starts_with(key)
                || line.starts_with("  name: workflow-controller-configmap");
            assert_eq!(offered.iter().any(|one| one.label == key), !outside, "{line}");
            let one = hover(text.as_bytes(), start);
            let is_option = line.contains("# an option");
            assert_eq!(one.is_some(), !outside && !is_option, "{line}");
            keys += usize::from(!outside);
        }
        assert!(keys > 20, "{keys}");
    }

    #[test]
    fn nothing_that_is_written_stands_in_the_way() {
        use proptest::prelude::*;

        let piece = proptest::sample::select(vec![
            "persistence:",
            "\n",
            "  ",
            " ",
            "- ",
            "mysql",
            ": ",
            "|",
            "\"",
            "'",
            "#",
            "ä",
            "😀",
            "\r\n",
            "\t",
            "{",
            "---\n",
        ]);
        let text = proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat());
        proptest!(|(text in text, at in 0usize..200)| {
            let at = at.min(text.len());
            for one in complete(text.as_bytes(), at, ArgoVersion::NEWEST) {
                prop_assert!(text.get(one.range).is_some());
            }
            if let Some(one) = hover(text.as_bytes(), at) {
                prop_assert!(text.get(one.range).is_some());
            }
        });
    }
}
