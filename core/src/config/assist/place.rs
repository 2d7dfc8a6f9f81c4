//! Where in the configuration a cursor is.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::lines::{Line, lines};
use crate::config::reading::configuration::HELM_KEYS;
use crate::config::sources::{Kind, recognise};
use crate::yaml::{self, documents};

/// Where a cursor is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// The keys above it, from the top of the configuration.
    pub(super) above: Vec<String>,
    /// What has the keys here.
    pub(super) holder: Holder,
    /// The keys beside it.
    pub(super) beside: Vec<String>,
    /// What of its line it is in.
    pub(super) part: Part,
}

/// What has the keys at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Holder {
    /// The configuration, or a part of it.
    Configuration,
    /// The ConfigMap's `data`, whose values are texts.
    Data,
    /// The chart's values below `controller`.
    Chart,
}

/// What of a line a cursor is in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// In a key, or where one can be written.
    Key { range: Range<usize>, has_colon: bool },
    /// In the value of a key.
    Value { key: Range<usize>, range: Range<usize> },
}

/// Where `offset` is in the configuration; `None` where none of it can stand.
pub(super) fn place(text: &[u8], offset: usize) -> Option<Place> {
    let document = document_at(text, offset)?;
    let all = lines(text, document.clone());
    let index = all.iter().position(|line| line.start <= offset && offset <= line.end)?;
    let range = all.get(index)?.clone();
    let current = Line::read(text, range.clone());
    let line = text.get(range.clone())?;
    let comment = line.trim_ascii_start().starts_with(b"#");
    if comment || line.get(..offset - range.start)?.contains(&b'\t') {
        return None;
    }
    let (column, dashes) = match &current {
        Some(line) => (line.column, line.dashes.clone()),
        // On an empty line the cursor itself is the column.
        None => (offset - range.start, Vec::new()),
    };
    let mut path = Vec::new();
    let mut beside = Vec::new();
    let above = all.get(..index)?.iter().rev();
    climb(text, above, column, &dashes, &mut path, &mut beside);
    if let Some(Line { key: None, value, .. }) = &current
        && offset > value.end
    {
        return None;
    }
    beside_below(text, all.get(index + 1..)?, column, &mut beside);
    let part = match current {
        None => Part::Key { range: offset..offset, has_colon: false },
        Some(line) if offset < line.start => return None,
        Some(Line { key: None, value, .. }) => Part::Key { range: value, has_colon: false },
        Some(Line { key: Some(key), .. }) if offset <= key.end => {
            Part::Key { range: key, has_colon: true }
        }
        Some(Line { key: Some(key), value, .. }) => {
            let value = if value.is_empty() { offset..offset } else { value };
            (value.start <= offset && offset <= value.end)
                .then_some(Part::Value { key, range: value })?
        }
    };
    let (above, holder) = in_configuration(kind(text, &document, &range), path)?;
    Some(Place { above, holder, beside, part })
}

/// Gathers the keys above a line, from the top, and those beside it.
fn climb<'a>(
    text: &[u8],
    above: impl Iterator<Item = &'a Range<usize>>,
    column: usize,
    dashes: &[usize],
    path: &mut Vec<String>,
    beside: &mut Vec<String>,
) {
    // Lines whose key begins before this column are above; a list may stand as far left as its key.
    let mut limit = column;
    let mut in_list = false;
    let mut is_beside = true;
    if let Some(dash) = dashes.first() {
        limit = *dash;
        in_list = true;
        is_beside = false;
    }
    for range in above {
        let Some(line) = Line::read(text, range.clone()) else { continue };
        let is_above = match in_list {
            true => line.dashes.is_empty() && line.column <= limit,
            false => line.column < limit,
        };
        let key = || line.key.clone().map(|key| owned(text, key));
        if is_above && line.is_open(text) {
            path.extend(key());
            limit = line.column;
            in_list = false;
            is_beside = false;
        } else if is_above {
            // Whatever is less indented and holds nothing: there is nothing above.
            limit = line.column;
            is_beside = false;
        } else if is_beside && line.column == limit {
            beside.extend(key());
        }
        // The first line of an item: what is above it has the list.
        if let Some(dash) = line.dashes.first()
            && line.column <= limit.max(*dash + 1)
            && !in_list
        {
            limit = *dash;
            in_list = true;
            is_beside = false;
        }
    }
    path.reverse();
}

fn beside_below(text: &[u8], below: &[Range<usize>], column: usize, beside: &mut Vec<String>) {
    for range in below {
        let Some(line) = Line::read(text, range.clone()) else { continue };
        if line.first_column() < column {
            return;
        }
        if line.column == column && line.dashes.is_empty() {
            beside.extend(line.key.map(|key| owned(text, key)));
        }
    }
}

fn owned(text: &[u8], range: Range<usize>) -> String {
    String::from_utf8_lossy(text.get(range).unwrap_or_default()).into_owned()
}

fn document_at(text: &[u8], offset: usize) -> Option<Range<usize>> {
    let all = documents(text);
    all.into_iter().rev().find(|document| document.start <= offset && offset <= document.end)
}

/// What the document is; the line that is being written may stand in the way of reading it.
fn kind(text: &[u8], document: &Range<usize>, line: &Range<usize>) -> Kind {
    let read = |text: &[u8]| {
        let document = yaml::read(text).ok()?;
        Some(recognise(&document, document.root()?)).filter(|kind| *kind != Kind::Other)
    };
    let whole = text.get(document.clone()).unwrap_or_default();
    let mut without = whole.to_vec();
    let span = line.start.saturating_sub(document.start)..line.end.saturating_sub(document.start);
    if let Some(line) = without.get_mut(span) {
        line.fill(b' ');
    }
    read(whole).or_else(|| read(&without)).unwrap_or_else(|| by_first_keys(text, document))
}

/// What a document that cannot be read is, by the keys at its left edge.
fn by_first_keys(text: &[u8], document: &Range<usize>) -> Kind {
    let mut kind = Kind::Configuration;
    for range in lines(text, document.clone()) {
        let Some(line) = Line::read(text, range).filter(|line| line.first_column() == 0) else {
            continue;
        };
        let Some(key) = line.key.clone().and_then(|key| text.get(key)) else { continue };
        let value = text.get(line.value.clone()).unwrap_or_default();
        match key {
            b"kind" if value == b"ConfigMap" => return Kind::ConfigMap,
            b"kind" => return Kind::Other,
            b"data" => kind = Kind::Patch,
            b"controller" => kind = Kind::HelmValues,
            b"persistence" if value.starts_with(b"|") => kind = Kind::Data,
            b"mysql" | b"postgresql" | b"nodeStatusOffLoad" => kind = Kind::Persistence,
            _ => {}
        }
    }
    kind
}

/// The keys from the top of the configuration, of those from the top of a document.
fn in_configuration(kind: Kind, path: Vec<String>) -> Option<(Vec<String>, Holder)> {
    let mut keys = path.into_iter().peekable();
    match kind {
        Kind::ConfigMap | Kind::Patch => {
            keys.next().filter(|key| key == "data")?;
        }
        Kind::HelmValues => {
            // An umbrella chart has them below the chart's name.
            let first = keys.next()?;
            if first != "controller" {
                keys.next().filter(|key| key == "controller")?;
            }
            let is_of_chart = |key: &String| HELM_KEYS.iter().any(|(name, _)| name == key);
            return match keys.peek() {
                None => Some((Vec::new(), Holder::Chart)),
                Some(key) if is_of_chart(key) => Some((keys.collect(), Holder::Configuration)),
                Some(_) => None,
            };
        }
        Kind::Configuration => return Some((keys.collect(), Holder::Configuration)),
        Kind::Persistence => {
            let section = core::iter::once("persistence".into());
            return Some((section.chain(keys).collect(), Holder::Configuration));
        }
        Kind::Data => {}
        Kind::Secret | Kind::Workload(_) | Kind::Other => return None,
    }
    let holder = if keys.peek().is_none() { Holder::Data } else { Holder::Configuration };
    keys.next_if(|key| key == "config");
    Some((keys.collect(), holder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    /// The place of the mark `^` in a text, which is taken out.
    fn at(text: &str) -> Option<Place> {
        let offset = text.find('^').expect("a mark");
        place(text.replacen('^', "", 1).as_bytes(), offset)
    }

    #[track_caller]
    fn above(text: &str, path: &[&str], holder: Holder) -> Place {
        let place = at(text).expect(text);
        assert_eq!(
            (place.above.as_slice(), place.holder),
            (&path.iter().map(|key| (*key).into()).collect::<Vec<String>>()[..], holder),
            "{text}"
        );
        place
    }

    #[test]
    fn the_keys_above_are_found_in_each_kind_of_document() {
        let map = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: workflow-controller-configmap}\ndata:\n";
        above(&format!("{map}  ^"), &[], Holder::Data);
        above(
            &format!("{map}  persistence: |\n    mysql:\n      ^"),
            &["persistence", "mysql"],
            Holder::Configuration,
        );
        above(
            &format!("{map}  config: |\n    persistence:\n      no^"),
            &["persistence"],
            Holder::Configuration,
        );
        above(&format!("{map}  config: |\n    ^"), &[], Holder::Configuration);
        above(
            "persistence: |\n  mysql:\n    ho^",
            &["persistence", "mysql"],
            Holder::Configuration,
        );
        above("persistence:\n  archive: true\n  ^", &["persistence"], Holder::Configuration);
        above(
            "nodeStatusOffLoad: true\nmysql:\n  ^",
            &["persistence", "mysql"],
            Holder::Configuration,
        );
        above(
            "controller:\n  persistence:\n    nodeStatusOffLoad: true\n    ^",
            &["persistence"],
            Holder::Configuration,
        );
        above(
            "argo-workflows:\n  controller:\n    workflowNamespaces: [a]\n    ^",
            &[],
            Holder::Chart,
        );
        above("^", &[], Holder::Configuration);
        assert_eq!(at("kind: Deployment\nspec:\n  ^"), None);
        assert_eq!(at(&format!("{map}  a: b\nbinaryData:\n  ^")), None);
    }

    #[test]
    fn a_list_adds_no_key_wherever_it_is_indented() {
        for text in [
            "links:\n- name: a\n  ^",
            "links:\n  - name: a\n    ^",
            "links:\n- name: b\n- name: a\n  ^",
        ] {
            let place = above(text, &["links"], Holder::Configuration);
            assert_eq!(place.beside, ["name"], "{text}");
        }
        above("links:\n- ^", &["links"], Holder::Configuration);
        above("links:\n- na^me: a", &["links"], Holder::Configuration);
        above("links:\n- name: a\n^", &[], Holder::Configuration);
    }

    #[test]
    fn keys_and_values_are_told_apart() {
        let text = "persistence:\n  archive: true # x\n  conn^\n  clusterName: a\n";
        let place = above(text, &["persistence"], Holder::Configuration);
        assert_eq!(place.beside, vec!["archive", "clusterName"]);
        assert!(matches!(place.part, Part::Key { has_colon: false, .. }), "{place:?}");
        let part = |text: &str| at(text).map(|place| place.part);
        assert!(matches!(
            part("persistence:\n  arch^ive: true"),
            Some(Part::Key { has_colon: true, .. })
        ));
        assert!(matches!(part("persistence:\n  archive: ^"), Some(Part::Value { .. })));
        assert!(matches!(part("persistence:\n  archive: tr^ue"), Some(Part::Value { .. })));
        assert_eq!(part("persistence:\n  archive: true   ^"), None);
        assert_eq!(part("persistence:\n  # arch^"), None);
    }
}
