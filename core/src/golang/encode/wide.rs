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
use crate::json::scan::{expect, literal, peek};
use crate::json::skim::{Member, members, members_up_to, value_end};

/// An entry of the nodes: offsets of the key between its quotes and of the value's end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    key_start: u32,
    key_end: u32,
    value_end: u32,
}

/// What a wide struct is made of.
#[derive(Clone)]
struct Found {
    /// In layout order.
    fields: Vec<Option<(Member, Value)>>,
    unknown: Vec<Member>,
}

/// How a member is written.
#[derive(Clone)]
enum Value {
    /// From its own fields.
    Wide(Found),
    /// From the entries cut.
    Nodes,
    /// In one piece.
    Narrow,
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
        let (found, end) = self.find(of, at)?;
        self.write(of, found, depth)?;
        Ok(end)
    }

    /// Finds a wide struct's fields, those of wide fields and the nodes: all of it is cut into what is
    /// written in one piece, and brackets are counted once only.
    fn find(&mut self, of: &'static Struct, at: usize) -> Result<(Found, usize), GiveWay> {
        let text = self.text;
        let mut found = vec![None; self.encoder.plans.of(of).fields.len()];
        let mut unknown: Vec<Member> = Vec::new();
        let end = members_up_to(text, at, |opening| {
            // The key is looked at before the value, whose end does not matter to it.
            let member = opening.up_to(opening.start);
            if !member.key.canonical || member.key.escaped {
                return Err(GiveWay);
            }
            let key = member.key_text(text);
            let plan = self.encoder.plans.of(of);
            let Some(position) = plan.position(key) else {
                if plan.could_fold(key) {
                    return Err(GiveWay);
                }
                let end = value_end(text, opening.start)?;
                unknown.push(opening.up_to(end));
                return Ok(end);
            };
            if found[position].is_some() {
                return Err(GiveWay);
            }
            let field = plan.fields[position];
            let (value, end) = match &field.r#type {
                Type::Struct(inner) if is_wide(inner) && !is_null(text, opening.start) => {
                    let (inner, end) = self.find(inner, opening.start)?;
                    (Value::Wide(inner), end)
                }
                Type::Map(_) if is_nodes(of, field) && !is_null(text, opening.start) => {
                    (Value::Nodes, self.cut(opening.start)?)
                }
                _ => (Value::Narrow, value_end(text, opening.start)?),
            };
            found[position] = Some((opening.up_to(end), value));
            Ok(end)
        })?;
        Ok((Found { fields: found, unknown }, end))
    }

    fn write(&mut self, of: &'static Struct, found: Found, depth: usize) -> Result<(), GiveWay> {
        let text = self.text;
        for member in found.unknown {
            self.dropped.add(of.name, member.key_text(text), Why::Unknown);
            let end = crate::json::scan::value(text, member.start, depth + 1)?;
            same(end, member.end)?;
        }
        let mut first = true;
        for (position, value) in found.fields.into_iter().enumerate() {
            let field = self.encoder.plans.of(of).fields[position];
            let Some((member, value)) = value else {
                if !absent_is_omitted(field) {
                    lead_and_enter(field, &mut first, self.out);
                    self.zero(&field.r#type);
                    self.out.leave();
                }
                continue;
            };
            match (value, &field.r#type) {
                (Value::Wide(inner), Type::Struct(of)) => {
                    lead_and_enter(field, &mut first, self.out);
                    self.write(of, inner, depth + 1)?;
                    self.out.leave();
                }
                // Null.
                (_, Type::Struct(inner)) if is_wide(inner) => {
                    lead_and_enter(field, &mut first, self.out);
                    self.zero(&field.r#type);
                    same(literal(text, member.start, b"null")?, member.end)?;
                    self.out.leave();
                }
                (Value::Nodes, _) => {
                    if !self.encoder.entries.is_empty() {
                        lead_and_enter(field, &mut first, self.out);
                        self.nodes(depth + 1)?;
                        self.out.leave();
                    }
                }
                (_, r#type) => {
                    let mut entered = false;
                    let end =
                        self.narrow(r#type, member.start, depth + 1, |emitter, id, out| {
                            entered = !emitter.omits(field, id);
                            if entered {
                                lead_and_enter(field, &mut first, out);
                            }
                            entered
                        })?;
                    if entered {
                        lead_and_enter(field, first, out);
                    }
                    same(end, member.end)?;
                }
            }
        }
        self.out.write(if first { b"{}" } else { b"}" });
        Ok(())
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

fn is_nodes(of: &'static Struct, field: &Field) -> bool {
    core::ptr::eq(of, &raw const WF_WORKFLOW_STATUS) && field.name() == "nodes"
}

fn is_null(text: &[u8], at: usize) -> bool {
    text.get(at) == Some(&b'n')
}

/// Whether a struct's fields are looked at one by one.
fn is_wide(of: &'static Struct) -> bool {
    of.id == META_OBJECT_META.id || of.id == WF_WORKFLOW_STATUS.id
}

/// Where brackets say a value ends, it must end.
fn same(end: usize, expected: usize) -> Result<(), GiveWay> {
    if end == expected { Ok(()) } else { Err(GiveWay) }
}
