//! Large workflows: compressed lengths and the controller's decisions, by Argo's own packer.

use argo_offload_core::golang::Encoder;
use argo_offload_core::nodes::{decompress, decompress_nodes, split_nodes};
use argo_offload_core::size::{
    Compressed, Measure, Rules, Verdict, VerdictKind, compress_nodes, judge, max_workflow_bytes,
    measure,
};
use argo_offload_oracle::{Oracle, RELEASES, request, seed};
use argo_offload_testkit::realistic::realistic_workflow;
use argo_offload_testkit::{Layout, Options, Rng, Version, nodes};
use serde_json::{Value, json};

/// Nodes and bytes a node: workflows of 0.2 to 20 MB.
const SHAPES: [(usize, usize); 7] = [
    (150, 1000),
    (500, 2000),
    (1000, 4000),
    (3000, 1500),
    (10_000, 1000),
    (7000, 2000),
    (10_000, 2000),
];
/// Argo compresses anew for each limit: large workflows are asked about fewer.
const LARGE_BYTES: usize = 5_000_000;

#[test]
fn verdicts_on_large_workflows_are_those_of_the_packer() {
    let seed = seed("ORACLE_SEED");
    let (mut decisions, mut borderline, mut differ) = (0, 0, 0);
    let (mut least, mut most) = (f64::MAX, f64::MIN);
    for release in RELEASES {
        let argo = release.parse().expect("version");
        let mut encoder = Encoder::new(argo);
        let mut oracle = Oracle::start(release);
        for (number, (nodes, bytes)) in SHAPES.into_iter().enumerate() {
            // The releases share the packer: the large ones once.
            if nodes * bytes > LARGE_BYTES && release != RELEASES[RELEASES.len() - 1] {
                continue;
            }
            let text = realistic_workflow(seed.wrapping_add(number as u64), nodes, bytes);
            let size = measure(&mut encoder, argo, &text).expect("realistic");
            let ours = compress_nodes(&mut encoder, &text).expect("realistic");
            let about = size.compressed_bytes(ours.bytes);
            // Around every threshold, at a distance of one byte and of some per cent.
            let mut limits = vec![String::new()];
            for threshold in [size.counted_bytes, about, size.offloaded_bytes] {
                limits.extend([threshold, threshold - 1].map(|limit| limit.to_string()));
            }
            let percents: &[u64] =
                if text.len() < LARGE_BYTES { &[90, 93, 97, 103, 107, 110] } else { &[93, 107] };
            limits.extend(percents.iter().map(|percent| (about * percent / 100).to_string()));
            if text.len() < LARGE_BYTES {
                limits.extend(["524288", "2097152", "-1"].map(String::from));
            }
            let mut question = request("workflow", &text);
            question["limits"] = json!(limits);
            let answer = oracle.ask(question);
            assert_eq!(answer["bytes"], json!(size.counted_bytes));
            let pgzip = answer["compressedB64Bytes"].as_u64().expect("a length");
            let ratio = pgzip as f64 / ours.bytes as f64;
            (least, most) = (least.min(ratio), most.max(ratio));
            println!("{release} {nodes} nodes, {} bytes: pgzip / ours = {ratio:.4}", text.len());
            assert!((ours.least_bytes..=ours.most_bytes).contains(&pgzip), "{pgzip}, {ours:?}");
            assert_eq!(answer["compressedWorkflowBytes"], json!(size.compressed_bytes(pgzip)));
            for decision in answer["decisions"].as_array().expect("decisions") {
                decisions += 1;
                let exact = Compressed { bytes: pgzip, least_bytes: pgzip, most_bytes: pgzip };
                let expected = agree(&size, decision, exact);
                let rules = rules(decision, true);
                let verdict = judge(&size, &rules, || Ok::<_, ()>(ours)).expect("length is given");
                if verdict.borderline {
                    borderline += 1;
                    differ += u32::from(verdict.kind != expected.kind);
                } else {
                    assert_eq!(verdict.kind, expected.kind, "{decision}");
                }
            }
        }
    }
    println!(
        "{decisions} decisions, {borderline} borderline, of which {differ} differ; \
         pgzip / ours from {least:.4} to {most:.4}"
    );
}

fn rules(decision: &Value, offloading: bool) -> Rules {
    let max_bytes = max_workflow_bytes(decision["max"].as_str().expect("a limit"));
    Rules { max_bytes, offloading, ..Rules::default() }
}

/// With Argo's own compressed length there is nothing to estimate: kind, size and error are equal.
fn agree(size: &Measure, decision: &Value, exact: Compressed) -> Verdict {
    let verdict = judge(size, &rules(decision, true), || Ok::<_, ()>(exact)).expect("given");
    let kind = match verdict.kind {
        VerdictKind::Inline => "inline",
        VerdictKind::Compressed => "compressed",
        VerdictKind::Offloaded | VerdictKind::DoesNotFit => "offloaded",
        VerdictKind::Failed => "failed",
    };
    assert_eq!(decision["dehydrate"], kind, "{decision}");
    assert_eq!(decision["resultBytes"], json!(verdict.bytes), "{decision}");
    let off = judge(size, &rules(decision, false), || Ok::<_, ()>(exact)).expect("given");
    assert_eq!(decision["offloadOffError"], off.error.unwrap_or_default(), "{decision}");
    verdict
}

#[test]
fn always_offloading_is_decided_as_the_hydrator_does() {
    for release in RELEASES {
        let argo = release.parse().expect("version");
        let text = realistic_workflow(7, 100, 1000);
        let mut question = request("workflow", &text);
        question["limits"] = json!([""]);
        question["always"] = json!(true);
        let answer = Oracle::start(release).ask(question);
        let size = measure(&mut Encoder::new(argo), argo, &text).expect("realistic");
        let rules = Rules { always_offload: true, ..Rules::default() };
        let never = || -> Result<Compressed, ()> { panic!("nothing is compressed") };
        let verdict = judge(&size, &rules, never).expect("judged");
        let decision = &answer["decisions"][0];
        assert_eq!(decision["dehydrate"], "offloaded");
        assert_eq!(decision["resultBytes"], json!(verdict.bytes));
        let off = judge(&size, &Rules { offloading: false, ..rules }, never).expect("judged");
        assert_eq!(decision["offloadOffError"], off.error.unwrap_or_default());
    }
}

/// What Argo compresses we read, and what we put back Argo reads as the same nodes.
#[test]
fn nodes_that_argo_compressed_are_read() {
    let seed = seed("ORACLE_SEED");
    for release in RELEASES {
        let mut oracle = Oracle::start(release);
        let mut encoder = Encoder::new(release.parse().expect("version"));
        let version = *Version::ALL.iter().find(|one| one.name() == release).expect("layout");
        for number in 0..50 {
            let mut rng = Rng::new(seed.wrapping_add(number));
            let text = nodes(&mut rng, &Layout::load(version), &Options::clean());
            let mut question = request("compress", &text);
            question["bytes"] = json!(true);
            let answer = oracle.ask(question);
            let base64 = answer["b64"].as_str().expect("compressed");
            assert_eq!(decompress(base64.as_bytes(), 1 << 30).as_deref(), Ok(&text[..]));
            let workflow = format!(
                r#"{{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{{"uid":"u"}},
                    "status":{{"compressedNodes":"{base64}"}}}}"#
            );
            let hydrated = decompress_nodes(&mut encoder, workflow.as_bytes()).expect("reads");
            let answer = oracle.ask(request("workflow", &hydrated));
            let (expected, _) = encoder.node_version(&text).expect("encodes");
            assert_eq!(answer["nodes"]["version"], expected.to_string());
            let split = split_nodes(&mut encoder, workflow.as_bytes()).expect("splits");
            if let Some(record) = split.record {
                assert_eq!(record.nodes, text);
                assert_eq!(record.version, expected);
            }
        }
    }
}
