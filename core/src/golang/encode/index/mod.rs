//! A value, validated and laid out field by field in layout order.
//!
//! **Invariant:** recursion follows the layout and stops at [`MAX_TYPED_DEPTH`]; deeper values give
//! way to the reference, which has a stack of its own.

// Slots and items are indices that this file itself has handed out.
#![allow(clippy::indexing_slicing)]

mod special;

use alloc::vec::Vec;

use super::GiveWay;
use super::plan::{Plan, Plans};
use crate::golang::dropped::{Dropped, Why};
use crate::golang::layout::Type;
use crate::golang::special::raw::check_floats;
use crate::json::number;
use crate::json::scan::{self, StringToken, peek};

/// How deep typed values may nest on the fast path.
const MAX_TYPED_DEPTH: usize = 64;

/// The scratch memory of one value.
#[derive(Debug, Default)]
pub(super) struct Arena {
    pub(super) items: Vec<Item>,
    /// For each struct a run with one place a field: its item, or 0.
    pub(super) slots: Vec<u32>,
    /// Entries of a map while they are sorted.
    sorting: Vec<u32>,
}

/// A value found; offsets in bytes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Item {
    pub(super) start: u32,
    pub(super) end: u32,
    /// `Struct`: the first slot. `List`, `Map`: the first element or entry. An entry: its value.
    pub(super) link: u32,
    /// The next element or entry, or 0.
    pub(super) next: u32,
    pub(super) kind: Kind,
    /// Whether `omitempty` leaves it out.
    pub(super) empty: bool,
}

/// How an item is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// As the zero value of its type.
    #[default]
    Null,
    /// As it stands.
    Copy,
    /// A string, decoded and written anew.
    Text,
    /// `0`, however it was spelled.
    Zero,
    /// An `AnyString` given as a number.
    AnyNumber,
    /// An `AnyString` given as a boolean.
    AnyBool,
    Time,
    Quantity,
    /// Raw JSON that Go compacts and escapes.
    Compact,
    Struct,
    /// A struct without any field that is known.
    EmptyStruct,
    List,
    Map,
}

impl Arena {
    pub(super) fn clear(&mut self) {
        self.items.clear();
        self.slots.clear();
        // Item 0 stands for what is absent.
        self.items.push(Item::default());
    }

    fn push(&mut self, item: Item) -> u32 {
        self.items.push(item);
        (self.items.len() - 1) as u32
    }
}

/// Reads values into an arena.
pub(super) struct Indexer<'a> {
    pub(super) text: &'a [u8],
    pub(super) plans: &'a Plans,
    pub(super) arena: &'a mut Arena,
    pub(super) dropped: &'a mut Dropped,
    /// Inside `steps`, which Go decodes generically first: there every number must fit a float64.
    pub(super) in_steps: bool,
}

/// An item and the offset behind its text.
type Found = Result<(u32, usize), GiveWay>;

impl Indexer<'_> {
    /// Reads the value at `at`, around which `depth` arrays and objects stand open.
    pub(super) fn value(&mut self, r#type: &'static Type, at: usize, depth: usize) -> Found {
        let (at, first) = peek(self.text, at).ok_or(GiveWay)?;
        let r#type = match r#type {
            Type::Pointer(target) if first != b'n' => target,
            other => other,
        };
        match (r#type, first) {
            (Type::Special(special), _) => self.special(*special, at, first, depth),
            (_, b'n') => self.null(at),
            (Type::Text, b'"') => self.string(at),
            (Type::Struct(of), b'{') => {
                let plan = self.plans.of(of);
                self.object(plan, at, depth, false)
            }
            (Type::Slice(element), b'[') => self.list(element, at, depth, None),
            (Type::Map(element), b'{') => self.map(element, at, depth),
            (Type::Bool, b't') => self.copy(at, scan::literal(self.text, at, b"true")?, false),
            (Type::Bool, b'f') => self.copy(at, scan::literal(self.text, at, b"false")?, true),
            (Type::Int64, b'-' | b'0'..=b'9') => self.integer(at, 64),
            (Type::Int32, b'-' | b'0'..=b'9') => self.integer(at, 32),
            (Type::Uint64, b'0'..=b'9') => {
                let end = number::end(self.text, at)?;
                let value = number::unsigned(&self.text[at..end]).ok_or(GiveWay)?;
                self.copy(at, end, value == 0)
            }
            _ => Err(GiveWay),
        }
    }

    fn copy(&mut self, start: usize, end: usize, empty: bool) -> Found {
        self.item(start, end, Kind::Copy, empty)
    }

    fn item(&mut self, start: usize, end: usize, kind: Kind, empty: bool) -> Found {
        let item = Item { start: start as u32, end: end as u32, kind, empty, ..Item::default() };
        Ok((self.arena.push(item), end))
    }

    fn null(&mut self, at: usize) -> Found {
        let end = scan::literal(self.text, at, b"null")?;
        self.item(at, end, Kind::Null, true)
    }

    #[inline]
    fn string(&mut self, at: usize) -> Found {
        let token = scan::string(self.text, at + 1)?;
        let kind = if token.canonical { Kind::Copy } else { Kind::Text };
        self.item(at, token.end, kind, token.end == at + 2)
    }

    fn integer(&mut self, at: usize, bits: u32) -> Found {
        let end = number::end(self.text, at)?;
        let value = number::integer(&self.text[at..end], bits).ok_or(GiveWay)?;
        let kind = if value == 0 { Kind::Zero } else { Kind::Copy };
        self.item(at, end, kind, value == 0)
    }

    /// Checks a value that is not kept and gives the offset behind it.
    pub(super) fn skip(&mut self, at: usize, depth: usize) -> Result<usize, GiveWay> {
        let end = scan::value(self.text, at, depth)?;
        if self.in_steps {
            check_floats(self.text, at, end)?;
        }
        Ok(end)
    }

    /// A key whose characters stand as they are: the literal and the bytes between its quotes.
    fn key(&self, at: usize) -> Result<(usize, StringToken), GiveWay> {
        let start = scan::expect(self.text, at, b'"', "a key")?;
        let token = scan::string(self.text, start)?;
        if token.canonical && !token.escaped { Ok((start, token)) } else { Err(GiveWay) }
    }

    fn object(&mut self, plan: &Plan, at: usize, depth: usize, exact: bool) -> Found {
        if depth >= MAX_TYPED_DEPTH {
            return Err(GiveWay);
        }
        // Only a struct with a field that is known costs slots: an empty one is three bytes of text.
        let mut base = None;
        let mut next = at + 1;
        if let Some((end, b'}')) = peek(self.text, next) {
            next = end + 1;
        } else {
            loop {
                let (start, token) = self.key(next)?;
                let key = &self.text[start..token.end - 1];
                let value = scan::expect(self.text, token.end, b':', "`:`")?;
                next = match plan.position(key) {
                    Some(position) => {
                        let (id, end) =
                            self.value(&plan.fields[position].r#type, value, depth + 1)?;
                        let base = *base.get_or_insert_with(|| {
                            let base = self.arena.slots.len();
                            self.arena.slots.resize(base + plan.fields.len(), 0);
                            base
                        });
                        let slot = &mut self.arena.slots[base + position];
                        if *slot != 0 {
                            return Err(GiveWay);
                        }
                        *slot = id;
                        end
                    }
                    None if exact || plan.could_fold(key) => return Err(GiveWay),
                    None => {
                        self.dropped.add(plan.of.name, key, Why::Unknown);
                        self.skip(value, depth + 1)?
                    }
                };
                match peek(self.text, next) {
                    Some((comma, b',')) => next = comma + 1,
                    Some((close, b'}')) => {
                        next = close + 1;
                        break;
                    }
                    _ => return Err(GiveWay),
                }
            }
        }
        let (kind, link) = match base {
            Some(base) => (Kind::Struct, u32::try_from(base).map_err(|_| GiveWay)?),
            None => (Kind::EmptyStruct, 0),
        };
        let (start, end) = (at as u32, next as u32);
        let item = Item { start, end, link, kind, ..Item::default() };
        Ok((self.arena.push(item), next))
    }

    /// With `steps` each element is a step, whose keys must be exact.
    fn list(
        &mut self,
        element: &'static Type,
        at: usize,
        depth: usize,
        steps: Option<&Plan>,
    ) -> Found {
        if depth >= MAX_TYPED_DEPTH {
            return Err(GiveWay);
        }
        let list = self.arena.push(Item { start: at as u32, kind: Kind::List, ..Item::default() });
        let mut last = list;
        let mut next = at + 1;
        if let Some((end, b']')) = peek(self.text, next) {
            self.arena.items[list as usize].empty = true;
            return Ok((list, end + 1));
        }
        loop {
            let (start, first) = peek(self.text, next).ok_or(GiveWay)?;
            let (id, end) = match steps {
                Some(plan) if first == b'{' => self.object(plan, start, depth + 1, true)?,
                _ => self.value(element, start, depth + 1)?,
            };
            if last == list {
                self.arena.items[list as usize].link = id;
            } else {
                self.arena.items[last as usize].next = id;
            }
            last = id;
            match peek(self.text, end) {
                Some((comma, b',')) => next = comma + 1,
                Some((close, b']')) => return Ok((list, close + 1)),
                _ => return Err(GiveWay),
            }
        }
    }

    fn map(&mut self, element: &'static Type, at: usize, depth: usize) -> Found {
        if depth >= MAX_TYPED_DEPTH {
            return Err(GiveWay);
        }
        let map = self.arena.push(Item { start: at as u32, kind: Kind::Map, ..Item::default() });
        let mut last = map;
        let mut sorted = true;
        let mut next = at + 1;
        if let Some((end, b'}')) = peek(self.text, next) {
            self.arena.items[map as usize].empty = true;
            return Ok((map, end + 1));
        }
        let end = loop {
            let (start, token) = self.key(next)?;
            let value = scan::expect(self.text, token.end, b':', "`:`")?;
            let (link, end) = self.value(element, value, depth + 1)?;
            let entry = self.arena.push(Item {
                start: (start - 1) as u32,
                end: token.end as u32,
                link,
                ..Item::default()
            });
            if last == map {
                self.arena.items[map as usize].link = entry;
            } else {
                sorted &= self.entry_key(last) < self.entry_key(entry);
                self.arena.items[last as usize].next = entry;
            }
            last = entry;
            match peek(self.text, end) {
                Some((comma, b',')) => next = comma + 1,
                Some((close, b'}')) => break close + 1,
                _ => return Err(GiveWay),
            }
        };
        if !sorted {
            self.sort(map)?;
        }
        Ok((map, end))
    }

    fn entry_key(&self, entry: u32) -> &[u8] {
        let Item { start, end, .. } = self.arena.items[entry as usize];
        &self.text[start as usize + 1..end as usize - 1]
    }

    /// Chains a map's entries anew in the order of their keys.
    fn sort(&mut self, map: u32) -> Result<(), GiveWay> {
        let mut entries = core::mem::take(&mut self.arena.sorting);
        entries.clear();
        let mut entry = self.arena.items[map as usize].link;
        while entry != 0 {
            entries.push(entry);
            entry = self.arena.items[entry as usize].next;
        }
        entries.sort_unstable_by(|&a, &b| self.entry_key(a).cmp(self.entry_key(b)));
        if entries.windows(2).any(|pair| self.entry_key(pair[0]) == self.entry_key(pair[1])) {
            return Err(GiveWay);
        }
        let mut following = 0;
        for &entry in entries.iter().rev() {
            self.arena.items[entry as usize].next = following;
            following = entry;
        }
        self.arena.items[map as usize].link = following;
        self.arena.sorting = entries;
        Ok(())
    }
}
