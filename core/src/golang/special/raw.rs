//! Types that keep JSON as it is written: `Item`, `Object`, `FieldsV1`, `Amount`.
//!
//! Sources: Argo Workflows v3.7.6, pkg/apis/workflow/v1alpha1/{item,object_types,amount}.go;
//! k8s.io/apimachinery v0.33.1, pkg/apis/meta/v1/fields_proto.go; Go, encoding/json/indent.go.

use crate::golang::error::{DecodeError, DecodeReason};
use crate::json::number;
use crate::json::scan::string;

/// Writes valid JSON as Go's `appendCompact` does with HTML escaping: without white space between
/// tokens, `< > &` and U+2028, U+2029 escaped, everything else untouched.
pub(crate) fn compact(text: &[u8], write: &mut impl FnMut(&[u8])) {
    let (mut at, mut start) = (0, 0);
    let mut inside = false;
    let mut cut = |start: usize, end: usize, escape: &[u8]| {
        write(text.get(start..end).unwrap_or_default());
        write(escape);
    };
    while let Some(&byte) = text.get(at) {
        let (length, escape): (usize, &[u8]) = match byte {
            b'"' => {
                inside = !inside;
                at += 1;
                continue;
            }
            b'\\' => {
                at += 2;
                continue;
            }
            b' ' | b'\t' | b'\n' | b'\r' if !inside => (1, b""),
            b'<' => (1, b"\\u003c"),
            b'>' => (1, b"\\u003e"),
            b'&' => (1, b"\\u0026"),
            0xe2 => match text.get(at + 1..at + 3) {
                Some([0x80, 0xa8]) => (3, b"\\u2028"),
                Some([0x80, 0xa9]) => (3, b"\\u2029"),
                _ => {
                    at += 1;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        cut(start, at, escape);
        at += length;
        start = at;
    }
    cut(start, text.len(), b"");
}

/// Refuses numbers that a float64 cannot hold, as decoding into `interface{}` does.
///
/// `text[start..end]` is valid JSON.
pub(crate) fn check_floats(text: &[u8], start: usize, end: usize) -> Result<(), DecodeError> {
    let mut at = start;
    while at < end {
        match text.get(at) {
            Some(b'"') => at = string(text, at + 1)?.end,
            Some(b'-' | b'0'..=b'9') => {
                let stop = number::end(text, at)?;
                let literal = text.get(at..stop).unwrap_or_default();
                if number::could_overflow(literal) && number::float(literal).is_none() {
                    let wanted = "within the range of a 64-bit float";
                    return Err(DecodeError { at, reason: DecodeReason::Number { wanted } });
                }
                at = stop;
            }
            _ => at += 1,
        }
    }
    Ok(())
}

/// The kind of value that begins with `byte`, with its article.
pub(crate) fn kind(byte: Option<u8>) -> &'static str {
    match byte {
        Some(b'{') => "an object",
        Some(b'[') => "a list",
        Some(b'"') => "a string",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}
