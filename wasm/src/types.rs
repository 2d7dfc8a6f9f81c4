//! What crosses the border to JavaScript. The TypeScript types are made of these.

use serde::{Deserialize, Serialize};
use tsify::Tsify;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct Position {
    /// In UTF-16 code units from the beginning, as strings of JavaScript are counted.
    pub offset: u32,
    /// From 1.
    pub line: u32,
    /// In UTF-16 code units, from 1.
    pub column: u32,
}

/// A part of a text; empty where something is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Tsify)]
pub struct Range {
    /// Where it begins.
    pub start: Position,
    /// Behind its last character.
    pub end: Position,
}

/// How `lint` looks at a text.
#[derive(Clone, Debug, Default, Deserialize, Tsify)]
#[serde(default, rename_all = "camelCase")]
pub struct LintOptions {
    /// The version of Argo to judge by, such as `"3.7.6"`; by default the one in the controller's image, else the newest
    /// known.
    #[tsify(optional)]
    pub argo_version: Option<String>,
    /// A version that the controller is to be upgraded to.
    #[tsify(optional)]
    pub upgrade_to: Option<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; often meant so.
    Info,
    /// Works now and hurts later.
    Warning,
    /// The controller refuses it, or offloading does not work.
    Error,
}

/// One thing that lint has to say.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Finding {
    /// The rule's code, such as `"AO201"`.
    pub code: String,
    /// The rule's name.
    pub name: String,
    /// How bad it is.
    pub severity: Severity,
    /// One sentence: what is wrong.
    pub message: String,
    /// Where.
    pub range: Range,
    /// Other places that belong to it.
    pub related: Vec<Related>,
    /// What to do.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// The text that Argo's own code would log, where it refuses.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub argo: Option<String>,
    /// Edits that mend it.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
    /// Whether the text at its place is a secret, so that the line is better shown to no one.
    pub confidential: bool,
}

/// Another place that belongs to a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Related {
    /// Where.
    pub range: Range,
    /// What is there.
    pub message: String,
}

/// Edits that mend a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Fix {
    /// What it does, as an imperative.
    pub title: String,
    /// Whether it can be applied without a person looking at it.
    pub safe: bool,
    /// Edits that do not overlap.
    pub edits: Vec<Edit>,
}

/// Replaces a part of the text; an empty range inserts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Tsify)]
pub struct Edit {
    /// What is replaced.
    pub range: Range,
    /// What comes there instead.
    pub text: String,
}

/// What lint found, by place.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Findings(pub Vec<Finding>);

/// A text after fixes.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Fixed {
    /// The new text.
    pub text: String,
    /// What was done to the old one, in its order.
    pub edits: Vec<Edit>,
}

/// What is known of the key at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Hover {
    /// Where the key stands.
    pub range: Range,
    /// The keys from the top of the configuration to it.
    pub path: Vec<String>,
    /// One sentence: what it is, its unit and its default. Backticks mark what is written so.
    pub short: String,
    /// What follows from it, and what goes wrong.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long: Option<String>,
    /// The first version of Argo that knows it, where that is not the oldest known here.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
}

/// Something that can stand at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Completion {
    /// What it replaces.
    pub range: Range,
    /// The key or the value.
    pub label: String,
    /// What is written.
    pub insert: String,
    /// What it is.
    pub kind: CompletionKind,
    /// What it means, in one sentence.
    #[tsify(optional)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What a completion is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Tsify)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A key.
    Key,
    /// A value.
    Value,
}

/// What can stand at a place.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Completions(pub Vec<Completion>);

/// A rule of lint.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Rule {
    /// Its code.
    pub code: String,
    /// The same in words.
    pub name: String,
    /// What its findings usually are.
    pub severity: Severity,
    /// One line about it.
    pub summary: String,
}

/// The rules of lint, by code.
#[derive(Clone, Debug, PartialEq, Serialize, Tsify)]
pub struct Rules(pub Vec<Rule>);
