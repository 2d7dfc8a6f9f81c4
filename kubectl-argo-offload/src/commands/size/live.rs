//! Workflows in a cluster, by the limit and the version of its controller.

use anyhow::Result;
use argo_offload_core::golang::{ArgoVersion, Encoder};
use argo_offload_core::nodes::{MergeError, merge_nodes};
use argo_offload_core::size::{DEFAULT_MAX_WORKFLOW_BYTES, Rules};
use argo_offload_core::workflow::{Envelope, Storage};

use super::report::Item;
use super::{Report, max_bytes, measure_all, show};
use crate::cli::{SizeArguments, SizeOutput};
use crate::cluster::{
    self, Change, Cluster, ClusterError, ErrorKind, Selection, Watch, configuration, connect,
    find_controller, workflow_name, workflows,
};
use crate::commands::live::NoDatabase;
use crate::commands::named_store::Nodes;
use crate::commands::{live, notice};
use crate::failure::{self, Failure};
use crate::input::{Input, objects};
use crate::output::{bytes, say, write_stdout};
use crate::store::StoreError;

/// Measures the Workflows that the arguments select.
pub(super) fn report(arguments: &SizeArguments) -> Result<Report> {
    live::block_on(async {
        let cluster = connect(&arguments.live.connection).await?;
        let (argo, rules) = settings(&cluster, arguments).await?;
        notice(argo);
        let report = Report::new(argo, rules);
        let mut work = Work { report, encoder: Encoder::new(argo), nodes: None };
        if arguments.watch {
            work.watch(&cluster, arguments).await?;
        } else if arguments.selection.names.is_empty() {
            work.list(&cluster, arguments).await?;
        } else {
            for name in &arguments.selection.names {
                if let Err(error) = work.one(&cluster, name, arguments).await {
                    work.report.failed += 1;
                    failure::print(&error);
                }
            }
        }
        if arguments.row_bytes
            && let Err(error) = work.row_bytes(&cluster, arguments).await
        {
            work.report.failed += 1;
            failure::print(&error);
        }
        Ok(work.report)
    })
}

struct Work {
    report: Report,
    encoder: Encoder,
    /// Where nodes are, once that was asked for; `None` within where it cannot be read.
    nodes: Option<Option<Nodes>>,
}

impl Work {
    async fn one(
        &mut self,
        cluster: &Cluster,
        name: &str,
        arguments: &SizeArguments,
    ) -> Result<()> {
        let name = workflow_name(name)?;
        let text = cluster::workflow(cluster, cluster.namespace(), name).await?;
        self.whole(cluster, name, text, arguments)
    }

    /// Measures a workflow with its nodes, also where these are in the database.
    fn whole(
        &mut self,
        cluster: &Cluster,
        name: &str,
        text: Vec<u8>,
        arguments: &SizeArguments,
    ) -> Result<()> {
        let place = format!("workflow/{name}");
        let before = self.report.items.len();
        self.measure(place.clone(), text.clone(), true)?;
        let offloaded =
            self.report.items.get(before).is_some_and(|item| item.stored == Storage::Offloaded);
        if !offloaded {
            return Ok(());
        }
        match self.with_nodes(cluster, &text, arguments) {
            Ok(None) => {}
            Ok(Some(hydrated)) => {
                self.report.items.truncate(before);
                self.measure(place, hydrated, true)?;
                let version = Envelope::parse(&text).map(|one| one.offload_version.into_owned());
                if let Some(item) = self.report.items.get_mut(before) {
                    item.stored = Storage::Offloaded;
                    item.row_version = version.ok();
                }
            }
            Err(error) => {
                let why = failure::in_one_line(&error);
                failure::note(format_args!("{place} is measured without its nodes"), why);
            }
        }
        Ok(())
    }

    /// The workflow with its nodes; `None` where it has been said already why there are none.
    fn with_nodes(
        &mut self,
        cluster: &Cluster,
        text: &[u8],
        arguments: &SizeArguments,
    ) -> Result<Option<Vec<u8>>> {
        let nodes = match self.nodes.take() {
            Some(nodes) => nodes,
            None => {
                let namespace = Some(cluster.namespace());
                self.nodes = Some(None);
                Some(live::wait(Nodes::open_any(cluster, namespace, &arguments.live))?)
            }
        };
        let nodes = self.nodes.insert(nodes);
        let Some(nodes) = nodes else { return Ok(None) };
        let envelope = Envelope::parse(text).map_err(|error| Failure::new(error.to_string()))?;
        let version = &envelope.offload_version;
        let row = nodes.read(&envelope)?.ok_or_else(|| {
            Failure::new(format_args!("{} has no row with version {version}", nodes.describe()))
                .help("see what it has: kubectl argo-offload get NAME")
        })?;
        match (merge_nodes(&mut self.encoder, text, &row), nodes) {
            (Ok(merged), _) => Ok(Some(merged)),
            // It has gone on meanwhile: argo-server knows only what it is now.
            (Err(MergeError::Version { .. }), Nodes::Server(server)) => {
                Ok(Some(server.workflow(&envelope.namespace, &envelope.name)?))
            }
            (Err(error), nodes) => Err(Failure::new(format_args!("{}: {error}", nodes.describe()))
                .help("see more of it: kubectl argo-offload get NAME")
                .into()),
        }
    }

    /// Adds what the rows take in the database.
    async fn row_bytes(&mut self, cluster: &Cluster, arguments: &SizeArguments) -> Result<()> {
        let mut offloaded: Vec<&mut Item> =
            self.report.items.iter_mut().filter(|item| item.row_version.is_some()).collect();
        if offloaded.is_empty() {
            return Ok(());
        }
        let all = arguments.selection.all_namespaces;
        let namespace = (!all).then_some(cluster.namespace());
        let database = live::database(cluster, namespace, &arguments.live).await;
        let store = database.map_err(NoDatabase::into_error)?.store;
        let keys: Vec<(String, String)> = offloaded
            .iter()
            .map(|item| (item.uid.clone(), item.row_version.clone().unwrap_or_default()))
            .collect();
        let sizes = store.stored_bytes(keys).map_err(StoreError::from)?;
        for (item, bytes) in offloaded.iter_mut().zip(sizes) {
            item.row_bytes = bytes;
        }
        Ok(())
    }

    /// Prints a line whenever the workflow changes, until it has ended or is deleted.
    async fn watch(&mut self, cluster: &Cluster, arguments: &SizeArguments) -> Result<()> {
        let wide = match arguments.output {
            SizeOutput::Table => false,
            SizeOutput::Wide => true,
            _ => {
                let failure = Failure::new("-w prints lines of a table");
                return Err(failure.help("leave out -o, or give -o wide").into());
            }
        };
        let [name] = arguments.selection.names.as_slice() else {
            return Err(Failure::new("-w watches one workflow").help("name it").into());
        };
        let name = workflow_name(name)?;
        let namespace = cluster.namespace();
        let mut watch = Watch::of(cluster, namespace, name).await?;
        let mut line = None;
        loop {
            let event = watch.next().await?;
            self.report.items.clear();
            self.whole(cluster, name, event.workflow, arguments)?;
            let Some(item) = self.report.items.last() else { return Ok(()) };
            let ended = matches!(item.phase.as_str(), "Succeeded" | "Failed" | "Error");
            let now = show::line(&self.report, wide, false);
            // Only the age, which comes last, changes without news.
            let news = now.trim_end().rsplit_once(' ').map(|(news, _)| news.to_owned());
            if line.is_none() || line != news {
                let text = show::line(&self.report, wide, line.is_none());
                write_stdout(text.as_bytes())?;
                line = news;
            }
            if event.change == Change::Deleted && !ended {
                say(format_args!("note: workflow/{name} was deleted"));
                self.report.failed += 1;
            }
            if ended || event.change == Change::Deleted {
                return Ok(());
            }
        }
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
            live::note_inconsistency(&page);
            if !page.items.is_empty() {
                empty = false;
                self.measure(page.name, page.text, false)?;
            }
        }
        if empty && matches!(arguments.output, SizeOutput::Table | SizeOutput::Wide) {
            live::nothing_found((!all).then_some(cluster.namespace()));
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
    let controller = match find_controller(cluster, &arguments.live.controller, namespace).await {
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
