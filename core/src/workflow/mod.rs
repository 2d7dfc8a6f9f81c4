//! The Workflow object around its nodes.

mod envelope;
mod list;
mod objects;
mod storage;

pub use envelope::{Envelope, EnvelopeError, EnvelopeProblem, Storage};
pub use list::ListPage;
pub use objects::objects;
pub(crate) use storage::with_storage;
pub use storage::without_nodes;
