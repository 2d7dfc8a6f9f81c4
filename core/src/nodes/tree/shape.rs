//! Which node is under which, and which are roots.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;

use super::Node;
use super::node::strings;
use super::order;
use super::pod_name::node_id;

/// What kind of root a node is, or is under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Section {
    /// The entry point.
    Main,
    /// The exit handler.
    Exit,
    /// Another node without a boundary, such as a hook; `argo get` leaves these out.
    Other,
    /// Its boundary is not among the nodes; `argo get` leaves these out.
    NoBoundary,
    /// Nodes that are under one another in a circle; `argo get` leaves these out.
    Circle,
}

/// The parent of each node, and the roots in the order in which they are shown.
pub(super) struct Shape {
    pub(super) parents: Vec<Option<u32>>,
    pub(super) roots: Vec<(Section, u32)>,
}

pub(super) fn shape(text: &[u8], nodes: &[Node<'_>], workflow: &str) -> Shape {
    let find = |id: &str| nodes.binary_search_by(|node| (*node.id).cmp(id)).ok();
    let mut parents: Vec<Option<u32>> = vec![None; nodes.len()];
    let mut sections = vec![Section::Other; nodes.len()];
    // Retries and step groups have their children; the first in the order of ids, where Argo takes one at random.
    for (index, node) in nodes.iter().enumerate() {
        if !matches!(&*node.kind, "StepGroup" | "Retry") {
            continue;
        }
        strings(text, node.children.clone(), |child| {
            let child = find(&child).filter(|child| *child != index);
            if let Some(parent @ None) = child.and_then(|child| parents.get_mut(child)) {
                *parent = Some(index as u32);
            }
        });
    }
    // All others are under their boundary.
    let places = parents.iter_mut().zip(&mut sections);
    for ((index, node), (parent, section)) in nodes.iter().enumerate().zip(places) {
        if parent.is_some() || node.boundary_id.is_empty() {
            continue;
        }
        match find(&node.boundary_id) {
            Some(boundary) if boundary != index => *parent = Some(boundary as u32),
            Some(_) => *section = Section::Circle,
            None => *section = Section::NoBoundary,
        }
    }
    let main = find(workflow);
    for node in cut_circles(&mut parents, main) {
        if let Some(section) = sections.get_mut(node) {
            *section = Section::Circle;
        }
    }
    let exit = find(&node_id(workflow, &format!("{workflow}.onExit")));
    for (root, section) in [(main, Section::Main), (exit, Section::Exit)] {
        if let Some(place) = root.and_then(|root| sections.get_mut(root)) {
            *place = section;
        }
    }
    let mut roots: Vec<(Section, u32)> = parents
        .iter()
        .zip(&sections)
        .enumerate()
        .filter(|(_, (parent, _))| parent.is_none())
        .map(|(node, (_, section))| (*section, node as u32))
        .collect();
    let mut ordered: Vec<u32> = roots.iter().map(|(_, node)| *node).collect();
    order::sort(nodes, &mut ordered);
    roots = ordered
        .into_iter()
        .map(|node| (sections.get(node as usize).copied().unwrap_or(Section::Other), node))
        .collect();
    roots.sort_by_key(|(section, _)| *section);
    Shape { parents, roots }
}

/// Makes one node of each circle a root, the entry point if it is in there; gives these.
fn cut_circles(parents: &mut [Option<u32>], main: Option<usize>) -> Vec<usize> {
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        Not,
        OnThisPath,
        Before,
    }
    let mut seen = vec![Seen::Not; parents.len()];
    let mut cut = Vec::new();
    let mut path = Vec::new();
    for start in 0..parents.len() {
        path.clear();
        let mut at = Some(start);
        while let Some(node) = at {
            match seen.get(node) {
                Some(Seen::Not) => {}
                Some(Seen::OnThisPath) => {
                    let from = path.iter().position(|step| *step == node).unwrap_or(0);
                    let circle = path.get(from..).unwrap_or_default();
                    let first = main.filter(|main| circle.contains(main));
                    if let Some(first) = first.or_else(|| circle.iter().min().copied()) {
                        cut.push(first);
                        if let Some(parent) = parents.get_mut(first) {
                            *parent = None;
                        }
                    }
                    break;
                }
                _ => break,
            }
            if let Some(state) = seen.get_mut(node) {
                *state = Seen::OnThisPath;
            }
            path.push(node);
            at = parents.get(node).copied().flatten().map(|parent| parent as usize);
        }
        for node in &path {
            if let Some(state) = seen.get_mut(*node) {
                *state = Seen::Before;
            }
        }
    }
    cut
}
