//! The wide containers: cut into entries first, so that only one entry is held in the arena.

// Offsets come from `members`, which walked the same text.
#![allow(clippy::indexing_slicing)]

use alloc::vec;
use alloc::vec::Vec;

use super::emit::{Emitter, absent_is_omitted};
use super::index::Indexer;
use super::{Encoder, GiveWay, Root};
use crate::golang::dropped::{Dropped, Why};
use crate::golang::layout::{Field, Struct, Type};
use crate::golang::sink::Sink;
use crate::golang::tables::{
    META_OBJECT_META, NODES, WF_NODE_STATUS, WF_WORKFLOW, WF_WORKFLOW_STATUS,
};
use crate::json::scan::{expect, literal, peek, value};
use crate::json::skim::{Member, members};

/// An entry of the nodes: offsets of the key between its quotes and of the value's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    key_start: u32,
    key_end: u32,
    value_end: u32,
}

impl Encoder {
    pub(super) fn encode_fast<S: Sink>(
        &mut self,
        text: &[u8],
        root: Root,
        dropped: &mut Dropped,
        out: &mut S,
    ) -> Result<Option<u64>, GiveWay> {
        let (at, _) = peek(text, 0).ok_or(GiveWay)?;
        let mut walk = Walk { encoder: self, text, dropped, out, nodes: None };
        let end = match root {
            Root::Workflow => walk.object(&WF_WORKFLOW, at, 0)?,
            Root::Nodes => walk.nodes_or_null(at)?,
            Root::NodeStatus => {
                static NODE: Type = Type::Struct(&WF_NODE_STATUS);
                walk.narrow(&NODE, at, 0, |_, _, _| true)?
            }
        };
        match peek(text, end) {
            None => Ok(walk.nodes),
            Some(_) => Err(GiveWay),
        }
    }
}

struct Walk<'a, S> {
    encoder: &'a mut Encoder,
    text: &'a [u8],
    dropped: &'a mut Dropped,
    out: &'a mut S,
    /// How many nodes there are, once they have been found.
    nodes: Option<u64>,
}

impl<S: Sink> Walk<'_, S> {
    /// Indexes one value and writes it if `wanted` says so; gives the offset behind it.
    fn narrow(
        &mut self,
        r#type: &'static Type,
        at: usize,
        depth: usize,
        wanted: impl FnOnce(&Emitter<'_>, u32, &mut S) -> bool,
    ) -> Result<usize, GiveWay> {
        self.encoder.arena.clear();
        let mut indexer = Indexer {
            text: self.text,
            plans: &self.encoder.plans,
            arena: &mut self.encoder.arena,
            dropped: self.dropped,
            in_steps: false,
        };
        let (id, end) = indexer.value(r#type, at, depth)?;
        let emitter =
            Emitter { text: self.text, plans: &self.encoder.plans, arena: &self.encoder.arena };
        if wanted(&emitter, id, self.out) {
            emitter.value(r#type, id, self.out);
        }
        Ok(end)
    }

    /// A wide struct: its members are found first, then written one by one in layout order.
    fn object(&mut self, of: &'static Struct, at: usize, depth: usize) -> Result<usize, GiveWay> {
        let (found, end) = self.find(of, at, depth)?;
        let mut first = true;
        for (position, member) in found.into_iter().enumerate() {
            let field = self.encoder.plans.of(of).fields[position];
            match member {
                Some(member) => {
                    let end = self.field(field, member.start, depth + 1, &mut first)?;
                    same(end, member.end)?;
                }
                None => self.absent(field, &mut first),
            }
        }
        self.out.write(if first { b"{}" } else { b"}" });
        Ok(end)
    }

    /// The members of a wide struct by field, and the offset behind it.
    fn find(
        &mut self,
        of: &'static Struct,
        at: usize,
        depth: usize,
    ) -> Result<(Vec<Option<Member>>, usize), GiveWay> {
        let text = self.text;
        let plan = self.encoder.plans.of(of);
        let mut found: Vec<Option<Member>> = vec![None; plan.fields.len()];
        let end = members(text, at, |member| {
            if !member.key.canonical || member.key.escaped {
                return Err(GiveWay);
            }
            let key = member.key_text(text);
            match plan.position(key) {
                Some(position) if found[position].is_none() => found[position] = Some(member),
                Some(_) => return Err(GiveWay),
                None if plan.could_fold(key) => return Err(GiveWay),
                None => {
                    self.dropped.add(of.name, key, Why::Unknown);
                    same(value(text, member.start, depth + 1)?, member.end)?;
                }
            }
            Ok(())
        })?;
        Ok((found, end))
    }

    /// Writes one field of a wide struct from the value at `at`; gives the offset behind it.
    fn field(
        &mut self,
        field: &'static Field,
        at: usize,
        depth: usize,
        first: &mut bool,
    ) -> Result<usize, GiveWay> {
        let null = self.text.get(at) == Some(&b'n');
        match &field.r#type {
            Type::Struct(of) if is_wide(of) && null => {
                self.absent(field, first);
                Ok(literal(self.text, at, b"null")?)
            }
            Type::Struct(of) if is_wide(of) => {
                lead_and_enter(field, first, self.out);
                let end = self.object(of, at, depth)?;
                self.out.leave();
                Ok(end)
            }
            Type::Map(Type::Struct(of)) if of.id == WF_NODE_STATUS.id && !null => {
                let end = self.cut(at)?;
                if !self.encoder.entries.is_empty() {
                    lead_and_enter(field, first, self.out);
                    self.nodes(depth)?;
                    self.out.leave();
                }
                Ok(end)
            }
            r#type => {
                let mut entered = false;
                let end = self.narrow(r#type, at, depth, |emitter, id, out| {
                    entered = !emitter.omits(field, id);
                    if entered {
                        lead_and_enter(field, first, out);
                    }
                    entered
                })?;
                if entered {
                    self.out.leave();
                }
                Ok(end)
            }
        }
    }

    /// Writes a field that has no value, unless it is left out.
    fn absent(&mut self, field: &'static Field, first: &mut bool) {
        if !absent_is_omitted(field) {
            lead_and_enter(field, first, self.out);
            self.zero(&field.r#type);
            self.out.leave();
        }
    }

    /// Writes the zero value, a wide struct field by field.
    fn zero(&mut self, r#type: &Type) {
        if let Type::Struct(of) = r#type
            && is_wide(of)
        {
            let mut first = true;
            for position in 0..self.encoder.plans.of(of).fields.len() {
                self.absent(self.encoder.plans.of(of).fields[position], &mut first);
            }
            self.out.write(if first { b"{}" } else { b"}" });
            return;
        }
        let emitter =
            Emitter { text: self.text, plans: &self.encoder.plans, arena: &self.encoder.arena };
        emitter.zero(r#type, self.out);
    }

    fn nodes_or_null(&mut self, at: usize) -> Result<usize, GiveWay> {
        if self.text.get(at) == Some(&b'n') {
            let end = literal(self.text, at, b"null")?;
            self.out.write(b"null");
            return Ok(end);
        }
        let end = self.cut(at)?;
        if self.encoder.entries.is_empty() {
            self.out.write(b"{}");
        } else {
            self.nodes(0)?;
        }
        Ok(end)
    }

    /// Finds the nodes' entries and sorts them by key; gives the offset behind the nodes.
    fn cut(&mut self, at: usize) -> Result<usize, GiveWay> {
        let text = self.text;
        let entries = &mut self.encoder.entries;
        entries.clear();
        let mut sorted = true;
        let mut before: Option<&[u8]> = None;
        let end = members(text, at, |member| {
            if !member.key.canonical || member.key.escaped {
                return Err(GiveWay);
            }
            let key = member.key_text(text);
            sorted &= before.is_none_or(|before| before < key);
            before = Some(key);
            entries.push(Entry {
                key_start: member.key_start as u32,
                key_end: (member.key.end - 1) as u32,
                value_end: member.end as u32,
            });
            Ok(())
        })?;
        if !sorted {
            let key = |entry: &Entry| &text[entry.key_start as usize..entry.key_end as usize];
            entries.sort_unstable_by(|a, b| key(a).cmp(key(b)));
            if entries.windows(2).any(|pair| key(&pair[0]) == key(&pair[1])) {
                return Err(GiveWay);
            }
        }
        self.nodes = Some(entries.len() as u64);
        Ok(end)
    }

    /// Writes the entries found last; there is at least one.
    fn nodes(&mut self, depth: usize) -> Result<(), GiveWay> {
        let Type::Map(node) = NODES else { return Err(GiveWay) };
        let entries = core::mem::take(&mut self.encoder.entries);
        let mut before: &[u8] = b"{";
        for entry in &entries {
            let (start, end) = (entry.key_start as usize, entry.key_end as usize);
            self.out.write(before);
            self.out.write(&self.text[start - 1..=end]);
            self.out.write(b":");
            before = b",";
            let start = expect(self.text, end + 1, b':', "`:`")?;
            let end = self.narrow(node, start, depth + 1, |_, _, _| true)?;
            same(end, entry.value_end as usize)?;
        }
        self.out.write(b"}");
        self.encoder.entries = entries;
        Ok(())
    }
}

fn lead_and_enter<S: Sink>(field: &'static Field, first: &mut bool, out: &mut S) {
    let token = field.token.as_bytes();
    out.write(if core::mem::take(first) { b"{" } else { b"," });
    out.enter(field.name());
    out.write(token.get(1..).unwrap_or_default());
}

/// Whether a struct's fields are looked at one by one.
fn is_wide(of: &'static Struct) -> bool {
    of.id == META_OBJECT_META.id || of.id == WF_WORKFLOW_STATUS.id
}

/// Where brackets say a value ends, it must end.
fn same(end: usize, expected: usize) -> Result<(), GiveWay> {
    if end == expected { Ok(()) } else { Err(GiveWay) }
}
