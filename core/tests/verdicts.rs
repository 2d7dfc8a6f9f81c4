//! What Argo's own code answered to configurations, replayed.

use std::collections::BTreeMap;

use argo_offload_core::config::{File, Options, Stage, apply_fixes, judge, lint};
use argo_offload_core::golang::ArgoVersion;
use argo_offload_testkit::fixtures::{
    ConfigStage, config_corpus, config_vectors, persistence_hash,
};
use argo_offload_testkit::{Class, Complaint};
use serde_json::Value;

#[test]
fn the_corpus_gets_the_stages_and_the_persistence_that_argo_gave() {
    let mut judged = 0;
    let mut wrong: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for mutation in config_corpus() {
        for (version, verdict) in &mutation.verdicts {
            judged += 1;
            let ours = judge(&mutation.text, argo(&version.to_string()));
            let hashes: Vec<String> =
                ours.persistence.iter().map(|json| persistence_hash(json)).collect();
            let same_stage = stage(ours.stage) == verdict.stage;
            let same_complaint = match (&ours.error, &verdict.error) {
                // Of three keys that JSON cannot tell apart, the first and the last are tried.
                (None, Some(_)) if verdict.by_chance => true,
                (Some(ours), Some(argo)) => is_argos(ours, argo, verdict.errors > 1),
                (ours, argo) => ours.is_none() == argo.is_none(),
            };
            let same_hash = verdict.stage != ConfigStage::Ok || hashes == verdict.hashes;
            if !same_stage || !same_hash || !same_complaint {
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
fn the_vectors_get_the_stages_the_complaints_and_the_persistence_that_argo_gave() {
    let mut complained = 0;
    for vector in config_vectors() {
        for (version, answer) in &vector.answers {
            let ours = judge(&vector.yaml, argo(&version.to_string()));
            let about = format!(
                "{} {version}: ours {:?}, Argo {:?}\n{}",
                vector.name,
                ours.error,
                answer.errors,
                String::from_utf8_lossy(&vector.yaml)
            );
            assert_eq!(stage(ours.stage), answer.stage, "{about}");
            assert_eq!(ours.error.is_none(), answer.errors.is_empty(), "{about}");
            if let Some(error) = &ours.error {
                let ours = Complaint::of(error);
                let same = |argo: &String| ours.is_argos(&Complaint::of(argo));
                assert!(answer.errors.iter().any(same), "{ours:?}\n{about}");
                complained += 1;
            }
            let read: Vec<Value> = ours
                .persistence
                .iter()
                .map(|json| serde_json::from_slice(json).expect("settings are JSON"))
                .collect();
            match &answer.persistence {
                Some(persistence) => assert!(read.contains(persistence), "{read:?}\n{about}"),
                None => assert!(read.iter().all(Value::is_null), "{read:?}\n{about}"),
            }
        }
    }
    assert!(complained > 200, "only {complained} complaints: are the vectors whole?");
}

/// Where Argo names a line or a key, the place we give is there.
#[test]
fn the_place_is_the_line_or_the_key_that_argo_names() {
    let (mut lines, mut keys) = (0, 0);
    for vector in config_vectors() {
        let Some((version, answer)) = vector.answers.first_key_value() else { continue };
        let ours = judge(&vector.yaml, argo(&version.to_string()));
        let ([error], Some(at)) = (&answer.errors[..], ours.at) else { continue };
        let complaint = Complaint::of(error);
        let about = format!("{}: {error}\n{}", vector.name, String::from_utf8_lossy(&vector.yaml));
        if complaint.class == Class::UnknownField {
            let key = complaint.place.trim_matches('"');
            let there = String::from_utf8_lossy(&vector.yaml[at..]);
            assert!(there.trim_start_matches(['"', '\'']).starts_with(key), "{at} in {about}");
            keys += 1;
        }
        if let Some(named) = line_in_manifest(&vector.yaml, error) {
            let line = vector.yaml[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
            // libyaml counts the line of the token behind, or from 0.
            assert!(named.abs_diff(line) <= 1, "line {line}, Argo means {named} in {about}");
            lines += 1;
        }
    }
    assert!(lines >= 15 && keys >= 15, "only {lines} lines and {keys} keys");
}

/// The manifest's line that Argo means by `line N`, where the configuration is one literal scalar.
fn line_in_manifest(manifest: &[u8], error: &str) -> Option<usize> {
    let named: usize = error.split_once("line ")?.1.split_once(':')?.0.parse().ok()?;
    let manifest = std::str::from_utf8(manifest).ok()?;
    let mut keys = manifest.lines().enumerate().filter(|(_, line)| line.ends_with(": |"));
    let (above, key) = keys.next()?;
    if keys.next().is_some() {
        return None;
    }
    // A flat key's own line is part of what Argo reads.
    let in_text = if key.trim() == "config: |" { 1 } else { 0 };
    Some(above + named + in_text)
}

/// Whether the complaint is the recorded one. Texts are recorded up to 200 bytes, and of several one.
fn is_argos(ours: &str, argo: &str, several: bool) -> bool {
    let (ours, whole) = (Complaint::of(ours), Complaint::of(argo));
    several || if argo.len() == 200 { ours.class == whole.class } else { ours.is_argos(&whole) }
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

/// What generated manifests once found us to say otherwise than Argo 3.7.6.
mod found {
    use super::*;

    const HEAD: &str = "apiVersion: v1\nkind: ConfigMap\ndata:\n";

    fn said(manifest: &str) -> (Stage, String) {
        let verdict = judge(manifest.as_bytes(), argo("v3.7.6"));
        (verdict.stage, verdict.error.unwrap_or_default())
    }

    fn said_of_config(config: &str) -> String {
        let lines: String = config.lines().map(|line| format!("    {line}\n")).collect();
        said(&format!("{HEAD}  config: |\n{lines}")).1
    }

    #[test]
    fn of_two_kinds_the_one_that_sorts_last_counts() {
        let data = "data: {parallelism: \"1\"}\n";
        for kinds in ["kind: ConfigMap\nKIND: Other\n", "kind: -0\nkind: ConfigMap\n"] {
            assert_eq!(said(&format!("apiVersion: v1\n{kinds}{data}")).0, Stage::Ok, "{kinds}");
        }
        let (stage, error) = said(&format!("apiVersion: v1\nkind: Other\nKIND: ConfigMap\n{data}"));
        assert_eq!(stage, Stage::Manifest);
        assert!(error.starts_with("no kind \"Other\" is registered"), "{error}");
        // JSON is read as it stands.
        let json = r#"{"apiVersion":"v1","kind":"Other","KIND":"ConfigMap","data":{}}"#;
        assert_eq!(said(json).0, Stage::Ok);
    }

    #[test]
    fn keys_that_are_numbers_are_glued_as_json_names_them() {
        let (_, error) = said(&format!("{HEAD}  012: a\n  yes: \"b\"\n"));
        assert_eq!(
            error,
            "error unmarshaling JSON: while decoding JSON: json: unknown field \"10\""
        );
    }

    #[test]
    fn binary_values_that_are_no_text_are_replaced_as_in_json() {
        let (stage, error) = said(&format!("{HEAD}  persistence: !!binary 0x1F\n"));
        assert_eq!(stage, Stage::Parse);
        assert!(error.ends_with("yaml: control characters are not allowed"), "{error}");
    }

    #[test]
    fn bad_keys_are_found_before_bad_numbers() {
        let error = said_of_config("links: .inf\nworkflowDefaults:\n  ~: x\n");
        assert!(error.contains("unsupported map key of type: %!s(<nil>)"), "{error}");
        let error = said_of_config("links: .inf\n");
        assert!(error.ends_with("json: unsupported value: +Inf"), "{error}");
    }

    #[test]
    fn of_two_keys_that_are_one_in_json_either_may_have_the_bad_number() {
        for values in [[".nan", "2"], ["2", ".nan"]] {
            let [one, two] = values;
            let modifiers = format!(
                "metricsConfig:\n  modifiers:\n    1:\n      histogramBuckets: [{one}]\n    \"1\":\n      \
                 histogramBuckets: [{two}]\n"
            );
            let lines: String = modifiers.lines().map(|line| format!("    {line}\n")).collect();
            let (stage, error) = said(&format!("{HEAD}  config: |\n{lines}"));
            assert_eq!(stage, Stage::Depends, "{error}");
        }
    }

    #[test]
    fn a_time_to_live_that_is_no_text_is_invalid_in_its_own_words() {
        for value in ["null", "5", "[1h]"] {
            let error = said_of_config(&format!("persistence:\n  archiveTTL: {value}\n"));
            assert!(error.ends_with("while decoding JSON: invalid TTL"), "{value}: {error}");
        }
    }

    #[test]
    fn unknown_keys_are_quoted_as_go_quotes() {
        let error = said(&format!("{HEAD}  config: \"a\\u200b: 1\"\n")).1;
        assert!(error.ends_with("json: unknown field \"a\\u200b\""), "{error}");
    }

    #[test]
    fn json_that_is_none_is_told_by_whoever_looks_for_the_kind() {
        let error = said("{\"apiVersion\":\"v1\"").1;
        assert!(error.starts_with("couldn't get version/kind; json parse error: "), "{error}");
        // Spaces that JSON does not have are passed over in looking for its brace.
        let error = said("\u{a0}{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}").1;
        assert!(error.starts_with("couldn't get version/kind; json parse error: "), "{error}");
    }

    /// A key without a value is there all the same.
    #[test]
    fn no_fix_writes_a_key_that_is_there() {
        for text in [
            "persistence:\n  nodeStatusOffLoad:\n  archive: true\n  mysql:\n    host: db\n",
            "persistence:\n  connectionPool:\n    maxIdleConns: 100\n    connMaxLifetime: null\n  mysql: {}\n",
            "persistence:\n  mysql:\n    options:\n      parsetime: \"true\"\n      PARSETIME: \"true\"\n",
        ] {
            let file = File { name: "a.yaml", text: text.as_bytes(), named: true };
            let findings = lint(&[file], &Options::default()).findings;
            let fixed = apply_fixes(text.as_bytes(), 0, &findings, true);
            let fixed = String::from_utf8(fixed.text).expect("text");
            let file = File { text: fixed.as_bytes(), ..file };
            let repeated = lint(&[file], &Options::default())
                .findings
                .into_iter()
                .find(|finding| finding.rule.code == "AO102");
            assert!(repeated.is_none(), "{repeated:?}\n{fixed}");
        }
    }
}
