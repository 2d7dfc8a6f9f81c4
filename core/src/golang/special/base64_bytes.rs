//! `[]byte`, which Go writes as standard base64.
//!
//! Source: Go, encoding/json/decode.go (literalStore) and encoding/base64.

use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::engine::{GeneralPurpose, GeneralPurposeConfig};

// Go ignores the unused bits of the last character and, below, line breaks.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_allow_trailing_bits(true),
);

/// Decodes as Go's `base64.StdEncoding.Decode` does; `None` where it refuses.
pub(crate) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    if text.iter().any(|byte| matches!(byte, b'\r' | b'\n')) {
        let stripped: Vec<u8> =
            text.iter().copied().filter(|byte| !matches!(byte, b'\r' | b'\n')).collect();
        return LENIENT.decode(stripped).ok();
    }
    LENIENT.decode(text).ok()
}

/// Encodes with padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    LENIENT.encode(bytes)
}
