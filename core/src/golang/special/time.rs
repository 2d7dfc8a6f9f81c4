//! `metav1.Time`: read leniently, written in UTC to the second.
//!
//! Sources: k8s.io/apimachinery v0.33.1, pkg/apis/meta/v1/time.go; Go 1.26, time/format.go (`parse`
//! with the layout RFC3339, of which the fast path is a subset).

use alloc::format;
use alloc::string::String;

/// A moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Time {
    /// Since 0001-01-01T00:00:00Z.
    seconds: i64,
    /// Whether there was a fraction, which is not written but makes the zero time non-zero.
    fraction: bool,
}

const DAY: i64 = 86_400;

impl Time {
    /// Reads the decoded characters of a string.
    ///
    /// # Errors
    /// What is wrong, in our words.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, &'static str> {
        let mut rest = Reader(text);
        let year = rest.digits(4).ok_or(SHAPE)?;
        rest.byte(b'-')?;
        let month = rest.digits(2).ok_or(SHAPE)?;
        if !(1..=12).contains(&month) {
            return Err("the month is out of range");
        }
        rest.byte(b'-')?;
        let day = rest.digits(2).ok_or(SHAPE)?;
        rest.byte(b'T')?;
        // One digit will do for the hour.
        let hour = rest.digits(2).or_else(|| rest.digits(1)).ok_or(SHAPE)?;
        if hour > 23 {
            return Err("the hour is out of range");
        }
        rest.byte(b':')?;
        let minute = rest.digits(2).ok_or(SHAPE)?;
        if minute > 59 {
            return Err("the minute is out of range");
        }
        rest.byte(b':')?;
        let second = rest.digits(2).ok_or(SHAPE)?;
        if second > 59 {
            return Err("the second is out of range");
        }
        let fraction = rest.fraction();
        let offset = rest.offset()?;
        if !rest.0.is_empty() {
            return Err("there is text behind the time");
        }
        if day < 1 || day > days_in(year, month) {
            return Err("the day is out of range");
        }
        let seconds = days_before(year, month, day) * DAY + hour * 3600 + minute * 60 + second;
        Ok(Self { seconds: seconds - offset, fraction })
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub(crate) fn unix_seconds(self) -> i64 {
        self.seconds - days_before(1970, 1, 1) * DAY
    }

    pub(crate) fn is_zero(self) -> bool {
        self == Self::default()
    }

    /// The literal Go writes: `null` for the zero time.
    pub(crate) fn literal(self) -> String {
        if self.is_zero() {
            return "null".into();
        }
        let (year, month, day) = civil(self.seconds.div_euclid(DAY));
        let second = self.seconds.rem_euclid(DAY);
        let sign = if year < 0 { "-" } else { "" };
        format!(
            "\"{sign}{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z\"",
            year.abs(),
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    }
}

const SHAPE: &str = "a time looks like 2006-01-02T15:04:05Z";

/// Whether a literal, quotes included, is a time that Go writes as it stands.
#[inline]
pub(crate) fn is_canonical(literal: &[u8]) -> bool {
    let &[
        b'"',
        y0,
        y1,
        y2,
        y3,
        b'-',
        m0,
        m1,
        b'-',
        d0,
        d1,
        b'T',
        h0,
        h1,
        b':',
        n0,
        n1,
        b':',
        s0,
        s1,
        b'Z',
        b'"',
    ] = literal
    else {
        return false;
    };
    let digits = [y0, y1, y2, y3, m0, m1, d0, d1, h0, h1, n0, n1, s0, s1];
    let two = |high: u8, low: u8| (high & 15) * 10 + (low & 15);
    // Days up to the 28th exist in every month; later ones and the first century take the long way.
    digits.iter().all(u8::is_ascii_digit)
        && (y0 > b'0' || y1 > b'0')
        && matches!(two(m0, m1), 1..=12)
        && matches!(two(d0, d1), 1..=28)
        && two(h0, h1) < 24
        && two(n0, n1) < 60
        && two(s0, s1) < 60
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn digits(&mut self, count: usize) -> Option<i64> {
        let (head, tail) = self.0.split_at_checked(count)?;
        let value = head.iter().try_fold(0, |value, byte| {
            byte.is_ascii_digit().then(|| value * 10 + i64::from(byte - b'0'))
        })?;
        self.0 = tail;
        Some(value)
    }

    fn byte(&mut self, wanted: u8) -> Result<(), &'static str> {
        match self.0 {
            [first, tail @ ..] if *first == wanted => {
                self.0 = tail;
                Ok(())
            }
            _ => Err(SHAPE),
        }
    }

    /// Skips a fraction; whether one of its first nine digits is not zero.
    fn fraction(&mut self) -> bool {
        let [b'.' | b',', digits @ ..] = self.0 else { return false };
        let count = digits.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (fraction, tail) = digits.split_at_checked(count).unwrap_or_default();
        if count > 0 {
            self.0 = tail;
        }
        fraction.iter().take(9).any(|&digit| digit != b'0')
    }

    /// The offset from UTC in seconds.
    fn offset(&mut self) -> Result<i64, &'static str> {
        let sign = match self.0 {
            [b'Z', tail @ ..] => {
                self.0 = tail;
                return Ok(0);
            }
            [b'+', ..] => 1,
            [b'-', ..] => -1,
            _ => return Err(SHAPE),
        };
        self.0 = self.0.get(1..).unwrap_or_default();
        let hours = self.digits(2).ok_or(SHAPE)?;
        self.byte(b':')?;
        let minutes = self.digits(2).ok_or(SHAPE)?;
        // Go lets offsets of exactly 24 hours and 60 minutes pass.
        if hours > 24 || minutes > 60 {
            return Err("the offset from UTC is out of range");
        }
        Ok(sign * (hours * 3600 + minutes * 60))
    }
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 0001-01-01 to the date in the proleptic Gregorian calendar.
fn days_before(year: i64, month: i64, day: i64) -> i64 {
    // Years begin in March here, so that the leap day is the last.
    let year = if month <= 2 { year - 1 } else { year };
    let month = (month + 9) % 12;
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year
        - 306
}

/// The inverse of [`days_before`].
fn civil(days: i64) -> (i64, i64, i64) {
    let days = days + 306;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let (month, carry) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    (era * 400 + year_of_era + carry, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_leniently_and_written_in_utc() {
        for (text, literal) in [
            ("2024-01-02T03:04:05Z", "\"2024-01-02T03:04:05Z\""),
            ("2024-01-02T3:04:05.9Z", "\"2024-01-02T03:04:05Z\""),
            ("2024-01-02T03:04:05,123456789+05:30", "\"2024-01-01T21:34:05Z\""),
            ("2024-01-02T03:04:05+24:00", "\"2024-01-01T03:04:05Z\""),
            ("2024-02-29T23:59:59-23:60", "\"2024-03-01T23:59:59Z\""),
            ("0001-01-01T00:00:00Z", "null"),
            ("0001-01-01T00:00:00.5Z", "\"0001-01-01T00:00:00Z\""),
            ("0001-01-01T01:00:00+01:00", "null"),
            ("0000-01-01T00:00:00+01:00", "\"-0001-12-31T23:00:00Z\""),
            ("9999-12-31T23:59:59-01:00", "\"10000-01-01T00:59:59Z\""),
        ] {
            assert_eq!(
                Time::parse(text.as_bytes()).map(Time::literal),
                Ok(literal.into()),
                "{text}"
            );
        }
        for refused in [
            "",
            "2024-01-02t03:04:05Z",
            "2024-01-02T03:04:05z",
            "2024-01-02T03:04:60Z",
            "2024-01-02T03:04:05+0100",
            "2023-02-29T00:00:00Z",
            "2024-01-02T24:00:00Z",
            "2024-01-02T03:04:05",
            "2024-01-02T03:04:05.Z",
            "2024-01-02T03:04:05Z ",
        ] {
            assert!(Time::parse(refused.as_bytes()).is_err(), "{refused}");
        }
    }

    #[test]
    fn every_day_of_eight_centuries_survives() {
        for days in -400..292_194 {
            let (year, month, day) = civil(days);
            assert_eq!(days_before(year, month, day), days);
        }
    }

    #[test]
    fn canonical_times_are_those_that_survive_as_they_stand() {
        for text in ["\"2024-01-28T23:59:59Z\"", "\"0100-12-01T00:00:00Z\""] {
            assert!(is_canonical(text.as_bytes()));
            let inner = text.as_bytes().get(1..21).expect("inner");
            assert_eq!(Time::parse(inner).map(Time::literal), Ok(text.into()));
        }
        assert!(!is_canonical(b"\"0001-01-01T00:00:00Z\""));
        assert!(!is_canonical(b"\"2023-02-29T00:00:00Z\""));
    }
}
