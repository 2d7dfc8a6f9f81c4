//! `lint`

mod files;
mod fix;
mod github;
mod json;
mod rules;
mod sarif;
mod text;

use anyhow::Result;
use argo_offload_core::config::{File, Finding, Kind, Options, Report, Severity, lint};

use super::{Answer, notice};
use crate::cli::{LintArguments, LintFailOn, LintOutput};
use crate::input::Input;
use crate::output::{say, write_stdout};
use files::Found;
use rules::Selection;
pub(super) use rules::link;

/// Files with what lint says about them.
pub(super) struct Linted<'a> {
    pub(super) inputs: &'a [Found],
    pub(super) report: Report,
}

impl Linted<'_> {
    pub(super) fn input(&self, file: usize) -> Option<&Input> {
        self.inputs.get(file).map(|found| &found.input)
    }

    pub(super) fn count(&self, severity: Severity) -> usize {
        self.report.findings.iter().filter(|finding| finding.severity == severity).count()
    }
}

pub(super) fn run(arguments: &LintArguments) -> Result<Answer> {
    let selection = Selection::of(&arguments.select, &arguments.ignore)?;
    if arguments.list_rules {
        return rules::list(arguments.output, &selection);
    }
    for version in [arguments.argo_version, arguments.upgrade_to].into_iter().flatten() {
        notice(version);
    }
    let mut inputs = files::find(&arguments.filename, &arguments.files)?;
    let options = Options { version: arguments.argo_version, upgrade_to: arguments.upgrade_to };
    if arguments.fix || arguments.diff {
        return fix::run(&mut inputs, &options, &selection, arguments);
    }
    let linted = Linted { report: judge(&inputs, &options, &selection), inputs: &inputs };
    show(&linted, arguments)?;
    Ok(answer(&linted.report.findings, arguments.fail_on))
}

/// Lints the inputs and leaves out what is not selected.
fn judge(inputs: &[Found], options: &Options, selection: &Selection) -> Report {
    let files: Vec<File<'_>> = inputs
        .iter()
        .map(|found| File { name: &found.input.name, text: &found.input.text, named: found.named })
        .collect();
    let mut report = lint(&files, options);
    report.findings.retain(|finding| selection.has(finding.rule));
    report
}

fn show(linted: &Linted<'_>, arguments: &LintArguments) -> Result<()> {
    match arguments.output {
        LintOutput::Text => {
            write_stdout(text::findings(linted).as_bytes())?;
            if arguments.explain_sources {
                write_stdout(text::sources(linted).as_bytes())?;
            }
            say(text::summary(linted));
        }
        LintOutput::Json => json::write(linted, arguments)?,
        LintOutput::Sarif => sarif::write(linted)?,
        LintOutput::Github => {
            write_stdout(github::annotations(linted).as_bytes())?;
            say(text::summary(linted));
        }
    }
    if linted.report.sources.iter().all(|source| source.kind.is_none_or(|kind| kind == Kind::Other))
    {
        say("note: none of the documents is a configuration of the controller");
        say(
            "  help: give its ConfigMap, values of the argo-workflows chart, or a persistence section",
        );
    }
    Ok(())
}

/// Whether the findings are bad enough to fail.
fn answer(findings: &[Finding], fail_on: LintFailOn) -> Answer {
    let least = match fail_on {
        LintFailOn::Info => Severity::Info,
        LintFailOn::Warning => Severity::Warning,
        LintFailOn::Error => Severity::Error,
        LintFailOn::Never => return Answer::Good,
    };
    if findings.iter().any(|finding| finding.severity >= least) {
        Answer::Bad
    } else {
        Answer::Good
    }
}
