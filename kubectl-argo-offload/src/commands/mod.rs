//! One file a command.

mod complete;
mod completion;
mod disable;
mod doctor;
mod enable;
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
mod selection;
mod size;
mod split;
mod version;

use std::process::ExitCode;

use anyhow::Result;
use argo_offload_core::golang::ArgoVersion;

pub(crate) use self::doctor::CHECKS;
use self::named_store::Named;
use crate::cli::Command;
use crate::output::say;
use crate::profile;

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
        Command::Size(mut arguments) => {
            if arguments.filename.is_empty() {
                profile::complete(&mut arguments.live)?;
            }
            size::run(&arguments)
        }
        Command::Rows(mut arguments) => {
            if Named::is_of_cluster(&arguments.store) {
                profile::complete(&mut arguments.live)?;
            }
            rows::run(&arguments)
        }
        Command::Get(mut arguments) => {
            let store = arguments.store.as_deref();
            if store.map_or(arguments.filename.is_empty(), Named::is_of_cluster) {
                profile::complete(&mut arguments.live)?;
            }
            get::run(&arguments)
        }
        Command::Split(arguments) => split::run(&arguments),
        Command::Merge(mut arguments) => {
            if arguments.store.as_deref().is_some_and(Named::is_of_cluster) {
                profile::complete(&mut arguments.live)?;
            }
            merge::run(&arguments)
        }
        Command::Lint(mut arguments) => {
            if arguments.live {
                profile::complete_lint(&mut arguments)?;
            }
            lint::run(&arguments)
        }
        Command::Doctor(mut arguments) => {
            profile::complete_doctor(&mut arguments)?;
            doctor::run(&arguments)
        }
        Command::Enable(mut arguments) => {
            profile::complete_enable(&mut arguments)?;
            enable::run(&arguments)
        }
        Command::Disable(mut arguments) => {
            profile::complete_disable(&mut arguments)?;
            disable::run(&arguments)
        }
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Schema { name } => schema::run(name),
        Command::Version(arguments) => version::run(&arguments),
        Command::Completion { shell } => completion::run(shell),
        Command::Relay(arguments) => relay::run(&arguments),
        Command::Complete { words } => complete::run(&words),
    }
}
