//! What commands on a cluster share.

mod database;
mod references;
mod server;

use anyhow::{Context, Result};

use crate::cluster::Page;
use crate::output::say;

pub(super) use database::{
    Credentials, Database, NoDatabase, connector, database, persistence, target, unreachable,
};
pub(super) use references::references;
pub(super) use server::{Server, server};

/// Runs what waits for servers.
///
/// Nothing is waited for when it is done: a credential plugin that hangs does not hold the command.
pub(super) fn block_on<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .context("cannot start threads")?;
    let result = runtime.block_on(work);
    runtime.shutdown_background();
    result
}

/// Waits within [`block_on`], where the code is not asynchronous.
pub(super) fn wait<T>(work: impl Future<Output = T>) -> T {
    tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(work))
}

/// Says that a list is empty, as kubectl does.
pub(super) fn nothing_found(namespace: Option<&str>) {
    match namespace {
        Some(namespace) => say(format_args!("No resources found in {namespace} namespace.")),
        None => say("No resources found"),
    }
}

/// Says when a list had to go on with a newer state.
pub(super) fn note_inconsistency(page: &Page) {
    if page.inconsistent {
        say("note: the list took long, and goes on with a newer state of the cluster");
    }
}
