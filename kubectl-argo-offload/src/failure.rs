//! Errors as a person reads them: what, where, what was expected, what to do next.

use std::borrow::Cow;
use std::fmt;
use std::io::ErrorKind;

use argo_offload_core::golang::{ArgoVersion, DecodeError};

use crate::cluster::ClusterError;
use crate::input::place::position;
use crate::output::{say, shortened};
use crate::store::StoreError;

/// The most characters of a message: names in it come from the input and may be of any length.
const MESSAGE: usize = 1000;

/// An error with the next thing to do.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    what: String,
    help: Option<String>,
}

impl Failure {
    pub(crate) fn new(what: impl fmt::Display) -> Self {
        Self { what: what.to_string(), help: None }
    }

    /// `file:line:column: what`
    pub(crate) fn at(name: &str, text: &[u8], offset: usize, what: impl fmt::Display) -> Self {
        let (line, column) = position(text, offset);
        Self::new(format_args!("{name}:{line}:{column}: {what}"))
    }

    pub(crate) fn help(self, help: impl fmt::Display) -> Self {
        Self { help: Some(help.to_string()), ..self }
    }

    /// Nodes that Argo's own code would refuse; they stand in no file, so the place is within them.
    pub(crate) fn in_nodes(
        name: &str,
        nodes: &str,
        error: &DecodeError,
        argo: ArgoVersion,
    ) -> Self {
        Self::new(format_args!(
            "{name}: in {nodes}, at byte {}: {error}; Argo {argo} refuses this",
            error.at
        ))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl std::error::Error for Failure {}

/// Prints an error and its next step on stderr.
pub(crate) fn print(error: &anyhow::Error) {
    say(format_args!("error: {}", shortened(&format!("{error:#}"), MESSAGE)));
    if let Some(help) = help_of(error) {
        say(format_args!("  help: {}", shortened(&help, MESSAGE)));
    }
}

/// Says on stderr what goes on all the same, and why it is not as wanted.
pub(crate) fn note(what: impl fmt::Display, why: impl fmt::Display) {
    say(format_args!("note: {what}: {}", shortened(&why.to_string(), MESSAGE)));
}

/// An error and its next step in one line.
pub(crate) fn in_one_line(error: &anyhow::Error) -> String {
    let help = help_of(error).map_or(String::new(), |help| format!("; {help}"));
    format!("{error:#}{help}")
}

/// The next step that an error names.
pub(crate) fn help_of(error: &anyhow::Error) -> Option<Cow<'_, str>> {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.help.as_deref().map(Cow::Borrowed);
    }
    if let Some(error) = error.downcast_ref::<ClusterError>() {
        return error.help().map(Cow::Borrowed);
    }
    error.downcast_ref::<StoreError>().map(StoreError::help)
}

/// Whether whoever read our output has stopped reading.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .root_cause()
        .downcast_ref::<std::io::Error>()
        .is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}
