use std::collections::BTreeSet;

use argo_offload_core::golang::{Check, DecodeReason, Encoder, Root};
use argo_offload_core::json;

const ROOTS: [Root; 6] =
    [Root::Config, Root::ConfigMap, Root::Secret, Root::Workflow, Root::Nodes, Root::NodeStatus];

/// What strict decoding finds is what decoding refuses, and unknown fields.
///
/// Input: `0`…, six times the version (3.6, 3.7, 4.1) and the root (configuration, ConfigMap, Secret,
/// Workflow, nodes, one node); then the text.
pub fn strict(data: &[u8]) {
    let Some((selector, text)) = super::choice(data, 18) else { return };
    let mut encoder = Encoder::new(super::VERSIONS[selector / 6]);
    let root = ROOTS[selector % 6];
    let check = encoder.check(text, root);
    assert_eq!(encoder.check(text, root), check);
    well_formed(&check, text);

    if check.unlisted > 0 {
        return;
    }
    let is_unknown =
        |index: usize| matches!(check.problems[index].reason, DecodeReason::UnknownField { .. });
    match encoder.encode_by_reference(text, root, &mut Vec::new()) {
        // Outside of steps an unknown field is an error for strict decoding alone.
        Ok(encoded) => {
            let refused = (0..check.problems.len()).find(|&index| !is_unknown(index));
            assert_eq!(refused, None, "{check:?}");
            if check.decisive.is_none() && check.ignored.is_empty() {
                let unknown = |kind| matches!(kind, argo_offload_core::golang::Why::Unknown);
                assert!(encoded.dropped.iter().all(|(field, _)| !unknown(field.why)));
            }
        }
        Err(error) => {
            let problem = check.problems.iter().find(|problem| problem.at == error.at);
            match problem {
                Some(problem) => assert_eq!(problem.reason, error.reason),
                // A json.Decoder does not look behind the first value.
                None => assert!(matches!(error.reason, DecodeReason::Syntax(_)), "{error}"),
            }
            if let Some(decisive) = check.decisive
                && !is_unknown(decisive)
                && problem.is_some()
            {
                assert_eq!(check.problems[decisive].at, error.at);
            }
        }
    }
}

/// Whatever the text, the parts of a check fit together.
fn well_formed(check: &Check, text: &[u8]) {
    assert_eq!(check.decisive.is_none(), check.problems.is_empty());
    if let Some(decisive) = check.decisive {
        assert!(check.problems[decisive].seen_by_go);
    }
    assert!(check.problems.is_sorted_by_key(|problem| !problem.seen_by_go));
    let places: BTreeSet<usize> = check.problems.iter().map(|problem| problem.at).collect();
    assert_eq!(places.len(), check.problems.len());
    assert!(places.iter().all(|&at| at <= text.len()));
    for key in &check.folded {
        assert_eq!(text.get(key.at), Some(&b'"'));
        assert_ne!(key.key, key.field);
        assert!(key.overrides.is_none_or(|earlier| earlier < key.at));
        assert!(json::locate(text, key.at).path.starts_with('$'));
    }
    for key in &check.ignored {
        assert_eq!(text.get(key.at), Some(&b'"'));
        assert!(!places.contains(&key.at));
    }
}
