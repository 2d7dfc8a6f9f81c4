//! How large a Workflow is to its controller, and what the controller does about it.

mod compress;
mod fields;
mod limit;
mod measure;
mod verdict;

pub use compress::{Compressed, compress_marshalled_nodes, compress_nodes};
pub use limit::{DEFAULT_MAX_WORKFLOW_BYTES, max_workflow_bytes};
pub use measure::{Measure, measure};
pub use verdict::{Rules, Verdict, VerdictKind, judge};
