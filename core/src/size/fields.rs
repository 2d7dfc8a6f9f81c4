//! Sinks that look at parts of a Workflow while it is written.

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::golang::Sink;

/// Bytes by field: `metadata`, `spec`, `status`, `metadata.managedFields` and `status.…`, each
/// counted as `"key":value`.
#[derive(Debug, Default)]
pub(super) struct ByField {
    pub(super) bytes: BTreeMap<String, u64>,
    written: u64,
    open: Vec<(&'static str, u64)>,
}

impl Sink for ByField {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        self.written += bytes.len() as u64;
    }

    fn enter(&mut self, name: &'static str) {
        self.open.push((name, self.written));
    }

    fn leave(&mut self) {
        let Some((name, start)) = self.open.pop() else { return };
        let path = match self.open.as_slice() {
            [] if matches!(name, "metadata" | "spec" | "status") => name.to_string(),
            [("metadata", _)] if name == "managedFields" => "metadata.managedFields".to_string(),
            [("status", _)] => alloc::format!("status.{name}"),
            _ => return,
        };
        self.bytes.insert(path, self.written - start);
    }

    fn restart(&mut self) {
        *self = Self::default();
    }
}

/// Passes on the value of `status.nodes` alone.
#[derive(Debug, Default)]
pub(super) struct NodesOnly<S> {
    pub(super) inner: S,
    depth: usize,
    /// Depth at which the nodes were entered, and how many bytes of the key are still to come.
    nodes: Option<(usize, usize)>,
}

impl<S> NodesOnly<S> {
    pub(super) fn new(inner: S) -> Self {
        Self { inner, depth: 0, nodes: None }
    }
}

impl<S: Sink> Sink for NodesOnly<S> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) {
        let Some((_, key)) = &mut self.nodes else { return };
        let skipped = (*key).min(bytes.len());
        *key -= skipped;
        self.inner.write(bytes.get(skipped..).unwrap_or_default());
    }

    fn enter(&mut self, name: &'static str) {
        self.depth += 1;
        // `status` and `nodes`: no other field of this name is reported.
        if self.depth == 2 && name == "nodes" {
            self.nodes = Some((self.depth, "\"nodes\":".len()));
        }
    }

    fn leave(&mut self) {
        if self.nodes.is_some_and(|(depth, _)| depth == self.depth) {
            self.nodes = None;
        }
        self.depth -= 1;
    }

    fn restart(&mut self) {
        self.inner.restart();
        self.depth = 0;
        self.nodes = None;
    }
}
