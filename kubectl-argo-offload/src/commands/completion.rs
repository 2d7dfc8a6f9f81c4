//! `completion`: a script for a shell.

use anyhow::Result;
use clap::CommandFactory;

use super::Answer;
use crate::cli::Arguments;
use crate::output::write_stdout;

/// The script completes the binary's own name; behind `kubectl argo-offload` see `complete`.
pub(super) fn run(shell: clap_complete::Shell) -> Result<Answer> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "kubectl-argo_offload", &mut script);
    write_stdout(&script)?;
    Ok(Answer::Good)
}
