use argo_offload_core::golang::{DecodeError, DecodeReason, Encoded, Encoder, Root};

const ROOTS: [Root; 3] = [Root::Workflow, Root::Nodes, Root::NodeStatus];

/// The encoder does what its executable specification does, and what it writes is stable.
///
/// Input: `0`…`8`, three times the version (3.6, 3.7, 4.1) and the root (Workflow, nodes, one node); then
/// the text.
pub fn encode(data: &[u8]) {
    let Some((selector, text)) = super::choice(data, 9) else { return };
    let mut encoder = Encoder::new(super::VERSIONS[selector / 3]);
    let root = ROOTS[selector % 3];
    let Ok((out, _)) = both_ways(&mut encoder, text, root) else { return };
    let (again, encoded) = match both_ways(&mut encoder, &out, root) {
        Ok(again) => again,
        Err(error) => {
            assert!(
                is_unreadable_year(&out, &error),
                "own output refused: {error}\n{}",
                show(&out)
            );
            return;
        }
    };
    assert!(encoded.dropped.is_empty(), "{} of own output\n{}", encoded.dropped, show(&out));
    if again != out {
        assert!(holds_zero_time(&out), "not stable:\n{}\n{}", show(&out), show(&again));
        let (third, _) = both_ways(&mut encoder, &again, root).expect("its output is read again");
        assert_eq!(show(&third), show(&again));
    }
}

/// The answer of [`Encoder::encode`], which must be that of the reference.
fn both_ways(
    encoder: &mut Encoder,
    text: &[u8],
    root: Root,
) -> Result<(Vec<u8>, Encoded), DecodeError> {
    let (mut fast, mut slow) = (Vec::new(), Vec::new());
    let by_fast = encoder.encode(text, root, &mut fast);
    let by_reference = encoder.encode_by_reference(text, root, &mut slow);
    assert_eq!(by_fast, by_reference);
    let encoded = by_fast?;
    assert_eq!(show(&fast), show(&slow));
    assert_eq!(fast, slow);
    assert_eq!(encoded.bytes, fast.len() as u64);
    // The encoder keeps scratch memory; nothing in it may show.
    let mut repeated = Vec::new();
    assert_eq!(encoder.encode(text, root, &mut repeated).as_ref(), Ok(&encoded));
    assert_eq!(show(&repeated), show(&fast));
    Ok((fast, encoded))
}

/// Whether Go cannot read back what it wrote: a time in UTC outside the years 0 to 9999.
pub(super) fn is_unreadable_year(written: &[u8], error: &DecodeError) -> bool {
    let written = String::from_utf8_lossy(written);
    matches!(error.reason, DecodeReason::Value { .. })
        && (written.contains("\"10000-") || written.contains("\"-0001-"))
}

/// Whether Go reads back another value than it wrote: a fraction of the first second of year 1 is
/// written without its fraction, which then is the zero time and becomes `null`.
pub(super) fn holds_zero_time(written: &[u8]) -> bool {
    String::from_utf8_lossy(written).contains("\"0001-01-01T00:00:00Z\"")
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
