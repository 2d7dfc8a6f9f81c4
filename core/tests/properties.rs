//! Laws that hold for every text, on texts made from the layouts.

pub mod checks;

use std::borrow::Cow;

use argo_offload_core::golang::{ArgoVersion, Encoder, NodeVersion, Root, Step};
use argo_offload_core::nodes::{
    Part, SplitError, cut_nodes, decompress_nodes, join_parts, merge_nodes, split_nodes,
};
use argo_offload_core::size::{Rules, VerdictKind, compress_nodes, judge, measure};
use argo_offload_testkit::{Coverage, Layout, Options, Rng, Version, nodes, value, workflow};
use proptest::prelude::*;

fn argo(version: Version) -> ArgoVersion {
    version.name().parse().expect("version")
}

fn any_version() -> impl Strategy<Value = Version> {
    prop::sample::select(Version::ALL.to_vec())
}

/// Short texts of the characters that mean something to YAML, and any other texts.
fn any_text() -> impl Strategy<Value = String> {
    let words = ["y", "no", "~", "null", "<<", "1_000", "0b1", "1:30", ".5", "2001-01-01", "---"];
    prop_oneof![
        r"[-+0-9._:eExobTZ ,]{1,12}",
        r##"[ \n\r\t\x07'"#:?,\[\]{}&*!|>%@`~=<\\é\u{85}\u{2028}\u{feff}😀a-c-]{0,12}"##,
        "([a-z]{1,40}[ \n]{1,3}){1,12}[a-z]{0,9}",
        prop::sample::select(words.to_vec()).prop_map(str::to_owned),
        any::<String>(),
    ]
}

fn canonical(encoder: &mut Encoder, text: &[u8], root: Root) -> Vec<u8> {
    let mut out = Vec::new();
    encoder.encode(text, root, &mut out).expect("encodes");
    out
}

/// Both ways of encoding, compared; the bytes if the text is accepted.
fn encode_both_ways(encoder: &mut Encoder, text: &[u8], root: Root) -> Option<Vec<u8>> {
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    let by_fast = encoder.encode(text, root, &mut fast);
    let by_reference = encoder.encode_by_reference(text, root, &mut slow);
    assert_eq!(by_fast, by_reference, "{}", String::from_utf8_lossy(text));
    by_fast.ok().map(|_| {
        assert_eq!(fast, slow, "{}", String::from_utf8_lossy(text));
        fast
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encode_equals_the_reference_on_nodes(version in any_version(), seed: u64) {
        let text = nodes(&mut Rng::new(seed), &Layout::load(version), &Options::hostile());
        encode_both_ways(&mut Encoder::new(argo(version)), &text, Root::Nodes);
    }

    #[test]
    fn encode_equals_the_reference_on_workflows(version in any_version(), seed: u64) {
        let text = workflow(&mut Rng::new(seed), &Layout::load(version), &Options::hostile());
        encode_both_ways(&mut Encoder::new(argo(version)), &text, Root::Workflow);
    }

    #[test]
    fn strict_decoding_finds_what_decoding_refuses(version in 0u8..3, seed: u64, broken: bool) {
        let layout = Layout::load(Version::ALL[usize::from(version)]);
        let invalid = if broken { 90 } else { 0 };
        let options = Options { invalid, max_values: 200, ..Options::hostile() };
        let mut coverage = Coverage::new();
        let text = value(&mut Rng::new(seed), &layout, Layout::CONFIG, &options, &mut coverage);
        checks::strict(&[&[b'0' + 6 * version][..], &text].concat());
    }

    /// But for lengths of time: Argo writes `720h0m0s` for `30d`, which it does not read.
    ///
    /// In 4.1 a struct of empty lists is not zero, so it is written, as `{}`; read back it is zero and
    /// left out.
    #[test]
    fn a_configuration_as_argo_writes_it_is_a_fixed_point(version in any_version(), seed: u64) {
        let mut encoder = Encoder::new(argo(version));
        let layout = Layout::load(version);
        let options = Options { complete: false, ..Options::clean() };
        let text =
            value(&mut Rng::new(seed), &layout, Layout::CONFIG, &options, &mut Coverage::new());
        let once = canonical(&mut encoder, &text, Root::Config);
        let mut twice = Vec::new();
        if encoder.encode(&once, Root::Config, &mut twice).is_err() {
            for problem in encoder.check(&once, Root::Config).problems {
                let lengths = ["archiveTTL", "connMaxLifetime", "metricsTTL"];
                let key = problem.path.last();
                prop_assert!(lengths.iter().any(|name| key == Some(&Step::Key(name.to_string()))));
            }
            return Ok(());
        }
        if version != Version::V4_1_2 {
            prop_assert_eq!(String::from_utf8_lossy(&twice), String::from_utf8_lossy(&once));
        }
        prop_assert_eq!(&canonical(&mut encoder, &twice, Root::Config), &twice);
    }

    #[test]
    fn what_a_controller_writes_is_a_fixed_point(version in any_version(), seed: u64) {
        let mut encoder = Encoder::new(argo(version));
        let text = workflow(&mut Rng::new(seed), &Layout::load(version), &Options::clean());
        prop_assert_eq!(canonical(&mut encoder, &text, Root::Workflow), text);
    }

    /// `canonical(merge(split(w))) == canonical(w)`, to the byte where the input is canonical.
    #[test]
    fn merge_of_split_is_identity(version in any_version(), seed: u64, clean: bool) {
        let options = if clean {
            Options::clean()
        } else {
            Options { repeats: 0, invalid: 0, unknown: 0, ..Options::hostile() }
        };
        let mut encoder = Encoder::new(argo(version));
        let text = workflow(&mut Rng::new(seed), &Layout::load(version), &options);
        let Some(expected) = encode_both_ways(&mut encoder, &text, Root::Workflow) else {
            return Ok(());
        };
        let split = match split_nodes(&mut encoder, &text) {
            Ok(split) => split,
            // Hostile texts are refused for a reason; clean ones never.
            Err(error) => {
                prop_assert!(!clean || matches!(error, SplitError::NoUid | SplitError::NotStable), "{}", error);
                return Ok(());
            }
        };
        let Some(record) = split.record else {
            prop_assert_eq!(&split.workflow, &text);
            return Ok(());
        };
        let again = split_nodes(&mut encoder, &split.workflow).expect("splits again");
        prop_assert_eq!(&again.workflow, &split.workflow);
        prop_assert!(again.record.is_none());
        let merged = merge_nodes(&mut encoder, &split.workflow, &record.nodes).expect("merges");
        if clean {
            prop_assert_eq!(&merged, &text);
        }
        prop_assert_eq!(canonical(&mut encoder, &merged, Root::Workflow), expected);
        // The row may come back in MySQL's spelling.
        let row = argo_offload_testkit::realistic::to_mysql_text(&record.nodes);
        let from_row = merge_nodes(&mut encoder, &split.workflow, &row).expect("merges");
        prop_assert_eq!(from_row, merged);
    }

    #[test]
    fn parts_join_to_what_was_cut(version in any_version(), seed: u64, max_bytes in 200usize..20_000) {
        let mut encoder = Encoder::new(argo(version));
        let mut rng = Rng::new(seed);
        let text = nodes(&mut rng, &Layout::load(version), &Options::clean());
        let (expected, _) = encoder.node_version(&text).expect("encodes");
        let Ok(mut parts) = cut_nodes(&text, max_bytes) else { return Ok(()) };
        for part in &parts {
            prop_assert!(part.nodes.len() <= max_bytes);
            prop_assert_eq!(&canonical(&mut encoder, &part.nodes, Root::Nodes), &part.nodes);
        }
        rng.shuffle(&mut parts);
        let joined = join_parts(parts.clone(), expected);
        prop_assert_eq!(joined.as_deref(), Ok(&text[..]));
        if parts.len() > 1 {
            let missing: Vec<Part> = parts[1..].to_vec();
            prop_assert!(join_parts(missing, expected).is_err());
            prop_assert!(join_parts(parts, NodeVersion(expected.0 ^ 1)).is_err());
        }
    }

    #[test]
    fn a_workflow_as_yaml_has_the_same_values(version in any_version(), seed: u64) {
        let text = workflow(&mut Rng::new(seed), &Layout::load(version), &Options::hostile());
        checks::emit(&text);
    }

    /// Texts that would be something else without quotes, as values and as keys.
    #[test]
    fn any_text_is_read_back_from_yaml(texts in prop::collection::vec(any_text(), 1..4)) {
        let pairs: Vec<String> = texts
            .iter()
            .map(|text| serde_json::to_string(text).expect("JSON"))
            .map(|text| format!("{text}:[{text},{{\"a\":{text}}}]"))
            .collect();
        checks::emit(format!("{{{}}}", pairs.join(",")).as_bytes());
    }

    /// The figures of a verdict are those of the workflow that comes out.
    #[test]
    fn verdicts_count_what_comes_out(version in any_version(), seed: u64) {
        let argo = argo(version);
        let mut encoder = Encoder::new(argo);
        let text = workflow(&mut Rng::new(seed), &Layout::load(version), &Options::clean());
        let size = measure(&mut encoder, argo, &text).expect("measures");
        prop_assert_eq!(size.marshalled_bytes, text.len() as u64);
        let Ok(split) = split_nodes(&mut encoder, &text) else { return Ok(()) };
        if split.record.is_some() {
            let rules = Rules { always_offload: true, ..Rules::default() };
            let verdict = judge(&size, &rules, || compress_nodes(&mut encoder, &text)).expect("judges");
            prop_assert_eq!(verdict.kind, VerdictKind::Offloaded);
            let dehydrated = measure(&mut encoder, argo, &split.workflow).expect("measures");
            prop_assert_eq!(verdict.bytes, dehydrated.counted_bytes);
        }
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut encoder = Encoder::new(ArgoVersion::NEWEST);
        for root in [Root::Workflow, Root::Nodes, Root::NodeStatus] {
            encode_both_ways(&mut encoder, &bytes, root);
        }
        let _ = split_nodes(&mut encoder, &bytes);
        let _ = merge_nodes(&mut encoder, &bytes, &bytes);
        let _ = decompress_nodes(&mut encoder, &bytes).map(Cow::into_owned);
        let _ = argo_offload_core::nodes::decompress(&bytes, 1 << 20);
        let _ = argo_offload_core::json::locate(&bytes, bytes.len() / 2);
    }
}
