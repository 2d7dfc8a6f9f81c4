//! Generated configurations before Argo's own parser: the generator reaches what lint has to tell apart.
//!
//! `ORACLE_SEED` repeats a run; `ORACLE_CONFIG` says how many manifests of each population a release gets.

use std::collections::BTreeMap;

use argo_offload_oracle::{ConfigStage, Oracle, RELEASES, argo_folder, count, seed};
use argo_offload_testkit::{Configs, Population, Rng};

/// Manifests sent in one go.
const BATCH: usize = 500;

#[test]
fn generated_configurations_get_to_every_stage() {
    let seed = seed("ORACLE_SEED");
    let total = count("ORACLE_CONFIG", 5000);
    for release in RELEASES {
        let mut oracle = Oracle::start(release);
        let mut configs = Configs::load();
        configs.add_manifest(own_example(release));
        for population in [Population::Printable, Population::Any] {
            let mut rng = Rng::new(seed);
            let mut stages: BTreeMap<ConfigStage, usize> = BTreeMap::new();
            for _ in 0..total.div_ceil(BATCH) {
                let manifests: Vec<Vec<u8>> =
                    (0..BATCH.min(total)).map(|_| configs.manifest(&mut rng, population)).collect();
                for outcome in oracle.outcomes(&manifests) {
                    *stages.entry(outcome.stage).or_default() += 1;
                }
            }
            println!("{release}, {population:?}: {stages:?}");
            for stage in [ConfigStage::Manifest, ConfigStage::Parse, ConfigStage::Ok] {
                let reached = stages.get(&stage).copied().unwrap_or_default();
                assert!(reached * 20 > total, "{stage:?} is too seldom: {stages:?}");
            }
        }
    }
}

#[test]
fn the_example_in_the_documentation_of_3_7_would_stop_its_controller() {
    let outcome = Oracle::start("v3.7.6").outcome(&own_example("v3.7.6"));
    assert_eq!(outcome.stage, ConfigStage::Parse);
    assert!(outcome.error.contains("unknown field"), "{}", outcome.error);
}

/// The reference configuration that Argo's documentation shows.
fn own_example(release: &str) -> Vec<u8> {
    let path = argo_folder(release).join("docs/workflow-controller-configmap.yaml");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
