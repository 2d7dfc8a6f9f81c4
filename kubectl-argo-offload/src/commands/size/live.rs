//! Workflows in a cluster, by the limit and the version of its controller.

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::size::{DEFAULT_MAX_WORKFLOW_BYTES, Rules};

use super::{Report, max_bytes, measure_all};
use crate::cli::{SizeArguments, SizeOutput};
use crate::cluster::{
    self, Cluster, ClusterError, ErrorKind, Selection, configuration, connect, find_controller,
    workflow_name, workflows,
};
use crate::commands::{live, notice};
use crate::failure;
use crate::input::{Input, objects};
use crate::output::{bytes, say};

/// Measures the Workflows that the arguments select.
pub(super) fn report(arguments: &SizeArguments) -> Result<Report> {
    live::block_on(async {
        let cluster = connect(&arguments.connection).await?;
        let (argo, rules) = settings(&cluster, arguments).await?;
        notice(argo);
        let mut work = Work { report: Report::new(argo, rules), encoder: Encoder::new(argo) };
        if arguments.selection.names.is_empty() {
            work.list(&cluster, arguments).await?;
        } else {
            for name in &arguments.selection.names {
                if let Err(error) = work.one(&cluster, name).await {
                    work.report.failed += 1;
                    failure::print(&error);
                }
            }
        }
        Ok(work.report)
    })
}

struct Work {
    report: Report,
    encoder: Encoder,
}

impl Work {
    async fn one(&mut self, cluster: &Cluster, name: &str) -> Result<()> {
        let name = workflow_name(name)?;
        let text = cluster::workflow(cluster, cluster.namespace(), name).await?;
        self.measure(format!("workflow/{name}"), text, true)
    }

    async fn list(&mut self, cluster: &Cluster, arguments: &SizeArguments) -> Result<()> {
        let all = arguments.selection.all_namespaces;
        let selection = Selection {
            namespace: (!all).then(|| cluster.namespace().to_owned()),
            labels: arguments.selection.selector.clone(),
            fields: None,
        };
        let mut pages = workflows(cluster, selection);
        let mut empty = true;
        while let Some(page) = pages.next().await? {
            if page.inconsistent {
                say("note: the list took long, and goes on with a newer state of the cluster");
            }
            if !page.items.is_empty() {
                empty = false;
                self.measure(page.name, page.text, false)?;
            }
        }
        if empty && matches!(arguments.output, SizeOutput::Table | SizeOutput::Wide) {
            if all {
                say("No resources found");
            } else {
                say(format_args!("No resources found in {} namespace.", cluster.namespace()));
            }
        }
        Ok(())
    }

    fn measure(&mut self, name: String, text: Vec<u8>, alone: bool) -> Result<()> {
        let objects = objects(Input { name, text, bom: false, compressed: false })?;
        measure_all(&mut self.encoder, &mut self.report, &objects, alone);
        Ok(())
    }
}

/// The version and rules of the controller, and of what is given in their place.
async fn settings(
    cluster: &Cluster,
    arguments: &SizeArguments,
) -> Result<(ArgoVersion, Rules), ClusterError> {
    let given = max_bytes(arguments);
    let mut rules = Rules {
        max_bytes: given.unwrap_or(DEFAULT_MAX_WORKFLOW_BYTES),
        offloading: arguments.offloading.unwrap_or(true),
        always_offload: arguments.always_offload,
    };
    let mut argo = arguments.argo_version;
    if let (Some(argo), Some(_), Some(_)) = (argo, given, arguments.offloading) {
        return Ok((argo, rules));
    }
    let namespace = (!arguments.selection.all_namespaces).then_some(cluster.namespace());
    let controller = match find_controller(cluster, &arguments.controller, namespace).await {
        Ok(controller) => controller,
        Err(error) if error.is_forbidden() || error.is_not_found() => {
            assumed(&error, argo.unwrap_or_default(), &rules);
            return Ok((argo.unwrap_or_default(), rules));
        }
        Err(error) => return Err(error),
    };
    argo = argo.or(controller.version);
    let argo = argo.unwrap_or_default();
    rules.max_bytes = given.unwrap_or_else(|| controller.max_workflow_bytes());
    rules.always_offload |= controller.always_offload();
    if arguments.offloading.is_none() {
        let persistence = match configuration(cluster, &controller, argo).await {
            Ok(configuration) => configuration.persistence(),
            Err(error) => Err(error),
        };
        match persistence {
            Ok(persistence) => {
                rules.offloading = persistence.is_some_and(|persistence| persistence.offloading);
            }
            Err(error) if unknown(error.kind()) => assumed(&error, argo, &rules),
            Err(error) => return Err(error),
        }
    }
    if controller.workload.is_none() {
        say(format_args!(
            "note: of the controller only the ConfigMap {} can be seen: Argo {argo} and a limit of {} are assumed; \
             --argo-version and --max-size tell others",
            controller.place(),
            bytes(rules.max_bytes.unsigned_abs())
        ));
    }
    for name in &controller.unknown_environment {
        if matches!(name.as_str(), "MAX_WORKFLOW_SIZE" | "ALWAYS_OFFLOAD_NODE_STATUS" | "envFrom") {
            say(format_args!(
                "note: {} takes {name} from elsewhere, which is not looked at; --max-size and --always-offload tell it",
                controller.place()
            ));
        }
    }
    Ok((argo, rules))
}

/// Whether an error leaves only the settings unknown.
fn unknown(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::Forbidden(_) | ErrorKind::NotFound | ErrorKind::Configuration)
}

fn assumed(error: &ClusterError, argo: ArgoVersion, rules: &Rules) {
    let offloading = if rules.offloading { "on" } else { "off" };
    say(format_args!(
        "note: the controller's settings are not known ({error}): Argo {argo}, a limit of {} and offloading \
         {offloading} are assumed; --argo-version, --max-size and --offloading tell others",
        bytes(rules.max_bytes.unsigned_abs())
    ));
}
