//! How a workflow is printed.

use std::fmt::Display;

use anyhow::Result;
use argo_offload_core::json::locate;
use argo_offload_core::yaml;

use super::Answer;
use crate::cli::WorkflowOutput;
use crate::failure::Failure;
use crate::output::write_stdout;

/// Prints the workflow, with the line end that files have.
pub(super) fn finish(workflow: &[u8], output: WorkflowOutput) -> Result<Answer> {
    if output == WorkflowOutput::Yaml {
        return write_stdout(&as_yaml(workflow)?).map(|()| Answer::Good);
    }
    write_stdout(workflow)?;
    if workflow.last() != Some(&b'\n') {
        write_stdout(b"\n")?;
    }
    Ok(Answer::Good)
}

/// The workflow as YAML, which has room for each key once only.
fn as_yaml(workflow: &[u8]) -> Result<Vec<u8>> {
    let document = yaml::read_json(workflow)
        .map_err(|error| not_as_yaml(workflow, error.at, &error.problem))?;
    if let Some(duplicate) = document.duplicates().first() {
        let at = document.node(duplicate.key).span.start;
        return Err(not_as_yaml(workflow, at, &"this key is set twice").into());
    }
    drop(document);
    Ok(yaml::emit(workflow).map_err(|error| not_as_yaml(workflow, error.at, &error))?)
}

fn not_as_yaml(workflow: &[u8], at: usize, what: &dyn Display) -> Failure {
    let path = locate(workflow, at).path;
    Failure::new(format_args!("cannot print the workflow as YAML: {what} ({path})"))
        .help("print it with -o json, which changes nothing else in it")
}
