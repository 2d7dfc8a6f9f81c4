//! What an object is, by what it says and by its keys.

use alloc::vec::Vec;
use core::fmt;

use super::{at, is_mapping, member, text};
use crate::golang::{ArgoVersion, folds_to, is_field_of_config, nearest_field};
use crate::yaml::{Document, NodeId};

/// What an object is to the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The controller's ConfigMap.
    ConfigMap,
    /// A part of the ConfigMap, to be merged into the one in the cluster.
    Patch,
    /// Keys of the ConfigMap's `data`, as manuals print them: `persistence: |` and its lines.
    Data,
    /// Values of the argo-workflows Helm chart.
    HelmValues,
    /// The configuration itself: what stands below the key `config`.
    Configuration,
    /// What stands below the key `persistence`.
    Persistence,
    /// A Secret.
    Secret,
    /// What runs the controller or the server.
    Workload(Workload),
    /// Nothing of the controller's.
    Other,
}

/// Which of Argo's processes a workload runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Workload {
    /// The workflow-controller.
    Controller,
    /// The argo-server.
    Server,
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ConfigMap => "the controller's ConfigMap",
            Self::Patch => "a patch of the controller's ConfigMap",
            Self::Data => "keys of the controller's ConfigMap",
            Self::HelmValues => "values of the argo-workflows Helm chart",
            Self::Configuration => "a controller configuration",
            Self::Persistence => "a persistence section",
            Self::Secret => "a Secret",
            Self::Workload(Workload::Controller) => "the workflow-controller's workload",
            Self::Workload(Workload::Server) => "the argo-server's workload",
            Self::Other => "ignored",
        })
    }
}

/// The name that Argo's manifests give the ConfigMap; the Helm chart's ends the same way.
const CONFIG_MAP: &str = "workflow-controller-configmap";

pub(crate) fn recognise(document: &Document, object: NodeId) -> Kind {
    if !is_mapping(document, object) {
        return Kind::Other;
    }
    match member(document, object, "kind") {
        Some(entry) => match text(document, entry.value) {
            Some(kind) => recognise_kubernetes(document, object, &kind),
            // A manifest whose kind Kubernetes cannot read.
            None => recognise_kubernetes(document, object, "ConfigMap"),
        },
        None => recognise_bare(document, object),
    }
}

fn recognise_kubernetes(document: &Document, object: NodeId, kind: &str) -> Kind {
    match kind {
        "ConfigMap" => {
            let named = at(document, object, &["metadata", "name"])
                .and_then(|name| text(document, name))
                .is_some_and(|name| name.ends_with(CONFIG_MAP));
            if named || is_configuration_data(document, object) {
                Kind::ConfigMap
            } else {
                Kind::Other
            }
        }
        "Secret" => Kind::Secret,
        "Deployment" | "StatefulSet" | "ReplicaSet" | "Pod" => {
            crate::config::sources::workload::role(document, object)
                .map_or(Kind::Other, Kind::Workload)
        }
        _ => Kind::Other,
    }
}

/// Whether `data` holds what only the controller's configuration has.
fn is_configuration_data(document: &Document, object: NodeId) -> bool {
    let Some(data) = member(document, object, "data") else { return false };
    if let Some(persistence) = member(document, data.value, "persistence") {
        let section = document.text(persistence.value).map(crate::yaml::read);
        return section.is_some_and(|section| match section {
            Ok(section) => section.root().is_some_and(|root| is_persistence(&section, root)),
            Err(_) => false,
        });
    }
    member(document, data.value, "config")
        .and_then(|config| document.text(config.value))
        .and_then(|config| crate::yaml::read(config).ok())
        .is_some_and(|config| {
            config.root().is_some_and(|root| {
                let entries = config.entries(root);
                let known = entries
                    .iter()
                    .filter_map(|entry| config.text(entry.key))
                    .filter(|key| is_field_of_config(key))
                    .count();
                known > 0 && 2 * known > entries.len()
            })
        })
}

/// Keys of a persistence section that sections of that name in other files do not have.
const PERSISTENCE: [&[u8]; 7] = [
    b"nodeStatusOffLoad",
    b"archive",
    b"archiveTTL",
    b"archiveLabelSelector",
    b"connectionPool",
    b"clusterName",
    b"skipMigration",
];
/// Keys of charts that keep something in a volume.
const VOLUME: [&[u8]; 6] =
    [b"enabled", b"size", b"storageClass", b"accessMode", b"accessModes", b"existingClaim"];
/// Keys by which a database is Argo's.
const DATABASE: [&[u8]; 3] = [b"tableName", b"userNameSecret", b"passwordSecret"];

/// Whether a mapping is a persistence section of Argo's, perhaps with typing errors.
fn is_persistence(document: &Document, section: NodeId) -> bool {
    let has = |mapping: NodeId, names: &[&[u8]]| {
        document.entries(mapping).iter().filter_map(|entry| document.text(entry.key)).any(|key| {
            let nearest = core::str::from_utf8(key)
                .ok()
                .and_then(|key| nearest_field("config.PersistConfig", key, ArgoVersion::NEWEST));
            names.iter().any(|name| {
                folds_to(key, name) || nearest.is_some_and(|near| near.as_bytes() == *name)
            }) || means_offloading(key)
        })
    };
    let mut databases = document.entries(section).iter().filter(|entry| {
        document
            .text(entry.key)
            .is_some_and(|key| folds_to(key, b"mysql") || folds_to(key, b"postgresql"))
    });
    has(section, &PERSISTENCE) || databases.any(|entry| has(entry.value, &DATABASE))
}

/// Whether a key means `nodeStatusOffLoad`, however it is spelt.
fn means_offloading(key: &[u8]) -> bool {
    let lower: Vec<u8> = key.iter().map(u8::to_ascii_lowercase).collect();
    let has = |word: &[u8]| lower.windows(word.len()).any(|window| window == word);
    (has(b"offload") || has(b"ofload")) && (has(b"node") || has(b"status"))
}

fn recognise_bare(document: &Document, object: NodeId) -> Kind {
    if helm_values(document, object).is_some() {
        return Kind::HelmValues;
    }
    if let Some(data) = member(document, object, "data")
        && is_mapping(document, data.value)
        && document
            .entries(data.value)
            .iter()
            .filter_map(|entry| document.text(entry.key))
            .any(|key| key == b"config" || is_field_of_config(key))
    {
        return Kind::Patch;
    }
    if let Some(entry) = member(document, object, "persistence")
        && document.text(entry.value).is_some_and(|text| text.contains(&b'\n'))
    {
        return Kind::Data;
    }
    let folded = document
        .entries(object)
        .iter()
        .find(|entry| document.text(entry.key).is_some_and(|key| folds_to(key, b"persistence")));
    if let Some(entry) = folded {
        // Many charts have values of that name, for a volume.
        let alone = document
            .entries(object)
            .iter()
            .filter_map(|entry| document.text(entry.key))
            .all(is_field_of_config);
        let volume = document
            .entries(entry.value)
            .iter()
            .filter_map(|entry| document.text(entry.key))
            .any(|key| VOLUME.contains(&key));
        return if is_persistence(document, entry.value) || (alone && !volume) {
            Kind::Configuration
        } else {
            Kind::Other
        };
    }
    if is_persistence(document, object) {
        return Kind::Persistence;
    }
    let entries = document.entries(object);
    let keys = || entries.iter().filter_map(|entry| document.text(entry.key));
    let known = keys().filter(|key| is_field_of_config(key)).count();
    let telling = keys().any(|key| is_field_of_config(key) && !COMMON.contains(&key));
    if telling && 2 * known > entries.len() { Kind::Configuration } else { Kind::Other }
}

/// Keys of the configuration that other files have at their top as well.
const COMMON: [&[u8]; 5] = [b"namespace", b"images", b"links", b"columns", b"executor"];

/// The chart's values in a file of values: the file's own root, or what an umbrella chart keeps below the
/// chart's name.
pub(crate) fn helm_values(document: &Document, object: NodeId) -> Option<NodeId> {
    let below = document.entries(object).iter().map(|entry| entry.value);
    core::iter::once(object).chain(below).find(|&values| {
        member(document, values, "controller").is_some_and(|controller| {
            document.entries(controller.value).iter().any(|entry| {
                document.text(entry.key).is_some_and(|key| {
                    HELM.contains(&key)
                        || means_offloading(key)
                        || (key == b"persistence" && is_persistence(document, entry.value))
                })
            })
        })
    })
}

/// Values below `controller` by which the chart's are told from another chart's.
const HELM: [&[u8]; 9] = [
    b"workflowNamespaces",
    b"workflowDefaults",
    b"workflowWorkers",
    b"workflowRestrictions",
    b"namespaceParallelism",
    b"parallelism",
    b"resourceRateLimit",
    b"instanceID",
    b"configMap",
];
