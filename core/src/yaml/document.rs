//! A document as it was read.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use super::compose::{Draft, Kind};
use super::gosyntax;
use super::texts::{Piece, Text, Texts};

/// One YAML document: its nodes, its comments, and where everything stands in the source.
///
/// Nodes are shared: an alias is a node of its own, with its own span, that shows the value, style,
/// items, entries and text of the node it stands for.
#[derive(Debug)]
pub struct Document {
    pub(super) source: Vec<u8>,
    pub(super) transcoded: bool,
    pub(super) texts: Texts,
    pub(super) nodes: Vec<Node>,
    pub(super) drafts: Vec<Draft>,
    pub(super) children: Vec<NodeId>,
    pub(super) entries: Vec<Entry>,
    /// For each collection the range of its entries.
    pub(super) entry_ranges: Vec<(u32, u32)>,
    pub(super) root: Option<NodeId>,
    pub(super) comments: Vec<Range<usize>>,
    pub(super) duplicates: Vec<Duplicate>,
    pub(super) end: usize,
}

/// A node of a [`Document`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(pub(super) u32);

impl NodeId {
    pub(super) fn index(self) -> usize {
        self.0 as usize
    }
}

/// What stands at a place of the source. All offsets are in bytes.
#[derive(Clone, Debug)]
pub struct Node {
    /// Its characters without tag and anchor: a quoted scalar with its quotes, a block scalar from its
    /// indicator to the end of its content, a flow collection with its brackets, a block collection
    /// from its first key or dash to the end of its last child, an alias as `*name`. Empty for a value
    /// that is not written, where it would stand: right behind the colon, dash, key or tag.
    pub span: Range<usize>,
    /// Where its tag or anchor begins, if it has one; else where it begins.
    pub start: usize,
    /// How it is written; for an alias, how the node is written that it stands for.
    pub style: Style,
    /// What it means.
    pub value: Value,
    /// The node it is an alias of.
    pub target: Option<NodeId>,
}

/// How a node is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Style {
    /// A scalar without quotes, or nothing at all.
    #[default]
    Plain,
    /// `'…'`
    SingleQuoted,
    /// `"…"`
    DoubleQuoted,
    /// `|`
    Literal,
    /// `>`
    Folded,
    /// A collection in brackets.
    Flow,
    /// A collection by indentation.
    Block,
}

/// What a node means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// `null`, `~` or nothing.
    Null,
    /// `true`, `yes`, `on`, … and their opposites.
    Bool(bool),
    /// An integer that an int64 holds.
    Int(i64),
    /// A larger one that a uint64 holds.
    Uint(u64),
    /// A number with a fraction or exponent, `.inf` or `.nan`.
    Float(f64),
    /// Text: [`Document::text`].
    Text,
    /// A list: [`Document::items`].
    Sequence,
    /// A mapping: [`Document::entries`].
    Mapping,
}

/// One key of a mapping with its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// A scalar, or an alias of one.
    pub key: NodeId,
    /// Any node.
    pub value: NodeId,
    /// Whether a merge (`<<`) brought it.
    pub merged: bool,
}

/// A key that is set twice in one mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duplicate {
    /// The key that is refused.
    pub key: NodeId,
    /// The equal key that was set before.
    pub first: NodeId,
    /// The line go-yaml names: that of the value.
    pub line: usize,
    /// Whether a merge (`<<`) brought the refused key.
    pub merged: bool,
}

impl Document {
    /// Every node, also of what is repeated.
    pub(crate) fn ids(&self) -> impl Iterator<Item = NodeId> + use<> {
        (0..u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)).map(NodeId)
    }

    /// The outermost node; `None` if there is no document at all.
    #[must_use]
    pub fn root(&self) -> Option<NodeId> {
        self.root
    }

    /// The node with this number.
    ///
    /// Numbers belong to their document; one of another document gives any node.
    #[must_use]
    pub fn node(&self, id: NodeId) -> &Node {
        const NOTHING: &Node =
            &Node { span: 0..0, start: 0, style: Style::Plain, value: Value::Null, target: None };
        self.nodes.get(id.index()).unwrap_or(NOTHING)
    }

    /// The node that an alias stands for; any other node itself.
    #[must_use]
    pub fn resolve(&self, id: NodeId) -> NodeId {
        self.node(id).target.unwrap_or(id)
    }

    /// The items of a sequence, else nothing.
    #[must_use]
    pub fn items(&self, id: NodeId) -> &[NodeId] {
        let draft = self.drafts.get(self.resolve(id).index());
        let Some(Draft { kind: Kind::Sequence, first, count, .. }) = draft else { return &[] };
        let first = *first as usize;
        self.children.get(first..first + *count as usize).unwrap_or_default()
    }

    /// The entries of a mapping in the order go-yaml sets them, else nothing.
    ///
    /// Merges are replaced by what they bring; of repeated keys the last one counts.
    #[must_use]
    pub fn entries(&self, id: NodeId) -> &[Entry] {
        let draft = self.drafts.get(self.resolve(id).index());
        let range = draft.and_then(Draft::collection).and_then(|at| self.entry_ranges.get(at));
        let Some(&(start, end)) = range else { return &[] };
        self.entries.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The entries of the mapping in which the node stands as a key; empty when it is no key.
    pub(crate) fn entries_beside(&self, key: NodeId) -> &[Entry] {
        let Some(at) = self.entries.iter().position(|entry| entry.key == key) else { return &[] };
        let holds = |&&(start, end): &&(u32, u32)| (start as usize..end as usize).contains(&at);
        let range = self.entry_ranges.iter().find(holds);
        range
            .and_then(|&(start, end)| self.entries.get(start as usize..end as usize))
            .unwrap_or_default()
    }

    /// The entry of `mapping` that counts for the text `key`.
    #[must_use]
    pub fn get(&self, mapping: NodeId, key: &[u8]) -> Option<&Entry> {
        self.entries(mapping).iter().rev().find(|entry| self.text(entry.key) == Some(key))
    }

    /// The characters of a text; UTF-8, unless `!!binary` made them.
    #[must_use]
    pub fn text(&self, id: NodeId) -> Option<&[u8]> {
        let id = self.resolve(id);
        let draft = self.drafts.get(id.index())?;
        let text = || self.texts.get(&self.source, draft.text);
        (self.node(id).value == Value::Text).then(text)
    }

    /// The pieces of a scalar whose bytes stand in the source one after another, in order: offset in
    /// its characters, offset in the source. A piece ends where the next one begins.
    ///
    /// An escape, or a line break that reads otherwise than it is written, is a piece of its own, at
    /// the source's first byte of it.
    pub fn segments(&self, id: NodeId) -> impl Iterator<Item = (usize, usize)> + '_ {
        let text = self.characters(id);
        let pieces: &[Piece] = self.texts.pieces(text);
        let verbatim = pieces.is_empty().then_some((0, text.start));
        verbatim
            .into_iter()
            .chain(pieces.iter().copied())
            .map(|(value, source)| (value as usize, source as usize))
    }

    /// Where a scalar's characters are.
    fn characters(&self, id: NodeId) -> Text {
        let draft = self.drafts.get(self.resolve(id).index());
        draft
            .filter(|draft| draft.collection().is_none())
            .map(|draft| draft.text)
            .unwrap_or_default()
    }

    /// Where the byte at `offset` of a scalar's characters stands in the source.
    #[must_use]
    pub fn source_of(&self, id: NodeId, offset: usize) -> usize {
        let text = self.characters(id);
        let pieces = self.texts.pieces(text);
        let next = pieces.partition_point(|&(value, _)| value as usize <= offset);
        match next.checked_sub(1).and_then(|piece| pieces.get(piece)) {
            None => text.start as usize + offset,
            Some(&(value, source)) => source as usize + (offset - value as usize),
        }
    }

    /// Every comment up to the document's end, from its `#` to before the line break, in order.
    #[must_use]
    pub fn comments(&self) -> &[Range<usize>] {
        &self.comments
    }

    /// The repeated keys, which go-yaml's strict mode refuses, in the order it names them.
    #[must_use]
    pub fn duplicates(&self) -> &[Duplicate] {
        &self.duplicates
    }

    /// A repeated key in go-yaml's words: ``line 3: key "a" already set in map``.
    #[must_use]
    pub fn describe<'a>(&'a self, duplicate: &'a Duplicate) -> impl fmt::Display + 'a {
        let key = gosyntax::scalar(self.node(duplicate.key).value, self.text(duplicate.key));
        fmt::from_fn(move |out| {
            write!(out, "line {}: key {key} already set in map", duplicate.line)
        })
    }

    /// Where the document ends in the source: behind its `...`, or where the next one begins.
    #[must_use]
    pub fn end(&self) -> usize {
        self.end
    }

    /// The text in UTF-8, if it was given in UTF-16: all offsets are into it.
    #[must_use]
    pub fn transcoded(&self) -> Option<&[u8]> {
        self.transcoded.then_some(self.source.as_slice())
    }
}
