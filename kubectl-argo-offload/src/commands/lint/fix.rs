//! `--fix` and `--diff`: findings mended in the files.

use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use argo_offload_core::config::{Options, apply_fixes};
use similar::TextDiff;

use super::files::Found;
use super::rules::Selection;
use super::{Linted, answer, judge, show};
use crate::cli::LintArguments;
use crate::commands::Answer;
use crate::failure::Failure;
use crate::output::{say, write_stdout};

/// How often the files are linted again after they were mended: a fix can make another one possible.
const ROUNDS: usize = 10;

pub(super) fn run(
    inputs: &mut [Found],
    options: &Options,
    selection: &Selection,
    arguments: &LintArguments,
) -> Result<Answer> {
    let before: Vec<Vec<u8>> = inputs.iter().map(|found| found.input.text.clone()).collect();
    let mut applied = 0;
    for _ in 0..ROUNDS {
        let report = judge(inputs, options, selection);
        let mut changed = 0;
        for (file, found) in inputs.iter_mut().enumerate() {
            let fixed =
                apply_fixes(&found.input.text, file, &report.findings, arguments.unsafe_fixes);
            changed += fixed.applied.len();
            found.input.text = fixed.text;
        }
        applied += changed;
        if changed == 0 {
            break;
        }
    }
    if arguments.diff {
        return diff(inputs, &before);
    }
    let mut stdout = None;
    for (found, before) in inputs.iter().zip(&before) {
        if found.path.as_os_str() == "-" {
            stdout = Some(found);
        } else if found.input.text != *before {
            write(found, before)?;
        }
    }
    let linted = Linted { report: judge(inputs, options, selection), inputs };
    if let Some(found) = stdout {
        // The text goes on in the pipe; what is left to say goes to stderr.
        write_stdout(&found.input.text)?;
        say(super::text::findings(&linted).trim_end());
        say(super::text::summary(&linted));
    } else {
        show(&linted, arguments)?;
    }
    say(format_args!("{applied} mended"));
    Ok(answer(&linted.report.findings, arguments.fail_on))
}

/// Shows the changes as a unified diff. Exit code 1 when there are any, as diff has it.
fn diff(inputs: &[Found], before: &[Vec<u8>]) -> Result<Answer> {
    let mut answer = Answer::Good;
    for (found, before) in inputs.iter().zip(before) {
        if found.input.text == *before {
            continue;
        }
        answer = Answer::Bad;
        let (old, new) =
            (String::from_utf8_lossy(before), String::from_utf8_lossy(&found.input.text));
        let name = &found.input.name;
        let text = TextDiff::from_lines(&*old, &*new)
            .unified_diff()
            .header(&format!("a/{name}"), &format!("b/{name}"))
            .to_string();
        write_stdout(text.as_bytes())?;
    }
    Ok(answer)
}

/// Replaces a file in one step, unless it was changed meanwhile or is not what was linted.
fn write(found: &Found, before: &[u8]) -> Result<()> {
    let path = &found.path;
    let now = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let bom = now.strip_prefix(b"\xef\xbb\xbf").filter(|rest| *rest == before).is_some();
    if now != before && !bom {
        return Err(Failure::new(format!(
            "{} is compressed, or was changed while it was linted",
            path.display()
        ))
        .help("nothing was written to it; decompress it, or run lint again")
        .into());
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let failed = || format!("cannot write {}", path.display());
    let target = std::fs::canonicalize(path).with_context(failed)?;
    let mut file =
        tempfile::NamedTempFile::new_in(target.parent().unwrap_or(folder)).with_context(failed)?;
    if bom {
        file.write_all(b"\xef\xbb\xbf").with_context(failed)?;
    }
    file.write_all(&found.input.text).with_context(failed)?;
    file.as_file()
        .set_permissions(std::fs::metadata(&target).with_context(failed)?.permissions())
        .with_context(failed)?;
    file.as_file().sync_all().with_context(failed)?;
    file.persist(&target).with_context(failed)?;
    Ok(())
}
