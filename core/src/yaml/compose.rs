//! From events to nodes.
//!
//! Source: go-yaml v2.4, decode.go (parser).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::document::{Node, NodeId, Style, Value};
use super::error::{Fallible, Problem, fault};
use super::events::{Event, Parser, Tag, What};
use super::scan::Scanner;
use super::source::Source;
use super::texts::{Text, Texts};
use super::token::offset;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    Scalar,
    /// A scalar whose value is known already.
    Known,
    Alias,
    Sequence,
    Mapping,
}

/// What a node is before it has a value.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) kind: Kind,
    pub(super) tag: Tag,
    pub(super) implicit: bool,
    /// As go-yaml counts it, from 0.
    pub(super) line: u32,
    /// Of a scalar; of an alias its name; of a collection `start` is its number among collections.
    pub(super) text: Text,
    /// The range of its children; keys and values alternate.
    pub(super) first: u32,
    pub(super) count: u32,
}

impl Draft {
    /// The number of a collection among the collections.
    pub(super) fn collection(&self) -> Option<usize> {
        let is = matches!(self.kind, Kind::Sequence | Kind::Mapping);
        is.then_some(self.text.start as usize)
    }
}

/// All nodes of a document.
#[derive(Default)]
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
    pub(super) drafts: Vec<Draft>,
    pub(super) children: Vec<NodeId>,
    pub(super) root: Option<NodeId>,
    pub(super) texts: Texts,
    pub(super) comments: Vec<Range<usize>>,
    pub(super) end: usize,
    pub(super) collections: u32,
    /// The children of collections that are not closed yet, and these collections with where theirs
    /// begin.
    loose: Vec<NodeId>,
    open: Vec<(NodeId, usize)>,
}

/// Reads the first document.
pub(super) fn compose(source: &Source) -> Fallible<Tree> {
    let mut parser = Parser::new(Scanner::new(source));
    let mut anchors: BTreeMap<&[u8], NodeId> = BTreeMap::new();
    let mut tree = Tree::for_text(source.text.len());
    let name = |start: u32, length: u32| {
        source.text.get(start as usize..(start + length) as usize).unwrap_or_default()
    };
    loop {
        // Looked at where it was put: an event is too large to be copied for nothing.
        let next = parser.next();
        let event = match &next {
            Ok(event) => event,
            Err(error) => return Err(error.clone()),
        };
        match event.what {
            What::DocumentStart => {}
            What::StreamEnd | What::DocumentEnd => {
                tree.end = event.end as usize;
                break;
            }
            What::End => tree.close(event.end as usize),
            What::Alias => {
                let name = name(event.text.start, event.text.length);
                let Some(&target) = anchors.get(name) else {
                    let name = String::from_utf8_lossy(name).into_owned();
                    return Err(fault(event.start as usize, Problem::UnknownAnchor(name)));
                };
                tree.add(Kind::Alias, event, Some(target));
            }
            What::Scalar | What::Sequence | What::Mapping => {
                let kind = match event.what {
                    What::Sequence => Kind::Sequence,
                    What::Mapping => Kind::Mapping,
                    _ => Kind::Scalar,
                };
                let id = tree.add(kind, event, None);
                if let (start, length @ 1..) = event.anchor {
                    anchors.insert(name(start, length), id);
                }
                if kind != Kind::Scalar {
                    tree.open(id);
                }
            }
        }
    }
    tree.texts = parser.scanner.texts;
    tree.comments = parser.scanner.comments;
    tree.comments.retain(|comment| comment.start < tree.end);
    Ok(tree)
}

impl Tree {
    /// An empty tree with room for what a text of so many bytes usually holds.
    pub(super) fn for_text(bytes: usize) -> Self {
        let nodes = bytes / 12;
        Self {
            nodes: Vec::with_capacity(nodes),
            drafts: Vec::with_capacity(nodes),
            children: Vec::with_capacity(nodes),
            ..Self::default()
        }
    }

    /// Adds a node to the innermost open collection.
    fn add(&mut self, kind: Kind, event: &Event, target: Option<NodeId>) -> NodeId {
        let draft = Draft {
            kind,
            tag: event.tag,
            implicit: event.implicit,
            line: event.line,
            text: event.text,
            first: 0,
            count: 0,
        };
        let node = Node {
            span: event.start as usize..event.end as usize,
            start: event.properties as usize,
            style: event.style,
            value: Value::Null,
            target,
        };
        self.push(draft, node)
    }

    pub(super) fn push(&mut self, mut draft: Draft, node: Node) -> NodeId {
        if matches!(draft.kind, Kind::Sequence | Kind::Mapping) {
            draft.text = Text { start: self.collections, ..Text::default() };
            self.collections += 1;
        }
        let id = NodeId(offset(self.nodes.len()));
        self.nodes.push(node);
        self.drafts.push(draft);
        self.loose.push(id);
        if self.root.is_none() {
            self.root = Some(id);
        }
        id
    }

    /// What is added from now on lies in `id`.
    pub(super) fn open(&mut self, id: NodeId) {
        self.open.push((id, self.loose.len()));
    }

    /// The innermost open collection ends at `end`.
    pub(super) fn close(&mut self, end: usize) {
        let Some((id, from)) = self.open.pop() else { return };
        if let Some(draft) = self.drafts.get_mut(id.index()) {
            draft.first = offset(self.children.len());
            draft.count = offset(self.loose.len() - from);
        }
        self.children.extend(self.loose.drain(from..));
        if let Some(node) = self.nodes.get_mut(id.index()) {
            node.span.end = end.max(node.span.start);
        }
    }
}

/// A node without anything.
impl Default for Node {
    fn default() -> Self {
        Self { span: 0..0, start: 0, style: Style::Plain, value: Value::Null, target: None }
    }
}
