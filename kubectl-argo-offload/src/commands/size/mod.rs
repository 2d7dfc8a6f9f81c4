//! `size`: how large workflows are, and what the controller does with them.

mod live;
mod report;
mod show;

use std::borrow::Cow;

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, DecodeError, Encoder};
use argo_offload_core::nodes::{MergeError, decompress_nodes};
use argo_offload_core::size::{
    Compressed, DEFAULT_MAX_WORKFLOW_BYTES, Measure, Rules, Verdict, compress_nodes, judge, measure,
};
use argo_offload_core::workflow::{Envelope, EnvelopeProblem, Storage};

use self::report::{Item, Report};
use super::{Answer, notice};
use crate::cli::{FailOn, SizeArguments, SizeOutput};
use crate::failure::{self, Failure};
use crate::input::{Document, Objects, inputs, objects};
use crate::output::{counted, printable, say, write_json, write_yaml};

pub(super) use self::report::Level;

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
    let weighed = weigh(encoder, argo, &report.rules, &envelope);
    let Weighed { size, verdict, compressed } = weighed.map_err(|refusal| {
        let failure: MakeFailure = Box::new(move |object, objects| match &refusal {
            Refusal::Compressed(MergeError::Workflow(error)) => {
                object.refused(objects, error, argo)
            }
            Refusal::Compressed(error) => object.in_compressed_nodes(objects, error),
            Refusal::Nodes(error) => {
                let nodes = "the decompressed compressedNodes";
                Failure::in_nodes(&objects.name, nodes, error, argo)
            }
            Refusal::Object(error) => object.refused(objects, error, argo),
        });
        Unmeasured::Failed(failure)
    })?;
    Ok(Item::new(report, &envelope, size, verdict, compressed))
}

/// How close a Workflow is to the limit; `None` where Argo would refuse what is in it.
pub(super) fn level(
    encoder: &mut Encoder,
    argo: ArgoVersion,
    rules: &Rules,
    envelope: &Envelope<'_>,
) -> Option<Level> {
    let weighed = weigh(encoder, argo, rules, envelope).ok()?;
    Some(Level::of(&weighed.verdict, rules))
}

/// A Workflow's size, and what the controller does with it.
struct Weighed {
    size: Measure,
    verdict: Verdict,
    /// With its nodes compressed, where the verdict depends on it.
    compressed: Option<Compressed>,
}

/// What Argo would refuse.
enum Refusal {
    /// The compressed nodes, which are no nodes.
    Compressed(MergeError),
    /// The nodes that were compressed.
    Nodes(DecodeError),
    /// The object.
    Object(DecodeError),
}

fn weigh(
    encoder: &mut Encoder,
    argo: ArgoVersion,
    rules: &Rules,
    envelope: &Envelope<'_>,
) -> Result<Weighed, Refusal> {
    // Compressed nodes count as the controller counts them: hydrated.
    let is_compressed = envelope.storage() == Storage::Compressed;
    let text = if is_compressed {
        decompress_nodes(encoder, envelope.text).map_err(Refusal::Compressed)?
    } else {
        Cow::Borrowed(envelope.text)
    };
    let refused = if is_compressed { Refusal::Nodes } else { Refusal::Object };
    let size = measure(encoder, argo, &text).map_err(refused)?;
    let mut compressed = None;
    let verdict = judge(&size, rules, || {
        let length = compress_nodes(encoder, &text)?;
        compressed = Some(length);
        Ok(length)
    })
    .map_err(refused)?;
    Ok(Weighed { size, verdict, compressed })
}
