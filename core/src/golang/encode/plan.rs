//! The fields of one version's structs, and a quick way from a key to its field.

// Table positions are masked to the table's length, which is a power of two.
#![allow(clippy::indexing_slicing)]

use alloc::boxed::Box;
use alloc::vec;
use alloc::vec::Vec;

use crate::golang::layout::{Field, Struct};
use crate::golang::tables;

/// A plan for every struct, by its id.
#[derive(Debug)]
pub(super) struct Plans(Vec<Plan>);

/// One struct as one version has it.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) of: &'static Struct,
    /// In layout order.
    pub(super) fields: Vec<&'static Field>,
    /// Open addressing: positions in `fields`, or `EMPTY`.
    table: Box<[u8]>,
}

const EMPTY: u8 = u8::MAX;

impl Plans {
    pub(super) fn new(version: u8) -> Self {
        Self(tables::ALL.iter().map(|of| Plan::new(of, version)).collect())
    }

    #[inline]
    pub(super) fn of(&self, of: &'static Struct) -> &Plan {
        &self.0[of.id]
    }
}

impl Plan {
    fn new(of: &'static Struct, version: u8) -> Self {
        let fields: Vec<_> =
            of.fields.iter().filter(|field| field.versions & version != 0).collect();
        let mut table = vec![EMPTY; (fields.len() * 4).next_power_of_two()].into_boxed_slice();
        for (position, field) in fields.iter().enumerate() {
            let mut at = hash(field.name().as_bytes()) & (table.len() - 1);
            while table[at] != EMPTY {
                at = (at + 1) & (table.len() - 1);
            }
            table[at] = position as u8;
        }
        Self { of, fields, table }
    }

    /// The position of the field whose name is exactly `key`.
    #[inline]
    pub(super) fn position(&self, key: &[u8]) -> Option<usize> {
        let mask = self.table.len() - 1;
        let mut at = hash(key) & mask;
        loop {
            let position = usize::from(*self.table.get(at)?);
            let field = self.fields.get(position)?;
            if field.name().as_bytes() == key {
                return Some(position);
            }
            at = (at + 1) & mask;
        }
    }

    /// Whether `key`, which is no field's exact name, could still mean one.
    pub(super) fn could_fold(&self, key: &[u8]) -> bool {
        !key.is_ascii()
            || self.fields.iter().any(|field| field.name().as_bytes().eq_ignore_ascii_case(key))
    }
}

#[inline]
fn hash(key: &[u8]) -> usize {
    let length = key.len();
    let byte = |at: usize| key.get(at).map_or(0, |&byte| usize::from(byte));
    length + byte(0) * 5 + byte(length / 2) * 33 + byte(length.wrapping_sub(1)) * 129
}
