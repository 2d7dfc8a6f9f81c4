//! What Argo's own code answered, replayed: `tests/fixtures/{vectors,corpora}`.

use argo_offload_core::golang::{ArgoVersion, Encoded, Encoder, Fnv1, NodeVersion, Root};
use argo_offload_core::size::{
    Compressed, Measure, Rules, Verdict, VerdictKind, compress_nodes, judge, max_workflow_bytes,
    measure,
};
use argo_offload_testkit::Version;
use argo_offload_testkit::fixtures::{
    Decision, Dehydrated, node_corpus, pack_vectors, roundtrip_vectors, workflow_corpus,
};
use sha2::{Digest, Sha256};

/// The vectors count managedFields in every version, as Argo's packer does; the informers that strip
/// them from 4.1 on are not part of it. 4.0 is the 4.1 layout without stripping.
fn argo(version: Version) -> ArgoVersion {
    match version {
        Version::V3_6_12 => "3.6.12",
        Version::V3_7_6 => "3.7.6",
        Version::V4_1_2 => "4.0",
    }
    .parse()
    .expect("version")
}

struct Codec {
    version: ArgoVersion,
    encoder: Encoder,
}

impl Codec {
    fn of(version: Version) -> Self {
        Self { version: argo(version), encoder: Encoder::new(argo(version)) }
    }

    /// The encoded bytes; both ways of encoding must agree.
    fn encode(&mut self, text: &[u8], root: Root) -> Result<(Vec<u8>, Encoded), String> {
        let (mut fast, mut slow) = (Vec::new(), Vec::new());
        let by_fast = self.encoder.encode(text, root, &mut fast);
        let by_reference = self.encoder.encode_by_reference(text, root, &mut slow);
        assert_eq!(by_fast, by_reference);
        let encoded = by_fast.map_err(|error| error.to_string())?;
        assert_eq!(String::from_utf8_lossy(&fast), String::from_utf8_lossy(&slow));
        assert_eq!(encoded.bytes, fast.len() as u64);
        Ok((fast, encoded))
    }
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn version_of(bytes: &[u8]) -> String {
    let mut hash = Fnv1::default();
    hash.update(bytes);
    NodeVersion(hash.finish()).to_string()
}

#[test]
fn node_maps_become_the_bytes_of_argo() {
    let cases = node_corpus();
    let mut compared = 0;
    for version in Version::ALL {
        let mut codec = Codec::of(version);
        for case in &cases {
            let ours = codec.encode(&case.input, Root::Nodes);
            let argos = &case.answers[&version];
            assert_eq!(ours.is_ok(), argos.is_ok(), "{} {version}: {argos:?}", case.id);
            compared += 1;
            let (Ok((bytes, _)), Ok(answer)) = (ours, argos) else { continue };
            assert_eq!(bytes.len(), answer.bytes, "{} {version}", case.id);
            assert_eq!(sha256(&bytes)[..16], answer.sha256_start, "{} {version}", case.id);
            assert_eq!(version_of(&bytes), answer.version, "{} {version}", case.id);
            let Ok((again, _)) = codec.encode(&bytes, Root::Nodes) else {
                // Go itself cannot read back what it writes for times outside the years 0 to 9999.
                let text = String::from_utf8_lossy(&bytes);
                assert!(
                    text.contains("\"10000-") || text.contains("\"-0001-"),
                    "{} {text}",
                    case.id
                );
                continue;
            };
            let reread = answer.reread_version.as_ref().unwrap_or(&answer.version);
            assert_eq!(version_of(&again), *reread, "{} {version}", case.id);
        }
    }
    assert_eq!(compared, 3 * 8_223);
}

#[test]
fn roundtrip_vectors_agree() {
    for vector in roundtrip_vectors() {
        for (version, argos) in &vector.answers {
            let ours = Codec::of(*version).encode(&vector.input, Root::Nodes);
            assert_eq!(ours.is_ok(), argos.is_ok(), "{} {version}: {argos:?}", vector.name);
            let (Ok((bytes, _)), Ok(answer)) = (ours, argos) else { continue };
            assert_eq!(bytes.len(), answer.bytes, "{} {version}", vector.name);
            assert_eq!(sha256(&bytes), answer.sha256, "{} {version}", vector.name);
            assert_eq!(version_of(&bytes), answer.version, "{} {version}", vector.name);
        }
    }
}

#[test]
fn workflows_become_the_bytes_and_sizes_of_argo() {
    let cases = workflow_corpus();
    let mut compared = 0;
    let mut borderline = Borderline::default();
    for version in Version::ALL {
        let mut codec = Codec::of(version);
        for case in &cases {
            let label = format!("{} {version}", case.id);
            let ours = codec.encode(&case.input, Root::Workflow);
            let argos = &case.answers[&version];
            assert_eq!(ours.is_ok(), argos.is_ok(), "{label}: {argos:?}");
            compared += 1;
            let (Ok((bytes, _)), Ok(answer)) = (ours, argos) else { continue };
            assert_eq!(bytes.len(), answer.wf_bytes, "{label}");
            if !answer.by_chance {
                assert_eq!(sha256(&bytes)[..16], answer.wf_sha256_start, "{label}");
            }
            let size = measure(&mut codec.encoder, codec.version, &case.input).expect("encodes");
            assert_eq!(size.counted_bytes, answer.wf_bytes as u64, "{label}");
            assert_eq!(size.node_count.unwrap_or(0), answer.nodes as u64, "{label}");
            assert_eq!(size.nodes_bytes, answer.nodes_bytes as u64, "{label}");
            assert_eq!(size.node_version.to_string(), answer.version, "{label}");
            let reference = size.field("status.offloadNodeStatusVersion");
            if reference.is_none() {
                assert_eq!(size.offloaded_bytes, answer.offloaded_wf_bytes as u64, "{label}");
            }
            // The corpus leaves the reference of an offloaded workflow out of `cw`; the packer does not.
            let compressed = size.compressed_bytes(answer.compressed_b64_bytes as u64);
            let packer = answer.compressed_wf_bytes as u64 + reference.map_or(0, |bytes| bytes + 1);
            assert_eq!(compressed, packer, "{label}");
            if answer.by_chance {
                continue;
            }
            for decision in &answer.decisions {
                let rules = Rules { max_bytes: decision.max, ..Rules::default() };
                let argos = Argos {
                    decision: decision.decision,
                    dehydrated: decision.dehydrated,
                    bytes: decision.bytes as u64,
                    compressed_b64_bytes: answer.compressed_b64_bytes as u64,
                };
                decide(&mut codec, &case.input, &size, &rules, &argos, &label, &mut borderline);
            }
        }
    }
    assert_eq!(compared, 3 * 3_038);
    println!("{borderline}");
}

#[test]
fn pack_vectors_agree_in_every_figure() {
    let mut borderline = Borderline::default();
    for vector in pack_vectors() {
        for (version, argos) in &vector.answers {
            let label = format!("{} {version}", vector.name);
            let mut codec = Codec::of(*version);
            let ours = codec.encode(&vector.input, Root::Workflow);
            assert_eq!(ours.is_ok(), argos.is_ok(), "{label}: {argos:?}");
            let (Ok((bytes, _)), Ok(answer)) = (ours, argos) else { continue };
            assert_eq!(sha256(&bytes), answer.wf_sha256, "{label}");
            let size = measure(&mut codec.encoder, codec.version, &vector.input).expect("encodes");
            assert_eq!(size.counted_bytes, answer.wf_bytes as u64, "{label}");
            assert_eq!(size.nodes_bytes, answer.nodes_bytes as u64, "{label}");
            assert_eq!(size.node_version.to_string(), answer.version, "{label}");
            let compressed = size.compressed_bytes(answer.pgzip_b64_bytes as u64);
            assert_eq!(compressed, answer.compressed_wf_bytes as u64, "{label}");
            let attribution =
                answer.attribution.iter().map(|(key, bytes)| (key.clone(), *bytes as u64));
            assert_eq!(size.fields, attribution.collect(), "{label}");
            for decision in &answer.decisions {
                let max_bytes = max_workflow_bytes(&decision.max);
                let label = format!("{label} at {:?}", decision.max);
                let argos = Argos {
                    decision: decision.decision,
                    dehydrated: decision.dehydrate,
                    bytes: decision.result_wf_bytes as u64,
                    compressed_b64_bytes: answer.pgzip_b64_bytes as u64,
                };
                let rules = Rules { max_bytes, ..Rules::default() };
                decide(&mut codec, &vector.input, &size, &rules, &argos, &label, &mut borderline);
                if let Some(text) = &decision.dehydrate_offload_off {
                    let rules = Rules { offloading: false, ..rules };
                    let verdict = exactly(&size, &rules, argos.compressed_b64_bytes);
                    assert_eq!(verdict.error.as_ref(), Some(text), "{label}");
                    assert_eq!(verdict.kind, VerdictKind::Failed, "{label}");
                }
            }
        }
    }
    println!("{borderline}");
}

#[derive(Default)]
struct Borderline {
    decisions: u32,
    borderline: u32,
    otherwise: u32,
}

impl std::fmt::Display for Borderline {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            out,
            "{} decisions, {} borderline with our own compressor, of which {} differ",
            self.decisions, self.borderline, self.otherwise
        )
    }
}

struct Argos {
    decision: Decision,
    dehydrated: Dehydrated,
    bytes: u64,
    compressed_b64_bytes: u64,
}

/// The verdict with the length that Argo's compressor gave.
fn exactly(size: &Measure, rules: &Rules, bytes: u64) -> Verdict {
    let compressed = Compressed { bytes, least_bytes: bytes, most_bytes: bytes };
    judge(size, rules, || Ok::<_, ()>(compressed)).expect("length is given")
}

fn decide(
    codec: &mut Codec,
    text: &[u8],
    size: &Measure,
    rules: &Rules,
    argos: &Argos,
    label: &str,
    borderline: &mut Borderline,
) {
    let already = size.field("status.offloadNodeStatusVersion").is_some()
        || size.field("status.compressedNodes").is_some();
    let kinds: &[VerdictKind] = match argos.dehydrated {
        Dehydrated::Inline => &[VerdictKind::Inline],
        Dehydrated::Compressed => &[VerdictKind::Compressed],
        Dehydrated::Offloaded => &[VerdictKind::Offloaded, VerdictKind::DoesNotFit],
    };
    let verdict = exactly(size, rules, argos.compressed_b64_bytes);
    borderline.decisions += 1;
    if already {
        // The controller leaves a dehydrated workflow as it is; only its size counts.
        return;
    }
    assert!(kinds.contains(&verdict.kind), "{label}: {verdict:?}");
    assert_eq!(verdict.bytes, argos.bytes, "{label}");
    assert_eq!(
        verdict.kind == VerdictKind::Inline,
        argos.decision == Decision::Inline,
        "{label}: {verdict:?}"
    );
    let ours = judge(size, rules, || compress_nodes(&mut codec.encoder, text)).expect("encodes");
    if ours.borderline {
        borderline.borderline += 1;
        borderline.otherwise += u32::from(ours.kind != verdict.kind);
    } else {
        assert_eq!(ours.kind, verdict.kind, "{label}");
    }
}

/// Large nodes are compared in the oracle's suite; these are all below 100 kB.
#[test]
fn compressed_lengths_of_small_workflows_lie_within_the_band() {
    let mut seen = 0;
    for vector in pack_vectors() {
        for (version, argos) in &vector.answers {
            let Ok(answer) = argos else { continue };
            let mut codec = Codec::of(*version);
            let ours = compress_nodes(&mut codec.encoder, &vector.input).expect("encodes");
            let pgzip = answer.pgzip_b64_bytes as u64;
            let label = format!("{} {version}: pgzip {pgzip}, ours {ours:?}", vector.name);
            assert!((ours.least_bytes..=ours.most_bytes).contains(&pgzip), "{label}");
            seen += 1;
        }
    }
    assert_eq!(seen, 154);
}
