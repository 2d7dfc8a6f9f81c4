//! `rows`: what a store holds, by workflow.

mod report;
mod show;

use anyhow::Result;
use argo_offload_core::rows::{References, by_workflow};

use self::report::Report;
use super::Answer;
use super::named_store::{address, warn};
use crate::cli::{RowsArguments, RowsOutput};
use crate::output::{write_json, write_yaml};
use crate::store::{RowInfo, Wanted};

pub(super) fn run(arguments: &RowsArguments) -> Result<Answer> {
    let store = address(arguments.store.as_deref())?.open(&arguments.database.access())?;
    warn(store.as_ref());
    let wanted = Wanted {
        all_clusters: arguments.all_clusters,
        namespace: arguments.namespace.clone(),
        sizes: arguments.bytes.into(),
    };
    let rows = store.list(&wanted)?;
    let report = report(store.describe(), &rows, None, arguments);
    match arguments.output {
        RowsOutput::Json => write_json(&report)?,
        RowsOutput::Yaml => write_yaml(&report)?,
        RowsOutput::Name => show::names(&report)?,
        RowsOutput::Table => show::table(&report, false)?,
        RowsOutput::Wide => show::table(&report, true)?,
    }
    Ok(Answer::Good)
}

/// Makes the report; `references` are the workflows of the cluster whose controller writes under that name.
fn report(
    store: String,
    rows: &[RowInfo],
    references: Option<(&str, &References)>,
    arguments: &RowsArguments,
) -> Report {
    let keys: Vec<_> = rows.iter().map(RowInfo::row_ref).collect();
    let workflows = by_workflow(&keys, references);
    let mut report = Report::new(store, arguments.versions);
    for workflow in workflows {
        report.add(rows, workflow, arguments.bytes);
    }
    report.sort(arguments.sort);
    report
}
