//! Numbers as go-yaml sees them in JSON and prints them.
//!
//! Sources: goyaml.v2, resolve.go (`resolve`), encode.go (`floatv`); Go, strconv (`FormatFloat`).

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::json::number::{float, integer, unsigned};

/// What stands in YAML for a number, `true`, `false` or `null`.
///
/// An integer beyond 64 bits is a float, and a number beyond a float64's range a text.
pub(super) fn printed(literal: &[u8]) -> Cow<'_, str> {
    let as_written = String::from_utf8_lossy(literal);
    if !matches!(literal, [b'-' | b'0'..=b'9', ..]) {
        return as_written;
    }
    match integer(literal, 64) {
        Some(0) => "0".into(),
        Some(_) => as_written,
        None if unsigned(literal).is_some() => as_written,
        None => float(literal).map_or(as_written, |value| shortest(value).into()),
    }
}

/// `strconv.FormatFloat(value, 'g', -1, 64)` of a finite value.
fn shortest(value: f64) -> String {
    let scientific = digits(value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    // 1e+06 and not 1000000: fmt's %v has the limit 21, this function 6.
    if matches!(exponent, ..-4 | 6..) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let fraction_digits = mantissa.bytes().skip_while(|&byte| byte != b'.').skip(1).count();
    let fraction_digits = i64::try_from(fraction_digits).unwrap_or(0) - i64::from(exponent);
    format!("{value:.*}", usize::try_from(fraction_digits).unwrap_or(0))
}

/// The fewest digits that mean the value, with its exponent. Of two that lie equally near Go takes
/// the even one, Rust's shortest form the higher one.
fn digits(value: f64) -> String {
    let shortest = format!("{value:e}");
    let precision = shortest.split_once('e').map_or(0, |(mantissa, _)| {
        mantissa.bytes().filter(u8::is_ascii_digit).count().saturating_sub(1)
    });
    let nearest = format!("{value:.precision$e}");
    if nearest.parse() == Ok(value) { nearest } else { shortest }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_as_go_prints_them() {
        for (literal, expected) in [
            ("-0", "0"),
            ("-0.0", "-0"),
            ("0.0", "0"),
            ("1.0", "1"),
            ("1e3", "1000"),
            ("999999.5", "999999.5"),
            ("1234567.0", "1.234567e+06"),
            ("0.0001", "0.0001"),
            ("0.00001", "1e-05"),
            ("1E-400", "0"),
            ("1E400", "1E400"),
            ("-9223372036854775808", "-9223372036854775808"),
            ("-9223372036854775809", "-9.223372036854776e+18"),
            ("18446744073709551615", "18446744073709551615"),
            ("18446744073709551616", "1.8446744073709552e+19"),
            ("5e-324", "5e-324"),
            ("608371091007404.25", "6.083710910074042e+14"),
            ("9007199254740993.0", "9.007199254740992e+15"),
            ("true", "true"),
        ] {
            assert_eq!(printed(literal.as_bytes()), expected, "{literal}");
        }
    }
}
