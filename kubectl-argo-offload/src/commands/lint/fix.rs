//! `--fix` and `--diff`: findings mended in the files.

use std::io::Write;

use anyhow::{Context, Result};
use argo_offload_core::config::{Options, apply_fixes};

use super::files::Found;
use super::text::counted;
use super::{Linted, answer, diff, show};
use crate::cli::{LintArguments, LintOutput};
use crate::commands::Answer;
use crate::commands::selection::Selection;
use crate::failure::Failure;
use crate::input::{BOM, read};
use crate::output::{printable, say, write_stdout};

/// How often the files are linted again after they were mended: a fix can make another one possible.
const ROUNDS: usize = 10;

pub(super) fn run(
    inputs: &mut [Found],
    complete: bool,
    options: &Options,
    selection: &Selection,
    arguments: &LintArguments,
) -> Result<Answer> {
    if arguments.output != LintOutput::Text && inputs.iter().any(Found::is_stdin) {
        return Err(Failure::new(
            "--fix writes the mended text of stdin to stdout: there is no room for a report",
        )
        .help("leave out -o, or name a file")
        .into());
    }
    let before = inputs.to_vec();
    let mut mended = vec![0; inputs.len()];
    for _ in 0..ROUNDS {
        let findings = Linted::of(inputs, options, selection).report.findings;
        let mut changed = false;
        for ((file, found), mended) in inputs.iter_mut().enumerate().zip(&mut mended) {
            let fixed = apply_fixes(&found.input.text, file, &findings, arguments.unsafe_fixes);
            changed |= !fixed.applied.is_empty();
            *mended += fixed.applied.len();
            found.input.text = fixed.text;
        }
        if !changed {
            break;
        }
    }
    let mut linted = Linted::of(inputs, options, selection);
    linted.complete = complete;
    if arguments.diff {
        let before = Linted::of(&before, options, selection);
        let text: String =
            (0..inputs.len()).map(|file| diff::unified(&before, &linted, file)).collect();
        write_stdout(text.as_bytes())?;
        return Ok(if text.is_empty() { Answer::Good } else { Answer::Bad });
    }
    let changed = || {
        let both = inputs.iter().zip(&before);
        both.filter(|(found, before)| found.input.text != before.input.text && !found.is_stdin())
    };
    // All or none, as far as that can be known before.
    for (_, before) in changed() {
        writable(before)?;
    }
    for (found, before) in changed() {
        write(found, before)?;
    }
    if let Some(found) = inputs.iter().find(|found| found.is_stdin()) {
        // The text goes on in the pipe; what is left to say goes to stderr.
        write_stdout(&found.bytes())?;
        say(super::text::findings(&linted).trim_end());
        say(super::text::summary(&linted));
    } else {
        show(&linted, arguments)?;
    }
    for (found, mended) in inputs.iter().zip(mended).filter(|(_, mended)| *mended > 0) {
        say(format_args!(
            "{}: {} mended",
            printable(&found.input.name),
            counted(mended, "finding")
        ));
    }
    Ok(answer(&linted.report.findings, arguments.fail_on))
}

/// That a file can be written and is still what was linted.
fn writable(before: &Found) -> Result<()> {
    let path = &before.path;
    let failure = |what: &str, help: &str| {
        Err(Failure::new(format!("{} {what}; nothing was written", path.display()))
            .help(help)
            .into())
    };
    if before.input.compressed {
        return failure("is compressed", "decompress it, or see what would change with --diff");
    }
    let permissions = std::fs::metadata(path)
        .with_context(|| format!("cannot read {}", path.display()))?
        .permissions();
    if permissions.readonly() {
        return failure("is read-only", "make it writable, or see what would change with --diff");
    }
    let now = read(path)?;
    if now.text != before.input.text || now.bom != before.input.bom {
        return failure("was changed while it was linted", "run lint again");
    }
    Ok(())
}

/// Replaces a file in one step; where it is a link, what that leads to.
fn write(found: &Found, before: &Found) -> Result<()> {
    writable(before)?;
    let failed = || format!("cannot write {}", found.path.display());
    let target = std::fs::canonicalize(&found.path).with_context(failed)?;
    let folder = target.parent().with_context(failed)?;
    let mut file = tempfile::NamedTempFile::new_in(folder).with_context(failed)?;
    file.write_all(&found.bytes()).with_context(failed)?;
    file.as_file()
        .set_permissions(std::fs::metadata(&target).with_context(failed)?.permissions())
        .with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(&target).with_context(failed)?;
    Ok(())
}

impl Found {
    fn is_stdin(&self) -> bool {
        self.path.as_os_str() == "-"
    }

    /// The text as it is stored.
    fn bytes(&self) -> Vec<u8> {
        let mark = if self.input.bom { BOM } else { &[] };
        [mark, &self.input.text].concat()
    }
}
