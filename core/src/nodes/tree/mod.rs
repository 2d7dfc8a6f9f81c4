//! The nodes of a workflow as a tree, ordered and nested as `argo get` prints them.
//!
//! Source: Argo Workflows v3.7.6, cmd/argo/commands/common/get.go. Argo nests a node under the retry or step group
//! that has it as a child, or else under its boundary: the DAG, or steps, that it is a part of. It leaves out what
//! fits nowhere: nodes whose boundary is gone, containers, roots beside the entry point and the exit handler, and
//! types of a newer Argo. Here they are roots of their own, and children of whatever is their boundary.
//!
//! **Invariant:** every node of the map is in the tree exactly once, whatever the nodes say about each other; no
//! recursion, and memory in proportion to their number.

mod forest;
mod node;
mod order;
mod outline;
mod pod_name;
mod selector;
mod shape;

use alloc::vec::Vec;

use self::forest::Forest;
use super::entries;
use crate::json::SyntaxError;

pub use node::{Node, Phase};
pub use outline::{Line, Outline, PhaseCounts, Piece, View, What};
pub use pod_name::{PodNames, pod_name};
pub use selector::{Filter, Selector, SelectorError};
pub use shape::Section;

/// The nodes of one workflow and how they belong together; borrowed from their JSON text.
#[derive(Debug)]
pub struct Tree<'a> {
    text: &'a [u8],
    nodes: Vec<Node<'a>>,
    children: Forest,
    /// In the order in which they are shown.
    roots: Vec<(Section, u32)>,
}

impl<'a> Tree<'a> {
    /// Reads a node map: the text of `status.nodes`, of the workflow of this name.
    ///
    /// Best in Go's spelling (from [`Encoder`](crate::golang::Encoder)): of a key that stands twice in a node, the
    /// last counts here, and keys in another case are not seen. Values of another type than Argo's are passed over.
    ///
    /// # Errors
    /// The text is not an object.
    pub fn read(nodes: &'a [u8], workflow: &str) -> Result<Self, SyntaxError> {
        let mut read: Vec<Node<'a>> = Vec::new();
        for entry in entries(nodes)? {
            let node = Node::read(nodes, entry.id, entry.value);
            // Of nodes with the same id, Go keeps the last.
            match read.last_mut().filter(|last| last.id == node.id) {
                Some(last) => *last = node,
                None => read.push(node),
            }
        }
        let shape = shape::shape(nodes, &read, workflow);
        let mut children = Forest::new(&shape.parents, 0..shape.parents.len() as u32);
        children.sort_each(|siblings| order::sort(&read, siblings));
        Ok(Self { text: nodes, nodes: read, children, roots: shape.roots })
    }

    /// All nodes, sorted by the bytes of their ids.
    #[must_use]
    pub fn nodes(&self) -> &[Node<'a>] {
        &self.nodes
    }

    /// The node that a [`What::Node`] of this tree's outline means.
    #[must_use]
    pub fn node(&self, index: u32) -> Option<&Node<'a>> {
        self.nodes.get(index as usize)
    }

    /// The JSON text of a field of a node.
    #[must_use]
    pub fn value_of(&self, node: &Node<'a>, key: &str) -> Option<&'a [u8]> {
        node::value_of(self.text, node.span.clone(), key)
    }

    /// What to show of the tree.
    #[must_use]
    pub fn outline(&self, view: &View<'_>) -> Outline {
        outline::outline(self, view)
    }
}

#[cfg(test)]
mod tests;
