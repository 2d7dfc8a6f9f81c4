//! Doing what is planned, and putting it back.

use std::borrow::Cow;
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::backup::{Backup, Entry, Kept, NAME, SecretEntry, kept_secret};
use super::plan::{ConfigMapChange, MANAGED_BY, Plan, Restart};
use super::present::{Present, data, object, secret};
use super::restart::{restart, watch};
use super::write::{delete, metadata, write};
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind, permissions, read_config_map};
use crate::commands::lint::config_map_diff;
use crate::failure::Failure;
use crate::output::say;
use crate::signal::{exit, signal};
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
        // What is kept of it is beside it.
        rights.push(Access::create("", "secrets").in_namespace(&change.namespace));
        rights.push(Access::update("", "secrets").in_namespace(&change.namespace).named(NAME));
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
    tokio::select! {
        result = carry_out(cluster, present, plan, how) => result,
        code = signal() => {
            if !how.dry {
                say(format_args!(
                    "interrupted: the same command again brings it to its end, kubectl argo-offload enable --rollback -n {} \
                     puts back what was changed",
                    present.controller.namespace
                ));
            }
            exit(code).await
        }
    }
}

async fn carry_out(cluster: &Cluster, present: &Present, plan: &Plan, how: How) -> Result<()> {
    let suffix = if how.dry { " (server dry run)" } else { "" };
    let mut backup = Backup::read(cluster, &present.controller.namespace).await?;
    let number = backup.begin(cluster, plan, how.dry).await?;
    if number.is_some() {
        say(format_args!("configmap/{NAME} keeps what is there now{suffix}"));
    }
    if let Some(change) = &plan.secret {
        let (name, done) =
            (&change.name, if change.before.is_some() { "configured" } else { "created" });
        write(cluster, "secrets", &change.after, how.dry).await?;
        say(format_args!("secret/{name} {done}{suffix}"));
    }
    if let Some(change) = &plan.config_map {
        if let Err(failure) = write_config_map(cluster, change, how.dry).await {
            // Nothing is left half done.
            if let Some((number, entry)) = backup.newest().filter(|_| !how.dry) {
                let (number, entry) = (number.to_owned(), entry.clone());
                let namespace = &present.controller.namespace;
                let old = old_secret(cluster, namespace, &number, &entry).await?;
                restore_secret(cluster, old).await?;
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
    match write(cluster, "configmaps", &change.object.1, dry).await {
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
    // Both are looked at before one is written.
    let config_map = old_config_map(cluster, namespace, &entry).await?;
    let secret = old_secret(cluster, namespace, &number, &entry).await?;
    if let Some(object) = config_map {
        write(cluster, "configmaps", &object, false).await?;
        say(format_args!("configmap/{} put back", metadata(&object, "name")));
    }
    restore_secret(cluster, secret).await?;
    // As it is by now: the pods of before are not those of the change.
    let present = Present::read(cluster, present.controller.clone()).await?;
    let restarts: Vec<Restart> = super::plan::restarts(&present, true);
    restart(cluster, &present, &restarts, false).await?;
    watch(cluster, &present, &restarts, timeout).await?;
    backup.end(cluster, &number, true).await
}

/// The ConfigMap as it is to be again; `None` where nothing is to be done.
///
/// # Errors
/// Somebody else has changed it since.
async fn old_config_map(
    cluster: &Cluster,
    namespace: &str,
    entry: &Entry,
) -> Result<Option<Value>> {
    let Some(change) = &entry.config_map else { return Ok(None) };
    let text = read_config_map(cluster, namespace, &change.name).await?;
    let mut object = object(&text)?;
    let now = data(&object).remove(&change.key);
    if now == change.before {
        return Ok(None);
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
    Ok(Some(object))
}

/// A Secret as it is to be again.
enum OldSecret {
    /// As it is.
    Same,
    /// Not there.
    Gone { namespace: String, name: String },
    /// Like this.
    Values(Value),
}

/// The Secret as it is to be again.
///
/// # Errors
/// Somebody else has changed it since.
async fn old_secret(
    cluster: &Cluster,
    controller: &str,
    number: &str,
    entry: &Entry,
) -> Result<OldSecret> {
    let Some(change) = &entry.secret else { return Ok(OldSecret::Same) };
    let SecretEntry { namespace: of, name, created } = change;
    let Some(mut now) = secret(cluster, of, name).await? else {
        if *created {
            return Ok(OldSecret::Same);
        }
        let what = format!("the Secret {of}/{name} is gone");
        return Err(ClusterError::new(ErrorKind::NotFound, what)
            .with_help(format_args!("what it held is in the Secret {NAME}"))
            .into());
    };
    let kept = kept_secret(cluster, of, Kept { namespace: controller, number }).await?;
    let data = now.get("data").cloned().unwrap_or_default();
    if !created && data == json!(kept.before) {
        return Ok(OldSecret::Same);
    }
    let labels = now.get("metadata").and_then(|one| one.get("labels"));
    let is_ours =
        labels.and_then(|labels| labels.get(MANAGED_BY.0)?.as_str()) == Some(MANAGED_BY.1);
    // A run that was ended before it made one leaves room for somebody else's.
    if data != json!(kept.written) || (*created && !is_ours) {
        let done = if *created { "deleted" } else { "overwritten" };
        return Err(Failure::new(format_args!(
            "somebody else has made or changed the Secret {of}/{name} since: it is not {done}"
        ))
        .help(format_args!(
            "what it held before, and what was written, is in the Secret {NAME}; where nobody needs it, put it back or \
             delete it by hand, and run the command again"
        ))
        .into());
    }
    if *created {
        return Ok(OldSecret::Gone { namespace: of.clone(), name: name.clone() });
    }
    now["data"] = json!(kept.before);
    Ok(OldSecret::Values(now))
}

async fn restore_secret(cluster: &Cluster, old: OldSecret) -> Result<()> {
    match old {
        OldSecret::Same => {}
        OldSecret::Gone { namespace, name } => {
            delete(cluster, "secrets", &namespace, &name, false).await?;
            say(format_args!("secret/{name} deleted"));
        }
        OldSecret::Values(object) => {
            write(cluster, "secrets", &object, false).await?;
            say(format_args!("secret/{} put back", metadata(&object, "name")));
        }
    }
    Ok(())
}
