//! One file a command.

mod complete;
mod completion;
mod explain;
mod get;
mod lint;
mod live;
mod merge;
mod named_store;
mod parts;
mod printed_workflow;
mod relay;
mod rows;
mod schema;
mod size;
mod split;
mod version;

use std::process::ExitCode;

use anyhow::Result;
use argo_offload_core::golang::ArgoVersion;

use crate::cli::Command;
use crate::output::say;

/// How a command that could do its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Exit code 0.
    Good,
    /// Exit code 1: what was asked for was looked at and is bad.
    Bad,
    /// Exit code 2: part of it could not be done; what is wrong has been printed.
    Incomplete,
}

impl From<Answer> for ExitCode {
    fn from(answer: Answer) -> Self {
        match answer {
            Answer::Good => Self::SUCCESS,
            Answer::Bad => Self::from(1),
            Answer::Incomplete => Self::from(2),
        }
    }
}

/// Says when another version of Argo stands in for the one asked for.
fn notice(argo: ArgoVersion) {
    if let Some(notice) = argo.notice() {
        say(format_args!("note: {notice}"));
    }
}

pub(crate) fn run(command: Command) -> Result<Answer> {
    match command {
        Command::Size(arguments) => size::run(&arguments),
        Command::Rows(arguments) => rows::run(&arguments),
        Command::Get(arguments) => get::run(&arguments),
        Command::Split(arguments) => split::run(&arguments),
        Command::Merge(arguments) => merge::run(&arguments),
        Command::Lint(arguments) => lint::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Schema { name } => schema::run(name),
        Command::Version(arguments) => version::run(&arguments),
        Command::Completion { shell } => completion::run(shell),
        Command::Relay(arguments) => relay::run(&arguments),
        Command::Complete { words } => complete::run(&words),
    }
}
