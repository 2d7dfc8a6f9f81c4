//! What `split` and `merge` share: the store they mean, and how a workflow is printed.

use anyhow::Result;

use super::Answer;
use crate::failure::Failure;
use crate::output::{printable, say, write_stdout};
use crate::store::{NodeStore, StoreAddress};

/// Where nodes are when nothing is said.
const DEFAULT_STORE: &str = "offloaded-nodes";

/// The store that `--store` names. Its text is never repeated: it may hold a password.
pub(super) fn address(store: Option<&str>) -> Result<StoreAddress> {
    match store {
        None => Ok(StoreAddress::Dir(DEFAULT_STORE.into())),
        Some(text) => {
            text.parse().map_err(|error| Failure::new(format_args!("--store: {error}")).into())
        }
    }
}

/// Says what was odd about a store.
pub(super) fn warn(store: &dyn NodeStore) {
    for warning in store.warnings() {
        say(format_args!("warning: {}", printable(&warning)));
    }
}

/// Prints the workflow, with the line end that files have.
pub(super) fn finish(workflow: &[u8]) -> Result<Answer> {
    write_stdout(workflow)?;
    if workflow.last() != Some(&b'\n') {
        write_stdout(b"\n")?;
    }
    Ok(Answer::Good)
}

/// `1 node`, `2 nodes`
pub(super) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
