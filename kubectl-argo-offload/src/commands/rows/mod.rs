//! `rows`: what a store holds, by workflow, and which of it workflows still need.

mod report;
mod show;

use std::time::Duration;

use anyhow::Result;
use argo_offload_core::rows::{References, RowState, WorkflowRows, by_workflow, confirm_dangling};

use self::report::Report;
use super::Answer;
use super::live::{Database, NoDatabase, block_on, database, references};
use super::named_store::{Named, warn};
use crate::cli::{RowsArguments, RowsOutput};
use crate::cluster::{Cluster, ClusterError, connect};
use crate::failure::{self, Failure};
use crate::output::{write_json, write_yaml};
use crate::store::{NodeStore, RowInfo, Sizes, Wanted};

/// Between two looks at a row that is missing: a restored workflow names its row for a moment before that is written.
pub(super) const SECOND_LOOK: Duration = Duration::from_secs(3);

pub(super) fn run(arguments: &RowsArguments) -> Result<Answer> {
    let report = match Named::in_files(Some(&arguments.store))? {
        Named::Address(address) => {
            let store = address.open(&arguments.live.database.access()?)?;
            warn(store.as_ref());
            let namespace = arguments.live.connection.namespace.clone();
            let rows = store.list(&wanted(arguments, namespace))?;
            report(store.describe(), &rows, grouped(&rows, None), arguments)
        }
        Named::Cluster => block_on(of_cluster(arguments))?,
        Named::Server => {
            return Err(Failure::new("argo-server does not tell its rows")
                .help("rows needs the database itself: --store cluster, or mysql://USER@HOST/DATABASE")
                .into());
        }
    };
    match arguments.output {
        RowsOutput::Json => write_json(&report)?,
        RowsOutput::Yaml => write_yaml(&report)?,
        RowsOutput::Name => show::names(&report)?,
        RowsOutput::Table => show::table(&report, false)?,
        RowsOutput::Wide => show::table(&report, true)?,
    }
    Ok(Answer::Good)
}

fn wanted(arguments: &RowsArguments, namespace: Option<String>) -> Wanted {
    Wanted { all_clusters: arguments.all_clusters, namespace, sizes: arguments.bytes.into() }
}

/// The rows of the controller's database, with what the cluster's workflows say of them.
async fn of_cluster(arguments: &RowsArguments) -> Result<Report> {
    let cluster = connect(&arguments.live.connection).await?;
    let namespace = arguments.live.connection.namespace.clone();
    let database = database(&cluster, namespace.as_deref(), &arguments.live)
        .await
        .map_err(NoDatabase::into_error)?;
    let Database { store, cluster_name, managed_namespace, instance_id } = database;
    // Of workflows that another controller runs, the rows are elsewhere.
    let others = match (&namespace, &managed_namespace) {
        (Some(namespace), Some(managed)) => namespace != managed,
        _ => false,
    };
    let namespace = namespace.or(managed_namespace);
    let wanted = wanted(arguments, namespace.clone());
    let rows = store.list(&wanted)?;
    let seen = if others {
        let why = "another controller runs the workflows of this namespace";
        failure::note("which rows are in use is not known", why);
        None
    } else {
        look(&cluster, namespace.as_deref(), instance_id.as_deref()).await?
    };
    let Some(references) = seen else {
        return Ok(report(store.describe(), &rows, grouped(&rows, None), arguments));
    };
    let mut workflows = grouped(&rows, Some((&cluster_name, &references)));
    if workflows.iter().any(|workflow| workflow.state == Some(RowState::Dangling)) {
        tokio::time::sleep(SECOND_LOOK).await;
        let keys = Wanted { sizes: Sizes::None, ..wanted };
        let rows = store.list(&keys)?;
        // What cannot be seen a second time is not called lost.
        let second = look(&cluster, namespace.as_deref(), instance_id.as_deref()).await?;
        let second = second.map(|references| grouped(&rows, Some((&cluster_name, &references))));
        confirm_dangling(&mut workflows, &second.unwrap_or_default());
    }
    Ok(report(store.describe(), &rows, workflows, arguments))
}

/// The workflows of the cluster; `None`, and a note, where this user may not list them or one cannot be read.
async fn look(
    cluster: &Cluster,
    namespace: Option<&str>,
    own: Option<&str>,
) -> Result<Option<References>> {
    let error = match references(cluster, namespace, own, |_| {}).await {
        Ok(references) => return Ok(Some(references)),
        Err(error) => error,
    };
    if error.downcast_ref().is_some_and(|error: &ClusterError| !error.is_forbidden()) {
        return Err(error);
    }
    failure::note("which rows are in use is not known", failure::in_one_line(&error));
    Ok(None)
}

fn grouped(rows: &[RowInfo], references: Option<(&str, &References)>) -> Vec<WorkflowRows> {
    let keys: Vec<_> = rows.iter().map(RowInfo::row_ref).collect();
    by_workflow(&keys, references)
}

fn report(
    store: String,
    rows: &[RowInfo],
    workflows: Vec<WorkflowRows>,
    arguments: &RowsArguments,
) -> Report {
    let mut report = Report::new(store, arguments.versions);
    for workflow in workflows {
        report.add(rows, workflow, arguments.bytes);
    }
    report.sort(arguments.sort);
    report
}
