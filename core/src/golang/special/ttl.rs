//! `config.TTL`: how long to keep something, in days, hours, minutes or seconds.
//!
//! Source: Argo Workflows v3.7.6, config/ttl.go.

use super::duration;

/// What is expected where no text stands.
pub(crate) const WANTED: &str = "a time to live (a string)";

/// Reads decoded characters; nanoseconds.
///
/// What is too large wraps around, as it does in Go: `106752d` is negative.
///
/// # Errors
/// What is wrong, in our words.
pub(crate) fn parse(text: &[u8]) -> Result<i64, &'static str> {
    let (count, seconds) = match text {
        [] => return Ok(0),
        [count @ .., b'd'] => (count, 86_400i64),
        [count @ .., b'h'] => (count, 3_600),
        [count @ .., b'm'] => (count, 60),
        [count @ .., b's'] => (count, 1),
        // All that is left for Go's own parser to accept is a zero.
        _ => return duration::parse(text).map_err(|_| SHAPE),
    };
    let count = integer(count).ok_or(SHAPE)?;
    Ok(count.wrapping_mul(seconds).wrapping_mul(1_000_000_000))
}

const SHAPE: &str = "a time to live is a whole number and one of d, h, m, s, like 30d";

/// `strconv.Atoi`: a sign, then digits.
fn integer(text: &[u8]) -> Option<i64> {
    core::str::from_utf8(text).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_is_one_whole_number_with_a_unit() {
        let text = |given: &str| parse(given.as_bytes()).map(duration::text);
        for (given, expected) in [
            ("", "0s"),
            ("0", "0s"),
            ("30d", "720h0m0s"),
            ("-5d", "-120h0m0s"),
            ("+5m", "5m0s"),
            ("90s", "1m30s"),
            ("106752d", "-2562047h34m33.709551616s"),
            ("9223372036854775807d", "-24h0m0s"),
        ] {
            assert_eq!(text(given), Ok(expected.into()), "{given}");
        }
        for refused in ["1h30m", "500ms", "1.5h", "1d12h", "5 m", "d", "1_0s", "30", " 30d"] {
            assert!(text(refused).is_err(), "{refused}");
        }
    }
}
