//! Go values as a flat tree.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::ops::Range;

use crate::golang::layout::{Struct, Type};
use crate::golang::special::int_or_string::IntOrString;
use crate::golang::special::quantity::Quantity;
use crate::golang::special::time::Time;
use crate::golang::tables::WF_WORKFLOW_STATUS;

/// Index of a value in its tree.
pub(super) type Id = usize;

/// A Go value. Its type is known from where it stands.
#[derive(Debug, Default)]
pub(super) enum Value {
    /// The zero value of its type: nil, 0, "", a struct of zero values.
    ///
    /// A pointer that is not nil is the value it points to, never `Zero`.
    #[default]
    Zero,
    Bool(bool),
    /// Also the nanoseconds of a duration.
    Int(i64),
    Uint(u64),
    Float(f64),
    /// Decoded characters.
    Text(Vec<u8>),
    Time(Time),
    Quantity(Quantity),
    IntOrString(IntOrString),
    /// JSON kept as it is written: a range of the input.
    Raw(Range<usize>),
    /// Field index in the layout to value.
    Struct(BTreeMap<usize, Id>),
    Slice(Slice),
    Map(BTreeMap<Vec<u8>, Id>),
    /// A `[]byte`.
    Bytes {
        items: Vec<u8>,
        length: usize,
    },
}

/// A Go slice. Elements beyond `length` are what a longer list left behind in the array: a later,
/// longer list under the same key decodes into them.
#[derive(Debug, Default)]
pub(super) struct Slice {
    pub(super) items: Vec<Id>,
    pub(super) length: usize,
}

/// All values; a value refers to others by index, so that dropping needs no recursion.
#[derive(Debug, Default)]
pub(super) struct Tree {
    values: Vec<Value>,
}

impl Tree {
    pub(super) fn add(&mut self) -> Id {
        self.values.push(Value::Zero);
        self.values.len() - 1
    }

    pub(super) fn get(&self, id: Id) -> &Value {
        const ZERO: &Value = &Value::Zero;
        self.values.get(id).unwrap_or(ZERO)
    }

    pub(super) fn set(&mut self, id: Id, value: Value) {
        if let Some(slot) = self.values.get_mut(id) {
            *slot = value;
        }
    }

    /// The number of nodes in a tree whose first value is a Workflow or nodes.
    pub(super) fn node_count(&self, r#type: Type) -> Option<u64> {
        let child = |id: Id, of: &Struct, name: &str| match self.get(id) {
            Value::Struct(fields) => fields
                .iter()
                .find(|(index, _)| of.fields.get(**index).is_some_and(|field| field.name() == name))
                .map(|(_, id)| *id),
            _ => None,
        };
        let nodes = match r#type {
            Type::Struct(of) => {
                let status = child(0, of, "status")?;
                child(status, &WF_WORKFLOW_STATUS, "nodes")?
            }
            _ => 0,
        };
        match self.get(nodes) {
            Value::Map(entries) => Some(entries.len() as u64),
            _ => None,
        }
    }

    pub(super) fn take(&mut self, id: Id) -> Value {
        self.values.get_mut(id).map(core::mem::take).unwrap_or_default()
    }
}
