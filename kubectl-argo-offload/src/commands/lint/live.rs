//! What the controller has in the cluster, as documents.

use anyhow::Result;
use argo_offload_core::config::rules::Rule;
use argo_offload_core::config::{Finding, Options, Severity};
use argo_offload_core::golang::ArgoVersion;
use argo_offload_core::yaml;
use serde_json::Value;

use super::diff::unified;
use super::files::Found;
use super::{Linted, rules};
use crate::cli::{ControllerArguments, LintArguments};
use crate::cluster::{
    Access, Cluster, ClusterError, Configuration, Controller, Owner, configuration, connect,
    find_controller, object_text, owner_of,
};
use crate::commands::live::block_on;
use crate::failure::Failure;
use crate::input::Input;
use crate::output::{printable, say};

/// What there is.
pub(super) struct Live {
    pub(super) objects: Vec<Found>,
    /// The controller's.
    pub(super) version: Option<ArgoVersion>,
    /// Whether the Secrets could be looked for.
    pub(super) complete: bool,
    /// Who keeps the ConfigMap, if anybody does.
    owner: Option<Owner>,
    /// What could not be looked at, as a right is lacking.
    left_out: Vec<ClusterError>,
}

/// Reads the ConfigMap, the Secrets that its `persistence` names, and the Deployments of controller and server.
///
/// # Errors
/// There is no controller, or its ConfigMap cannot be read.
pub(super) fn find(arguments: &LintArguments) -> Result<Live> {
    block_on(async {
        let cluster = connect(&arguments.connection).await?;
        let flags = ControllerArguments {
            controller_namespace: arguments.connection.namespace.clone(),
            configmap: arguments.configmap.clone(),
        };
        let controller = find_controller(&cluster, &flags, None).await?;
        let argo = arguments.argo_version.or(controller.version).unwrap_or_default();
        let configuration = configuration(&cluster, &controller, argo).await?;
        let live = read(&cluster, &controller, &configuration, None).await?;
        let place = &configuration.place;
        match &live.owner {
            Some(owner) => say(format_args!(
                "the ConfigMap {place} is kept by {owner}: mend it there, a change by hand is undone"
            )),
            None => say(format_args!(
                "the ConfigMap {place} is kept by nobody else: mend it with kubectl edit"
            )),
        }
        for error in &live.left_out {
            let help = error.help().unwrap_or_default();
            say(format_args!("note: not looked at: {error}; {help}"));
        }
        Ok(live)
    })
}

/// What lint says about what a controller has in the cluster.
pub(in crate::commands) struct LiveFinding {
    pub(in crate::commands) rule: &'static Rule,
    pub(in crate::commands) severity: Severity,
    /// `configmap/NAME:LINE:COLUMN`, in the object as YAML.
    pub(in crate::commands) place: String,
    pub(in crate::commands) message: String,
    pub(in crate::commands) help: Option<String>,
}

/// Lints what a controller has in the cluster; a Secret that is `planned`, by name with its JSON text, stands for the one
/// that is there.
///
/// # Errors
/// Something is not read for another reason than that it is not there or forbidden.
pub(in crate::commands) async fn findings(
    cluster: &Cluster,
    controller: &Controller,
    configuration: &Configuration,
    upgrade_to: Option<ArgoVersion>,
    planned: Option<(&str, &[u8])>,
) -> Result<Vec<LiveFinding>> {
    let live = read(cluster, controller, configuration, planned).await?;
    let options = Options { version: live.version, upgrade_to, live: live.complete };
    let linted = Linted::of(&live.objects, &options, &rules::selected(&[], &[])?);
    let finding = |finding: &Finding| {
        let region = linted.region(&finding.span);
        let name = linted.input(finding.span.file).map_or("", |input| input.name.as_str());
        LiveFinding {
            rule: finding.rule,
            severity: finding.severity,
            place: format!("{name}:{}:{}", region.line, region.column),
            message: finding.message.clone(),
            help: finding.help.clone(),
        }
    };
    Ok(linted.report.findings.iter().map(finding).collect())
}

/// The difference between two states of a ConfigMap, as YAML. Lines that can hold a secret are not shown.
///
/// # Errors
/// One of them is no object.
pub(in crate::commands) fn config_map_diff(before: &Value, after: &Value) -> Result<String> {
    let name = |object: &Value| {
        let name = object.get("metadata").and_then(|one| one.get("name")).and_then(Value::as_str);
        format!("configmap/{}", name.unwrap_or_default())
    };
    let of = |object: &Value| {
        let mut shown = object.clone();
        if let Some(metadata) = shown.get_mut("metadata").and_then(Value::as_object_mut) {
            // What the API says of the object, and nobody writes.
            metadata.retain(|field, _| {
                !matches!(&**field, "creationTimestamp" | "resourceVersion" | "uid" | "generation")
            });
        }
        document(&name(object), shown.to_string().as_bytes())
    };
    let (before, after) = ([of(before)?], [of(after)?]);
    let selection = rules::selected(&[], &[])?;
    let linted = |objects| Linted::of(objects, &Options::default(), &selection);
    Ok(unified(&linted(&before), &linted(&after), 0))
}

async fn read(
    cluster: &Cluster,
    controller: &Controller,
    configuration: &Configuration,
    planned: Option<(&str, &[u8])>,
) -> Result<Live> {
    let namespace = controller.namespace.as_str();
    let name = format!("configmap/{}", controller.config_map);
    let mut objects = vec![document(&name, &configuration.text)?];
    let mut left_out = Vec::new();
    let named = secrets(configuration);
    // In managed clusters the Secret may lie elsewhere, which only they know.
    let mut complete = named.is_some() && controller.other_secret_namespace().is_none();
    for name in named.into_iter().flatten() {
        if let Some((_, text)) = planned.filter(|(planned, _)| *planned == name) {
            objects.push(document(&format!("secret/{name}"), text)?);
            continue;
        }
        let mut refused = None;
        for namespace in
            [Some(namespace), controller.other_secret_namespace()].into_iter().flatten()
        {
            let access = Access::get("", "secrets").in_namespace(namespace).named(&name);
            match object_text(cluster, &access).await {
                Ok(text) => {
                    objects.push(document(&format!("secret/{name}"), &text)?);
                    refused = None;
                    break;
                }
                // Its rule says so.
                Err(error) if error.is_not_found() => {}
                Err(error) => refused = refused.or(Some(error)),
            }
        }
        if let Some(error) = refused {
            complete = false;
            left_out.push(if_forbidden(error)?);
        }
    }
    let workload = controller.workload.as_deref().and_then(|name| name.strip_prefix("deployment/"));
    for name in workload.into_iter().chain(["argo-server"]) {
        let access = Access::get("apps", "deployments").in_namespace(namespace).named(name);
        match object_text(cluster, &access).await {
            Ok(text) => objects.push(document(&format!("deployment/{name}"), &text)?),
            Err(error) if error.is_not_found() => {}
            Err(error) => left_out.push(if_forbidden(error)?),
        }
    }
    let owner = owner_of(&configuration.text);
    Ok(Live { objects, version: controller.version, complete, owner, left_out })
}

/// What is only not looked at, as a right is lacking.
fn if_forbidden(error: ClusterError) -> Result<ClusterError> {
    if error.is_forbidden() { Ok(error) } else { Err(error.into()) }
}

/// The Secrets that the database in use is entered with; `None` where the configuration cannot be read.
fn secrets(configuration: &Configuration) -> Option<Vec<String>> {
    let section = configuration.persistence().ok()?.map(|section| section.json)?;
    let database =
        section.get("postgresql").filter(|one| one.is_object()).or(section.get("mysql"))?;
    let mut names: Vec<String> = ["userNameSecret", "passwordSecret"]
        .iter()
        .filter_map(|field| database.get(field)?.get("name")?.as_str())
        .map(Into::into)
        .collect();
    names.dedup();
    Some(names)
}

/// An object as `kubectl get -o yaml` shows it: without what the API keeps about who wrote which field.
fn document(name: &str, text: &[u8]) -> Result<Found> {
    let failed = |why: &dyn std::fmt::Display| {
        Failure::new(format_args!("what the API answers for {name} is not understood: {why}"))
    };
    let mut object: Value = serde_json::from_slice(text).map_err(|error| {
        // The text may be that of a Secret.
        failed(&format_args!("line {}, column {}", error.line(), error.column()))
    })?;
    if let Some(metadata) = object.get_mut("metadata").and_then(Value::as_object_mut) {
        metadata.remove("managedFields");
    }
    let json = serde_json::to_vec(&object)?;
    let text = yaml::emit(&json).map_err(|error| failed(&format_args!("byte {}", error.at)))?;
    let name = printable(name).into_owned();
    let path = name.clone().into();
    let input = Input { name, text, bom: false, compressed: false };
    Ok(Found { input, path, named: true })
}
