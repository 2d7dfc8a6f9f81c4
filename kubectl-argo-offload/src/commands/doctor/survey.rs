//! Rows against workflows: one look at both, and a second one where something seems to be missing.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use anyhow::Result;
use argo_offload_core::golang::Encoder;
use argo_offload_core::rows::{References, RowState, WorkflowRows, by_workflow, confirm_dangling};
use argo_offload_core::size::Rules;
use argo_offload_core::symptoms::{Symptom, recognise};
use argo_offload_core::workflow::Envelope;

use super::check::Skipped;
use super::facts::Facts;
use crate::cluster::Controller;
use crate::commands::live::references;
use crate::commands::rows::SECOND_LOOK;
use crate::commands::size::{Level, level};
use crate::store::{RowInfo, RowKey};

/// How old a row is at most that somebody may just be writing.
const FRESH: Duration = Duration::from_secs(600);

/// What rows and workflows say of each other.
pub(super) struct Survey {
    /// How many workflows the controller may run.
    pub(super) workflows: usize,
    /// `namespace/name` of those whose stored size comes near to the limit or is over it.
    pub(super) large: Vec<(String, Level)>,
    /// `namespace/name` of those that ended in Error, by what their message tells.
    pub(super) failed: BTreeMap<&'static str, (&'static Symptom, Vec<String>)>,
    /// The rows; or why they are not known.
    pub(super) rows: Result<SurveyedRows, Skipped>,
}

/// The controller's rows.
pub(super) struct SurveyedRows {
    pub(super) all: Vec<RowInfo>,
    /// By workflow, with their states; what is missing was missing twice.
    pub(super) workflows: Vec<WorkflowRows>,
    /// Rows that were written during the survey for workflows that the cluster does not have.
    pub(super) foreign: Vec<RowInfo>,
}

impl SurveyedRows {
    /// The rows of one state.
    pub(super) fn of_state(&self, state: RowState) -> impl Iterator<Item = &RowInfo> {
        self.workflows
            .iter()
            .flat_map(|workflow| &workflow.rows)
            .filter(move |(_, of)| *of == Some(state))
            .filter_map(|(index, _)| self.all.get(*index))
    }
}

/// Reads rows first, workflows then: a workflow made in between names a row that is not in the list, which the second
/// look finds.
pub(super) async fn make(facts: &Facts) -> Result<Survey> {
    let keys = facts.keys().await;
    let mut survey = Survey {
        workflows: 0,
        large: Vec::new(),
        failed: BTreeMap::new(),
        rows: Err(Skipped::because("there are none")),
    };
    let first = look(facts, &mut survey).await?;
    survey.workflows = first.len();
    survey.rows = match keys {
        Ok(keys) => rows(facts, keys, &first).await?,
        Err(skipped) => Err(skipped),
    };
    Ok(survey)
}

async fn look(facts: &Facts, survey: &mut Survey) -> Result<References> {
    let argo = facts.argo();
    let controller = facts.found().ok();
    let configuration = facts.configuration().await.ok();
    let offloading = configuration
        .and_then(|one| one.persistence().ok().flatten())
        .is_some_and(|persistence| persistence.offloading);
    let rules = Rules {
        max_bytes: controller.map_or(1 << 20, Controller::max_workflow_bytes),
        offloading,
        always_offload: controller.is_some_and(Controller::always_offload),
    };
    let mut encoder = Encoder::new(argo);
    let (namespace, own) = scope(facts).await;
    let visit = |envelope: &Envelope<'_>| {
        // What another controller runs is judged by its own limit.
        if own.is_some_and(|own| own != envelope.instance_id) {
            return;
        }
        let name = format!("{}/{}", envelope.namespace, envelope.name);
        // One that has ended does not grow any more.
        let has_ended = matches!(&*envelope.phase, "Succeeded" | "Failed" | "Error");
        if !has_ended
            && let Some(level) = level(&mut encoder, argo, &rules, envelope)
            && level > Level::Ok
        {
            survey.large.push((name.clone(), level));
        }
        if envelope.phase == "Error"
            && let Some(seen) = recognise(&envelope.message).first()
        {
            let (_, names) =
                survey.failed.entry(seen.symptom.name).or_insert((seen.symptom, Vec::new()));
            names.push(name);
        }
    };
    references(&facts.cluster, namespace, own, visit).await
}

/// The namespace whose workflows the controller runs, and its `instanceID`.
async fn scope(facts: &Facts) -> (Option<&str>, Option<&str>) {
    let namespace = facts.found().ok().and_then(|one| one.managed_namespace.as_deref());
    let configuration = facts.configuration().await.ok();
    (namespace, configuration.and_then(|one| one.verdict.instance_id.as_deref()))
}

async fn rows(
    facts: &Facts,
    all: Vec<RowInfo>,
    first: &References,
) -> Result<Result<SurveyedRows, Skipped>> {
    let cluster_name = match facts.persistence().await {
        Ok(persistence) => persistence.cluster_name,
        Err(skipped) => return Ok(Err(skipped)),
    };
    let grouped = |rows: &[RowInfo], references: &References| {
        let keys: Vec<_> = rows.iter().map(RowInfo::row_ref).collect();
        by_workflow(&keys, Some((&cluster_name, references)))
    };
    let mut workflows = grouped(&all, first);
    let is_fresh = |row: &RowInfo| row.age.is_some_and(|age| age < FRESH);
    let unknown = all.iter().any(|row| is_fresh(row) && !first.contains_key(&row.key.uid));
    let missing = workflows.iter().any(|one| one.state == Some(RowState::Dangling));
    let mut foreign = Vec::new();
    if unknown || missing {
        tokio::time::sleep(SECOND_LOOK).await;
        let again = match facts.keys().await {
            Ok(again) => again,
            Err(skipped) => return Ok(Err(skipped)),
        };
        let (namespace, own) = scope(facts).await;
        let second = references(&facts.cluster, namespace, own, |_| {}).await?;
        confirm_dangling(&mut workflows, &grouped(&again, &second));
        let known: BTreeSet<&RowKey> = all.iter().map(|row| &row.key).collect();
        foreign = again
            .into_iter()
            .filter(|row| !known.contains(&row.key))
            // A workflow can have been deleted meanwhile.
            .filter(|row| ![first, &second].iter().any(|one| one.contains_key(&row.key.uid)))
            .collect();
    }
    Ok(Ok(SurveyedRows { all, workflows, foreign }))
}
