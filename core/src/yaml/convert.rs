//! YAML to JSON, as sigs.k8s.io/yaml does it before `encoding/json` decodes.
//!
//! Source: sigs.k8s.io/yaml v1.4.0, yaml.go (`convertToJSONableObject`), and `json.Marshal` of what it gives.

use alloc::borrow::Cow;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::document::{Document, Entry, NodeId, Value};
use super::float;
use crate::golang::Target;
use crate::json::text;

/// JSON made from a YAML document.
#[derive(Clone, Debug, Default)]
pub struct Converted {
    /// Compact JSON, keys sorted by bytes, as Go's `json.Marshal` writes a map.
    pub json: Vec<u8>,
    /// Keys that differ in YAML (`1` and `"1"`) and are one in JSON: Go takes either, at random.
    pub collisions: Vec<Collision>,
    /// Offset of each value and key in the JSON, with what it was made from; sorted.
    places: Vec<(u32, NodeId)>,
}

/// Two keys that JSON cannot tell apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Collision {
    /// The first of the two in the text.
    pub first: NodeId,
    /// The second.
    pub second: NodeId,
}

impl Converted {
    /// What an empty document becomes.
    pub(crate) fn null() -> Self {
        Self { json: b"null".to_vec(), ..Self::default() }
    }

    /// Offset of each key and value in the JSON, ascending, with the node it was made from.
    pub fn places(&self) -> impl Iterator<Item = (usize, NodeId)> + '_ {
        self.places.iter().map(|&(at, node)| (at as usize, node))
    }

    /// The node of the YAML document that became the key or value at `offset` of the JSON.
    #[must_use]
    pub fn node_at(&self, offset: usize) -> Option<NodeId> {
        let index = self.places.partition_point(|(at, _)| *at as usize <= offset);
        self.places.get(index.checked_sub(1)?).map(|(_, node)| *node)
    }
}

/// Which of two colliding keys is taken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Collided {
    /// The first in the text.
    First,
    /// The last in the text.
    #[default]
    Last,
}

/// A document that has no JSON.
#[derive(Clone, Debug, PartialEq)]
pub struct ConvertError {
    /// The key or value at fault.
    pub node: NodeId,
    /// What is wrong with it.
    pub reason: ConvertReason,
}

/// Why a document has no JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum ConvertReason {
    /// A null or an unsigned integer beyond 63 bits as a key.
    Key(&'static str),
    /// A number that JSON does not have: `+Inf`, `-Inf` or `NaN`.
    Number(&'static str),
    /// Aliases make more than [`MAX_JSON`] of it.
    TooLong,
}

/// The most JSON that is made from one document, in bytes: a ConfigMap has at most 1 MiB, and this much more
/// comes from aliases alone.
pub const MAX_JSON: usize = 256 << 20;

impl fmt::Display for ConvertReason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(kind) => write!(out, "unsupported map key of type: {kind}"),
            Self::Number(number) => write!(out, "json: unsupported value: {number}"),
            Self::TooLong => write!(out, "its aliases expand to more than {MAX_JSON} bytes"),
        }
    }
}

/// Converts a document, its repeated keys resolved as Go's lenient decoder does: the last one counts.
///
/// # Errors
/// When JSON cannot express it.
pub fn to_json(document: &Document) -> Result<Converted, ConvertError> {
    match document.root() {
        Some(root) => convert(document, root, Target::none(), Collided::default()),
        None => Ok(Converted::null()),
    }
}

/// Converts the value `root`, which Go is about to decode into `target`.
pub(crate) fn convert(
    document: &Document,
    root: NodeId,
    target: Target,
    collided: Collided,
) -> Result<Converted, ConvertError> {
    let mut converter = Converter {
        document,
        collided,
        out: Converted::default(),
        frames: Vec::new(),
        number: None,
    };
    converter.value(root, target)?;
    converter.run()
}

/// Converts an object of these members, sorted by key, each value about to be decoded into its target.
pub(crate) fn convert_members(
    document: &Document,
    members: Vec<Member<'_>>,
    collided: Collided,
) -> Result<Converted, ConvertError> {
    let mut converter = Converter {
        document,
        collided,
        out: Converted::default(),
        frames: Vec::new(),
        number: None,
    };
    converter.open(members);
    converter.run()
}

/// A member of an object to be written.
pub(crate) struct Member<'a> {
    pub(crate) name: Cow<'a, [u8]>,
    pub(crate) key: NodeId,
    pub(crate) value: NodeId,
    pub(crate) target: Target,
}

struct Converter<'a> {
    document: &'a Document,
    collided: Collided,
    out: Converted,
    frames: Vec<Frame<'a>>,
    /// The first number that JSON does not have. Go finds it when it writes, and bad keys before.
    number: Option<ConvertError>,
}

/// An object or array that is being written.
enum Frame<'a> {
    /// Members not written yet, the next one last.
    Object {
        rest: Vec<Member<'a>>,
        first: bool,
    },
    Array {
        of: NodeId,
        next: usize,
        target: Target,
    },
}

impl<'a> Converter<'a> {
    fn run(mut self) -> Result<Converted, ConvertError> {
        while let Some(frame) = self.frames.last_mut() {
            match frame {
                Frame::Object { rest, first } => {
                    let Some(member) = rest.pop() else {
                        self.out.json.push(b'}');
                        self.frames.pop();
                        continue;
                    };
                    if !core::mem::take(first) {
                        self.out.json.push(b',');
                    }
                    self.place(member.key);
                    self.text(&member.name);
                    self.out.json.push(b':');
                    self.value(member.value, member.target)?;
                }
                Frame::Array { of, next, target } => {
                    let (of, index, target) = (*of, *next, *target);
                    *next += 1;
                    let Some(&item) = self.document.items(of).get(index) else {
                        self.out.json.push(b']');
                        self.frames.pop();
                        continue;
                    };
                    if index > 0 {
                        self.out.json.push(b',');
                    }
                    self.value(item, target)?;
                }
            }
        }
        self.number.map_or(Ok(self.out), Err)
    }

    fn value(&mut self, id: NodeId, target: Target) -> Result<(), ConvertError> {
        self.place(id);
        if self.out.json.len() > MAX_JSON {
            return Err(ConvertError { node: id, reason: ConvertReason::TooLong });
        }
        let value = &self.document.node(id).value;
        let number = match value {
            Value::Mapping => {
                let members = self.members(id, target)?;
                self.open(members);
                return Ok(());
            }
            Value::Sequence => {
                self.out.json.push(b'[');
                self.frames.push(Frame::Array { of: id, next: 0, target: target.element() });
                return Ok(());
            }
            Value::Text => {
                let document = self.document;
                self.text(document.text(id).unwrap_or_default());
                return Ok(());
            }
            Value::Null => "null".to_string(),
            Value::Bool(value) => value.to_string(),
            Value::Int(value) => value.to_string(),
            Value::Uint(value) => value.to_string(),
            Value::Float(value) if target.is_text() => float::general(*value),
            Value::Float(value) => float::json(*value).unwrap_or_else(|text| {
                let reason = ConvertReason::Number(text);
                self.number.get_or_insert(ConvertError { node: id, reason });
                "null".to_string()
            }),
        };
        if target.is_text() && !matches!(value, Value::Null) {
            self.text(number.as_bytes());
        } else {
            self.out.json.extend_from_slice(number.as_bytes());
        }
        Ok(())
    }

    fn open(&mut self, mut members: Vec<Member<'a>>) {
        members.reverse();
        self.out.json.push(b'{');
        self.frames.push(Frame::Object { rest: members, first: true });
    }

    /// What remains of a mapping's entries, sorted by key.
    fn members(&mut self, id: NodeId, target: Target) -> Result<Vec<Member<'a>>, ConvertError> {
        let entries = self.document.entries(id);
        let mut members: Vec<Member<'a>> = Vec::with_capacity(entries.len());
        for &Entry { key, value, .. } in entries {
            let name = key_name(self.document, key)
                .map_err(|reason| ConvertError { node: key, reason })?;
            let target = target.member(&name);
            members.push(Member { name, key, value, target });
        }
        // Stable: of equal keys the last one in the text stays last.
        if !members.is_sorted_by(|a, b| a.name < b.name) {
            members.sort_by(|a, b| a.name.cmp(&b.name));
            self.drop_repeated(&mut members)?;
        }
        Ok(members)
    }

    /// Leaves one of the members with one name, where they are sorted.
    fn drop_repeated(&mut self, members: &mut Vec<Member<'a>>) -> Result<(), ConvertError> {
        let mut collisions = Vec::new();
        let mut dropped = Vec::new();
        let document = self.document;
        members.dedup_by(|member, kept| {
            if member.name != kept.name {
                return false;
            }
            let same = kind_of_key(document, kept.key) == kind_of_key(document, member.key);
            if !same {
                collisions.push(Collision { first: kept.key, second: member.key });
            }
            if same || self.collided == Collided::Last {
                core::mem::swap(kept, member);
            }
            if !same {
                dropped.push(member.value);
            }
            true
        });
        self.out.collisions.append(&mut collisions);
        // Go converts both values of a collision and then keeps one.
        self.check_keys(dropped)
    }

    /// Fails where a value has a key that JSON cannot have, at any depth.
    fn check_keys(&self, values: Vec<NodeId>) -> Result<(), ConvertError> {
        let mut waiting = values;
        // Aliases share their node: each is looked at once.
        let mut seen = BTreeSet::new();
        while let Some(id) = waiting.pop() {
            if !seen.insert(id) {
                continue;
            }
            waiting.extend(self.document.items(id));
            let mut last = BTreeMap::new();
            for &Entry { key, value, .. } in self.document.entries(id) {
                let name = key_name(self.document, key)
                    .map_err(|reason| ConvertError { node: key, reason })?;
                // Keys that are one in YAML too: the last one counts.
                last.insert((name, kind_of_key(self.document, key)), value);
            }
            waiting.extend(last.into_values());
        }
        Ok(())
    }

    fn place(&mut self, id: NodeId) {
        self.out.places.push((u32::try_from(self.out.json.len()).unwrap_or(u32::MAX), id));
    }

    fn text(&mut self, characters: &[u8]) {
        let json = &mut self.out.json;
        json.push(b'"');
        // What `!!binary` holds may be no UTF-8: Go escapes a replacement for each bad byte.
        for chunk in characters.utf8_chunks() {
            text::encode(chunk.valid().as_bytes(), &mut |piece| json.extend_from_slice(piece));
            for _ in chunk.invalid() {
                json.extend_from_slice(b"\\ufffd");
            }
        }
        json.push(b'"');
    }
}

/// A number for the type a key has in YAML: keys with one spelling in JSON are one in YAML when they share it.
fn kind_of_key(document: &Document, id: NodeId) -> u8 {
    match document.node(id).value {
        Value::Text => 0,
        Value::Int(_) => 1,
        Value::Float(_) => 2,
        Value::Bool(_) => 3,
        Value::Uint(_) | Value::Null | Value::Sequence | Value::Mapping => 4,
    }
}

/// The key of JSON that a key becomes.
pub(crate) fn key_name(document: &Document, id: NodeId) -> Result<Cow<'_, [u8]>, ConvertReason> {
    match &document.node(id).value {
        Value::Text => Ok(document.text(id).unwrap_or_default().into()),
        Value::Int(value) => Ok(value.to_string().into_bytes().into()),
        Value::Bool(value) => Ok(value.to_string().into_bytes().into()),
        Value::Float(value) => Ok(key_of_float(*value).into_bytes().into()),
        Value::Uint(_) => Err(ConvertReason::Key("uint64")),
        Value::Null => Err(ConvertReason::Key("%!s(<nil>)")),
        // The reader refuses these.
        Value::Sequence | Value::Mapping => Err(ConvertReason::Key("list or map")),
    }
}

fn key_of_float(value: f64) -> String {
    let text = float::general(value);
    match text.as_str() {
        "+Inf" => ".inf".into(),
        "-Inf" => "-.inf".into(),
        "NaN" => ".nan".into(),
        _ => text,
    }
}
