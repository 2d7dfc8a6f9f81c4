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
use super::write::write;
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
    /// Whether it was made. Its values, before and after, are in the Secret `argo-offload-backup` beside it.
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
        let is_same = |entry: &Entry| match (&entry.secret, &plan.secret) {
            (Some(of), Some(change)) => of.name == change.name && of.namespace == change.namespace,
            _ => true,
        };
        let unfinished = self.newest().filter(|(_, entry)| !entry.done && is_same(entry));
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
        if let Some(change) = &plan.secret {
            // What stood there before the first attempt is kept already.
            let before = change.before.as_ref().filter(|_| entry.secret.is_none());
            let of = Kept { namespace: &self.namespace, number: &number };
            keep_secret(cluster, &change.namespace, of, before, &change.after, dry).await?;
            entry.secret.get_or_insert_with(|| SecretEntry {
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
        let mut object = self.object.clone().unwrap_or_else(|| fresh("ConfigMap", &self.namespace));
        object["data"] = json!(data);
        let object = write(cluster, "configmaps", &object, dry).await?;
        if !dry {
            self.object = Some(object);
        }
        Ok(())
    }
}

/// What a Secret held and what was written over it.
#[derive(Debug, Default, PartialEq)]
pub(super) struct KeptSecret {
    /// Its values, encoded; none where it was made.
    pub(super) before: BTreeMap<String, Value>,
    /// What is another by now was changed by somebody else.
    pub(super) written: BTreeMap<String, Value>,
}

/// Whose values are kept: several controllers can have their Secrets in one namespace.
#[derive(Clone, Copy, Debug)]
pub(super) struct Kept<'a> {
    /// The controller's namespace.
    pub(super) namespace: &'a str,
    /// The entry's number.
    pub(super) number: &'a str,
}

/// Behind the number of what was written.
const WRITTEN: &str = "-written";

impl Kept<'_> {
    /// Before the keys of what a Secret held, or of what was written; no namespace has a dot in its name.
    fn prefix(self, written: bool) -> String {
        let Self { namespace, number } = self;
        format!("{namespace}.{number}{}.", if written { WRITTEN } else { "" })
    }

    /// The number in a key of this controller's; `None` for another's.
    fn number_in(self, key: &str) -> Option<&str> {
        let rest = key.strip_prefix(self.namespace)?.strip_prefix('.')?;
        let (number, _) = rest.split_once('.')?;
        Some(number.strip_suffix(WRITTEN).unwrap_or(number))
    }
}

/// Keeps what a Secret held under `NAMESPACE.NUMBER.KEY`, and what is written over it under
/// `NAMESPACE.NUMBER-written.KEY`.
async fn keep_secret(
    cluster: &Cluster,
    namespace: &str,
    of: Kept<'_>,
    before: Option<&Value>,
    after: &Value,
    dry: bool,
) -> Result<(), ClusterError> {
    let known = secret(cluster, namespace, NAME).await?;
    let mut data: BTreeMap<String, Value> = known.iter().flat_map(values).collect();
    let (old, new) = (of.prefix(false), of.prefix(true));
    data.retain(|key, _| !key.starts_with(&new));
    let keyed = |prefix: &str, of: &Value| -> Vec<(String, Value)> {
        values(of).map(|(key, value)| (format!("{prefix}{key}"), value)).collect()
    };
    data.extend(before.into_iter().flat_map(|before| keyed(&old, before)));
    data.extend(keyed(&new, after));
    // As many as there are entries.
    let mut numbers: Vec<String> =
        data.keys().filter_map(|key| of.number_in(key)).map(str::to_owned).collect();
    numbers.dedup();
    let surplus = numbers.len().saturating_sub(ENTRIES);
    for old in numbers.into_iter().take(surplus) {
        data.retain(|key, _| of.number_in(key) != Some(&*old));
    }
    let mut object = known.unwrap_or_else(|| fresh("Secret", namespace));
    object["data"] = json!(data);
    write(cluster, "secrets", &object, dry).await?;
    Ok(())
}

/// An object that is not there yet.
fn fresh(kind: &str, namespace: &str) -> Value {
    json!({"apiVersion": "v1", "kind": kind, "metadata": {
        "name": NAME, "namespace": namespace, "labels": {MANAGED_BY.0: MANAGED_BY.1},
    }})
}

fn values(secret: &Value) -> impl Iterator<Item = (String, Value)> {
    let values = secret.get("data").and_then(Value::as_object).into_iter().flatten();
    values.map(|(key, value)| (key.clone(), value.clone()))
}

/// What is kept of a Secret since an entry was made.
///
/// # Errors
/// It cannot be read, or nothing is kept.
pub(super) async fn kept_secret(
    cluster: &Cluster,
    namespace: &str,
    of: Kept<'_>,
) -> Result<KeptSecret> {
    let (old, new) = (of.prefix(false), of.prefix(true));
    let mut kept = KeptSecret::default();
    for (key, value) in values(&secret(cluster, namespace, NAME).await?.unwrap_or_default()) {
        if let Some(key) = key.strip_prefix(&old) {
            kept.before.insert(key.to_owned(), value);
        } else if let Some(key) = key.strip_prefix(&new) {
            kept.written.insert(key.to_owned(), value);
        }
    }
    if kept.written.is_empty() {
        return Err(Failure::new(format_args!(
            "the Secret {namespace}/{NAME} has nothing of the change {}",
            of.number
        ))
        .help("write the Secret by hand, and restart controller and argo-server")
        .into());
    }
    Ok(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_with_secrets_in_one_namespace_keep_their_own() {
        let of = |namespace| Kept { namespace, number: "0001" };
        assert_eq!(of("argo").prefix(false), "argo.0001.");
        let key = of("argo").prefix(true) + "tls.crt";
        assert_eq!(of("argo").number_in(&key), Some("0001"));
        assert_eq!(of("argo-2").number_in(&key), None);
        assert_eq!(of("arg").number_in(&key), None);
        assert_eq!(key.strip_prefix(&of("argo").prefix(true)), Some("tls.crt"));
    }
}
