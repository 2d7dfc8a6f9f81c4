//! Writing what has been indexed.

// Slots and items are indices that `index` has handed out; offsets lie within the text it read.
#![allow(clippy::indexing_slicing)]

use super::index::{Arena, Item, Kind};
use super::plan::{Plan, Plans};
use crate::golang::layout::{Field, Special, Type};
use crate::golang::sink::Sink;
use crate::golang::special::any_string::number_text;
use crate::golang::special::quantity::Quantity;
use crate::golang::special::raw::compact;
use crate::golang::special::time::Time;
use crate::golang::tables::WF_WORKFLOW_STEP;
use crate::json::text;

/// Writes indexed values of one text.
pub(super) struct Emitter<'a> {
    pub(super) text: &'a [u8],
    pub(super) plans: &'a Plans,
    pub(super) arena: &'a Arena,
}

impl Emitter<'_> {
    pub(super) fn item(&self, id: u32) -> &Item {
        &self.arena.items[id as usize]
    }

    /// Whether the field is left out when its value is item `id` (0: absent).
    #[inline]
    pub(super) fn omits(&self, field: &Field, id: u32) -> bool {
        let item = self.item(id);
        if item.kind == Kind::Null {
            return absent_is_omitted(field);
        }
        (field.omit_empty && item.empty && !matches!(field.r#type, Type::Pointer(_)))
            || (field.omit_zero && item.kind == Kind::Time && self.time(item).is_zero())
    }

    pub(super) fn value<S: Sink>(&self, r#type: &'static Type, id: u32, out: &mut S) {
        let item = self.item(id);
        let span = || &self.text[item.start as usize..item.end as usize];
        match item.kind {
            Kind::Copy => out.write(span()),
            Kind::Struct => {
                if let Type::Struct(of) = target(r#type) {
                    self.object(self.plans.of(of), item.link as usize, out);
                }
            }
            Kind::EmptyStruct => self.zero(target(r#type), out),
            Kind::List => self.list(element(r#type), item.link, out),
            Kind::Map => self.map(element(r#type), item.link, out),
            Kind::Text => {
                out.write(b"\"");
                let literal = span();
                text::rewrite(&literal[1..literal.len() - 1], &mut |bytes| out.write(bytes));
                out.write(b"\"");
            }
            Kind::Zero => out.write(b"0"),
            Kind::AnyNumber => {
                out.write(b"\"");
                out.write(number_text(span()).unwrap_or_default().as_bytes());
                out.write(b"\"");
            }
            Kind::AnyBool => {
                out.write(b"\"");
                out.write(span());
                out.write(b"\"");
            }
            Kind::Time => out.write(self.time(item).literal().as_bytes()),
            Kind::Quantity => {
                let mut quantity = Quantity::default();
                // Has been read once already.
                let _ = quantity.read(span());
                out.write(quantity.literal().as_bytes());
            }
            Kind::Compact => compact(span(), &mut |bytes| out.write(bytes)),
            Kind::Null => self.zero(r#type, out),
        }
    }

    fn time(&self, item: &Item) -> Time {
        let inner = &self.text[item.start as usize + 1..item.end as usize - 1];
        Time::parse(&text::decode(inner)).unwrap_or_default()
    }

    fn object<S: Sink>(&self, plan: &Plan, base: usize, out: &mut S) {
        let slots = &self.arena.slots[base..base + plan.fields.len()];
        let mut first = true;
        for (field, &id) in plan.fields.iter().zip(slots) {
            if self.omits(field, id) {
                continue;
            }
            lead(field, &mut first, out);
            self.value(&field.r#type, id, out);
        }
        out.write(if first { b"{}" } else { b"}" });
    }

    fn list<S: Sink>(&self, element: &'static Type, head: u32, out: &mut S) {
        let mut id = head;
        if id == 0 {
            out.write(b"[]");
            return;
        }
        let mut before: &[u8] = b"[";
        while id != 0 {
            out.write(before);
            self.value(element, id, out);
            before = b",";
            id = self.item(id).next;
        }
        out.write(b"]");
    }

    fn map<S: Sink>(&self, element: &'static Type, head: u32, out: &mut S) {
        let mut id = head;
        if id == 0 {
            out.write(b"{}");
            return;
        }
        let mut before: &[u8] = b"{";
        while id != 0 {
            let entry = self.item(id);
            out.write(before);
            out.write(&self.text[entry.start as usize..entry.end as usize]);
            out.write(b":");
            self.value(element, entry.link, out);
            before = b",";
            id = entry.next;
        }
        out.write(b"}");
    }

    /// Writes a value that was null or absent.
    pub(super) fn zero<S: Sink>(&self, r#type: &Type, out: &mut S) {
        match r#type {
            Type::Struct(of) => self.zero_object(self.plans.of(of), out),
            Type::Bool => out.write(b"false"),
            Type::Int32 | Type::Int64 | Type::Uint64 | Type::Float64 => out.write(b"0"),
            Type::Text | Type::Special(Special::AnyString) => out.write(b"\"\""),
            Type::Special(Special::IntOrString) => out.write(b"0"),
            Type::Special(Special::Quantity) => out.write(b"\"0\""),
            _ => out.write(b"null"),
        }
    }

    fn zero_object<S: Sink>(&self, plan: &Plan, out: &mut S) {
        let mut first = true;
        for field in plan.fields.iter().filter(|field| !absent_is_omitted(field)) {
            lead(field, &mut first, out);
            self.zero(&field.r#type, out);
        }
        out.write(if first { b"{}" } else { b"}" });
    }
}

/// Writes what stands between the value before and this field's own.
#[inline]
pub(super) fn lead<S: Sink>(field: &Field, first: &mut bool, out: &mut S) {
    let token = field.token.as_bytes();
    if *first {
        *first = false;
        out.write(b"{");
        out.write(&token[1..]);
    } else {
        out.write(token);
    }
}

/// Whether a field without a value is left out.
pub(super) fn absent_is_omitted(field: &Field) -> bool {
    let is_struct = match field.r#type {
        Type::Struct(_) => true,
        Type::Special(special) => special != Special::AnyString,
        _ => false,
    };
    (field.omit_empty && !is_struct) || field.omit_zero
}

fn target(r#type: &'static Type) -> &'static Type {
    match r#type {
        Type::Pointer(target) => target,
        other => other,
    }
}

fn element(r#type: &'static Type) -> &'static Type {
    static STEP: Type = Type::Struct(&WF_WORKFLOW_STEP);
    match target(r#type) {
        Type::Slice(element) | Type::Map(element) => element,
        Type::Special(Special::ParallelSteps) => &STEP,
        other => other,
    }
}
