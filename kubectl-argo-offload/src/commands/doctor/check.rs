//! What a check is, and what comes out of it.

use std::future::Future;
use std::pin::Pin;

use super::facts::Facts;
use crate::cluster::ClusterError;
use crate::output::shortened;

/// The most characters of a message: names and words in it come from elsewhere.
const MESSAGE: usize = 1000;

/// Something doctor looks at.
pub(crate) struct Check {
    /// Stable: `AD` and three digits. AD1xx is the cluster, AD2xx the configuration, AD3xx the database, AD4xx rows
    /// and workflows.
    pub(crate) code: &'static str,
    /// The same in words: `database-login`.
    pub(crate) name: &'static str,
    /// One line about it.
    pub(crate) summary: &'static str,
    /// Markdown under fixed headings.
    pub(crate) documentation: &'static str,
    pub(super) run: for<'a> fn(&'a Facts) -> Running<'a>,
}

/// A check that runs.
pub(super) type Running<'a> = Pin<Box<dyn Future<Output = Result<Vec<Outcome>, Skipped>> + 'a>>;

/// What a check found; the mildest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::commands) enum Level {
    /// It was not looked at.
    Skipped,
    /// Nothing is wrong.
    Ok,
    /// It works, and will hurt.
    Warning,
    /// Offloading does not work.
    Error,
}

impl Level {
    pub(super) const ALL: [Self; 4] = [Self::Ok, Self::Warning, Self::Error, Self::Skipped];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Skipped => "skipped",
            Self::Ok => "ok",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// One thing that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) level: Level,
    pub(super) message: String,
    /// The next thing to do.
    pub(super) help: Option<String>,
}

/// Why a check looked at nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Skipped {
    pub(super) why: String,
    pub(super) help: Option<String>,
}

impl Outcome {
    pub(super) fn ok(message: impl ToString) -> Self {
        Self::new(Level::Ok, message, None)
    }

    pub(super) fn warning(message: impl ToString, help: impl ToString) -> Self {
        Self::new(Level::Warning, message, Some(help.to_string()))
    }

    pub(super) fn error(message: impl ToString, help: impl ToString) -> Self {
        Self::new(Level::Error, message, Some(help.to_string()))
    }

    pub(super) fn new(level: Level, message: impl ToString, help: Option<String>) -> Self {
        let short = |text: String| shortened(&text, MESSAGE);
        Self { level, message: short(message.to_string()), help: help.map(short) }
    }

    /// An error of the cluster, with its next step.
    pub(super) fn of_cluster(error: &ClusterError) -> Self {
        Self::new(Level::Error, error, error.help().map(Into::into))
    }
}

impl From<Skipped> for Outcome {
    fn from(skipped: Skipped) -> Self {
        Self::new(Level::Skipped, skipped.why, skipped.help)
    }
}

impl Skipped {
    pub(super) fn because(why: impl ToString) -> Self {
        Self { why: why.to_string(), help: None }
    }

    /// What it needs did not pass another check, which says why.
    pub(super) fn after(check: &Check) -> Self {
        Self::because(format_args!("it needs {} ({})", check.name, check.code))
    }

    /// A right is lacking.
    pub(super) fn forbidden(error: &ClusterError) -> Self {
        Self { why: error.to_string(), help: error.help().map(Into::into) }
    }
}
