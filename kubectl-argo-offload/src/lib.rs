//! The parts of the plugin that touch the outside world, as a library so that tests can reach them.
//!
//! Internal: the binary `kubectl-argo_offload` is the product, and nothing here is a stable API.

pub mod cli;
pub mod cluster;
mod commands;
mod failure;
mod input;
mod log;
mod output;
mod profile;
mod signal;
pub mod store;
pub mod tunnel;

use std::process::ExitCode;

use clap::Parser;

/// Runs the command line and gives the exit code: 0 done, 1 the answer asked for is bad, 2 could not
/// do it.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    log::start();
    match commands::run(arguments.command) {
        Ok(answer) => answer.into(),
        Err(error) if failure::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            failure::print(&error);
            ExitCode::from(2)
        }
    }
}
