//! The order of siblings.
//!
//! Source: Argo Workflows v3.7.6, `insertSorted` in cmd/argo/commands/common/get.go and `RecoverIndexFromNodeName` in
//! util/util.go: by start; of those that started in the same second, elements of a fan-out by their number and all
//! others by display name. Argo inserts in the random order of a map, and its comparison can go in circles
//! (`a(1:x)` < `aa` < `b(0:x)` < `a(1:x)`): what it then prints differs from run to run. The order here is total, and
//! Argo's wherever Argo has only one.

use alloc::vec::Vec;

use super::Node;

/// Sorts siblings.
pub(super) fn sort(nodes: &[Node<'_>], siblings: &mut [u32]) {
    let key = |node: u32| {
        let node = nodes.get(node as usize);
        (node.and_then(|node| node.started_at), node.map(|node| (&*node.display_name, &*node.id)))
    };
    siblings.sort_by(|one, two| key(*one).cmp(&key(*two)));
    let number = |node: u32| nodes.get(node as usize).and_then(|node| number(&node.display_name));
    // Sorted by name as they are, elements take the places of elements.
    for together in siblings.chunk_by_mut(|one, two| key(*one).0 == key(*two).0) {
        let mut elements: Vec<(i64, u32)> =
            together.iter().filter_map(|node| Some((number(*node)?, *node))).collect();
        elements.sort_by_key(|(number, _)| *number);
        let places = together.iter_mut().filter(|node| number(**node).is_some());
        for (place, (_, element)) in places.zip(elements) {
            *place = element;
        }
    }
}

/// The number of an element of a fan-out: 3 of `process(3:c)`.
fn number(name: &str) -> Option<i64> {
    let (start, end) = (name.find('(')?, name.find(':')?);
    name.get(start + 1..end)?.parse().ok().filter(|number| *number >= 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(names: &[(&'static str, i64)]) -> Vec<&'static str> {
        let nodes: Vec<Node<'static>> = names
            .iter()
            .map(|&(name, start)| Node {
                id: name.into(),
                display_name: name.into(),
                started_at: (start > 0).then_some(start),
                ..Node::default()
            })
            .collect();
        let mut all: Vec<u32> = (0..nodes.len() as u32).collect();
        sort(&nodes, &mut all);
        all.iter().map(|node| names[*node as usize].0).collect()
    }

    #[test]
    fn elements_are_in_the_order_of_their_numbers() {
        assert_eq!(
            sorted(&[("z", 1), ("a(10:x)", 1), ("a(9:x)", 1), ("A", 1), ("late", 2), ("none", 0)]),
            ["none", "A", "a(9:x)", "a(10:x)", "z", "late"]
        );
    }

    #[test]
    fn circles_have_an_order() {
        let mut names = [("a(1:x)", 1), ("aa", 1), ("b(0:x)", 1)];
        let first = sorted(&names);
        names.reverse();
        assert_eq!(sorted(&names), first);
    }

    #[test]
    fn what_is_no_number_counts_as_a_name() {
        for name in ["a", "a(x:1)", "a:(1", "a(-1:x)", "a(1", "a(99999999999999999999:x)"] {
            assert_eq!(number(name), None, "{name}");
        }
        assert_eq!(number("a(+7:x)"), Some(7));
    }
}
