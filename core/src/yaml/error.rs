//! What go-yaml says about a text it refuses.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::json::SyntaxError;

/// A text that go-yaml refuses. Shown, it is go-yaml's own message.
#[derive(Clone, Debug, PartialEq)]
pub struct YamlError {
    /// Where it went wrong: an offset in bytes into the text (its UTF-8 form, if it was UTF-16).
    pub at: usize,
    /// The line as go-yaml counts it, which can be one off; 0 where it names none.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What is wrong with a text.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Problem {
    /// The characters, tokens or structure of the text, in go-yaml's words.
    Syntax(&'static str),
    /// An alias whose anchor was not defined before it.
    UnknownAnchor(String),
    /// An alias inside the value of its own anchor.
    ContainsItself(String),
    /// A list or mapping as a key, written as Go's `%#v` does.
    InvalidKey(String),
    /// A scalar that is not what its tag says.
    WrongTag {
        /// The tag it has by its looks.
        found: &'static str,
        /// Its text.
        text: String,
        /// The tag written.
        wanted: &'static str,
    },
    /// `!!binary` whose text is not base64.
    InvalidBase64,
    /// `<<` with something else than a mapping or a list of mappings.
    MergeWantsMapping,
    /// Aliases multiply the text beyond go-yaml's limit.
    ExcessiveAliasing,
    /// Longer than offsets reach; Go has no such limit.
    TooLong,
    /// Not JSON, where JSON is expected.
    Json(SyntaxError),
    /// A JSON number beyond a float64.
    JsonNumber(String),
}

impl fmt::Display for YamlError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !matches!(self.problem, Problem::Json(_) | Problem::JsonNumber(_)) {
            out.write_str("yaml: ")?;
        }
        if self.line > 0 {
            write!(out, "line {}: ", self.line)?;
        }
        self.problem.fmt(out)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Syntax(problem) => out.write_str(problem),
            Self::UnknownAnchor(name) => write!(out, "unknown anchor '{name}' referenced"),
            Self::ContainsItself(name) => write!(out, "anchor '{name}' value contains itself"),
            Self::InvalidKey(key) => write!(out, "invalid map key: {key}"),
            Self::WrongTag { found, text, wanted } => {
                write!(out, "cannot decode {found} `{text}` as a {wanted}")
            }
            Self::InvalidBase64 => out.write_str("!!binary value contains invalid base64 data"),
            Self::MergeWantsMapping => {
                out.write_str("map merge requires map or sequence of maps as the value")
            }
            Self::ExcessiveAliasing => out.write_str("document contains excessive aliasing"),
            Self::TooLong => out.write_str("the text is longer than a gigabyte"),
            Self::Json(error) => error.fmt(out),
            Self::JsonNumber(number) => {
                write!(out, "json: cannot unmarshal number {number} into float64")
            }
        }
    }
}

impl core::error::Error for YamlError {}

/// A result whose error is out of the way of the hot path.
pub(super) type Fallible<T> = Result<T, Box<YamlError>>;

/// An error for which go-yaml names no line.
#[cold]
pub(super) fn fault(at: usize, problem: Problem) -> Box<YamlError> {
    Box::new(YamlError { at, line: 0, problem })
}
