use argo_offload_core::nodes::{self, DecompressError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const BOUND: usize = 1 << 20;

/// Nothing decompresses to more than the bound, and the bound changes nothing below it.
///
/// Input: compressed bytes; once more as base64 text.
pub fn decompress(data: &[u8]) {
    within_bound(STANDARD.encode(data).as_bytes());
    within_bound(data);
}

fn within_bound(text: &[u8]) {
    let too_large = |max_bytes| Err(DecompressError::TooLarge { max_bytes });
    match nodes::decompress(text, BOUND) {
        Ok(out) => {
            assert!(out.len() <= BOUND);
            let bound = out.len();
            assert_eq!(nodes::decompress(text, bound).as_ref(), Ok(&out));
            if let Some(less) = bound.checked_sub(1) {
                assert_eq!(nodes::decompress(text, less), too_large(less));
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}
