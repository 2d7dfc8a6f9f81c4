//! Why Go would refuse a text.

use alloc::string::String;
use core::fmt;

use crate::json::{SyntaxError, SyntaxReason};

/// A text that Argo's code would refuse to read as a Workflow or as its nodes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// Offset in bytes of the value at fault; [`crate::json::locate`] makes a line and a path of it.
    pub at: usize,
    /// What is wrong with it.
    pub reason: DecodeReason,
}

/// What is wrong with a text that Go would refuse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeReason {
    /// It is not JSON.
    Syntax(SyntaxReason),
    /// A value of one kind stands where the Go type needs another.
    Type {
        /// The kind found, with its article: `a string`.
        found: &'static str,
        /// The kind needed, with its article.
        wanted: &'static str,
    },
    /// A number that the Go type cannot hold.
    Number {
        /// What the type holds.
        wanted: &'static str,
    },
    /// A key that names no field of the type, where that is an error.
    UnknownField {
        /// The type, for example `config.PersistConfig`.
        of: &'static str,
        /// The key.
        key: String,
    },
    /// A text that the type's own `UnmarshalJSON` refuses.
    Value {
        /// What is wrong, in our words.
        problem: String,
    },
    /// The text is longer than 4 GiB, more than this library indexes.
    TooLong,
}

impl DecodeError {
    pub(crate) fn value(at: usize, problem: impl Into<String>) -> Self {
        Self { at, reason: DecodeReason::Value { problem: problem.into() } }
    }
}

impl From<SyntaxError> for DecodeError {
    fn from(error: SyntaxError) -> Self {
        Self { at: error.at, reason: DecodeReason::Syntax(error.reason) }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            DecodeReason::Syntax(reason) => SyntaxError { at: self.at, reason: *reason }.fmt(out),
            DecodeReason::Type { found, wanted } => write!(out, "expected {wanted}, found {found}"),
            DecodeReason::Number { wanted } => write!(out, "the number is not {wanted}"),
            DecodeReason::UnknownField { of, key } => write!(out, "{of} has no field {key:?}"),
            DecodeReason::Value { problem } => out.write_str(problem),
            DecodeReason::TooLong => out.write_str("the text is longer than 4 GiB"),
        }
    }
}

impl core::error::Error for DecodeError {}
