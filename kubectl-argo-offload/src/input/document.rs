//! Workflows in what was read.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, DecodeError};
use argo_offload_core::json::{Place, SyntaxError, SyntaxReason, locate};
use argo_offload_core::workflow::{self, Envelope, EnvelopeError, EnvelopeProblem};

use super::place::position;
use super::read::{Input, read};
use super::yaml::{self, WANTED, Yaml};
use crate::failure::Failure;

/// The objects of an input, Lists and arrays replaced by their items.
#[derive(Debug)]
pub(crate) struct Objects {
    /// How the input is named in messages.
    pub(crate) name: String,
    pub(crate) all: Vec<Document>,
    /// JSON: that of the input, or what was made of its YAML.
    json: Vec<u8>,
    /// What the JSON was made of.
    yaml: Option<Yaml>,
}

impl Objects {
    /// An error at an offset in the JSON: `file:line:column: what (path)`, the line and column those of the
    /// input.
    fn failure(&self, offset: usize, what: impl std::fmt::Display) -> Failure {
        let Place { line, column, path } = locate(&self.json, offset);
        let (line, column) = match &self.yaml {
            None => (line, column),
            Some(yaml) => position(&yaml.text, yaml.source_of(offset)),
        };
        Failure::new(format_args!("{}:{line}:{column}: {what} ({path})", self.name))
    }
}

/// One object of an input.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Its bytes within the JSON.
    span: Range<usize>,
}

impl Document {
    pub(crate) fn text<'a>(&self, objects: &'a Objects) -> &'a [u8] {
        objects.json.get(self.span.clone()).unwrap_or_default()
    }

    /// An error at an offset within this object, placed in the whole input.
    pub(crate) fn failure(
        &self,
        objects: &Objects,
        offset: usize,
        what: impl std::fmt::Display,
    ) -> Failure {
        objects.failure(self.span.start + offset, what)
    }

    /// The error for a text that Argo's own code would refuse.
    pub(crate) fn refused(
        &self,
        objects: &Objects,
        error: &DecodeError,
        argo: ArgoVersion,
    ) -> Failure {
        self.failure(objects, error.at, format_args!("{error}; Argo {argo} refuses this"))
    }

    /// The error for `compressedNodes` that cannot be read.
    pub(crate) fn in_compressed_nodes(
        &self,
        objects: &Objects,
        what: impl std::fmt::Display,
    ) -> Failure {
        let span = self.envelope(objects).ok().and_then(|envelope| envelope.compressed_nodes);
        self.failure(objects, span.map_or(0, |span| span.start), what)
            .help("the workflow was damaged or changed: fetch it again")
    }

    /// The object read as a Workflow.
    pub(crate) fn envelope<'a>(&self, objects: &'a Objects) -> Result<Envelope<'a>, Failure> {
        Envelope::parse(self.text(objects)).map_err(|error| self.envelope_failure(objects, &error))
    }

    pub(crate) fn envelope_failure(&self, objects: &Objects, error: &EnvelopeError) -> Failure {
        let failure = self.failure(objects, error.at, error);
        match &error.problem {
            EnvelopeProblem::Kind { kind, .. }
                if matches!(
                    &**kind,
                    "CronWorkflow" | "WorkflowTemplate" | "ClusterWorkflowTemplate"
                ) =>
            {
                failure.help("only a Workflow has nodes: kubectl get workflow NAME -o json")
            }
            EnvelopeProblem::Kind { .. } => failure.help(
                "give the output of: kubectl get workflow NAME -o json --show-managed-fields",
            ),
            EnvelopeProblem::Syntax(_) => failure.help(json_wanted()),
            _ => failure,
        }
    }
}

/// Reads the objects of an input, JSON or YAML.
///
/// An input that is neither is one error, however many values could be seen in it.
pub(crate) fn objects(input: Input) -> Result<Objects> {
    if input.text.trim_ascii().is_empty() {
        let help = "the command before it in the pipe may have failed";
        return Err(Failure::new(format!("{} is empty", input.name)).help(help).into());
    }
    let name = input.name.clone();
    let (json, yaml) = if yaml::is_json(&input.text) {
        (input.text, None)
    } else {
        let (json, yaml) = yaml::to_json(input)?;
        (json, Some(yaml))
    };
    let mut objects = Objects { name, all: Vec::new(), json, yaml };
    let spans = workflow::objects(&objects.json)
        .and_then(|spans| match not_an_object(&objects.json, &spans) {
            Some(error) => Err(error),
            None => Ok(spans),
        })
        .map_err(|error| not_objects(&objects, &error))?;
    objects.all = spans.into_iter().map(|span| Document { span }).collect();
    Ok(objects)
}

fn json_wanted() -> String {
    format!("what begins with {{ or [ is read as JSON; {WANTED}")
}

fn not_an_object(text: &[u8], spans: &[Range<usize>]) -> Option<SyntaxError> {
    spans.iter().find_map(|span| {
        let found = *text.get(span.start).filter(|byte| **byte != b'{')?;
        let reason = SyntaxReason::Unexpected { found, expected: "a JSON object" };
        Some(SyntaxError { at: span.start, reason })
    })
}

fn not_objects(objects: &Objects, error: &SyntaxError) -> Failure {
    match (error.reason, &objects.yaml) {
        (SyntaxReason::UnexpectedEnd, _) => {
            objects.failure(error.at, error).help("the input is cut off: fetch it again")
        }
        (_, None) => objects.failure(error.at, error).help(json_wanted()),
        (_, Some(_)) => {
            let found = match objects.json.get(error.at) {
                Some(b'"') => "a text",
                Some(b'[') => "a list",
                Some(b'n') => "null",
                Some(b't' | b'f') => "a boolean",
                _ => "a number",
            };
            objects
                .failure(error.at, format_args!("expected an object, found {found}"))
                .help(WANTED)
        }
    }
}

/// The one Workflow in a file or stdin.
pub(crate) fn single(path: &Path) -> Result<(Objects, Document)> {
    let objects = objects(read(path)?)?;
    match objects.all.as_slice() {
        [one] => {
            let one = one.clone();
            Ok((objects, one))
        }
        several => {
            let what =
                format!("{} holds {} objects, expected one Workflow", objects.name, several.len());
            let help = match &objects.yaml {
                None => {
                    "give one: kubectl get workflow NAME -o json; or take one out of them, for \
                     example: jq '.items[0]'"
                }
                Some(_) => {
                    "give one: kubectl get workflow NAME -o yaml; or take one out of them, for \
                     example: yq 'select(.kind == \"Workflow\")'"
                }
            };
            Err(Failure::new(what).help(help).into())
        }
    }
}
