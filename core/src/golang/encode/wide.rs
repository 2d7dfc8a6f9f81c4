//! The wide containers (the Workflow, its metadata, its status, its nodes): cut into values first, so
//! that the arena holds one value at a time.
//!
//! **Invariant:** brackets are counted once: a wide container is cut from the inside, in one go.

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
use crate::json::skim::{members, members_up_to, value_end};

/// An entry of the nodes: offsets of the key between its quotes and of the value's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    key_start: u32,
    key_end: u32,
    value_end: u32,
}

/// A field's value: where in the text it is, and how it is written.
#[derive(Clone)]
struct Value {
    start: usize,
    /// Behind its last byte, if it is valid.
    end: usize,
    form: Form,
}

#[derive(Clone)]
enum Form {
    /// In one piece, through the arena.
    Narrow,
    /// From the entries cut.
    Nodes,
    /// Field by field.
    Wide(Fields),
}

/// The values of a wide struct, in layout order.
type Fields = Vec<Option<Value>>;

impl Encoder {
    /// Gives the number of nodes; `None` for a nil map.
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
            // Small and rare: the reference will do.
            Root::Config | Root::ConfigMap | Root::Secret => return Err(GiveWay),
            Root::Workflow => {
                let (fields, end) = walk.cut_object(&WF_WORKFLOW, at, 0)?;
                walk.object(&WF_WORKFLOW, fields, 0)?;
                end
            }
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
    /// The values of a wide struct and of the wide ones in it, and the offset behind it.
    fn cut_object(
        &mut self,
        of: &'static Struct,
        at: usize,
        depth: usize,
    ) -> Result<(Fields, usize), GiveWay> {
        let text = self.text;
        let mut fields: Fields = vec![None; self.encoder.plans.of(of).fields.len()];
        let end = members_up_to(text, at, |opening| {
            let start = opening.start;
            let key = opening.plain_key(text).ok_or(GiveWay)?;
            let plan = self.encoder.plans.of(of);
            let Some(position) = plan.position(key) else {
                if plan.could_fold(key) {
                    return Err(GiveWay);
                }
                self.dropped.add(of.name, key, Why::Unknown);
                return Ok(value(text, start, depth + 1)?);
            };
            if fields[position].is_some() {
                return Err(GiveWay);
            }
            let field = plan.fields[position];
            let (form, end) = match &field.r#type {
                _ if text.get(start) == Some(&b'n') => (Form::Narrow, value_end(text, start)?),
                Type::Struct(inner) if is_wide(inner) => {
                    let (inner, end) = self.cut_object(inner, start, depth + 1)?;
                    (Form::Wide(inner), end)
                }
                Type::Map(Type::Struct(inner)) if inner.id == WF_NODE_STATUS.id => {
                    (Form::Nodes, self.cut_nodes(start)?)
                }
                _ => (Form::Narrow, value_end(text, start)?),
            };
            fields[position] = Some(Value { start, end, form });
            Ok(end)
        })?;
        Ok((fields, end))
    }

    /// Finds the nodes' entries and sorts them by key; gives the offset behind the nodes.
    fn cut_nodes(&mut self, at: usize) -> Result<usize, GiveWay> {
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

    /// Writes a wide struct field by field.
    fn object(&mut self, of: &'static Struct, fields: Fields, depth: usize) -> Result<(), GiveWay> {
        let mut first = true;
        for (position, value) in fields.into_iter().enumerate() {
            let field = self.encoder.plans.of(of).fields[position];
            match value {
                Some(value) => self.field(field, value, depth + 1, &mut first)?,
                None => self.absent(field, &mut first),
            }
        }
        self.out.write(if first { b"{}" } else { b"}" });
        Ok(())
    }

    fn field(
        &mut self,
        field: &'static Field,
        value: Value,
        depth: usize,
        first: &mut bool,
    ) -> Result<(), GiveWay> {
        match (value.form, &field.r#type) {
            (Form::Wide(fields), Type::Struct(of)) => {
                lead_and_enter(field, first, self.out);
                self.object(of, fields, depth)?;
                self.out.leave();
                Ok(())
            }
            (Form::Nodes, _) if self.encoder.entries.is_empty() => Ok(()),
            (Form::Nodes, _) => {
                lead_and_enter(field, first, self.out);
                self.nodes(depth)?;
                self.out.leave();
                Ok(())
            }
            (_, Type::Struct(of)) if is_wide(of) => {
                self.absent(field, first);
                same(literal(self.text, value.start, b"null")?, value.end)
            }
            (_, r#type) => {
                let mut entered = false;
                let end = self.narrow(r#type, value.start, depth, |emitter, id, out| {
                    entered = !emitter.omits(field, id);
                    if entered {
                        lead_and_enter(field, first, out);
                    }
                    entered
                })?;
                if entered {
                    self.out.leave();
                }
                same(end, value.end)
            }
        }
    }

    /// Writes a field that has no value, unless it is left out; a wide struct field by field.
    fn absent(&mut self, field: &'static Field, first: &mut bool) {
        if absent_is_omitted(field) {
            return;
        }
        lead_and_enter(field, first, self.out);
        match &field.r#type {
            Type::Struct(of) if is_wide(of) => {
                let mut first = true;
                for position in 0..self.encoder.plans.of(of).fields.len() {
                    self.absent(self.encoder.plans.of(of).fields[position], &mut first);
                }
                self.out.write(if first { b"{}" } else { b"}" });
            }
            r#type => {
                let Encoder { plans, arena, .. } = &*self.encoder;
                Emitter { text: self.text, plans, arena }.zero(r#type, self.out);
            }
        }
        self.out.leave();
    }

    /// Indexes one value and writes it if `wanted` says so; gives the offset behind it.
    fn narrow(
        &mut self,
        r#type: &'static Type,
        at: usize,
        depth: usize,
        wanted: impl FnOnce(&Emitter<'_>, u32, &mut S) -> bool,
    ) -> Result<usize, GiveWay> {
        let Encoder { plans, arena, .. } = &mut *self.encoder;
        let (text, dropped) = (self.text, &mut *self.dropped);
        arena.clear();
        let mut indexer = Indexer { text, plans, arena, dropped, in_steps: false };
        let (id, end) = indexer.value(r#type, at, depth)?;
        let emitter = Emitter { text, plans, arena };
        if wanted(&emitter, id, self.out) {
            emitter.value(r#type, id, self.out);
        }
        Ok(end)
    }

    fn nodes_or_null(&mut self, at: usize) -> Result<usize, GiveWay> {
        if self.text.get(at) == Some(&b'n') {
            let end = literal(self.text, at, b"null")?;
            self.out.write(b"null");
            return Ok(end);
        }
        let end = self.cut_nodes(at)?;
        if self.encoder.entries.is_empty() {
            self.out.write(b"{}");
        } else {
            self.nodes(0)?;
        }
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
