//! A configuration's values as the controller ends up with them, each with its place.

use alloc::string::String;
use alloc::vec::Vec;

use crate::config::finding::Span;
use crate::config::reading::configuration::Configuration;
use crate::golang::folds_to;
use crate::yaml::{Document, NodeId, Value};

/// A value of a configuration.
///
/// Go matches keys without regard to case, and lets a later spelling of one key add to an object and
/// override anything else: a view holds every occurrence, and answers with what remains.
#[derive(Clone, Debug)]
pub(crate) struct View<'a> {
    configuration: &'a Configuration<'a>,
    /// The configuration's JSON.
    tree: &'a Document,
    /// Occurrences in the order in which Go reads them, in the configuration's JSON.
    values: Vec<NodeId>,
    keys: Vec<NodeId>,
}

impl<'a> View<'a> {
    pub(super) fn root(configuration: &'a Configuration<'a>, tree: &'a Document) -> Option<Self> {
        let root = tree.root()?;
        Some(Self { configuration, tree, values: [root].into(), keys: Vec::new() })
    }

    /// The field `name`, unless it is absent or null.
    pub(crate) fn field(&self, name: &str) -> Option<Self> {
        let tree = self.tree;
        let mut found = Self { values: Vec::new(), keys: Vec::new(), ..*self };
        for &value in &self.values {
            for entry in tree.entries(value) {
                let matches =
                    tree.text(entry.key).is_some_and(|key| folds_to(key, name.as_bytes()));
                if !matches {
                    continue;
                }
                // Null changes nothing, except that it takes back a section.
                if matches!(tree.node(entry.value).value, Value::Null) {
                    let section = found
                        .values
                        .last()
                        .is_some_and(|&value| matches!(tree.node(value).value, Value::Mapping));
                    if section {
                        found.values.clear();
                        found.keys.clear();
                    }
                    continue;
                }
                found.values.push(entry.value);
                found.keys.push(entry.key);
            }
        }
        (!found.values.is_empty()).then_some(found)
    }

    /// Whether the field is written at all, if only as null.
    pub(crate) fn is_written(&self, name: &str) -> bool {
        let keys = self.values.iter().flat_map(|&value| self.tree.entries(value));
        keys.filter_map(|entry| self.tree.text(entry.key)).any(|key| folds_to(key, name.as_bytes()))
    }

    /// A field of a field and so on.
    pub(crate) fn at(&self, path: &[&str]) -> Option<Self> {
        path.iter().try_fold(self.clone(), |view, name| view.field(name))
    }

    fn last(&self) -> Option<NodeId> {
        self.values.last().copied()
    }

    fn value(&self) -> Option<&'a Value> {
        Some(&self.tree.node(self.last()?).value)
    }

    pub(crate) fn text(&self) -> Option<&'a str> {
        core::str::from_utf8(self.tree.text(self.last()?)?).ok()
    }

    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.value()? {
            Value::Bool(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn integer(&self) -> Option<i64> {
        match self.value()? {
            Value::Int(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn number(&self) -> Option<f64> {
        match self.value()? {
            Value::Int(value) => Some(*value as f64),
            Value::Uint(value) => Some(*value as f64),
            Value::Float(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn is_object(&self) -> bool {
        matches!(self.value(), Some(Value::Mapping))
    }

    pub(crate) fn is_null(&self) -> bool {
        matches!(self.value(), Some(Value::Null))
    }

    /// The keys and values of an object, every spelling of them, in the order Go reads them.
    pub(crate) fn members(&self) -> Vec<(String, Self)> {
        let tree = self.tree;
        let mut members = Vec::new();
        for &value in &self.values {
            for entry in tree.entries(value) {
                let name = tree.text(entry.key).unwrap_or_default();
                members.push((
                    String::from_utf8_lossy(name).into_owned(),
                    Self { values: [entry.value].into(), keys: [entry.key].into(), ..*self },
                ));
            }
        }
        members
    }

    /// Where the value stands.
    pub(crate) fn span(&self) -> Span {
        let offset = self.last().map(|id| self.tree.node(id).span.start);
        self.configuration.span_of_json(offset.unwrap_or(0))
    }

    /// Where its key stands; the value's place for the root.
    pub(crate) fn key_span(&self) -> Span {
        match self.keys.last() {
            Some(&key) => self.configuration.span_of_json(self.tree.node(key).span.start),
            None => self.span(),
        }
    }

    /// Its value in the configuration's own document.
    pub(crate) fn node(&self) -> Option<NodeId> {
        self.configuration.reading.converted.node_at(self.json_offset())
    }

    /// Its key in the configuration's own document; `None` for the root.
    pub(crate) fn key_node(&self) -> Option<NodeId> {
        self.configuration.reading.converted.node_at(self.key_json_offset()?)
    }

    /// The offset of its value in the configuration's JSON.
    pub(crate) fn json_offset(&self) -> usize {
        self.last().map_or(0, |id| self.tree.node(id).span.start)
    }

    /// The offset of its key in the configuration's JSON; `None` for the root.
    pub(crate) fn key_json_offset(&self) -> Option<usize> {
        self.keys.last().map(|&key| self.tree.node(key).span.start)
    }
}
