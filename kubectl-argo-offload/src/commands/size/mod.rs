//! `size`: how large workflows are, and what the controller does with them.

mod report;
mod show;

use anyhow::Result;
use argo_offload_core::golang::Encoder;
use argo_offload_core::nodes::{MergeError, decompress_nodes};
use argo_offload_core::size::{Rules, compress_nodes, judge, measure};
use argo_offload_core::workflow::{EnvelopeError, EnvelopeProblem};

use self::report::{Item, Level, Report, Stored};
use super::Answer;
use crate::cli::{FailOn, SizeArguments, SizeOutput};
use crate::failure::{self, Failure};
use crate::input::{Document, Input, documents, inputs};
use crate::output::write_json;

pub(super) fn run(arguments: &SizeArguments) -> Result<Answer> {
    let rules = Rules {
        max_bytes: i64::try_from(arguments.max_size).unwrap_or(i64::MAX),
        offloading: arguments.offloading,
        always_offload: arguments.always_offload,
    };
    let mut report = Report::new(arguments.argo.argo_version, rules);
    if let Some(notice) = arguments.argo.argo_version.notice() {
        anstream::eprintln!("note: {notice}");
    }
    let mut encoder = Encoder::new(arguments.argo.argo_version);
    let mut failed = false;
    let mut others = 0u32;
    for input in inputs(&arguments.filename) {
        let objects = input.and_then(|input| Ok((documents(&input)?, input)));
        let (objects, input) = match objects {
            Ok(objects) => objects,
            Err(error) => {
                failed = true;
                failure::print(&error);
                continue;
            }
        };
        // Beside others, an object of another kind is passed over; alone it is a mistake.
        let alone =
            objects.len() == 1 && arguments.filename.len() == 1 && !arguments.filename[0].is_dir();
        for object in &objects {
            match item(&mut encoder, &report, &input, object) {
                Ok(item) => report.items.push(item),
                Err(Unmeasured::OtherKind(_)) if !alone => others += 1,
                Err(Unmeasured::OtherKind(failure) | Unmeasured::Failure(failure)) => {
                    failed = true;
                    failure::print(&failure.into());
                }
            }
        }
    }
    if others > 0 {
        anstream::eprintln!("note: passed over {others} objects that are not Workflows");
    }
    match arguments.output {
        SizeOutput::Json => write_json(&report)?,
        _ if report.items.is_empty() && failed => {}
        SizeOutput::Name => show::names(&report)?,
        SizeOutput::Table => show::table(&report, false)?,
        SizeOutput::Wide => show::table(&report, true)?,
    }
    show::notes(&report);
    let bad = match arguments.fail_on {
        None => false,
        Some(FailOn::Over) => report.level() >= Level::Over,
        Some(FailOn::Near) => report.level() >= Level::Near,
    };
    Ok(match (failed, bad) {
        (true, _) => Answer::Incomplete,
        (false, true) => Answer::Bad,
        (false, false) => Answer::Good,
    })
}

enum Unmeasured {
    OtherKind(Failure),
    Failure(Failure),
}

impl From<Failure> for Unmeasured {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

fn item(
    encoder: &mut Encoder,
    report: &Report,
    input: &Input,
    object: &Document,
) -> Result<Item, Unmeasured> {
    let argo = report.argo;
    let envelope = match argo_offload_core::workflow::Envelope::parse(object.text(input)) {
        Ok(envelope) => envelope,
        Err(error @ EnvelopeError { problem: EnvelopeProblem::Kind { .. }, .. }) => {
            return Err(Unmeasured::OtherKind(object.envelope_failure(input, &error)));
        }
        Err(error) => return Err(object.envelope_failure(input, &error).into()),
    };
    let stored = Stored::of(&envelope);
    // Compressed nodes count as the controller counts them: hydrated.
    let text = decompress_nodes(encoder, object.text(input)).map_err(|error| {
        let offset = match &error {
            MergeError::Envelope(error) => error.at,
            MergeError::Workflow(error) => error.at,
            _ => envelope.compressed_nodes.as_ref().map_or(0, |span| span.start),
        };
        object.failure(input, offset, &error)
    })?;
    let refused = |error: &argo_offload_core::golang::DecodeError| match &text {
        std::borrow::Cow::Borrowed(_) => {
            object.failure(input, error.at, format_args!("{error}; Argo {argo} refuses this"))
        }
        // Offsets lie in a text that nobody sees.
        std::borrow::Cow::Owned(hydrated) => Failure::refused(
            &format!("{} with its compressedNodes decompressed", input.name),
            hydrated,
            error,
            argo,
        ),
    };
    let size = measure(encoder, argo, &text).map_err(|error| refused(&error))?;
    let mut compressed = None;
    let verdict = judge(&size, &report.rules, || {
        let length = compress_nodes(encoder, &text)?;
        compressed = Some(length);
        Ok(length)
    })
    .map_err(|error| refused(&error))?;
    Ok(Item::new(report, &envelope, stored, size, verdict, compressed))
}
