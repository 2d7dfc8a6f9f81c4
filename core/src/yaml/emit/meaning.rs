//! What would be read in a text that stands without quotes.
//!
//! Source: goyaml.v2, encode.go (`stringv`, `isBase60Float`).

use crate::yaml::document::Value;
use crate::yaml::resolve::by_looks;
use crate::yaml::timestamp::is_timestamp;

/// Whether a text without quotes is read as that text, and looks like nothing else to other readers.
pub(super) fn is_text(text: &str) -> bool {
    let bytes = text.as_bytes();
    by_looks(bytes) == Value::Text && !is_timestamp(bytes) && !is_base_60(text)
}

/// `1:30`, a number in base 60 in YAML 1.1, which go-yaml itself reads as text:
/// `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let digits_only = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'_'));
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Some((first, sixtieths)) = number.split_once(':') else { return false };
    first.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && digits_only(first)
        && digits_only(fraction)
        && sixtieths
            .split(':')
            .all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}
