//! What lint says: findings, their places and their fixes.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;
use core::str::FromStr;

use crate::config::rules::Rule;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; often meant so.
    Info,
    /// Works now and hurts later.
    Warning,
    /// The controller refuses it, or offloading does not work.
    Error,
}

impl Severity {
    /// All of them, the least first.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Error];

    /// The word for it: `info`, `warning`, `error`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.name())
    }
}

impl FromStr for Severity {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|severity| severity.name() == text).ok_or(())
    }
}

/// A range of bytes in one of the files given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Span {
    /// Index of the file.
    pub file: usize,
    /// Bytes in it; empty where something is missing.
    pub range: Range<usize>,
}

impl Span {
    /// By file and place.
    pub(crate) fn key(&self) -> (usize, usize, usize) {
        (self.file, self.range.start, self.range.end)
    }
}

/// One thing that lint has to say.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The rule that found it.
    pub rule: &'static Rule,
    /// The rule's severity, or a milder one where the case is milder.
    pub severity: Severity,
    /// One sentence: what is wrong.
    pub message: String,
    /// Where.
    pub span: Span,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What to do.
    pub help: Option<String>,
    /// The text that Argo's own code would log, where it refuses.
    pub argo: Option<String>,
    /// Edits that mend it.
    pub fix: Option<Fix>,
    /// Whether the text at its place is a secret, so that the line is shown to no one.
    pub confidential: bool,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Where.
    pub span: Span,
    /// What is there.
    pub message: String,
}

/// Edits that mend a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: `write nodeStatusOffLoad`.
    pub title: String,
    /// Whether it can be applied without a person looking at it.
    pub safety: Safety,
    /// Edits that do not overlap, all of them in one file.
    pub edits: Vec<Edit>,
}

/// Whether a fix changes what the configuration means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Safety {
    /// What is meant is certain.
    Safe,
    /// It may not be what is meant, or it changes how the controller behaves.
    Unsafe,
}

/// Replaces a range of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty range inserts.
    pub span: Span,
    /// What comes there instead.
    pub text: String,
}

impl Finding {
    /// A finding at `span` with the rule's own severity.
    pub(crate) fn new(
        rule: &'static Rule,
        span: Span,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            rule,
            severity: rule.severity,
            message: message.into().into_owned(),
            span,
            related: Vec::new(),
            help: None,
            argo: None,
            fix: None,
            confidential: false,
        }
    }

    pub(crate) fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    pub(crate) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into().into_owned());
        self
    }

    pub(crate) fn maybe_help(mut self, help: Option<&str>) -> Self {
        self.help = help.map(String::from);
        self
    }

    pub(crate) fn related(mut self, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        self.related.push(Related { span, message: message.into().into_owned() });
        self
    }

    /// Keeps what stands at its place from being shown.
    pub(crate) fn confidential(mut self) -> Self {
        self.confidential = true;
        self
    }

    pub(crate) fn argo(mut self, text: Option<String>) -> Self {
        self.argo = text;
        self
    }

    pub(crate) fn fix(mut self, fix: Option<Fix>) -> Self {
        self.fix = fix;
        self
    }
}
