//! The types with an `UnmarshalJSON` of their own.

// Slots and items are indices that `index` has handed out; offsets come from the scan of the same text.
#![allow(clippy::indexing_slicing)]

use super::{Found, Indexer, Kind};
use crate::golang::encode::GiveWay;
use crate::golang::layout::{Special, Type};
use crate::golang::special::quantity::Quantity;
use crate::golang::special::{plugin, time};
use crate::golang::tables::WF_WORKFLOW_STEP;
use crate::json::number;
use crate::json::scan;
use crate::json::text;

impl Indexer<'_> {
    pub(super) fn special(
        &mut self,
        special: Special,
        at: usize,
        first: u8,
        depth: usize,
    ) -> Found {
        match (special, first) {
            (Special::AnyString, b'"') | (Special::IntOrString, b'"') => {
                let (id, end) = self.string(at)?;
                // An empty string in an IntOrString, a struct, is not omitted.
                self.arena.items[id as usize].empty &= special == Special::AnyString;
                Ok((id, end))
            }
            (Special::AnyString, b't') => {
                self.item(at, scan::literal(self.text, at, b"true")?, Kind::AnyBool, false)
            }
            (Special::AnyString, b'f') => {
                self.item(at, scan::literal(self.text, at, b"false")?, Kind::AnyBool, false)
            }
            (Special::AnyString, b'-' | b'0'..=b'9') => {
                let end = number::end(self.text, at)?;
                let literal = &self.text[at..end];
                if number::could_overflow(literal) && number::float(literal).is_none() {
                    return Err(GiveWay);
                }
                self.item(at, end, Kind::AnyNumber, false)
            }
            (Special::IntOrString, b'-' | b'0'..=b'9') => {
                let (id, end) = self.integer(at, 32)?;
                self.arena.items[id as usize].empty = false;
                Ok((id, end))
            }
            (
                Special::AnyString | Special::IntOrString | Special::Time | Special::ParallelSteps,
                b'n',
            ) => {
                let (id, end) = self.null(at)?;
                // Of these only AnyString is a string; the others are structs.
                self.arena.items[id as usize].empty = special == Special::AnyString;
                Ok((id, end))
            }
            (Special::Time, b'"') => {
                let token = scan::string(self.text, at + 1)?;
                if time::is_canonical(&self.text[at..token.end]) {
                    return self.copy(at, token.end, false);
                }
                let decoded = text::decode(&self.text[at + 1..token.end - 1]);
                time::Time::parse(&decoded).map_err(|_| GiveWay)?;
                self.item(at, token.end, Kind::Time, false)
            }
            (Special::Quantity, _) => {
                let end = self.skip(at, depth)?;
                Quantity::default().read(&self.text[at..end]).map_err(|_| GiveWay)?;
                self.item(at, end, Kind::Quantity, false)
            }
            (Special::ParallelSteps, b'[') => {
                let outer = core::mem::replace(&mut self.in_steps, true);
                let steps = self.plans.of(&WF_WORKFLOW_STEP);
                let found = self.list(&STEP, at, depth, Some(steps));
                self.in_steps = outer;
                let (id, end) = found?;
                self.arena.items[id as usize].empty = false;
                Ok((id, end))
            }
            (Special::Plugin, _) => {
                let (id, end) = self.raw(at, depth)?;
                plugin::check(self.text, at)?;
                Ok((id, end))
            }
            (Special::Item | Special::FieldsV1 | Special::Amount, _) => self.raw(at, depth),
            _ => Err(GiveWay),
        }
    }

    fn raw(&mut self, at: usize, depth: usize) -> Found {
        let end = self.skip(at, depth)?;
        let changes =
            |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'<' | b'>' | b'&' | 0xe2);
        let kind = if self.text[at..end].iter().any(changes) { Kind::Compact } else { Kind::Copy };
        self.item(at, end, kind, false)
    }
}

static STEP: Type = Type::Struct(&WF_WORKFLOW_STEP);
