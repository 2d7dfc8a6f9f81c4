//! Which keys of a mapping are equal, as values in Go's interfaces are.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use core::cmp::Ordering;

use super::document::{NodeId, Value};

/// A scalar as a key. An integer never equals a float or a text.
#[derive(Clone, Debug)]
pub(super) enum Key<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    /// Not NaN.
    Float(f64),
    Text(Cow<'a, [u8]>),
}

impl<'a> Key<'a> {
    /// `None` for NaN, which equals nothing, and for what is no scalar.
    pub(super) fn new(value: Value, text: Cow<'a, [u8]>) -> Option<Self> {
        Some(match value {
            Value::Null => Self::Null,
            Value::Bool(value) => Self::Bool(value),
            Value::Int(value) => Self::Int(value),
            Value::Uint(value) => Self::Uint(value),
            Value::Float(value) if value.is_nan() => return None,
            Value::Float(value) => Self::Float(value),
            Value::Text => Self::Text(text),
            Value::Sequence | Value::Mapping => return None,
        })
    }

    /// Go orders kinds by where its linker put their types, which the language leaves open: this is
    /// what it came to in Go 1.26.
    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Text(_) => 1,
            Self::Uint(_) => 2,
            Self::Int(_) => 3,
            Self::Float(_) => 4,
            Self::Bool(_) => 5,
        }
    }
}

impl Ord for Key<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Text(one), Self::Text(two)) => one.cmp(two),
            (Self::Bool(one), Self::Bool(two)) => one.cmp(two),
            (Self::Int(one), Self::Int(two)) => one.cmp(two),
            (Self::Uint(one), Self::Uint(two)) => one.cmp(two),
            (Self::Float(one), Self::Float(two)) => one.partial_cmp(two).unwrap_or(Ordering::Equal),
            _ => self.rank().cmp(&other.rank()),
        }
    }
}

impl PartialOrd for Key<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key<'_> {}

/// The keys set so far in one mapping.
#[derive(Default)]
pub(super) struct Keys<'a>(BTreeMap<Key<'a>, NodeId>);

impl<'a> Keys<'a> {
    /// Notes a key; gives the equal one that was set first, if there is one.
    pub(super) fn set(&mut self, key: Key<'a>, node: NodeId) -> Option<NodeId> {
        use alloc::collections::btree_map::Entry;
        match self.0.entry(key) {
            Entry::Vacant(vacant) => {
                vacant.insert(node);
                None
            }
            Entry::Occupied(occupied) => Some(*occupied.get()),
        }
    }
}
