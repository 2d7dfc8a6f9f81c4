//! What is shown of a tree: its lines, in order, with what leads to each.
//!
//! Wide lists are folded: of more children than `limit`, those are kept that have failures under them, then those with
//! something still to come, then the others; what is left out is counted by phase.
//!
//! **Invariant:** every node of the tree is shown or counted in exactly one of the outline's counts.

use alloc::vec;
use alloc::vec::Vec;

use super::forest::Forest;
use super::{Filter, Node, Phase, Section, Tree};

/// What to show of a tree.
#[derive(Clone, Copy, Debug)]
pub struct View<'f> {
    /// Which nodes; what is under the others moves up.
    pub filter: &'f Filter,
    /// How many levels below the roots.
    pub depth: Option<u32>,
    /// How many children of a node, 0 for all; `None` for all of up to 200 nodes and 20 of more.
    pub limit: Option<usize>,
}

/// Up to how many nodes are all shown when no limit is set, and the limit for more.
const ALL_SHOWN: usize = 200;
const LIMIT: usize = 20;

/// What is shown of a tree.
#[derive(Debug, Default)]
pub struct Outline {
    /// In order.
    pub lines: Vec<Line>,
    /// How many nodes have a line.
    pub shown: u32,
    /// Nodes that lines of their own were spared.
    pub folded: PhaseCounts,
    /// Nodes that the filter leaves out.
    pub filtered: u32,
    /// Nodes that were never to run: Argo's `Omitted`.
    pub omitted: u32,
    /// Nodes that only hold others together: step groups, task groups, retries of one attempt.
    pub structural: u32,
    /// What leads to lines: each piece with the one before it; the first is none.
    pieces: Vec<(u32, Piece)>,
}

/// One line.
#[derive(Clone, Copy, Debug)]
pub struct Line {
    /// What it shows.
    pub what: What,
    /// How many nodes are above it.
    pub depth: u32,
    prefix: u32,
}

/// What a line shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// The roots from here on are of another kind.
    Section(Section),
    /// The node of this index.
    Node(u32),
    /// So many nodes that have no lines.
    Fold(PhaseCounts),
}

/// A part of what leads from the left edge to a line, two columns wide.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// `│ `
    Bar,
    /// Two blanks.
    Blank,
    /// `├─`
    Tee,
    /// `└─`
    Corner,
    /// `┬─`, the first of a step group.
    Fork,
    /// `──`, the only one of a step group.
    Dash,
}

/// How many nodes are in each phase, in the order of [`Phase::ALL`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PhaseCounts([u32; Phase::ALL.len()]);

impl PhaseCounts {
    /// The phases that nodes are in, with their number.
    pub fn iter(&self) -> impl Iterator<Item = (Phase, u32)> {
        Phase::ALL.into_iter().zip(self.0).filter(|(_, count)| *count > 0)
    }

    /// All of them.
    #[must_use]
    pub fn total(&self) -> u32 {
        self.0.iter().sum()
    }

    fn of(phase: Phase) -> Self {
        let mut counts = Self::default();
        if let Some(count) = counts.0.get_mut(phase as usize) {
            *count = 1;
        }
        counts
    }

    fn add(&mut self, other: Self) {
        for (count, more) in self.0.iter_mut().zip(other.0) {
            *count += more;
        }
    }

    /// 0 for failures, 1 for what is still to come, 2 for what is over.
    fn urgency(&self) -> u8 {
        let any = |phases: &[Phase]| self.iter().any(|(phase, _)| phases.contains(&phase));
        if any(&[Phase::Failed, Phase::Error]) {
            0
        } else if any(&[Phase::Running, Phase::Pending, Phase::None, Phase::Other]) {
            1
        } else {
            2
        }
    }
}

impl Outline {
    /// What leads to a line: at most `most` pieces, those next to it, and how many are left out before them.
    #[must_use]
    pub fn pieces(&self, line: &Line, most: usize) -> (Vec<Piece>, usize) {
        let mut pieces = Vec::new();
        let (mut at, mut left_out) = (line.prefix, 0);
        while at != 0
            && let Some((before, piece)) = self.pieces.get(at as usize)
        {
            if pieces.len() < most {
                pieces.push(*piece);
            } else {
                // Their number alone would cost a walk for each line of a deep tree.
                left_out = (line.depth as usize).saturating_sub(most).max(1);
                break;
            }
            at = *before;
        }
        pieces.reverse();
        (pieces, left_out)
    }

    fn piece(&mut self, before: u32, piece: Piece) -> u32 {
        self.pieces.push((before, piece));
        self.pieces.len() as u32 - 1
    }
}

/// How a node takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// It has a line.
    Line,
    /// It has none, and its children branch off where it would stand: step groups.
    Group,
    /// It has none, and its children move up.
    Passed,
}

pub(super) fn outline(tree: &Tree<'_>, view: &View<'_>) -> Outline {
    let mut outline = Outline { pieces: vec![(0, Piece::Blank)], ..Outline::default() };
    let roles: Vec<Role> =
        tree.nodes.iter().map(|node| role(tree, node, view.filter, &mut outline)).collect();
    let drawn = Drawn::new(tree, &roles);
    let lines = roles.iter().filter(|role| **role == Role::Line).count();
    let limit = view.limit.unwrap_or(if lines > ALL_SHOWN { LIMIT } else { 0 });
    let limit = if limit == 0 { usize::MAX } else { limit };

    let mut tasks = Vec::new();
    for section in drawn.roots.chunk_by(|one, two| one.0 == two.0) {
        let Some((kind, _)) = section.first() else { continue };
        let roots: Vec<u32> = section.iter().map(|(_, node)| *node).collect();
        let (kept, folded) = drawn.select(&roots, limit);
        let what = |what| Task::Line(Line { what, depth: 0, prefix: 0 });
        tasks.push(what(What::Section(*kind)));
        tasks.extend(kept.into_iter().map(|node| Task::Visit { node, own: 0, below: 0, depth: 0 }));
        tasks.extend((folded.total() > 0).then(|| what(What::Fold(folded))));
    }
    tasks.reverse();
    while let Some(task) = tasks.pop() {
        let (node, own, below, depth) = match task {
            Task::Line(line) => {
                if let What::Fold(counts) = line.what {
                    outline.folded.add(counts);
                }
                outline.lines.push(line);
                continue;
            }
            Task::Visit { node, own, below, depth } => (node, own, below, depth),
        };
        let group = roles.get(node as usize) == Some(&Role::Group);
        if !group {
            outline.shown += 1;
            outline.lines.push(Line { what: What::Node(node), depth, prefix: own });
        }
        let depth = if group { depth } else { depth + 1 };
        let children = drawn.children.of(node);
        let most = if view.depth.is_some_and(|deepest| depth > deepest) { 0 } else { limit };
        let (kept, folded) = drawn.select(children, most);
        let count = kept.len() + usize::from(folded.total() > 0);
        let first_task = tasks.len();
        let branch = |outline: &mut Outline, number: usize| {
            let last = number + 1 == count;
            let (at, beside) = match (group, number, last) {
                (true, 0, true) => (Piece::Dash, Piece::Blank),
                (true, 0, false) => (Piece::Fork, Piece::Bar),
                (_, _, true) => (Piece::Corner, Piece::Blank),
                (_, _, false) => (Piece::Tee, Piece::Bar),
            };
            let before = if group && number == 0 { own } else { below };
            (outline.piece(before, at), outline.piece(below, beside))
        };
        for (number, node) in kept.iter().enumerate() {
            let (own, below) = branch(&mut outline, number);
            tasks.push(Task::Visit { node: *node, own, below, depth });
        }
        if folded.total() > 0 {
            let (prefix, _) = branch(&mut outline, kept.len());
            tasks.push(Task::Line(Line { what: What::Fold(folded), depth, prefix }));
        }
        tasks.get_mut(first_task..).unwrap_or_default().reverse();
    }
    outline
}

enum Task {
    Line(Line),
    /// `own` leads to the node, `below` to what is under it.
    Visit {
        node: u32,
        own: u32,
        below: u32,
        depth: u32,
    },
}

/// How a node takes part; counts it if it has no line.
///
/// Source: `filterNode` in get.go, with task groups, which Argo never shows.
fn role(tree: &Tree<'_>, node: &Node<'_>, filter: &Filter, outline: &mut Outline) -> Role {
    let there = |id: &str| tree.nodes.binary_search_by(|node| (*node.id).cmp(id)).is_ok();
    let any_child_is_there = || {
        let mut any = false;
        super::node::strings(tree.text, node.children.clone(), |child| any |= there(&child));
        any
    };
    match &*node.kind {
        "StepGroup" => {
            outline.structural += 1;
            Role::Group
        }
        "Retry" if node.child_count == 1 && any_child_is_there() => {
            outline.structural += 1;
            Role::Passed
        }
        "TaskGroup" if any_child_is_there() => {
            outline.structural += 1;
            Role::Passed
        }
        "Skipped" if node.phase == Phase::Omitted => {
            outline.omitted += 1;
            Role::Passed
        }
        _ if !filter.matches(tree.text, node) => {
            outline.filtered += 1;
            Role::Passed
        }
        _ => Role::Line,
    }
}

/// The tree of what has lines.
struct Drawn {
    children: Forest,
    roots: Vec<(Section, u32)>,
    /// For each node, how many lines it and everything under it would have, by phase.
    counts: Vec<PhaseCounts>,
}

impl Drawn {
    fn new(tree: &Tree<'_>, roles: &[Role]) -> Self {
        // Parents before children, siblings in order.
        let mut order = Vec::with_capacity(roles.len());
        let mut parents: Vec<Option<u32>> = vec![None; roles.len()];
        let mut roots = Vec::new();
        let mut open: Vec<(u32, Section, Option<u32>)> =
            tree.roots.iter().rev().map(|(section, node)| (*node, *section, None)).collect();
        while let Some((node, section, above)) = open.pop() {
            let drawn = !matches!(roles.get(node as usize), Some(Role::Passed) | None);
            if drawn {
                order.push(node);
                match (above, parents.get_mut(node as usize)) {
                    (None, _) => roots.push((section, node)),
                    (above, Some(parent)) => *parent = above,
                    _ => {}
                }
            }
            let above = if drawn { Some(node) } else { above };
            let children = tree.children.of(node).iter().rev();
            open.extend(children.map(|child| (*child, section, above)));
        }
        let mut counts = vec![PhaseCounts::default(); roles.len()];
        for node in order.iter().rev() {
            let at = *node as usize;
            let Some(sum) = counts.get_mut(at) else { continue };
            if roles.get(at) == Some(&Role::Line)
                && let Some(node) = tree.nodes.get(at)
            {
                sum.add(PhaseCounts::of(node.phase));
            }
            let sum = *sum;
            let parent = parents.get(at).copied().flatten();
            if let Some(parent) = parent.and_then(|parent| counts.get_mut(parent as usize)) {
                parent.add(sum);
            }
        }
        // Step groups without a line under them branch into nothing.
        let lines = |node: u32| counts.get(node as usize).is_some_and(|sum| sum.total() > 0);
        order.retain(|node| lines(*node));
        roots.retain(|(_, node)| lines(*node));
        for (node, parent) in parents.iter_mut().enumerate() {
            if !lines(node as u32) {
                *parent = None;
            }
        }
        Self { children: Forest::new(&parents, order.into_iter()), roots, counts }
    }

    /// Up to `most` of these, the most urgent first if not all; and the counts of all others.
    fn select(&self, nodes: &[u32], most: usize) -> (Vec<u32>, PhaseCounts) {
        let counts = |node: &u32| self.counts.get(*node as usize).copied().unwrap_or_default();
        let mut kept = nodes.to_vec();
        let mut folded = PhaseCounts::default();
        if kept.len() > most {
            kept.sort_by_key(|node| counts(node).urgency());
            for node in kept.drain(most..) {
                folded.add(counts(&node));
            }
        }
        (kept, folded)
    }
}
