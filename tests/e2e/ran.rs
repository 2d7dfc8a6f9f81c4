//! What a command did.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// A command's exit code and output.
pub(crate) struct Ran {
    what: String,
    output: Output,
}

impl Ran {
    /// Runs a command to its end, with this as its input.
    pub(crate) fn run(command: &mut Command, input: &[u8]) -> Result<Self> {
        let words = command.get_args().map(|word| word.to_string_lossy());
        let what = words
            .fold(command.get_program().to_string_lossy().into_owned(), |text, word| {
                text + " " + &word
            });
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {what}"))?;
        let mut pipe = child.stdin.take().context("no pipe")?;
        let output = std::thread::scope(|scope| {
            // A command that fails early does not read everything.
            scope.spawn(move || pipe.write_all(input));
            child.wait_with_output()
        })?;
        Ok(Self { what, output })
    }

    /// The exit code.
    pub(crate) fn code(&self) -> i32 {
        self.output.status.code().unwrap_or(-1)
    }

    /// Standard output.
    pub(crate) fn stdout(&self) -> &[u8] {
        &self.output.stdout
    }

    /// Standard output as text.
    pub(crate) fn out(&self) -> String {
        String::from_utf8_lossy(&self.output.stdout).into_owned()
    }

    /// Standard error as text.
    pub(crate) fn err(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }

    /// Itself, if the command succeeded.
    pub(crate) fn ok(self) -> Result<Self> {
        if self.code() != 0 {
            bail!("{} ended with {}:\n{}{}", self.what, self.code(), self.err(), self.out());
        }
        Ok(self)
    }

    /// Standard output as JSON, if the command succeeded.
    pub(crate) fn json(self) -> Result<Value> {
        let ran = self.ok()?;
        serde_json::from_slice(ran.stdout())
            .with_context(|| format!("{} printed no JSON", ran.what))
    }
}
