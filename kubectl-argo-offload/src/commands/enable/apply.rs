//! Doing what is planned, and putting it back.

use std::borrow::Cow;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::backup::{Backup, Entry, NAME, kept_secret};
use super::plan::{ConfigMapChange, MANAGED_BY, Plan, Restart};
use super::present::{Present, data, object, secret};
use super::restart::{restart, watch};
use super::write::{create, delete, replace};
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind, permissions, read_config_map};
use crate::commands::lint::config_map_diff;
use crate::failure::Failure;
use crate::output::say;
use crate::store::Sha256;

/// How it is done.
#[derive(Clone, Copy)]
pub(in crate::commands) struct How {
    /// The API checks everything, and stores nothing.
    pub(in crate::commands) dry: bool,
    /// Put back what was changed when a program does not come up.
    pub(in crate::commands) rollback: bool,
    /// How long programs may take.
    pub(in crate::commands) timeout: Duration,
}

/// Checks that the user has every right that a plan takes, before anything is written.
///
/// # Errors
/// One is lacking; it is named.
pub(in crate::commands) async fn check_rights(
    cluster: &Cluster,
    present: &Present,
    plan: &Plan,
) -> Result<(), ClusterError> {
    let namespace = present.controller.namespace.as_str();
    let mut rights = vec![
        Access::create("", "configmaps").in_namespace(namespace),
        Access::update("", "configmaps").in_namespace(namespace).named(NAME),
    ];
    if let Some(change) = &plan.config_map {
        let access = Access::update("", "configmaps").in_namespace(&change.namespace);
        rights.push(access.named(&change.name));
    }
    if let Some(change) = &plan.secret {
        rights.push(Access::create("", "secrets").in_namespace(&change.namespace));
        let (namespace, name) = (&change.namespace, &change.name);
        match &change.before {
            Some(_) => {
                rights.push(Access::update("", "secrets").in_namespace(namespace).named(name));
            }
            // To put it back is to delete it.
            None => rights.push(Access::delete("", "secrets").in_namespace(namespace).named(name)),
        }
    }
    for restart in &plan.restarts {
        match restart {
            Restart::Rollout { namespace, deployment, .. } => {
                let of = |access: Access| access.in_namespace(namespace).named(deployment);
                rights.push(of(Access::patch("apps", "deployments")));
                rights.push(of(Access::get("apps", "deployments")));
            }
            Restart::Delete { namespace, pod, .. } => {
                rights.push(Access::delete("", "pods").in_namespace(namespace).named(pod));
            }
            Restart::ByHand { .. } => {}
        }
    }
    permissions::check(cluster, &rights).await
}

/// Notes what was there, writes the Secret, then the ConfigMap, restarts what reads them, and watches it come up.
///
/// # Errors
/// The API refuses something, somebody else changes it meanwhile, or a program does not come up: then what was changed
/// has been put back, unless that is not wanted.
pub(in crate::commands) async fn apply(
    cluster: &Cluster,
    present: &Present,
    plan: &Plan,
    how: How,
) -> Result<()> {
    let suffix = if how.dry { " (server dry run)" } else { "" };
    let mut backup = Backup::read(cluster, &present.controller.namespace).await?;
    let number = backup.begin(cluster, plan, how.dry).await?;
    if number.is_some() {
        say(format_args!("configmap/{NAME} keeps what is there now{suffix}"));
    }
    if let Some(change) = &plan.secret {
        let (name, done) =
            (&change.name, if change.before.is_some() { "configured" } else { "created" });
        match change.before {
            Some(_) => replace(cluster, "secrets", &change.after, how.dry).await?,
            None => create(cluster, "secrets", &change.after, how.dry).await?,
        };
        say(format_args!("secret/{name} {done}{suffix}"));
    }
    if let Some(change) = &plan.config_map {
        if let Err(failure) = write_config_map(cluster, change, how.dry).await {
            // Nothing is left half done.
            if let Some((number, entry)) = backup.newest().filter(|_| !how.dry) {
                let (number, entry) = (number.to_owned(), entry.clone());
                restore_secret(cluster, &present.controller.namespace, &number, &entry).await?;
                backup.end(cluster, &number, true).await?;
            }
            return Err(failure.into());
        }
        say(format_args!("configmap/{} configured{suffix}", change.name));
    }
    restart(cluster, present, &plan.restarts, how.dry).await?;
    if how.dry {
        return Ok(());
    }
    match watch(cluster, present, &plan.restarts, how.timeout).await {
        Ok(()) => match number {
            Some(number) => backup.end(cluster, &number, false).await,
            None => Ok(()),
        },
        Err(error) if !how.rollback || number.is_none() => {
            Err(error.context("it is left as it is"))
        }
        Err(error) => {
            say(format_args!("{error:#}"));
            say("it is put back as it was");
            roll_back(cluster, present, how.timeout).await.context("it could not be put back")?;
            let help = crate::failure::help_of(&error).map(Cow::into_owned);
            let what = format!("{error:#}; everything is as it was before");
            Err(Failure::new(what).help(help.unwrap_or_default()).into())
        }
    }
}

/// With the `resourceVersion` that was read: what somebody else has written meanwhile is never overwritten.
async fn write_config_map(
    cluster: &Cluster,
    change: &ConfigMapChange,
    dry: bool,
) -> Result<(), Failure> {
    match replace(cluster, "configmaps", &change.object.1, dry).await {
        Ok(_) => Ok(()),
        Err(error) if *error.kind() == ErrorKind::Conflict => {
            let place = format!("{}/{}", change.namespace, change.name);
            if let Ok(text) = read_config_map(cluster, &change.namespace, &change.name).await
                && let Ok(now) = object(&text)
                && let Ok(diff) = config_map_diff(&change.object.0, &now)
            {
                say(format_args!(
                    "what has changed in {place} since it was read:\n{}",
                    diff.trim_end()
                ));
            }
            Err(Failure::new(format_args!(
                "somebody else has changed the ConfigMap {place} meanwhile: nothing of it was overwritten"
            ))
            .help("run the command again: it plans anew from what is there now"))
        }
        Err(error) => {
            let help = error.help().unwrap_or("run the command again, or --rollback").to_owned();
            Err(Failure::new(error).help(help))
        }
    }
}

/// Puts back what the newest change has changed, restarts what reads it, and watches it come up.
///
/// # Errors
/// There is nothing to put back; somebody else has changed it since; the API refuses it.
pub(in crate::commands) async fn roll_back(
    cluster: &Cluster,
    present: &Present,
    timeout: Duration,
) -> Result<()> {
    let namespace = present.controller.namespace.as_str();
    let mut backup = Backup::read(cluster, namespace).await?;
    let Some((number, entry)) =
        backup.newest().map(|(number, entry)| (number.to_owned(), entry.clone()))
    else {
        return Err(Failure::new(format_args!(
            "there is nothing to put back in the namespace {namespace}"
        ))
        .help("enable and disable note what they change in the ConfigMap argo-offload-backup")
        .into());
    };
    restore_config_map(cluster, namespace, &entry).await?;
    restore_secret(cluster, namespace, &number, &entry).await?;
    // As it is by now: the pods of before are not those of the change.
    let present = Present::read(cluster, present.controller.clone()).await?;
    let restarts: Vec<Restart> = super::plan::restarts(&present, true);
    restart(cluster, &present, &restarts, false).await?;
    watch(cluster, &present, &restarts, timeout).await?;
    backup.end(cluster, &number, true).await
}

async fn restore_config_map(cluster: &Cluster, namespace: &str, entry: &Entry) -> Result<()> {
    let Some(change) = &entry.config_map else { return Ok(()) };
    let text = read_config_map(cluster, namespace, &change.name).await?;
    let mut object = object(&text)?;
    let now = data(&object).remove(&change.key);
    if now == change.before {
        return Ok(());
    }
    let is_ours = now.as_ref().is_some_and(|now| Sha256::of(now.as_bytes()) == change.written);
    if !is_ours {
        return Err(Failure::new(format_args!(
            "somebody else has changed {} of the ConfigMap {namespace}/{} since: it is not overwritten",
            change.key, change.name
        ))
        .help(format_args!(
            "what was there before is in the ConfigMap {NAME}: kubectl get configmap {NAME} -n {namespace} -o yaml"
        ))
        .into());
    }
    if let Some(values) = object.get_mut("data").and_then(Value::as_object_mut) {
        match &change.before {
            Some(before) => values.insert(change.key.clone(), before.as_str().into()),
            None => values.remove(&change.key),
        };
    }
    replace(cluster, "configmaps", &object, false).await?;
    say(format_args!("configmap/{} put back", change.name));
    Ok(())
}

async fn restore_secret(
    cluster: &Cluster,
    namespace: &str,
    number: &str,
    entry: &Entry,
) -> Result<()> {
    let Some(change) = &entry.secret else { return Ok(()) };
    if change.created {
        let Some(now) = secret(cluster, &change.namespace, &change.name).await? else {
            return Ok(());
        };
        // A run that was ended before it made one leaves room for somebody else's.
        let label =
            now.get("metadata").and_then(|one| one.get("labels")?.get(MANAGED_BY.0)?.as_str());
        if label != Some(MANAGED_BY.1) {
            return Err(Failure::new(format_args!(
                "somebody else has made the Secret {}/{}: it is not deleted",
                change.namespace, change.name
            ))
            .help("delete it by hand, if nobody needs it, and run the command again")
            .into());
        }
        delete(cluster, "secrets", &change.namespace, &change.name, false).await?;
        say(format_args!("secret/{} deleted", change.name));
        return Ok(());
    }
    let kept = kept_secret(cluster, namespace, number).await?;
    let Some(mut now) = secret(cluster, &change.namespace, &change.name).await? else {
        let what = format!("the Secret {}/{} is gone", change.namespace, change.name);
        return Err(ClusterError::new(ErrorKind::NotFound, what)
            .with_help(format_args!("what it held is in the Secret {NAME}"))
            .into());
    };
    if now.get("data") != Some(&json!(kept)) {
        now["data"] = json!(kept);
        replace(cluster, "secrets", &now, false).await?;
        say(format_args!("secret/{} put back", change.name));
    }
    Ok(())
}
