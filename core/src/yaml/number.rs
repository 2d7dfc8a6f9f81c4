//! Numbers as Go's `strconv` reads them.
//!
//! Source: Go, strconv/atoi.go and atof.go.

/// What `ParseUint(text, base, 64)` gives; base 0 reads `0x`, `0o`, `0b` and a leading zero.
pub(super) fn parse_uint(text: &[u8], base: u32) -> Option<u64> {
    let (digits, base) = match (text, base) {
        ([b'0', b'x' | b'X', digits @ ..], 0) if !digits.is_empty() => (digits, 16),
        ([b'0', b'o' | b'O', digits @ ..], 0) if !digits.is_empty() => (digits, 8),
        ([b'0', b'b' | b'B', digits @ ..], 0) if !digits.is_empty() => (digits, 2),
        ([b'0'], 0) => return Some(0),
        ([b'0', digits @ ..], 0) => (digits, 8),
        (_, 0) => (text, 10),
        _ => (text, base),
    };
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0u64, |value, &byte| {
        let digit = char::from(byte).to_digit(base)?;
        value.checked_mul(u64::from(base))?.checked_add(u64::from(digit))
    })
}

/// What `ParseInt(text, base, 64)` gives.
pub(super) fn parse_int(text: &[u8], base: u32) -> Option<i64> {
    match text {
        [b'-', digits @ ..] => 0i64.checked_sub_unsigned(parse_uint(digits, base)?),
        [b'+', digits @ ..] => i64::try_from(parse_uint(digits, base)?).ok(),
        _ => i64::try_from(parse_uint(text, base)?).ok(),
    }
}

/// What `ParseFloat(text, 64)` gives for digits with a fraction and an exponent; nothing beyond range.
///
/// With `underscores`, there may be some between digits.
pub(super) fn parse_float(text: &[u8], underscores: bool) -> Option<f64> {
    let unsigned = match text {
        [b'+' | b'-', rest @ ..] => rest,
        _ => text,
    };
    let (mantissa, exponent) = match unsigned.iter().position(|byte| matches!(byte, b'e' | b'E')) {
        None => (unsigned, None),
        Some(at) => (unsigned.get(..at)?, Some(unsigned.get(at + 1..)?)),
    };
    let digits =
        |part: &[u8]| part.iter().all(|byte| byte.is_ascii_digit() || underscores && *byte == b'_');
    let (whole, fraction) = match mantissa.iter().position(|&byte| byte == b'.') {
        None => (mantissa, &[][..]),
        Some(at) => (mantissa.get(..at)?, mantissa.get(at + 1..)?),
    };
    let exponent = match exponent {
        Some([b'+' | b'-', rest @ ..] | rest) if rest.is_empty() => return None,
        Some([b'+' | b'-', rest @ ..] | rest) => rest,
        None => &[],
    };
    if whole.is_empty() && fraction.is_empty()
        || ![whole, fraction, exponent].iter().all(|part| digits(part))
    {
        return None;
    }
    if !text.contains(&b'_') {
        return finite(text);
    }
    let separates = |window: &[u8]| match window {
        [before, b'_', after] => before.is_ascii_digit() && after.is_ascii_digit(),
        _ => true,
    };
    if text.starts_with(b"_") || text.ends_with(b"_") || !text.windows(3).all(separates) {
        return None;
    }
    let plain: alloc::vec::Vec<u8> = text.iter().copied().filter(|&byte| byte != b'_').collect();
    finite(&plain)
}

fn finite(text: &[u8]) -> Option<f64> {
    let value: f64 = core::str::from_utf8(text).ok()?.parse().ok()?;
    value.is_finite().then_some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_or_a_leading_zero_names_the_base() {
        for (text, value) in [("0", 0), ("012", 10), ("0x1f", 31), ("0o17", 15), ("0B11", 3)] {
            assert_eq!(parse_uint(text.as_bytes(), 0), Some(value), "{text}");
        }
        for refused in ["", "08", "0x", "0o", "0b2", "1_0", "-1", "18446744073709551616"] {
            assert_eq!(parse_uint(refused.as_bytes(), 0), None, "{refused}");
        }
        assert_eq!(parse_int(b"-9223372036854775808", 0), Some(i64::MIN));
        assert_eq!(parse_int(b"9223372036854775808", 0), None);
    }

    #[test]
    fn floats_beyond_range_are_none() {
        assert_eq!(parse_float(b"1e400", false), None);
        assert_eq!(parse_float(b"1e-400", false), Some(0.0));
        assert_eq!(parse_float(b".5", false), Some(0.5));
        assert_eq!(parse_float(b"5.", false), Some(5.0));
        for refused in [".", "", "e5", "1e", "1e+", "inf", "1_0", "0x1p4"] {
            assert_eq!(parse_float(refused.as_bytes(), false), None, "{refused}");
        }
    }

    #[test]
    fn underscores_stand_between_digits() {
        assert_eq!(parse_float(b".5_5e1_0", true), Some(0.55e10));
        for refused in ["._5", ".5_", ".5__5", ".5e_1"] {
            assert_eq!(parse_float(refused.as_bytes(), true), None, "{refused}");
        }
    }
}
