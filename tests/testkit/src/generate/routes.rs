//! Ways through the layout, so that rare types are visited as often as common ones.

use std::collections::{BTreeMap, BTreeSet};

use crate::layout::{Kind, Layout};
use crate::rng::Rng;

/// Fields that must be written so that the targets are reached, and the targets themselves.
#[derive(Debug, Default)]
pub(super) struct Routes {
    /// For each struct on a way, the indices of the fields that lead on.
    pub(super) fields: BTreeMap<String, BTreeSet<usize>>,
    /// Types to be written with most of their fields, and how often still.
    pub(super) targets: BTreeMap<String, u32>,
}

/// Shortest ways (one of several at random) from `root` to `count` random types.
///
/// **Invariant:** each step leads further from `root`, so ways never form a circle however many are laid together.
pub(super) fn draw(rng: &mut Rng, layout: &Layout, root: &str, count: usize) -> Routes {
    let parents = parents(layout, root);
    let structs: Vec<&str> = parents
        .keys()
        .copied()
        .filter(|name| matches!(layout.get(name).kind, Kind::Struct(_)))
        .collect();
    let mut routes = Routes::default();
    for _ in 0..count {
        let target = *rng.pick(&structs);
        routes.targets.insert(target.to_owned(), 2);
        let mut here = target;
        while let Some(steps) = parents.get(here).filter(|steps| !steps.is_empty()) {
            let (parent, field) = *rng.pick(steps);
            if let Some(field) = field {
                routes.fields.entry(parent.to_owned()).or_default().insert(field);
            }
            here = parent;
        }
    }
    routes
}

type Step<'a> = (&'a str, Option<usize>);

/// For each type below `root`, the types one step nearer that hold it, with the index of the field.
fn parents<'a>(layout: &'a Layout, root: &'a str) -> BTreeMap<&'a str, Vec<Step<'a>>> {
    let mut parents: BTreeMap<&str, Vec<Step<'_>>> = BTreeMap::from([(root, Vec::new())]);
    let mut ring = vec![root];
    while !ring.is_empty() {
        let mut next: BTreeMap<&str, Vec<Step<'_>>> = BTreeMap::new();
        for parent in ring {
            for (child, field) in children(layout, parent) {
                if !parents.contains_key(child) {
                    next.entry(child).or_default().push((parent, field));
                }
            }
        }
        ring = next.keys().copied().collect();
        parents.extend(next);
    }
    parents
}

fn children<'a>(layout: &'a Layout, name: &str) -> Vec<(&'a str, Option<usize>)> {
    match &layout.get(name).kind {
        Kind::Struct(fields) => {
            let named = |(index, field): (usize, &'a crate::layout::Field)| {
                Some((field.expression.base()?, Some(index)))
            };
            fields.iter().enumerate().filter_map(named).collect()
        }
        Kind::Alias(expression) => {
            expression.base().map(|child| (child, None)).into_iter().collect()
        }
        Kind::Opaque if name == "wf.ParallelSteps" => vec![("wf.WorkflowStep", None)],
        Kind::Opaque => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Version;

    #[test]
    fn a_way_starts_at_the_root() {
        let layout = Layout::load(Version::V4_1_2);
        for seed in 0..200 {
            let routes = draw(&mut Rng::new(seed), &layout, Layout::WORKFLOW, 1);
            let target = routes.targets.keys().next().expect("one target was asked for");
            assert!(
                target == Layout::WORKFLOW || routes.fields.contains_key(Layout::WORKFLOW),
                "no way to {target}"
            );
        }
    }
}
