//! `size`: how large workflows are, and what the controller does with them.

mod live;
mod report;
mod show;

use std::borrow::Cow;

use anyhow::Result;
use argo_offload_core::golang::{DecodeError, Encoder};
use argo_offload_core::nodes::{MergeError, decompress_nodes};
use argo_offload_core::size::{DEFAULT_MAX_WORKFLOW_BYTES, Rules, compress_nodes, judge, measure};
use argo_offload_core::workflow::{Envelope, EnvelopeProblem, Storage};

use self::report::{Item, Level, Report};
use super::{Answer, notice};
use crate::cli::{FailOn, SizeArguments, SizeOutput};
use crate::failure::{self, Failure};
use crate::input::{Document, Objects, inputs, objects};
use crate::output::{counted, printable, say, write_json, write_yaml};

pub(super) fn run(arguments: &SizeArguments) -> Result<Answer> {
    let report =
        if arguments.filename.is_empty() { live::report(arguments)? } else { of_files(arguments) };
    match arguments.output {
        // Each line has been printed.
        _ if arguments.watch => {}
        SizeOutput::Json => write_json(&report)?,
        SizeOutput::Yaml => write_yaml(&report)?,
        _ if report.items.is_empty() && report.failed > 0 => {}
        SizeOutput::Name => show::names(&report)?,
        SizeOutput::Table | SizeOutput::Wide
            if report.items.is_empty() && arguments.filename.is_empty() => {}
        SizeOutput::Table => show::table(&report, false)?,
        SizeOutput::Wide => show::table(&report, true)?,
    }
    show::notes(&report);
    let bad = match arguments.fail_on {
        None => false,
        Some(FailOn::Over) => report.level >= Level::Over,
        Some(FailOn::Near) => report.level >= Level::Near,
    };
    Ok(match (report.failed > 0, bad) {
        (true, _) => Answer::Incomplete,
        (false, true) => Answer::Bad,
        (false, false) => Answer::Good,
    })
}

/// Measures what files hold.
fn of_files(arguments: &SizeArguments) -> Report {
    let argo = arguments.argo_version.unwrap_or_default();
    let rules = Rules {
        max_bytes: max_bytes(arguments).unwrap_or(DEFAULT_MAX_WORKFLOW_BYTES),
        offloading: arguments.offloading.unwrap_or(true),
        always_offload: arguments.always_offload,
    };
    let mut report = Report::new(argo, rules);
    notice(argo);
    let mut encoder = Encoder::new(argo);
    let mut others = 0;
    for input in inputs(&arguments.filename) {
        let objects = match input.and_then(objects) {
            Ok(objects) => objects,
            Err(error) => {
                report.failed += 1;
                failure::print(&error);
                continue;
            }
        };
        // Beside others, an object of another kind is passed over; alone it is a mistake.
        let alone = objects.all.len() == 1
            && arguments.filename.len() == 1
            && !arguments.filename[0].is_dir();
        others += measure_all(&mut encoder, &mut report, &objects, alone);
    }
    if others > 0 {
        let others = counted(others, "object");
        say(format_args!("note: passed over {others} of other kinds than Workflow"));
    }
    report
}

/// The limit that is given.
fn max_bytes(arguments: &SizeArguments) -> Option<i64> {
    arguments.max_size.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// Adds the Workflows among some objects to the report, and gives how many others were passed over.
fn measure_all(encoder: &mut Encoder, report: &mut Report, objects: &Objects, alone: bool) -> u64 {
    let (mut others, mut errors) = (0, 0u64);
    for object in &objects.all {
        match item(encoder, report, objects, object) {
            Ok(item) => report.add(item),
            Err(Unmeasured::OtherKind(_)) if !alone => others += 1,
            Err(Unmeasured::OtherKind(error) | Unmeasured::Failed(error)) => {
                errors += 1;
                if errors <= SHOWN_ERRORS {
                    failure::print(&error(object, objects).into());
                }
            }
        }
    }
    report.failed += errors;
    if errors > SHOWN_ERRORS {
        let more = errors - SHOWN_ERRORS;
        say(format_args!("error: {}: {more} more objects are refused", printable(&objects.name)));
    }
    others
}

/// How many errors are shown for one input; the others are counted.
const SHOWN_ERRORS: u64 = 10;

/// Why an object has no size. The error is made when it is shown: finding line and column reads the
/// input from its beginning.
enum Unmeasured {
    OtherKind(MakeFailure),
    Failed(MakeFailure),
}

type MakeFailure = Box<dyn FnOnce(&Document, &Objects) -> Failure>;

fn item(
    encoder: &mut Encoder,
    report: &Report,
    objects: &Objects,
    object: &Document,
) -> Result<Item, Unmeasured> {
    let argo = report.argo;
    let envelope = Envelope::parse(object.text(objects)).map_err(|error| {
        let other = matches!(error.problem, EnvelopeProblem::Kind { .. });
        let failure: MakeFailure =
            Box::new(move |object, objects| object.envelope_failure(objects, &error));
        if other { Unmeasured::OtherKind(failure) } else { Unmeasured::Failed(failure) }
    })?;
    let failed = |failure: MakeFailure| Unmeasured::Failed(failure);
    // Compressed nodes count as the controller counts them: hydrated.
    let compressed = envelope.storage() == Storage::Compressed;
    let text = if compressed {
        decompress_nodes(encoder, object.text(objects)).map_err(|error| {
            failed(Box::new(move |object, objects| match &error {
                MergeError::Workflow(error) => object.refused(objects, error, argo),
                _ => object.in_compressed_nodes(objects, &error),
            }))
        })?
    } else {
        Cow::Borrowed(object.text(objects))
    };
    let refused = |error: DecodeError| {
        failed(Box::new(move |object, objects| {
            if compressed {
                let nodes = "the decompressed compressedNodes";
                Failure::in_nodes(&objects.name, nodes, &error, argo)
            } else {
                object.refused(objects, &error, argo)
            }
        }))
    };
    let size = measure(encoder, argo, &text).map_err(refused)?;
    let mut length = None;
    let verdict = judge(&size, &report.rules, || {
        let compressed = compress_nodes(encoder, &text)?;
        length = Some(compressed);
        Ok(compressed)
    })
    .map_err(refused)?;
    Ok(Item::new(report, &envelope, size, verdict, length))
}
