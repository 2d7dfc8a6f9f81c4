//! Workflows in what was read.

use std::ops::Range;
use std::path::Path;

use anyhow::Result;
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
            EnvelopeProblem::Syntax(_) => failure.help(
                "the input must be JSON: kubectl get workflow NAME -o json --show-managed-fields",
            ),
            _ => failure,
        }
    }
}

/// The objects of an input, Lists replaced by their items.
pub(crate) fn documents(input: &Input) -> Result<Vec<Document>> {
    let spans = objects(&input.text).map_err(|error| {
        Failure::at(&input.name, &input.text, error.at, &error)
            .help("the file is cut off or not JSON: fetch it again with kubectl get workflow NAME -o json")
    })?;
    if spans.is_empty() {
        let help = "the command before it in the pipe may have failed";
        return Err(Failure::new(format!("{} is empty", input.name)).help(help).into());
    }
    Ok(spans.into_iter().map(|span| Document { span }).collect())
}

/// The one Workflow in a file or stdin.
pub(crate) fn single(path: &Path) -> Result<(Input, Document)> {
    let input = read(path)?;
    let found = documents(&input)?;
    let other = found.iter().find_map(|document| {
        let at = document.span.start;
        let found = *input.text.get(at).filter(|byte| **byte != b'{')?;
        let reason = SyntaxReason::Unexpected { found, expected: "a JSON object" };
        Some(SyntaxError { at, reason })
    });
    if let Some(error) = other {
        return Err(Failure::at(&input.name, &input.text, error.at, &error)
            .help("the input must be JSON: kubectl get workflow NAME -o json --show-managed-fields")
            .into());
    }
    match found.as_slice() {
        [one] => {
            let one = one.clone();
            Ok((input, one))
        }
        several => {
            let what =
                format!("{} holds {} objects, expected one Workflow", input.name, several.len());
            let help = "pipe them one by one, for example: jq -c '.items[]' | while read -r workflow; \
                        do printf %s \"$workflow\" | kubectl argo-offload … -f -; done";
            Err(Failure::new(what).help(help).into())
        }
    }
}
