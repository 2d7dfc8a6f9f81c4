//! `lint`

mod diff;
mod files;
mod fix;
mod github;
mod hidden;
mod json;
mod live;
mod rules;
mod sarif;
mod text;

use std::ops::Range;

use anyhow::Result;
use argo_offload_core::config::{
    File, Finding, Kind, Options, Recognised, Report, Severity, Span, lint,
};

use super::selection::Selection;
use super::{Answer, notice};
use crate::cli::{LintArguments, LintFailOn, LintOutput};
use crate::input::place::{Lines, Region};
use crate::input::{BOM, Input};
use crate::output::{say, shortened, write_stdout};
use files::Found;
use hidden::Hidden;
pub(super) use live::{LiveFinding, config_map_diff, findings as live_findings};
pub(super) use rules::RuleItem;

/// The most characters of a message: names in it come from the file and may be of any length.
const MESSAGE: usize = 1000;

/// Files with what lint says about them.
struct Linted<'a> {
    inputs: &'a [Found],
    pub(super) report: Report,
    lines: Vec<Lines>,
    hidden: Hidden,
    /// How many of the selected rules' findings comments took away.
    suppressed: usize,
    /// Whether every file could be read.
    complete: bool,
}

impl<'a> Linted<'a> {
    /// Lints the inputs and leaves out what is not selected.
    fn of(inputs: &'a [Found], options: &Options, selection: &Selection) -> Self {
        let files: Vec<File<'_>> = inputs
            .iter()
            .map(|found| File {
                name: &found.input.name,
                text: &found.input.text,
                named: found.named,
            })
            .collect();
        let mut report = lint(&files, options);
        let lines: Vec<Lines> = files.iter().map(|file| Lines::of(file.text)).collect();
        let hidden = Hidden::of(&report, &lines);
        keep_confidential(&mut report.findings, &report.secrets);
        report.findings.retain(|finding| selection.has(finding.rule.code));
        for finding in &mut report.findings {
            finding.message = shortened(&finding.message, MESSAGE);
            for text in [&mut finding.help, &mut finding.argo].into_iter().flatten() {
                *text = shortened(text, MESSAGE);
            }
            for related in &mut finding.related {
                related.message = shortened(&related.message, MESSAGE);
            }
        }
        let suppressed = report.suppressed.iter().filter(|rule| selection.has(rule.code)).count();
        Self { inputs, report, lines, hidden, suppressed, complete: true }
    }

    fn input(&self, file: usize) -> Option<&Input> {
        self.inputs.get(file).map(|found| &found.input)
    }

    fn lines(&self, file: usize) -> Option<(&Lines, &[u8])> {
        Some((self.lines.get(file)?, &self.input(file)?.text))
    }

    fn region(&self, span: &Span) -> Region {
        match self.lines(span.file) {
            Some((lines, text)) => lines.region(text, &span.range),
            None => Region { line: 1, column: 1, end_line: 1, end_column: 1 },
        }
    }

    /// The same range in the file as it is stored, where a byte order mark comes first.
    fn stored(&self, span: &Span) -> Range<usize> {
        let before = match self.input(span.file) {
            Some(input) if input.bom => BOM.len(),
            _ => 0,
        };
        span.range.start + before..span.range.end + before
    }

    fn count(&self, severity: Severity) -> usize {
        self.report.findings.iter().filter(|finding| finding.severity == severity).count()
    }

    /// Whether a document was left alone: it is nothing of the controller's, or cannot be read and was not
    /// named either.
    fn ignored(&self, source: &Recognised) -> bool {
        match source.kind {
            Some(kind) => kind == Kind::Other,
            None => !self.report.findings.iter().any(|finding| {
                finding.span.file == source.span.file
                    && finding.span.range.start >= source.span.range.start
                    && finding.span.range.start <= source.span.range.end
            }),
        }
    }
}

pub(super) fn run(arguments: &LintArguments) -> Result<Answer> {
    let selection = rules::selected(&arguments.select, &arguments.ignore)?;
    if arguments.list_rules {
        return rules::list(arguments.output, &selection);
    }
    for version in [arguments.argo_version, arguments.upgrade_to].into_iter().flatten() {
        notice(version);
    }
    let mut options = Options {
        version: arguments.argo_version,
        upgrade_to: arguments.upgrade_to,
        live: arguments.live,
    };
    let (mut inputs, complete) = if arguments.live {
        let live = live::find(arguments)?;
        options.version = options.version.or(live.version);
        options.live = live.complete;
        (live.objects, true)
    } else {
        files::find(&arguments.filename, &arguments.files)?
    };
    let answer = if arguments.fix || arguments.diff {
        fix::run(&mut inputs, complete, &options, &selection, arguments)?
    } else {
        let mut linted = Linted::of(&inputs, &options, &selection);
        linted.complete = complete;
        show(&linted, arguments)?;
        answer(&linted.report.findings, arguments.fail_on)
    };
    Ok(if complete { answer } else { Answer::Incomplete })
}

/// Marks every finding that would show what another one keeps to itself.
fn keep_confidential(findings: &mut [Finding], secret: &[Span]) {
    for finding in findings {
        let (file, range) = (finding.span.file, &finding.span.range);
        finding.confidential |= secret.iter().any(|span| {
            span.file == file && span.range.start < range.end && range.start < span.range.end
        });
    }
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
    if linted.report.sources.iter().all(|source| linted.ignored(source)) {
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
