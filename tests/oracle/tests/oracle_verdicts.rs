//! Our verdict on configurations and Argo's: how far they get, what is read, what is complained about and where.
//!
//! `ORACLE_SEED` repeats a run; `ORACLE_CONFIG` says how many manifests of each population a release gets.

use std::collections::BTreeMap;

use argo_offload_core::config::{File, Options, Stage, Verdict, judge, lint};
use argo_offload_core::golang::ArgoVersion;
use argo_offload_core::yaml;
use argo_offload_oracle::{ConfigOutcome, ConfigStage, Oracle, RELEASES, argo_folder, count, seed};
use argo_offload_testkit::fixtures::persistence_hash;
use argo_offload_testkit::{Class, Complaint, Configs, Population, Rng};

/// Manifests sent in one go.
const BATCH: usize = 500;
/// Examples shown of each kind of difference.
const SHOWN: usize = 3;
/// Parses of a text that leaves room for chance: an even choice is missed once in 2^63 times.
const MANY: usize = 64;

#[test]
fn mutated_manifests_are_judged_as_argo_judges_them() {
    let seed = seed("ORACLE_SEED");
    let total = count("ORACLE_CONFIG", 5000);
    let mut failures = Vec::new();
    for release in RELEASES {
        let mut oracle = Oracle::start(release);
        let mut configs = Configs::load();
        configs.add_manifest(own_example(release));
        let version = release.parse().expect("a release that core knows");
        for population in [Population::Printable, Population::Any] {
            let mut rng = Rng::new(seed);
            let mut tally = Tally::default();
            for start in (0..total).step_by(BATCH) {
                let manifests: Vec<Vec<u8>> = (start..total.min(start + BATCH))
                    .map(|_| configs.manifest(&mut rng, population))
                    .collect();
                tally.compare(&mut oracle, version, &manifests);
            }
            let what = format!("{release}, {population:?}");
            tally.report(&what);
            failures.extend(tally.too_different(population).map(|why| format!("{what}: {why}")));
            tally.assert_that_stages_are_reached();
        }
    }
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Argo's reference configuration is one that no controller of its release starts with.
#[test]
fn lint_says_about_the_example_in_argos_documentation_what_argo_says() {
    for release in RELEASES {
        let text = own_example(release);
        let version = release.parse().expect("a release that core knows");
        let file = File { name: "workflow-controller-configmap.yaml", text: &text, named: true };
        let report = lint(&[file], &Options { version: Some(version), ..Options::default() });
        let said: Vec<&str> =
            report.findings.iter().filter_map(|finding| finding.argo.as_deref()).collect();
        let argo = Oracle::start(release).outcome(&text);
        assert_eq!(argo.stage, ConfigStage::Parse, "{release}: {argo:?}");
        for error in &argo.errors {
            assert!(said.contains(&&error[..]), "{release}: Argo {error:?}, lint {said:#?}");
        }
        for key in ["options", "semaphoreLimitCacheSeconds"] {
            let unknown = format!("json: unknown field {key:?}");
            let is_said = said.iter().any(|text| text.ends_with(&unknown));
            assert!(is_said || release == "v3.6.12", "{release}: no {key} in {said:#?}");
        }
    }
}

/// Chance that we do not follow to its end, `docs/yaml.md` tells of it.
#[test]
fn above_four_keys_a_value_that_swallows_the_next_key_may_be_overlooked() {
    let manifest = b"apiVersion: v1\nkind: ConfigMap\ndata:\n  --- {a: b}\n  podGCDeleteDelayDuration: 30d\n  \
        instanceID: |\n    postgres\n  images: |\n    x: {dmc: 1}\n  initialDelay: 5 m\n";
    let argo = Oracle::start("v3.7.6").outcome(manifest);
    assert!(argo.orders < 120 && argo.data.len() == 5, "{argo:?}");
    let ours = judge(manifest, "3.7.6".parse().expect("a version"));
    let difference = difference(manifest, &ours, &argo);
    assert_eq!(difference, Some(Difference::NotFollowed), "{ours:?}\n{argo:?}");
}

/// Likewise.
#[test]
fn of_three_keys_that_are_one_in_json_the_middle_one_is_not_tried() {
    let manifest = b"apiVersion: v1\nkind: ConfigMap\ndata:\n  config: |\n    persistence:\n      \
        archiveLabelSelector:\n        matchLabels:\n          1: a\n          1.0: [b]\n          \"1\": c\n";
    let argo = Oracle::start("v3.7.6").outcome_of_runs(manifest, 256);
    assert!(argo.by_chance && !argo.errors.is_empty(), "{argo:?}");
    let ours = judge(manifest, "3.7.6".parse().expect("a version"));
    assert_eq!((ours.stage, argo.stage), (Stage::Depends, ConfigStage::Depends));
    assert_eq!(ours.error, None);
}

/// Go converts both values of two keys that are one in JSON, then keeps one.
#[test]
fn a_key_that_json_cannot_have_is_refused_in_a_value_that_is_dropped_too() {
    for [one, other] in [["0x1", "\"1\""], ["\"1\"", "0x1"]] {
        let manifest = format!(
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  config: |\n    workflowDefaults:\n      status:\n        \
             storedTemplates:\n          {one}:\n            metadata: {{labels: {{~: a}}}}\n          {other}: {{}}\n"
        );
        let argo = Oracle::start("v3.7.6").outcome_of_runs(manifest.as_bytes(), MANY);
        let ours = judge(manifest.as_bytes(), "3.7.6".parse().expect("a version"));
        assert_eq!((ours.stage, argo.stage), (Stage::Parse, ConfigStage::Parse), "{argo:?}");
        assert_eq!(difference(manifest.as_bytes(), &ours, &argo), None, "{ours:?}\n{argo:?}");
    }
}

fn own_example(release: &str) -> Vec<u8> {
    let path = argo_folder(release).join("docs/workflow-controller-configmap.yaml");
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// How a verdict differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// Only one accepts.
    Accepted { ours: Said, argo: Said },
    /// Both refuse, at another stage.
    Stage { ours: Said, argo: Said },
    /// Other settings are read.
    Persistence,
    /// Something else is complained about; Argo's class.
    Class(Class),
    /// The same, elsewhere.
    Place(Class),
    /// Chance that neither side follows to its end: above 4 keys not all of their orders are tried, of three keys
    /// that are one in JSON not all.
    NotFollowed,
}

/// The stages, with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Said {
    Manifest,
    Parse,
    Ok,
    Depends,
}

#[derive(Default)]
struct Tally {
    judged: usize,
    stages: BTreeMap<ConfigStage, usize>,
    differences: BTreeMap<Difference, usize>,
}

impl Tally {
    fn compare(&mut self, oracle: &mut Oracle, version: ArgoVersion, manifests: &[Vec<u8>]) {
        let outcomes = oracle.outcomes(manifests);
        for (manifest, argo) in manifests.iter().zip(outcomes) {
            let ours = judge(manifest, version);
            self.judged += 1;
            *self.stages.entry(argo.stage).or_default() += 1;
            let chance = argo.by_chance || ours.stage == Stage::Depends;
            let argo = if chance { oracle.outcome_of_runs(manifest, MANY) } else { argo };
            let Some(difference) = difference(manifest, &ours, &argo) else { continue };
            let seen = self.differences.entry(difference).or_default();
            *seen += 1;
            if *seen <= SHOWN {
                println!("{version} {difference:?} on b\"{}\"", manifest.escape_ascii());
                println!("  ours: {:?} {:?} {:?}", ours.stage, ours.error, texts(&ours));
                println!("  Argo: {:?} {:?} {:?}", argo.stage, argo.errors, argo.persistence);
            }
        }
    }

    fn report(&self, what: &str) {
        println!("{what}: {} judged, {:?}", self.judged, self.stages);
        for (difference, count) in &self.differences {
            println!("  {count:>6} {difference:?}");
        }
    }

    fn assert_that_stages_are_reached(&self) {
        for stage in [ConfigStage::Manifest, ConfigStage::Parse, ConfigStage::Ok] {
            let reached = self.stages.get(&stage).copied().unwrap_or_default();
            assert!(reached * 20 > self.judged, "{stage:?} is too seldom: {:?}", self.stages);
        }
    }

    /// Why the differences are too many, if they are.
    fn too_different(&self, population: Population) -> Option<String> {
        let count = |of: fn(&Difference) -> bool| {
            self.differences.iter().filter(|(kind, _)| of(kind)).map(|(_, count)| count).sum()
        };
        let all: usize = count(|kind| *kind != Difference::NotFollowed);
        let settings: usize = count(|kind| *kind == Difference::Persistence);
        let most = if population == Population::Printable { 0 } else { self.judged / 10_000 };
        (all > most || settings > 0).then(|| {
            format!("{all} verdicts differ, {most} may; {settings} read other settings, none may")
        })
    }
}

fn difference(manifest: &[u8], ours: &Verdict, argo: &ConfigOutcome) -> Option<Difference> {
    let (here, there) = (said(ours.stage), of_argo(argo.stage));
    let not_all_orders = argo.data.len() > 4 && !argo.data.contains_key("config");
    let of_orders = |difference| {
        let by_order = not_all_orders && here.max(there) == Said::Depends;
        Some(if by_order { Difference::NotFollowed } else { difference })
    };
    if here != there {
        let refused = |said| matches!(said, Said::Manifest | Said::Parse);
        return of_orders(if refused(here) && refused(there) {
            Difference::Stage { ours: here, argo: there }
        } else {
            Difference::Accepted { ours: here, argo: there }
        });
    }
    let mut hashes: Vec<String> =
        ours.persistence.iter().map(|json| persistence_hash(json)).collect();
    hashes.sort();
    if hashes != argo.hashes {
        return of_orders(Difference::Persistence);
    }
    let Some(error) = &ours.error else {
        let refused = Difference::Accepted { ours: here, argo: there };
        return if argo.errors.is_empty() { None } else { of_orders(refused) };
    };
    let ours = Complaint::of(error);
    // Where chance or the order decides, any of the errors may be the one that comes.
    let several = argo.by_chance || here == Said::Depends;
    let one = [argo.error.clone()];
    let theirs: Vec<Complaint> = if several { &argo.errors[..] } else { &one }
        .iter()
        .map(|text| Complaint::of(text))
        .collect();
    if theirs.iter().any(|argo| ours.is_argos(argo)) {
        return None;
    }
    let by_chance = argo.by_chance || argo.errors.len() > 1;
    if by_chance && (not_all_orders || has_three_in_one(manifest)) {
        return Some(Difference::NotFollowed);
    }
    let class = theirs.first().map_or(ours.class, |argo| argo.class);
    of_orders(if theirs.iter().any(|argo| argo.class == ours.class) {
        Difference::Place(class)
    } else {
        Difference::Class(class)
    })
}

/// Whether JSON cannot tell three keys apart.
fn has_three_in_one(manifest: &[u8]) -> bool {
    let Ok(document) = yaml::read(manifest) else { return false };
    yaml::to_json(&document).is_ok_and(|converted| converted.collisions.len() >= 2)
}

fn said(stage: Stage) -> Said {
    match stage {
        Stage::Manifest => Said::Manifest,
        Stage::Parse => Said::Parse,
        Stage::Ok => Said::Ok,
        Stage::Depends => Said::Depends,
    }
}

fn of_argo(stage: ConfigStage) -> Said {
    match stage {
        ConfigStage::Manifest => Said::Manifest,
        ConfigStage::Parse => Said::Parse,
        ConfigStage::Ok => Said::Ok,
        ConfigStage::Depends => Said::Depends,
    }
}

fn texts(verdict: &Verdict) -> Vec<String> {
    verdict.persistence.iter().map(|json| String::from_utf8_lossy(json).into_owned()).collect()
}
