//! The parts of the plugin that touch the outside world, as a library so that tests can reach them.
//!
//! Internal: the binary `kubectl-argo_offload` is the product, and nothing here is a stable API.

pub mod store;
