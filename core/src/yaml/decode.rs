//! From nodes to values: types, merges, repeated keys, and the limit on aliases.
//!
//! go-yaml decodes what an alias stands for again, every time. Here it is decoded once: its decoding
//! steps are counted instead, and what it has to say is repeated.
//!
//! Source: go-yaml v2.4, decode.go (decoder).

mod alias;
mod limit;
mod mapping;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use self::limit::Steps;
use super::compose::{Draft, Kind, Tree};
use super::document::{Document, Duplicate, Entry, Node, NodeId, Value};
use super::error::{Fallible, Problem, YamlError, fault};
use super::events::Tag;
use super::gosyntax::Nodes;
use super::keys::Keys;
use super::resolve::resolve;
use super::source::Source;
use super::texts::{Text, Texts};
use super::token::offset;
use crate::golang::base64_bytes;

/// Gives all nodes of `tree` their values.
pub(super) fn decode(source: Source, tree: Tree) -> Fallible<Document> {
    let Tree { nodes, drafts, children, root, texts, comments, end, collections, .. } = tree;
    let nodes_len = nodes.len();
    let mut decoder = Decoder {
        source: &source.text,
        texts: &texts,
        drafts: &drafts,
        children: &children,
        states: alloc::vec![State::Undone; collections as usize],
        entry_ranges: alloc::vec![(0, 0); collections as usize],
        nodes,
        entries: Vec::with_capacity(nodes_len / 2),
        binaries: BTreeMap::new(),
        duplicates: Vec::new(),
        steps: Steps::default(),
        frames: Vec::new(),
        maps: Vec::new(),
        pending: Vec::new(),
    };
    // One step for the document itself.
    decoder.steps.one();
    if let Some(root) = root {
        decoder.run(root)?;
    }
    let Decoder { nodes, entries, entry_ranges, binaries, duplicates, .. } = decoder;
    let (mut texts, mut drafts) = (texts, drafts);
    for (node, bytes) in binaries {
        let text = Text {
            start: offset(texts.bytes.len()),
            length: offset(bytes.len()),
            first_piece: offset(texts.pieces.len()),
            pieces: 1,
        };
        texts.pieces.push((0, nodes.get(node.index()).map_or(0, |node| offset(node.span.start))));
        texts.bytes.extend_from_slice(&bytes);
        if let Some(draft) = drafts.get_mut(node.index()) {
            draft.text = text;
        }
    }
    Ok(Document {
        source: source.text,
        transcoded: source.transcoded,
        texts,
        nodes,
        drafts,
        children,
        entries,
        entry_ranges,
        root,
        comments,
        duplicates,
        end,
    })
}

/// How far a node is.
#[derive(Clone, Copy)]
enum State {
    Undone,
    /// Its decoding began after so many steps.
    Begun {
        steps: u64,
    },
    Done {
        /// How many steps decoding it takes.
        steps: u64,
        /// What it adds to the duplicates.
        duplicates: (u32, u32),
    },
}

/// What is being decoded.
enum Frame {
    Sequence {
        node: NodeId,
        next: u32,
        duplicates: usize,
    },
    Mapping {
        node: NodeId,
        next: u32,
        awaits: Awaits,
        merged: bool,
        duplicates: usize,
    },
    /// A list of mappings to merge, from the last to the first; `left` are still to come.
    Merges {
        node: NodeId,
        left: u32,
    },
    /// What an alias stands for; `steps` were taken when it was met.
    Alias {
        node: NodeId,
        steps: u64,
    },
}

#[derive(Clone, Copy, PartialEq)]
enum Awaits {
    Nothing,
    Key,
    Value,
}

/// A mapping that is being filled.
struct Filling<'a> {
    /// Where its entries begin in the pending ones.
    first: usize,
    /// Its keys, once there are many.
    keys: Option<Keys<'a>>,
}

struct Decoder<'a> {
    source: &'a [u8],
    texts: &'a Texts,
    drafts: &'a [Draft],
    children: &'a [NodeId],
    nodes: Vec<Node>,
    states: Vec<State>,
    entries: Vec<Entry>,
    entry_ranges: Vec<(u32, u32)>,
    /// What `!!binary` scalars hold.
    binaries: BTreeMap<NodeId, Vec<u8>>,
    duplicates: Vec<Duplicate>,
    steps: Steps,
    frames: Vec<Frame>,
    maps: Vec<Filling<'a>>,
    pending: Vec<Entry>,
}

impl<'a> Decoder<'a> {
    fn run(&mut self, root: NodeId) -> Fallible<()> {
        self.start(root, false)?;
        while let Some(frame) = self.frames.last_mut() {
            match frame {
                Frame::Sequence { node, next, duplicates } => {
                    let (node, duplicates) = (*node, *duplicates);
                    match child(self.drafts, self.children, node, *next) {
                        Some(item) => {
                            *next += 1;
                            self.start(item, false)?;
                        }
                        None => {
                            self.frames.pop();
                            self.finish(node, Value::Sequence, duplicates);
                        }
                    }
                }
                Frame::Mapping { .. } => self.mapping_step()?,
                Frame::Merges { node, left } => {
                    let node = *node;
                    match left.checked_sub(1) {
                        None => {
                            self.frames.pop();
                        }
                        Some(item) => {
                            *left = item;
                            if let Some(item) = child(self.drafts, self.children, node, item) {
                                self.merge(item, false)?;
                            }
                        }
                    }
                }
                Frame::Alias { node, .. } => {
                    let node = *node;
                    self.frames.pop();
                    self.steps.leave_alias();
                    self.show_target(node);
                }
            }
        }
        Ok(())
    }

    /// Decodes a scalar, or begins to decode anything else; `merged` is a mapping whose entries go into
    /// the one that is being filled.
    fn start(&mut self, id: NodeId, merged: bool) -> Fallible<()> {
        let Some(draft) = self.drafts.get(id.index()) else { return Ok(()) };
        if let (false, Some(State::Done { steps, duplicates })) = (merged, self.state(draft)) {
            // Met again inside of what an alias stands for.
            self.steps.many(steps);
            self.check(id)?;
            self.repeat(duplicates);
            return Ok(());
        }
        self.steps.one();
        self.check(id)?;
        let duplicates = self.duplicates.len();
        match draft.kind {
            Kind::Scalar => return self.scalar(id, draft),
            Kind::Known => {}
            Kind::Alias => return self.alias(id, merged),
            Kind::Sequence => {
                self.begin(id);
                self.frames.push(Frame::Sequence { node: id, next: 0, duplicates });
            }
            Kind::Mapping => {
                self.begin(id);
                if !merged {
                    self.maps.push(Filling { first: self.pending.len(), keys: None });
                }
                let awaits = Awaits::Nothing;
                self.frames.push(Frame::Mapping { node: id, next: 0, awaits, merged, duplicates });
            }
        }
        Ok(())
    }

    fn begin(&mut self, id: NodeId) {
        let steps = self.steps.taken().saturating_sub(1);
        self.set_state(id, State::Begun { steps });
    }

    /// A collection is decoded.
    fn finish(&mut self, id: NodeId, value: Value, duplicates: usize) {
        let draft = self.drafts.get(id.index());
        let Some(State::Begun { steps }) = draft.and_then(|draft| self.state(draft)) else {
            return;
        };
        let steps = self.steps.taken() - steps;
        let duplicates = (offset(duplicates), offset(self.duplicates.len()));
        self.set_state(id, State::Done { steps, duplicates });
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.value = value;
        }
    }

    fn set_state(&mut self, id: NodeId, state: State) {
        let number = self.drafts.get(id.index()).and_then(Draft::collection);
        if let Some(place) = number.and_then(|number| self.states.get_mut(number)) {
            *place = state;
        }
    }

    /// How far a collection is.
    #[inline]
    fn state(&self, draft: &Draft) -> Option<State> {
        self.states.get(draft.collection()?).copied()
    }

    fn scalar(&mut self, id: NodeId, draft: &Draft) -> Fallible<()> {
        let text = self.texts.get(self.source, draft.text);
        let value = if draft.tag == Tag::None && !draft.implicit {
            Value::Text
        } else {
            match resolve(draft.tag, text) {
                Ok(value) => value,
                Err(problem) => return Err(self.fault(id, problem)),
            }
        };
        if draft.tag == Tag::Binary {
            let Some(bytes) = base64_bytes::decode(text) else {
                return Err(self.fault(id, Problem::InvalidBase64));
            };
            self.binaries.insert(id, bytes);
        }
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.value = value;
        }
        Ok(())
    }

    #[inline]
    fn check(&self, id: NodeId) -> Fallible<()> {
        if self.steps.are_excessive() {
            return Err(self.fault(id, Problem::ExcessiveAliasing));
        }
        Ok(())
    }

    #[cold]
    fn fault(&self, id: NodeId, problem: Problem) -> Box<YamlError> {
        fault(self.nodes.get(id.index()).map_or(0, |node| node.span.start), problem)
    }

    /// What an alias stands for; any other node itself.
    fn target(&self, id: NodeId) -> NodeId {
        self.nodes.get(id.index()).and_then(|node| node.target).unwrap_or(id)
    }

    /// The characters of a scalar, once it is decoded.
    fn text(&self, id: NodeId) -> Cow<'a, [u8]> {
        let id = self.target(id);
        let Some(draft) = self.drafts.get(id.index()) else { return Cow::default() };
        match (draft.tag, self.binaries.get(&id)) {
            (Tag::Binary, Some(bytes)) => Cow::Owned(bytes.clone()),
            _ => Cow::Borrowed(self.texts.get(self.source, draft.text)),
        }
    }
}

impl Nodes for Decoder<'_> {
    fn value(&self, id: NodeId) -> Value {
        self.nodes.get(id.index()).map_or(Value::Null, |node| node.value)
    }

    fn text(&self, id: NodeId) -> Cow<'_, [u8]> {
        Decoder::text(self, id)
    }

    fn items(&self, id: NodeId) -> &[NodeId] {
        let id = self.target(id);
        let Some(draft) = self.drafts.get(id.index()) else { return &[] };
        let first = draft.first as usize;
        self.children.get(first..first + draft.count as usize).unwrap_or_default()
    }

    fn entries(&self, id: NodeId) -> &[Entry] {
        let id = self.target(id);
        let number = self.drafts.get(id.index()).and_then(Draft::collection);
        let range = number.and_then(|number| self.entry_ranges.get(number));
        let Some(&(start, end)) = range else { return &[] };
        self.entries.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// The child numbered `number` of `node`.
#[inline]
fn child(drafts: &[Draft], children: &[NodeId], node: NodeId, number: u32) -> Option<NodeId> {
    let draft = drafts.get(node.index())?;
    let first = draft.first as usize;
    (number < draft.count).then(|| children.get(first + number as usize).copied()).flatten()
}
