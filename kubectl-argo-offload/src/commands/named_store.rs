//! The store that `--store` names.

use anyhow::Result;

use crate::failure::Failure;
use crate::output::{printable, say};
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
