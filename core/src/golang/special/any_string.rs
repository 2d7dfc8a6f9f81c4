//! `AnyString`: a string that takes numbers and booleans too.
//!
//! Source: Argo Workflows v3.7.6, pkg/apis/workflow/v1alpha1/anystring.go.

use alloc::format;
use alloc::string::String;

use crate::json::number;

/// The text that a valid number literal becomes: `FormatFloat(v, 'f', -1, 64)`.
///
/// `None` when float64 cannot hold it, which Go refuses.
pub(crate) fn number_text(literal: &[u8]) -> Option<String> {
    // Rust's Display for floats is the shortest decimal without an exponent, as Go's 'f' with -1.
    number::float(literal).map(|value| format!("{value}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_the_shortest_decimal_of_their_float64() {
        for (literal, text) in [
            ("1.0", "1"),
            ("1e21", "1000000000000000000000"),
            ("9007199254740993", "9007199254740992"),
            ("-0", "-0"),
            ("1E-7", "0.0000001"),
        ] {
            assert_eq!(number_text(literal.as_bytes()).as_deref(), Some(text));
        }
        assert_eq!(number_text(b"1e400"), None);
    }
}
