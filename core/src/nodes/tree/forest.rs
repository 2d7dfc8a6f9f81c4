//! Who the children of each node are.

use alloc::vec;
use alloc::vec::Vec;

/// The children of each node, lists one after the other.
#[derive(Debug)]
pub(super) struct Forest {
    /// Where the list of each node begins, and behind it the end of the last.
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Forest {
    /// From the parent of each node; `order` has every node once, and siblings stand in that order.
    pub(super) fn new(parents: &[Option<u32>], order: impl Iterator<Item = u32>) -> Self {
        let mut starts = vec![0u32; parents.len() + 2];
        for parent in parents.iter().flatten() {
            if let Some(count) = starts.get_mut(*parent as usize + 2) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for count in &mut starts {
            sum += *count;
            *count = sum;
        }
        let mut items = vec![0; sum as usize];
        // Now the list of a node begins at `starts[node + 1]`, which moves on as the list is filled.
        for node in order {
            let Some(parent) = parents.get(node as usize).copied().flatten() else { continue };
            let Some(at) = starts.get_mut(parent as usize + 1) else { continue };
            if let Some(item) = items.get_mut(*at as usize) {
                *item = node;
            }
            *at += 1;
        }
        Self { starts, items }
    }

    /// The children of a node, in order.
    pub(super) fn of(&self, node: u32) -> &[u32] {
        let bound = |at: usize| self.starts.get(at).copied().unwrap_or(0) as usize;
        self.items.get(bound(node as usize)..bound(node as usize + 1)).unwrap_or_default()
    }

    /// Sorts the children of each node.
    pub(super) fn sort_each(&mut self, mut sort: impl FnMut(&mut [u32])) {
        for pair in self.starts.windows(2) {
            let &[start, end] = pair else { continue };
            if let Some(list) = self.items.get_mut(start as usize..end as usize) {
                sort(list);
            }
        }
    }
}
