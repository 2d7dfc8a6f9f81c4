//! The Workflow object around its nodes.

mod envelope;
mod storage;

pub use envelope::{Envelope, EnvelopeError, EnvelopeProblem};
pub(crate) use storage::with_storage;
