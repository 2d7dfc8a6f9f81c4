//! What was there before a change: kept in the cluster, so that any later run can put it back.
//!
//! **Invariant:** it is written before anything else is; what it keeps of a Secret is kept in a Secret.

use std::collections::BTreeMap;

use anyhow::Result;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::plan::{MANAGED_BY, Plan};
use super::present::{data, secret};
use super::write::{create, replace};
use crate::cluster::{Access, Cluster, ClusterError, object_text};
use crate::failure::Failure;
use crate::store::Sha256;

/// The ConfigMap of the entries, and the Secret of what Secrets held.
pub(super) const NAME: &str = "argo-offload-backup";
/// How many entries are kept.
const ENTRIES: usize = 5;
/// The most bytes of all entries: an object of Kubernetes has about 1 MiB.
const BYTES: usize = 900_000;

/// What one change has changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Entry {
    /// When it was begun.
    pub(super) time: String,
    /// Whether it came to its end.
    pub(super) done: bool,
    /// Whether it has been put back.
    pub(super) undone: bool,
    pub(super) config_map: Option<ConfigMapEntry>,
    pub(super) secret: Option<SecretEntry>,
}

/// One value of the ConfigMap.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct ConfigMapEntry {
    pub(super) name: String,
    pub(super) key: String,
    /// Its text before; `None` where the key was not there.
    pub(super) before: Option<String>,
    /// The digest of what was written: what is another by now was changed by somebody else.
    pub(super) written: Sha256,
}

/// A Secret.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SecretEntry {
    pub(super) namespace: String,
    pub(super) name: String,
    /// Whether it was made; else its values are in the Secret `argo-offload-backup`, under the entry's number.
    pub(super) created: bool,
}

/// The entries of a controller's namespace.
pub(super) struct Backup {
    namespace: String,
    object: Option<Value>,
    entries: BTreeMap<String, Entry>,
}

impl Backup {
    /// Reads it; there may be none yet.
    ///
    /// # Errors
    /// It cannot be read, or is not understood.
    pub(super) async fn read(cluster: &Cluster, namespace: &str) -> Result<Self> {
        let access = Access::get("", "configmaps").in_namespace(namespace).named(NAME);
        let object: Option<Value> = match object_text(cluster, &access).await {
            Ok(text) => Some(super::present::object(&text)?),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error.into()),
        };
        let mut entries = BTreeMap::new();
        for (number, text) in object.iter().flat_map(data) {
            let entry = serde_json::from_str(&text).map_err(|error| {
                Failure::new(format_args!(
                    "the ConfigMap {namespace}/{NAME}: {number} is none of this version's entries: {error}"
                ))
                .help("a newer release wrote it: take that; or look at it and delete it")
            })?;
            entries.insert(number, entry);
        }
        Ok(Self { namespace: namespace.to_owned(), object, entries })
    }

    /// The newest entry that has not been put back.
    pub(super) fn newest(&self) -> Option<(&str, &Entry)> {
        self.entries
            .iter()
            .rev()
            .find(|(_, entry)| !entry.undone)
            .map(|(number, entry)| (&**number, entry))
    }

    /// Notes what a plan will change, before it does; a change that was ended in the middle goes on with its entry.
    /// Gives the entry's number; `None` where nothing is changed but restarted.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) async fn begin(
        &mut self,
        cluster: &Cluster,
        plan: &Plan,
        dry: bool,
    ) -> Result<Option<String>> {
        let unfinished = self.newest().filter(|(_, entry)| !entry.done);
        let unfinished = unfinished.map(|(number, entry)| (number.to_owned(), entry.clone()));
        if unfinished.is_none() && plan.secret.is_none() && plan.config_map.is_none() {
            return Ok(None);
        }
        let (number, mut entry) = unfinished.unwrap_or_else(|| {
            let last = self.entries.keys().next_back().and_then(|last| last.parse::<u32>().ok());
            let number = format!("{:04}", last.unwrap_or(0).saturating_add(1));
            let entry = Entry {
                time: Timestamp::now().to_string(),
                done: false,
                undone: false,
                config_map: None,
                secret: None,
            };
            (number, entry)
        });
        if let Some(change) = &plan.config_map {
            let before = match entry.config_map.take() {
                // What stood there before the first attempt.
                Some(known) if known.key == change.key && known.name == change.name => known.before,
                _ => change.before.clone(),
            };
            entry.config_map = Some(ConfigMapEntry {
                name: change.name.clone(),
                key: change.key.clone(),
                before,
                written: Sha256::of(change.text.as_bytes()),
            });
        }
        if let Some(change) = &plan.secret
            && entry.secret.is_none()
        {
            if let Some(before) = &change.before {
                keep_secret(cluster, &self.namespace, &number, before, dry).await?;
            }
            entry.secret = Some(SecretEntry {
                namespace: change.namespace.clone(),
                name: change.name.clone(),
                created: change.before.is_none(),
            });
        }
        self.entries.insert(number.clone(), entry);
        self.write(cluster, dry).await?;
        Ok(Some(number))
    }

    /// Notes that a change came to its end, or was put back.
    ///
    /// # Errors
    /// It cannot be written.
    pub(super) async fn end(
        &mut self,
        cluster: &Cluster,
        number: &str,
        undone: bool,
    ) -> Result<()> {
        if let Some(entry) = self.entries.get_mut(number) {
            entry.done = true;
            entry.undone |= undone;
        }
        self.write(cluster, false).await
    }

    async fn write(&mut self, cluster: &Cluster, dry: bool) -> Result<()> {
        let texts = |entries: &BTreeMap<String, Entry>| -> Result<BTreeMap<String, String>> {
            let text = |(number, entry): (&String, &Entry)| {
                Ok((number.clone(), serde_json::to_string(entry)?))
            };
            entries.iter().map(text).collect()
        };
        let mut data = texts(&self.entries)?;
        while data.len() > 1
            && (data.len() > ENTRIES || data.values().map(String::len).sum::<usize>() > BYTES)
        {
            data.pop_first();
            self.entries.pop_first();
        }
        let object = match &self.object {
            Some(object) => {
                let mut object = object.clone();
                object["data"] = json!(data);
                replace(cluster, "configmaps", &object, dry).await?
            }
            None => {
                let object = json!({
                    "apiVersion": "v1", "kind": "ConfigMap", "metadata": {
                        "name": NAME, "namespace": self.namespace, "labels": {MANAGED_BY.0: MANAGED_BY.1},
                    },
                    "data": data,
                });
                create(cluster, "configmaps", &object, dry).await?
            }
        };
        if !dry {
            self.object = Some(object);
        }
        Ok(())
    }
}

/// What a Secret held, under `NUMBER.KEY`.
async fn keep_secret(
    cluster: &Cluster,
    namespace: &str,
    number: &str,
    before: &Value,
    dry: bool,
) -> Result<(), ClusterError> {
    let values = before.get("data").and_then(Value::as_object).into_iter().flatten();
    let values: BTreeMap<String, &Value> =
        values.map(|(key, value)| (format!("{number}.{key}"), value)).collect();
    match secret(cluster, namespace, NAME).await? {
        Some(mut kept) => {
            if !kept.get("data").is_some_and(Value::is_object) {
                kept["data"] = json!({});
            }
            for (key, value) in values {
                kept["data"][&key] = value.clone();
            }
            // As many as there are entries.
            let mut numbers: Vec<String> = kept["data"]
                .as_object()
                .into_iter()
                .flatten()
                .filter_map(|(key, _)| Some(key.split_once('.')?.0.to_owned()))
                .collect();
            numbers.sort();
            numbers.dedup();
            let surplus = numbers.len().saturating_sub(ENTRIES);
            for number in numbers.into_iter().take(surplus) {
                if let Some(data) = kept["data"].as_object_mut() {
                    data.retain(|key, _| key.split_once('.').is_none_or(|(one, _)| one != number));
                }
            }
            replace(cluster, "secrets", &kept, dry).await?;
        }
        None => {
            let object = json!({
                "apiVersion": "v1", "kind": "Secret", "type": "Opaque", "metadata": {
                    "name": NAME, "namespace": namespace, "labels": {MANAGED_BY.0: MANAGED_BY.1},
                },
                "data": values,
            });
            create(cluster, "secrets", &object, dry).await?;
        }
    }
    Ok(())
}

/// What a Secret held when an entry was made.
pub(super) async fn kept_secret(
    cluster: &Cluster,
    namespace: &str,
    number: &str,
) -> Result<BTreeMap<String, Value>> {
    let kept = secret(cluster, namespace, NAME).await?.unwrap_or_default();
    let values = kept.get("data").and_then(Value::as_object).into_iter().flatten();
    let of_entry = values.filter_map(|(key, value)| {
        let (one, key) = key.split_once('.')?;
        (one == number).then(|| (key.to_owned(), value.clone()))
    });
    let values: BTreeMap<String, Value> = of_entry.collect();
    if values.is_empty() {
        return Err(Failure::new(format_args!(
            "the Secret {namespace}/{NAME} has nothing of the change {number}"
        ))
        .help("write the Secret by hand, and restart controller and argo-server")
        .into());
    }
    Ok(values)
}
