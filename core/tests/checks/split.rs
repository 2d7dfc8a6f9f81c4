use argo_offload_core::golang::{ArgoVersion, Encoder, Fnv1, NodeVersion, Root};
use argo_offload_core::nodes::{
    DecompressError, Record, Split, cut_nodes, decompress, decompress_nodes, join_parts,
    merge_nodes, split_nodes,
};
use argo_offload_core::size::{Rules, VerdictKind, compress_nodes, judge, measure};
use argo_offload_core::workflow::Envelope;

/// Nodes taken out and put back are the same nodes, and the rest of the Workflow is untouched.
///
/// Input: `0`…`2`, the version (3.6, 3.7, 4.1); then the text of a Workflow.
pub fn split(data: &[u8]) {
    let Some((selector, text)) = super::choice(data, 3) else { return };
    let version = super::VERSIONS[selector];
    let mut encoder = Encoder::new(version);
    let envelope = Envelope::parse(text);
    if let Ok(envelope) = &envelope {
        let spans = [&envelope.spec, &envelope.status, &envelope.nodes, &envelope.compressed_nodes];
        assert!(spans.into_iter().flatten().all(|span| text.get(span.clone()).is_some()));
        // A bomb costs seconds and shows nothing here: it is the target `decompress` that looks at them.
        let compressed = envelope.compressed_nodes_text().unwrap_or_default();
        let bomb = DecompressError::TooLarge { max_bytes: 1 << 20 };
        if decompress(&compressed, 1 << 20) == Err(bomb) {
            return;
        }
    }
    let split = split_nodes(&mut encoder, text);
    let _ = merge_nodes(&mut encoder, text, text);
    let inline = decompress_nodes(&mut encoder, text);
    cut_and_join(&mut encoder, text);
    sizes(&mut encoder, version, text, split.as_ref().ok());
    let Ok(split) = split else { return };
    let Some(record) = split.record else {
        assert_eq!(split.workflow, text);
        return;
    };
    let again = split_nodes(&mut encoder, &split.workflow).expect("what was split splits again");
    assert_eq!(again, Split { workflow: split.workflow.clone(), record: None });
    let envelope = envelope.expect("only a Workflow is split");
    assert_eq!((&*record.uid, &*record.name), (&*envelope.uid, &*envelope.name));
    let mut hash = Fnv1::default();
    hash.update(&record.nodes);
    assert_eq!(record.version, NodeVersion(hash.finish()));
    cut_and_join(&mut encoder, &record.nodes);
    merge(
        &mut encoder,
        &inline.expect("what splits can be decompressed"),
        &split.workflow,
        &record,
    );
}

/// The nodes of `record` put back give the Workflow `inline`, up to its spelling.
fn merge(encoder: &mut Encoder, inline: &[u8], without: &[u8], record: &Record) {
    let merged = merge_nodes(encoder, without, &record.nodes).expect("nodes just taken out");
    let split = split_nodes(encoder, &merged).expect("what was merged splits");
    assert_eq!(split.record.as_ref(), Some(record));
    assert_eq!(show(&split.workflow), show(without));
    assert_eq!(show(&canonical(encoder, &merged)), show(&canonical(encoder, inline)));
}

/// Parts of canonical nodes fit and join to the nodes; other texts are refused or cut, without a panic.
fn cut_and_join(encoder: &mut Encoder, nodes: &[u8]) {
    let canonical = encoder.encode(nodes, Root::Nodes, &mut Vec::new()).is_ok()
        && cut_nodes(nodes, usize::MAX).is_ok_and(|whole| whole[0].nodes == nodes);
    let mut hash = Fnv1::default();
    hash.update(nodes);
    for max_bytes in [0, 2, nodes.len() / 2, nodes.len()] {
        let Ok(mut parts) = cut_nodes(nodes, max_bytes) else { continue };
        assert!(parts.iter().all(|part| part.nodes.len() <= max_bytes.max(2)));
        parts.reverse();
        let joined = join_parts(parts, NodeVersion(hash.finish()));
        if canonical && joined.is_ok() {
            assert_eq!(joined.as_deref(), Ok(nodes));
        }
    }
}

/// The figures add up, and those of a verdict are those of the Workflow that comes out.
fn sizes(encoder: &mut Encoder, version: ArgoVersion, text: &[u8], split: Option<&Split>) {
    let Ok(size) = measure(encoder, version, text) else {
        assert!(compress_nodes(encoder, text).is_err());
        return;
    };
    let parts = ["metadata", "spec", "status", "rest"];
    let sum: u64 = parts.iter().filter_map(|path| size.field(path)).sum();
    assert_eq!(sum, size.marshalled_bytes);
    assert!(size.counted_bytes <= size.marshalled_bytes);
    let compressed = compress_nodes(encoder, text).expect("what is measured is compressed");
    assert!((compressed.least_bytes..=compressed.most_bytes).contains(&compressed.bytes));
    let counted = i64::try_from(size.counted_bytes).expect("a size");
    for max_bytes in [-1, 1, counted - 1, counted] {
        for (offloading, always_offload) in
            [(false, false), (false, true), (true, false), (true, true)]
        {
            let rules = Rules { max_bytes, offloading, always_offload };
            let verdict = judge(&size, &rules, || Ok::<_, ()>(compressed)).expect("judges");
            assert_eq!(verdict.error.is_some(), verdict.kind == VerdictKind::Failed);
        }
    }
    let inline = size.node_count.is_some_and(|count| count > 0);
    let Some(Split { workflow, record: Some(_) }) = split else { return };
    if inline {
        let without = measure(encoder, version, workflow).expect("a Workflow stays one");
        assert_eq!(size.offloaded_bytes, without.counted_bytes, "{}", show(workflow));
    }
}

fn canonical(encoder: &mut Encoder, text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    encoder.encode(text, Root::Workflow, &mut out).expect("what splits is a Workflow to Go");
    out
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
