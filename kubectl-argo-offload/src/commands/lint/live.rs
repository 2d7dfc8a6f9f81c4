//! What the controller has in the cluster, as documents.

use anyhow::Result;
use argo_offload_core::golang::ArgoVersion;
use argo_offload_core::yaml;
use serde_json::Value;

use super::files::Found;
use crate::cli::{ControllerArguments, LintArguments};
use crate::cluster::{
    Access, Cluster, ClusterError, Controller, configuration, connect, find_controller,
    object_text, owner_of,
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
        read(&cluster, &controller, arguments.argo_version).await
    })
}

async fn read(
    cluster: &Cluster,
    controller: &Controller,
    argo: Option<ArgoVersion>,
) -> Result<Live> {
    let namespace = controller.namespace.as_str();
    let argo = argo.or(controller.version).unwrap_or_default();
    let configuration = configuration(cluster, controller, argo).await?;
    let place = &configuration.place;
    match owner_of(&configuration.text) {
        Some(owner) => say(format_args!(
            "the ConfigMap {place} is kept by {owner}: mend it there, a change by hand is undone"
        )),
        None => say(format_args!(
            "the ConfigMap {place} is kept by nobody else: mend it with kubectl edit"
        )),
    }
    let name = format!("configmap/{}", controller.config_map);
    let mut objects = vec![document(&name, &configuration.text)?];
    let named = secrets(&configuration);
    // In managed clusters the Secret may lie elsewhere, which only they know.
    let mut complete = named.is_some() && controller.other_secret_namespace().is_none();
    for name in named.into_iter().flatten() {
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
            left_out(&error)?;
        }
    }
    let workload = controller.workload.as_deref().and_then(|name| name.strip_prefix("deployment/"));
    for name in workload.into_iter().chain(["argo-server"]) {
        let access = Access::get("apps", "deployments").in_namespace(namespace).named(name);
        match object_text(cluster, &access).await {
            Ok(text) => objects.push(document(&format!("deployment/{name}"), &text)?),
            Err(error) if error.is_not_found() => {}
            Err(error) => left_out(&error)?,
        }
    }
    Ok(Live { objects, version: controller.version, complete })
}

/// Says what is not looked at, where only a right is lacking.
fn left_out(error: &ClusterError) -> Result<()> {
    if !error.is_forbidden() {
        return Err(error.clone().into());
    }
    let help = error.help().unwrap_or_default();
    say(format_args!("note: not looked at: {error}; {help}"));
    Ok(())
}

/// The Secrets that the database in use is entered with; `None` where the configuration cannot be read.
fn secrets(configuration: &crate::cluster::Configuration) -> Option<Vec<String>> {
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
