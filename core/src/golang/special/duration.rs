//! `time.Duration`: its text, and how `metav1.Duration` reads one.
//!
//! Sources: Go, time/format.go (`ParseDuration`) and time/time.go (`Duration.String`);
//! k8s.io/apimachinery v0.33.1, pkg/apis/meta/v1/duration.go.

use alloc::format;
use alloc::string::String;

const SECOND: u64 = 1_000_000_000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// 2⁶³: one more than the largest duration, and the size of the smallest.
const LIMIT: u64 = 1 << 63;

const SHAPE: &str = "a duration looks like 1h30m, 90s or 1.5h";
const RANGE: &str = "the duration is out of range";

/// Reads decoded characters; nanoseconds.
///
/// # Errors
/// What is wrong, in our words.
pub(crate) fn parse(text: &[u8]) -> Result<i64, &'static str> {
    let (negative, mut rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if rest == b"0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(SHAPE);
    }
    let mut sum = 0u64;
    while !rest.is_empty() {
        let part;
        (part, rest) = one_part(rest)?;
        // Two parts of 2⁶³ wrap to nothing, in Go too.
        sum = sum.wrapping_add(part);
        if sum > LIMIT {
            return Err(RANGE);
        }
    }
    if negative {
        return Ok(0i64.wrapping_sub_unsigned(sum));
    }
    i64::try_from(sum).map_err(|_| RANGE)
}

/// One number with its unit: nanoseconds, and what follows.
fn one_part(text: &[u8]) -> Result<(u64, &[u8]), &'static str> {
    let (digits, mut rest) = split(text, u8::is_ascii_digit);
    let mut whole = 0u64;
    for digit in digits {
        if whole > LIMIT / 10 {
            return Err(RANGE);
        }
        whole = whole * 10 + u64::from(digit - b'0');
        if whole > LIMIT {
            return Err(RANGE);
        }
    }
    let mut fraction: &[u8] = b"";
    if let [b'.', tail @ ..] = rest {
        (fraction, rest) = split(tail, u8::is_ascii_digit);
    }
    if digits.is_empty() && fraction.is_empty() {
        return Err(SHAPE);
    }
    let (unit, rest) = split(rest, |byte| *byte != b'.' && !byte.is_ascii_digit());
    let unit = match unit {
        b"ns" => 1,
        // The micro sign and the Greek letter.
        b"us" | b"\xc2\xb5s" | b"\xce\xbcs" => 1_000,
        b"ms" => 1_000_000,
        b"s" => SECOND,
        b"m" => MINUTE,
        b"h" => HOUR,
        b"" => return Err("the duration has a number without a unit"),
        _ => return Err("the duration has a unit other than ns, us, ms, s, m, h"),
    };
    if whole > LIMIT / unit {
        return Err(RANGE);
    }
    let nanoseconds = whole * unit + part_of(unit, fraction);
    if nanoseconds > LIMIT { Err(RANGE) } else { Ok((nanoseconds, rest)) }
}

/// The digits behind a decimal point, as a part of `unit`: by floating point, as in Go.
fn part_of(unit: u64, digits: &[u8]) -> u64 {
    let (mut value, mut scale) = (0u64, 1.0f64);
    for digit in digits {
        // Digits beyond the precision are cut off.
        if value > (LIMIT - 1) / 10 {
            break;
        }
        let next = value * 10 + u64::from(digit - b'0');
        if next > LIMIT {
            break;
        }
        value = next;
        scale *= 10.0;
    }
    (value as f64 * (unit as f64 / scale)) as u64
}

/// The longest start whose bytes are all `wanted`, and the rest.
fn split(text: &[u8], wanted: impl Fn(&u8) -> bool) -> (&[u8], &[u8]) {
    let count = text.iter().take_while(|byte| wanted(byte)).count();
    text.split_at_checked(count).unwrap_or((text, b""))
}

/// The text Go gives a duration: `720h0m0s`, `1m30.5s`, `1.5ms`, `0s`.
pub(crate) fn text(nanoseconds: i64) -> String {
    let sign = if nanoseconds < 0 { "-" } else { "" };
    let size = nanoseconds.unsigned_abs();
    match size {
        0 => "0s".into(),
        1..1_000 => format!("{sign}{size}ns"),
        1_000..1_000_000 => format!("{sign}{}µs", decimal(size, 3)),
        1_000_000..SECOND => format!("{sign}{}ms", decimal(size, 6)),
        _ => {
            let seconds = decimal(size % MINUTE, 9);
            match size {
                HOUR.. => format!("{sign}{}h{}m{seconds}s", size / HOUR, size / MINUTE % 60),
                MINUTE.. => format!("{sign}{}m{seconds}s", size / MINUTE),
                _ => format!("{sign}{seconds}s"),
            }
        }
    }
}

/// `value` shifted right by so many decimal places, without zeros at the end.
fn decimal(value: u64, places: u32) -> String {
    let one = 10u64.pow(places);
    let (whole, fraction) = (value / one, value % one);
    if fraction == 0 {
        return format!("{whole}");
    }
    let fraction = format!("{fraction:0width$}", width = places as usize);
    format!("{whole}.{}", fraction.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_in_go() {
        for (given, written) in [
            ("0", "0s"),
            ("-0", "0s"),
            ("720h", "720h0m0s"),
            ("1h30m", "1h30m0s"),
            ("-1.5h", "-1h30m0s"),
            (".5s", "500ms"),
            ("1.s", "1s"),
            ("90.000000001s", "1m30.000000001s"),
            ("1µs1us1μs", "3µs"),
            ("999ns", "999ns"),
            ("1.9ns", "1ns"),
            ("-9223372036854775808ns", "-2562047h47m16.854775808s"),
            ("9223372036854775807ns", "2562047h47m16.854775807s"),
            ("0.3333333333333333333h", "20m0s"),
            ("9223372036854775808ns9223372036854775808ns", "0s"),
        ] {
            assert_eq!(parse(given.as_bytes()).map(text), Ok(written.into()), "{given}");
        }
        for refused in
            ["", "+", "1", "1d", ".s", "h", "1h 2m", "9223372036854775808ns", "3000000h", "1e3s"]
        {
            assert!(parse(refused.as_bytes()).is_err(), "{refused}");
        }
    }
}
