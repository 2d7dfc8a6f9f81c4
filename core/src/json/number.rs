//! Number literals.

use super::scan::{SyntaxError, unexpected};

/// The offset behind the number at `at`.
#[inline]
pub(crate) fn end(text: &[u8], at: usize) -> Result<usize, SyntaxError> {
    let digits = |mut at: usize| {
        while text.get(at).is_some_and(u8::is_ascii_digit) {
            at += 1;
        }
        at
    };
    let mut at = if text.get(at) == Some(&b'-') { at + 1 } else { at };
    at = match text.get(at) {
        Some(b'0') => at + 1,
        Some(b'1'..=b'9') => digits(at + 1),
        _ => return Err(unexpected(text, at, "a digit")),
    };
    if text.get(at) == Some(&b'.') {
        let end = digits(at + 1);
        if end == at + 1 {
            return Err(unexpected(text, end, "a digit after the decimal point"));
        }
        at = end;
    }
    if matches!(text.get(at), Some(b'e' | b'E')) {
        let signed = if matches!(text.get(at + 1), Some(b'+' | b'-')) { at + 2 } else { at + 1 };
        let end = digits(signed);
        if end == signed {
            return Err(unexpected(text, end, "a digit in the exponent"));
        }
        at = end;
    }
    Ok(at)
}

/// The integer that `strconv.ParseInt(literal, 10, bits)` gives, for a valid number literal.
pub(crate) fn integer(literal: &[u8], bits: u32) -> Option<i64> {
    let value: i64 = core::str::from_utf8(literal).ok()?.parse().ok()?;
    let spare = 64 - bits;
    (value << spare >> spare == value).then_some(value)
}

/// The integer that `strconv.ParseUint(literal, 10, 64)` gives, for a valid number literal.
pub(crate) fn unsigned(literal: &[u8]) -> Option<u64> {
    core::str::from_utf8(literal).ok()?.parse().ok()
}

/// The value that `strconv.ParseFloat(literal, 64)` gives, for a valid number literal; `None` beyond range.
pub(crate) fn float(literal: &[u8]) -> Option<f64> {
    let value: f64 = core::str::from_utf8(literal).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

/// Whether a valid number literal is so long that it could be out of a float64's range.
#[inline]
pub(crate) fn could_overflow(literal: &[u8]) -> bool {
    literal.len() > 300 || literal.iter().any(|byte| matches!(byte, b'e' | b'E'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_are_plain_and_within_their_bits() {
        assert_eq!(integer(b"-0", 64), Some(0));
        assert_eq!(integer(b"2147483647", 32), Some(2_147_483_647));
        assert_eq!(integer(b"2147483648", 32), None);
        assert_eq!(integer(b"-9223372036854775808", 64), Some(i64::MIN));
        for refused in [&b"1.0"[..], b"1e3", b"9223372036854775808"] {
            assert_eq!(integer(refused, 64), None);
        }
        assert_eq!(unsigned(b"-1"), None);
        // ParseUint takes no sign at all.
        assert_eq!(unsigned(b"-0"), None);
    }
}
