//! `json.Unmarshal`, after Go's encoding/json/decode.go.

mod collect;
mod special;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use core::ops::Range;

use self::collect::{Collector, Saved};
use super::value::{Id, Slice, Tree, Value};
use crate::golang::check::Check;
use crate::golang::dropped::{Dropped, Why};
use crate::golang::encode::Root;
use crate::golang::error::{DecodeError, DecodeReason};
use crate::golang::fold::{Case, field_of_key};
use crate::golang::layout::{Struct, Type};
use crate::golang::special::base64_bytes;
use crate::golang::special::raw::kind;
use crate::json::number;
use crate::json::scan::{self, peek};
use crate::json::text;

/// The value decoded from `json`: the tree's first.
pub(super) fn decode(json: &[u8], root: Root, version: u8) -> Result<(Tree, Dropped), DecodeError> {
    let start = scan::document(json)?;
    let mut decoder = Decoder::new(json, root, version, None);
    decoder.run(root.r#type(), start)?;
    match decoder.saved {
        Some((error, _)) => Err(error),
        None => Ok((decoder.tree, decoder.dropped)),
    }
}

/// What decoding finds: strict, or as Kubernetes decodes.
pub(super) fn check(json: &[u8], root: Root, version: u8) -> Result<Check, DecodeError> {
    if root.is_kubernetes() {
        scan::document(json)?;
    } else {
        // A json.Decoder reads one value and leaves the rest.
        scan::value(json, 0, 0)?;
    }
    let mut decoder = Decoder::new(json, root, version, Some(Collector::default()));
    decoder.strict = !root.is_kubernetes();
    decoder.run(root.r#type(), 0)?;
    let mut check = decoder.collector.unwrap_or_default().check;
    if check.decisive.is_none() {
        check.decisive = decoder.saved.map(|(_, index)| index);
    }
    Ok(check)
}

struct Decoder<'a> {
    /// Valid JSON.
    json: &'a [u8],
    version: u8,
    tree: Tree,
    /// The arrays and objects that stand open.
    frames: Vec<Frame>,
    /// Go's `savedError`: the first mismatch; decoding goes on, and a custom type's error wins.
    saved: Saved,
    dropped: Dropped,
    case: Case,
    /// Where all that is wrong is wanted, not only what Go's error names.
    collector: Option<Collector>,
    /// `DisallowUnknownFields`.
    strict: bool,
}

enum Frame {
    Struct {
        of: &'static Struct,
        id: Id,
        /// The fields that have come, each with the offset of its key's opening quote.
        seen: Vec<(usize, usize)>,
        /// The key of the value being read, between its quotes.
        key: Range<usize>,
    },
    Map {
        element: Type,
        id: Id,
        key: Range<usize>,
    },
    Slice {
        element: Type,
        id: Id,
        /// The index of the element after the one being read.
        next: usize,
    },
    /// The end of a nested `json.Unmarshal`, with what it hides of the outer one.
    Nested {
        saved: Saved,
        strict: bool,
    },
}

impl<'a> Decoder<'a> {
    fn new(json: &'a [u8], root: Root, version: u8, collector: Option<Collector>) -> Self {
        Self {
            json,
            version,
            tree: Tree::default(),
            frames: Vec::new(),
            saved: None,
            dropped: Dropped::default(),
            case: if root.is_kubernetes() { Case::Counts } else { Case::Folds },
            collector,
            strict: false,
        }
    }

    fn run(&mut self, r#type: Type, at: usize) -> Result<(), DecodeError> {
        let root = self.tree.add();
        let mut at = self.value(r#type, root, at)?;
        while let Some(frame) = self.frames.pop() {
            at = match frame {
                Frame::Nested { saved, strict } => {
                    // The nested Unmarshal returns its saved error, and that ends the outer one.
                    if let Some(error) = self.saved.take() {
                        self.stop_at(error)?;
                    }
                    (self.saved, self.strict) = (saved, strict);
                    at
                }
                Frame::Struct { of, id, seen, .. } => self.member_of_struct(of, id, seen, at)?,
                Frame::Map { element, id, .. } => self.entry_of_map(element, id, at)?,
                Frame::Slice { element, id, next } => {
                    self.element_of_slice(element, id, next, at)?
                }
            };
        }
        Ok(())
    }

    /// Stores the value at `at`; pushes a frame when it is an array or object to be walked through.
    /// Gives the offset behind what was consumed.
    fn value(&mut self, r#type: Type, id: Id, at: usize) -> Result<usize, DecodeError> {
        let (at, first) = peek(self.json, at).unwrap_or((self.json.len(), 0));
        match r#type {
            Type::Pointer(target) => {
                if first == b'n' {
                    self.tree.set(id, Value::Zero);
                    return self.end(at);
                }
                self.value_of_target(*target, id, at, first)
            }
            other => self.value_of_target(other, id, at, first),
        }
    }

    fn value_of_target(
        &mut self,
        r#type: Type,
        id: Id,
        at: usize,
        first: u8,
    ) -> Result<usize, DecodeError> {
        match (r#type, first) {
            (Type::Special(special), _) => return self.special(special, id, at, first),
            (Type::Slice(_) | Type::Map(_) | Type::Bytes, b'n') => self.tree.set(id, Value::Zero),
            (_, b'n') => {}
            (Type::Struct(of), b'{') => {
                if !matches!(self.tree.get(id), Value::Struct(_)) {
                    self.tree.set(id, Value::Struct(BTreeMap::new()));
                }
                self.frames.push(Frame::Struct { of, id, seen: Vec::new(), key: 0..0 });
                return Ok(at + 1);
            }
            (Type::Map(element), b'{') => {
                if !matches!(self.tree.get(id), Value::Map(_)) {
                    self.tree.set(id, Value::Map(BTreeMap::new()));
                }
                self.frames.push(Frame::Map { element: *element, id, key: 0..0 });
                return Ok(at + 1);
            }
            (Type::Slice(element), b'[') => {
                self.open_slice(*element, id);
                return Ok(at + 1);
            }
            (Type::Bytes, b'[') => return self.bytes_from_list(id, at),
            (Type::Bytes, b'"') => {
                let decoded = text::decode(self.string_at(at)?).into_owned();
                match base64_bytes::decode(&decoded) {
                    Some(items) => {
                        let length = items.len();
                        self.tree.set(id, Value::Bytes { items, length });
                    }
                    None => self.save(DecodeError::value(at, "the text is not base64")),
                }
            }
            (Type::Text, b'"') => {
                let decoded = text::decode(self.string_at(at)?).into_owned();
                self.tree.set(id, Value::Text(decoded));
            }
            (Type::Bool, b't' | b'f') => self.tree.set(id, Value::Bool(first == b't')),
            (Type::Int32 | Type::Int64, b'-' | b'0'..=b'9') => {
                let bits = if matches!(r#type, Type::Int32) { 32 } else { 64 };
                match number::integer(self.literal_at(at)?, bits) {
                    Some(value) => self.tree.set(id, Value::Int(value)),
                    None => self.save_number(at, wanted(r#type)),
                }
            }
            (Type::Uint64, b'-' | b'0'..=b'9') => match number::unsigned(self.literal_at(at)?) {
                Some(value) => self.tree.set(id, Value::Uint(value)),
                None => self.save_number(at, wanted(r#type)),
            },
            (Type::Float64, b'-' | b'0'..=b'9') => match number::float(self.literal_at(at)?) {
                Some(value) => self.tree.set(id, Value::Float(value)),
                None => self.save_number(at, IN_FLOAT),
            },
            _ => self.save(mismatch(at, first, wanted(r#type))),
        }
        self.end(at)
    }

    fn open_slice(&mut self, element: Type, id: Id) {
        if !matches!(self.tree.get(id), Value::Slice(_)) {
            self.tree.set(id, Value::Slice(Slice::default()));
        }
        self.frames.push(Frame::Slice { element, id, next: 0 });
    }

    fn member_of_struct(
        &mut self,
        of: &'static Struct,
        id: Id,
        mut seen: Vec<(usize, usize)>,
        at: usize,
    ) -> Result<usize, DecodeError> {
        let Some((start, end)) = self.next_key(at)? else { return self.closing(at) };
        let key = self.json.get(start..end).unwrap_or_default();
        let value = scan::expect(self.json, end + 1, b':', "`:` after a key")?;
        let found = field_of_key(of, &text::decode(key), self.version, self.case)
            .and_then(|index| Some((index, of.fields.get(index)?)));
        let Some((index, field)) = found else {
            self.dropped.add(of.name, key, Why::Unknown);
            self.frames.push(Frame::Struct { of, id, seen, key: start..end });
            self.unknown_key(of, start - 1, key);
            return self.end(value);
        };
        let earlier = match seen.iter_mut().find(|(seen, _)| *seen == index) {
            Some((_, at)) => {
                self.dropped.add(of.name, key, Why::Repeated);
                Some(core::mem::replace(at, start - 1))
            }
            None => {
                seen.push((index, start - 1));
                None
            }
        };
        let child = match self.tree.get(id) {
            Value::Struct(fields) => fields.get(&index).copied(),
            _ => None,
        };
        let child = match child {
            Some(child) => child,
            None => {
                let child = self.tree.add();
                if let Value::Struct(mut fields) = self.tree.take(id) {
                    fields.insert(index, child);
                    self.tree.set(id, Value::Struct(fields));
                }
                child
            }
        };
        self.frames.push(Frame::Struct { of, id, seen, key: start..end });
        self.known_key(field, start - 1, key, earlier);
        self.value(field.r#type, child, value)
    }

    fn entry_of_map(&mut self, element: Type, id: Id, at: usize) -> Result<usize, DecodeError> {
        let Some((start, end)) = self.next_key(at)? else { return self.closing(at) };
        let key = self.json.get(start..end).unwrap_or_default();
        let value = scan::expect(self.json, end + 1, b':', "`:` after a key")?;
        let child = self.tree.add();
        if let Value::Map(mut entries) = self.tree.take(id) {
            if entries.insert(text::decode(key).into_owned(), child).is_some() {
                self.dropped.add("map", key, Why::Repeated);
            }
            self.tree.set(id, Value::Map(entries));
        }
        self.frames.push(Frame::Map { element, id, key: start..end });
        self.value(element, child, value)
    }

    fn element_of_slice(
        &mut self,
        element: Type,
        id: Id,
        index: usize,
        at: usize,
    ) -> Result<usize, DecodeError> {
        let (here, first) = peek(self.json, at).unwrap_or((self.json.len(), 0));
        let Value::Slice(mut slice) = self.tree.take(id) else { return self.closing(at) };
        if first == b']' {
            slice.length = index;
            if index == 0 {
                // An empty list is a new, empty array.
                slice.items.clear();
            }
            self.tree.set(id, Value::Slice(slice));
            return Ok(here + 1);
        }
        let here = if first == b',' { here + 1 } else { here };
        let child = match slice.items.get(index) {
            Some(&child) => child,
            None => {
                let child = self.tree.add();
                slice.items.push(child);
                child
            }
        };
        slice.length = slice.length.max(index + 1);
        self.tree.set(id, Value::Slice(slice));
        self.frames.push(Frame::Slice { element, id, next: index + 1 });
        self.value(element, child, here)
    }

    /// The span between the quotes of the next key, or `None` when the object closes.
    fn next_key(&self, at: usize) -> Result<Option<(usize, usize)>, DecodeError> {
        let (mut here, mut first) = peek(self.json, at).unwrap_or((self.json.len(), 0));
        if first == b',' {
            (here, first) = peek(self.json, here + 1).unwrap_or((self.json.len(), 0));
        }
        if first == b'}' {
            return Ok(None);
        }
        Ok(Some((here + 1, scan::string(self.json, here + 1)?.end - 1)))
    }

    /// The offset behind the bracket that closes.
    fn closing(&self, at: usize) -> Result<usize, DecodeError> {
        Ok(peek(self.json, at).map_or(self.json.len(), |(here, _)| here + 1))
    }

    fn end(&self, at: usize) -> Result<usize, DecodeError> {
        Ok(scan::value(self.json, at, 0)?)
    }

    /// What stands between the quotes of the string at `at`.
    fn string_at(&self, at: usize) -> Result<&'a [u8], DecodeError> {
        let token = scan::string(self.json, at + 1)?;
        Ok(self.json.get(at + 1..token.end - 1).unwrap_or_default())
    }

    fn literal_at(&self, at: usize) -> Result<&'a [u8], DecodeError> {
        let end = number::end(self.json, at)?;
        Ok(self.json.get(at..end).unwrap_or_default())
    }

    fn save_number(&mut self, at: usize, wanted: &'static str) {
        self.save(DecodeError { at, reason: DecodeReason::Number { wanted } });
    }
}

fn mismatch(at: usize, first: u8, wanted: &'static str) -> DecodeError {
    DecodeError { at, reason: DecodeReason::Type { found: kind(Some(first)), wanted } }
}

/// What a float64 holds.
const IN_FLOAT: &str = "within the range of a 64-bit float";

fn wanted(r#type: Type) -> &'static str {
    match r#type {
        Type::Bool => "a boolean",
        Type::Int32 => "a plain integer of 32 bits",
        Type::Int64 => "a plain integer of 64 bits",
        Type::Uint64 => "a plain integer from 0, of 64 bits",
        Type::Float64 => "a number",
        Type::Text => "a string",
        Type::Bytes => "a string in base64",
        Type::Slice(_) => "a list",
        Type::Pointer(_) | Type::Map(_) | Type::Struct(_) | Type::Special(_) => "an object",
    }
}
