//! Workflows in what was read.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, DecodeError};
use argo_offload_core::json::{SyntaxError, SyntaxReason};
use argo_offload_core::workflow::{Envelope, EnvelopeError, EnvelopeProblem, objects};

use super::read::{Input, read};
use crate::failure::Failure;

/// One object of an input.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Its bytes within the input's text.
    pub(crate) span: Range<usize>,
}

impl Document {
    pub(crate) fn text<'a>(&self, input: &'a Input) -> &'a [u8] {
        input.text.get(self.span.clone()).unwrap_or_default()
    }

    /// An error at an offset within this object, placed in the whole input.
    pub(crate) fn failure(
        &self,
        input: &Input,
        offset: usize,
        what: impl std::fmt::Display,
    ) -> Failure {
        Failure::at(&input.name, &input.text, self.span.start + offset, what)
    }

    /// The error for a text that Argo's own code would refuse.
    pub(crate) fn refused(&self, input: &Input, error: &DecodeError, argo: ArgoVersion) -> Failure {
        self.failure(input, error.at, format_args!("{error}; Argo {argo} refuses this"))
    }

    /// The error for `compressedNodes` that cannot be read.
    pub(crate) fn in_compressed_nodes(
        &self,
        input: &Input,
        what: impl std::fmt::Display,
    ) -> Failure {
        let span = self.envelope(input).ok().and_then(|envelope| envelope.compressed_nodes);
        self.failure(input, span.map_or(0, |span| span.start), what)
            .help("the workflow was damaged or changed: fetch it again")
    }

    /// The object read as a Workflow.
    pub(crate) fn envelope<'a>(&self, input: &'a Input) -> Result<Envelope<'a>, Failure> {
        Envelope::parse(self.text(input)).map_err(|error| self.envelope_failure(input, &error))
    }

    pub(crate) fn envelope_failure(&self, input: &Input, error: &EnvelopeError) -> Failure {
        let failure = self.failure(input, error.at, error);
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
            EnvelopeProblem::Syntax(_) => failure.help(JSON_WANTED),
            _ => failure,
        }
    }
}

const JSON_WANTED: &str = "the input must be JSON (YAML is not read yet): \
                           kubectl get workflow NAME -o json --show-managed-fields";

/// The objects of an input, Lists and arrays replaced by their items.
///
/// An input that is no JSON is one error, however many values could be seen in it.
pub(crate) fn documents(input: &Input) -> Result<Vec<Document>> {
    if input.text.trim_ascii().is_empty() {
        let help = "the command before it in the pipe may have failed";
        return Err(Failure::new(format!("{} is empty", input.name)).help(help).into());
    }
    let spans = objects(&input.text).and_then(|spans| match not_an_object(&input.text, &spans) {
        Some(error) => Err(error),
        None => Ok(spans),
    });
    let spans = spans.map_err(|error| {
        let failure = Failure::at(&input.name, &input.text, error.at, &error);
        match error.reason {
            SyntaxReason::UnexpectedEnd => failure.help("the input is cut off: fetch it again"),
            _ => failure.help(JSON_WANTED),
        }
    })?;
    Ok(spans.into_iter().map(|span| Document { span }).collect())
}

fn not_an_object(text: &[u8], spans: &[Range<usize>]) -> Option<SyntaxError> {
    spans.iter().find_map(|span| {
        let found = *text.get(span.start).filter(|byte| **byte != b'{')?;
        let reason = SyntaxReason::Unexpected { found, expected: "a JSON object" };
        Some(SyntaxError { at: span.start, reason })
    })
}

/// The one Workflow in a file or stdin.
pub(crate) fn single(path: &Path) -> Result<(Input, Document)> {
    let input = read(path)?;
    let found = documents(&input)?;
    match found.as_slice() {
        [one] => {
            let one = one.clone();
            Ok((input, one))
        }
        several => {
            let what =
                format!("{} holds {} objects, expected one Workflow", input.name, several.len());
            let help = "give one: kubectl get workflow NAME -o json; or take one out of them, for \
                        example: jq '.items[0]'";
            Err(Failure::new(what).help(help).into())
        }
    }
}
