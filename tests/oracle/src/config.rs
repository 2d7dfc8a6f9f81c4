//! What Argo's own code makes of configurations.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::{Oracle, request};

/// What Argo makes of a ConfigMap, over every order of its keys (some, above 4 keys).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConfigOutcome {
    /// Accepted, whatever chance does.
    pub ok: bool,
    /// How far it gets.
    pub stage: ConfigStage,
    /// That of the sorted keys, or else of the first order that fails; the smallest if chance decides; empty if none
    /// fails.
    pub error: String,
    /// All that came up, sorted.
    pub errors: Vec<String>,
    /// The persistence settings that came up: `json.Marshal`, then keys sorted; `null` for none.
    pub persistence: Vec<String>,
    /// The first 16 hex digits of the SHA-256 of each.
    pub hashes: Vec<String>,
    /// One text alone has several outcomes, whatever the order of the keys.
    pub by_chance: bool,
    /// Orders of the keys tried.
    pub orders: usize,
    /// What Kubernetes' decoder found in the manifest.
    #[serde(default)]
    pub data: BTreeMap<String, String>,
}

/// How far a configuration gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ConfigStage {
    /// Kubernetes' decoder refuses the manifest, or it is no ConfigMap.
    Manifest,
    /// Argo refuses the configuration.
    Parse,
    /// Argo accepts it.
    Ok,
    /// Chance decides whether Argo accepts it or what Argo reads.
    Depends,
}

impl Oracle {
    /// Judges ConfigMaps' manifests, in order.
    ///
    /// # Panics
    /// The oracle stops answering.
    pub fn outcomes<Manifest: AsRef<[u8]>>(
        &mut self,
        manifests: &[Manifest],
    ) -> Vec<ConfigOutcome> {
        let requests: Vec<Value> =
            manifests.iter().map(|manifest| request("config", manifest.as_ref())).collect();
        self.ask_all(&requests).iter().map(outcome).collect()
    }

    /// Judges one manifest.
    ///
    /// # Panics
    /// The oracle stops answering.
    pub fn outcome(&mut self, manifest: &[u8]) -> ConfigOutcome {
        outcome(&self.ask(request("config", manifest)))
    }

    /// Judges one manifest that leaves room for chance: each order of its keys is parsed `runs` times.
    ///
    /// # Panics
    /// The oracle stops answering.
    pub fn outcome_of_runs(&mut self, manifest: &[u8], runs: usize) -> ConfigOutcome {
        let mut asked = request("config", manifest);
        asked["runs"] = runs.into();
        outcome(&self.ask(asked))
    }
}

fn outcome(answer: &Value) -> ConfigOutcome {
    ConfigOutcome::deserialize(answer).unwrap_or_else(|error| panic!("{error} in {answer}"))
}
