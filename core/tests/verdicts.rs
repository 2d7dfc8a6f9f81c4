//! What Argo's own code answered to configurations, replayed.

use std::collections::BTreeMap;

use argo_offload_core::config::{Stage, judge};
use argo_offload_core::golang::ArgoVersion;
use argo_offload_testkit::fixtures::{ConfigStage, config_corpus, config_vectors};
use sha2::{Digest, Sha256};

#[test]
fn the_corpus_gets_the_stages_and_the_persistence_that_argo_gave() {
    let mut judged = 0;
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mutation in config_corpus() {
        for (version, verdict) in &mutation.verdicts {
            judged += 1;
            let ours = judge(&mutation.text, argo(&version.to_string()));
            let hashes: Vec<String> = ours.persistence.iter().map(|json| hash(json)).collect();
            let same_stage = stage(ours.stage) == verdict.stage;
            let same_hash = verdict.stage != ConfigStage::Ok || hashes == verdict.hashes;
            if !same_stage || !same_hash {
                let class = format!("{version}: {:?} here, {:?} there", ours.stage, verdict.stage);
                wrong.entry(class).or_default().push(format!(
                    "{}\n  ours {:?} {hashes:?}\n  Argo {:?} {:?}\n{}",
                    mutation.id,
                    ours.error,
                    verdict.error,
                    verdict.hashes,
                    String::from_utf8_lossy(&mutation.text)
                ));
            }
        }
    }
    let count: usize = wrong.values().map(Vec::len).sum();
    for (class, texts) in &wrong {
        eprintln!("== {class}: {}", texts.len());
        for text in texts.iter().take(3) {
            eprintln!("{text}");
        }
    }
    assert!(judged > 80_000, "only {judged} verdicts: is the corpus whole?");
    assert_eq!(count, 0, "of {judged} verdicts differ from Argo's");
}

#[test]
fn the_vectors_get_the_stages_that_argo_gave() {
    for vector in config_vectors() {
        for (version, answer) in &vector.answers {
            let ours = judge(&vector.yaml, argo(&version.to_string()));
            assert_eq!(
                stage(ours.stage),
                answer.stage,
                "{} {version}: ours {:?}, Argo {:?}\n{}",
                vector.name,
                ours.error,
                answer.errors,
                String::from_utf8_lossy(&vector.yaml)
            );
        }
    }
}

fn argo(version: &str) -> ArgoVersion {
    version.parse().expect("a version")
}

fn stage(stage: Stage) -> ConfigStage {
    match stage {
        Stage::Manifest => ConfigStage::Manifest,
        Stage::Parse => ConfigStage::Parse,
        Stage::Ok => ConfigStage::Ok,
        Stage::Depends => ConfigStage::Depends,
    }
}

/// The corpus' hash: the first 16 hex digits of SHA-256 of the JSON with sorted keys, escaped as Go does.
fn hash(json: &[u8]) -> String {
    let value: serde_json::Value = serde_json::from_slice(json).expect("JSON");
    let mut text = value.to_string();
    for (character, escape) in [
        ("<", "\\u003c"),
        (">", "\\u003e"),
        ("&", "\\u0026"),
        ("\u{2028}", "\\u2028"),
        ("\u{2029}", "\\u2029"),
    ] {
        text = text.replace(character, escape);
    }
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
