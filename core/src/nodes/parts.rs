//! Nodes in several pieces, each a valid node map.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::golang::{Fnv1, NodeVersion};
use crate::json::SyntaxError;

use super::entries::entries;

/// One piece of a Workflow's nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How it is named in messages, for example its file.
    pub name: String,
    /// Its place among the parts, from 1.
    pub number: usize,
    /// How many parts there are.
    pub of: usize,
    /// A node map: canonical JSON, the nodes in canonical order.
    pub nodes: Vec<u8>,
}

/// Why nodes cannot be cut into parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CutError {
    /// The nodes are not a JSON object.
    Syntax(SyntaxError),
    /// One node alone is larger than a part may be.
    NodeTooLarge {
        /// The node's id.
        node: String,
        /// The bytes of a part that holds it alone.
        bytes: usize,
        /// The bytes a part may have.
        max_bytes: usize,
    },
}

impl fmt::Display for CutError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(error) => error.fmt(out),
            Self::NodeTooLarge { node, bytes, max_bytes } => write!(
                out,
                "node {node:?} alone takes {bytes} bytes: parts of {max_bytes} bytes cannot hold it"
            ),
        }
    }
}

impl core::error::Error for CutError {}

/// Cuts canonical nodes at node boundaries into parts of at most `max_bytes` bytes.
///
/// # Errors
/// A single node does not fit into a part.
pub fn cut_nodes(nodes: &[u8], max_bytes: usize) -> Result<Vec<Part>, CutError> {
    let mut pieces: Vec<Vec<u8>> = Vec::new();
    let mut current: Vec<u8> = Vec::new();
    for entry in entries(nodes).map_err(CutError::Syntax)? {
        let text = nodes.get(entry.member).unwrap_or_default();
        let bytes = text.len() + "{}".len();
        if bytes > max_bytes {
            let node = String::from_utf8_lossy(&entry.id).into_owned();
            return Err(CutError::NodeTooLarge { node, bytes, max_bytes });
        }
        if current.len() + bytes > max_bytes {
            pieces.push(close(core::mem::take(&mut current)));
        }
        current.push(if current.is_empty() { b'{' } else { b',' });
        current.extend_from_slice(text);
    }
    pieces.push(close(current));
    let of = pieces.len();
    let part = |(index, nodes)| {
        let number = index + 1;
        Part { name: alloc::format!("part {number} of {of}"), number, of, nodes }
    };
    Ok(pieces.into_iter().enumerate().map(part).collect())
}

fn close(mut piece: Vec<u8>) -> Vec<u8> {
    if piece.is_empty() {
        piece.push(b'{');
    }
    piece.push(b'}');
    piece
}

/// Why parts cannot be joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinError {
    /// There are no parts.
    NoParts,
    /// A part is not there.
    Missing {
        /// Its number, from 1.
        number: usize,
        /// How many there should be.
        of: usize,
    },
    /// Two parts have the same number.
    Doubled {
        /// One.
        name: String,
        /// The other.
        other: String,
    },
    /// Two parts disagree: on how many there are, or on a node that both hold.
    Conflicting {
        /// One.
        name: String,
        /// The other.
        other: String,
        /// What they disagree on.
        what: String,
    },
    /// A part is not a node map.
    NotNodes {
        /// The part.
        name: String,
        /// What is wrong.
        error: SyntaxError,
    },
    /// All parts are there, and still they are not the nodes of this version: one was changed.
    Version {
        /// The version they should have.
        expected: NodeVersion,
        /// The version they have.
        found: NodeVersion,
    },
}

impl fmt::Display for JoinError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoParts => out.write_str("there are no parts"),
            Self::Missing { number, of } => write!(out, "part {number} of {of} is missing"),
            Self::Doubled { name, other } => write!(out, "{name} and {other} are the same part"),
            Self::Conflicting { name, other, what } => {
                write!(out, "{name} and {other} disagree on {what}")
            }
            Self::NotNodes { name, error } => write!(out, "{name} is not a node map: {error}"),
            Self::Version { expected, found } => write!(
                out,
                "the parts make nodes of version {found}, not {expected}: a part was changed"
            ),
        }
    }
}

impl core::error::Error for JoinError {}

/// Joins parts, given in any order, to the canonical nodes whose version is `expected`.
///
/// # Errors
/// A part is missing, doubled, changed, or conflicts with another.
pub fn join_parts(mut parts: Vec<Part>, expected: NodeVersion) -> Result<Vec<u8>, JoinError> {
    parts.sort_by_key(|part| part.number);
    let of = parts.first().ok_or(JoinError::NoParts)?.of;
    for pair in parts.windows(2) {
        let [one, two] = pair else { continue };
        let (name, other) = (one.name.clone(), two.name.clone());
        if one.of != two.of {
            let what = "how many parts there are".to_string();
            return Err(JoinError::Conflicting { name, other, what });
        }
        if one.number == two.number {
            return Err(if one.nodes == two.nodes {
                JoinError::Doubled { name, other }
            } else {
                let what = alloc::format!("what part {} holds", one.number);
                JoinError::Conflicting { name, other, what }
            });
        }
    }
    for number in 1..=of {
        if parts.get(number - 1).map(|part| part.number) != Some(number) {
            return Err(JoinError::Missing { number, of });
        }
    }
    let mut nodes = Vec::with_capacity(parts.iter().map(|part| part.nodes.len()).sum());
    let mut last: Option<(Vec<u8>, &Part)> = None;
    for part in &parts {
        let entries = entries(&part.nodes)
            .map_err(|error| JoinError::NotNodes { name: part.name.clone(), error })?;
        for entry in entries {
            if let Some((before, holder)) = &last
                && before.as_slice() >= &*entry.id
            {
                let id = String::from_utf8_lossy(&entry.id).into_owned();
                return Err(JoinError::Conflicting {
                    name: holder.name.clone(),
                    other: part.name.clone(),
                    what: alloc::format!("where node {id:?} belongs"),
                });
            }
            nodes.push(if nodes.is_empty() { b'{' } else { b',' });
            nodes.extend_from_slice(part.nodes.get(entry.member.clone()).unwrap_or_default());
            last = Some((entry.id.into_owned(), part));
        }
    }
    let nodes = close(nodes);
    let mut hash = Fnv1::default();
    hash.update(&nodes);
    let found = NodeVersion(hash.finish());
    if found != expected {
        return Err(JoinError::Version { expected, found });
    }
    Ok(nodes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NODES: &[u8] = br#"{"a":{"x":1},"b":{},"c":{"y":"}"}}"#;

    fn version() -> NodeVersion {
        let mut hash = Fnv1::default();
        hash.update(NODES);
        NodeVersion(hash.finish())
    }

    #[test]
    fn parts_join_in_any_order_for_every_size() {
        for max_bytes in 15..=NODES.len() {
            let mut parts = cut_nodes(NODES, max_bytes).expect("cut");
            assert!(parts.iter().all(|part| part.nodes.len() <= max_bytes));
            parts.reverse();
            assert_eq!(join_parts(parts, version()).as_deref(), Ok(NODES));
        }
        assert!(matches!(cut_nodes(NODES, 14), Err(CutError::NodeTooLarge { bytes: 15, .. })));
    }

    #[test]
    fn a_missing_doubled_or_conflicting_part_is_named() {
        let parts = cut_nodes(NODES, 15).expect("cut");
        let refused = |change: &dyn Fn(&mut Vec<Part>)| {
            let mut changed = parts.clone();
            change(&mut changed);
            join_parts(changed, version()).expect_err("refused").to_string()
        };
        assert_eq!(refused(&|parts| drop(parts.remove(1))), "part 2 of 3 is missing");
        assert_eq!(refused(&|parts| parts.truncate(2)), "part 3 of 3 is missing");
        assert_eq!(
            refused(&|parts| parts.push(parts[0].clone())),
            "part 1 of 3 and part 1 of 3 are the same part"
        );
        assert_eq!(
            refused(&|parts| parts.push(Part { nodes: b"{}".to_vec(), ..parts[2].clone() })),
            "part 3 of 3 and part 3 of 3 disagree on what part 3 holds"
        );
        assert_eq!(
            refused(&|parts| parts[1].nodes = parts[0].nodes.clone()),
            "part 1 of 3 and part 2 of 3 disagree on where node \"a\" belongs"
        );
        assert!(refused(&|parts| parts[0].nodes = b"{}".to_vec()).contains("a part was changed"));
        assert!(refused(&|parts| parts[0].nodes = b"[".to_vec()).contains("is not a node map"));
        assert_eq!(refused(&|parts| parts.clear()), "there are no parts");
    }
}
