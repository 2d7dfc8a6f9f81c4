//! Times and durations as argo prints them.
//!
//! Sources: Argo Workflows v3.7.6, util/humanize; github.com/dustin/go-humanize v1.0.1, times.go (`CustomRelTime`);
//! Go's `time.Duration.String`.

use jiff::Timestamp;

const MINUTE: u64 = 60;
const HOUR: u64 = 3600;
const DAY: u64 = 86_400;
const WEEK: u64 = 7 * DAY;
const MONTH: u64 = 30 * DAY;
/// go-humanize's year has twelve months of thirty days.
const YEAR: u64 = 12 * MONTH;

/// The most seconds of a Go duration, which a difference of times saturates at.
const MAX_SECONDS: u64 = i64::MAX as u64 / 1_000_000_000;
/// Go's zero time, 0001-01-01T00:00:00Z, in seconds since 1970.
const ZERO: i64 = -62_135_596_800;

/// The seconds between two times, whichever is the earlier.
fn between(one: i64, two: i64) -> u64 {
    one.abs_diff(two).min(MAX_SECONDS)
}

/// From a start to an end, which for what has begun and not ended is now: `0s`, `42s`, `3m`, `5h`, `2d`.
///
/// Times in seconds since 1970.
pub(super) fn short(start: Option<i64>, end: Option<i64>, now: Timestamp) -> String {
    match elapsed(start, end, now) {
        seconds if seconds < MINUTE => format!("{seconds}s"),
        seconds if seconds < HOUR => format!("{}m", seconds / MINUTE),
        seconds if seconds < DAY => format!("{}h", seconds / HOUR),
        seconds => format!("{}d", seconds / DAY),
    }
}

/// The same in words, in two units: `1 minute 30 seconds`.
pub(super) fn long(start: Option<i64>, end: Option<i64>, now: Timestamp) -> String {
    in_words(elapsed(start, end, now))
}

fn elapsed(start: Option<i64>, end: Option<i64>, now: Timestamp) -> u64 {
    let end = end.or_else(|| start.map(|_| now.as_second()));
    between(start.unwrap_or(ZERO), end.unwrap_or(ZERO))
}

/// A duration in words, in two units.
pub(super) fn in_words(seconds: u64) -> String {
    let large = magnitude(seconds);
    match seconds {
        ..MINUTE => large,
        MINUTE..HOUR => format!("{large} {} seconds", seconds % MINUTE),
        HOUR..DAY => format!("{large} {} minutes", seconds / MINUTE % 60),
        _ => format!("{large} {} hours", seconds / HOUR % 24),
    }
}

/// A duration in words, in one unit.
fn magnitude(seconds: u64) -> String {
    let several = |unit: u64, name: &str| match seconds / unit {
        1 => format!("1 {name}"),
        count => format!("{count} {name}s"),
    };
    match seconds {
        ..MINUTE => several(1, "second"),
        MINUTE..HOUR => several(MINUTE, "minute"),
        HOUR..DAY => several(HOUR, "hour"),
        DAY..WEEK => several(DAY, "day"),
        WEEK..MONTH => several(WEEK, "week"),
        MONTH..YEAR => several(MONTH, "month"),
        // Half a year more is still one, and from there on it is two.
        YEAR.. if seconds < YEAR + 6 * MONTH => "1 year".into(),
        YEAR.. if seconds < 2 * YEAR => "2 years".into(),
        YEAR.. if seconds < 37 * YEAR => several(YEAR, "year"),
        _ => "a long while".into(),
    }
}

/// `Tue Nov 24 06:14:38 +0000 (9 hours ago)`, in UTC; the text itself if it is no time.
pub(super) fn moment(text: &str, now: Timestamp) -> String {
    let Ok(time) = text.parse::<Timestamp>() else { return text.into() };
    let words = match between(time.as_second(), now.as_second()) {
        0 => "now".into(),
        seconds if time > now => format!("{} from now", magnitude(seconds)),
        seconds => format!("{} ago", magnitude(seconds)),
    };
    format!("{} ({words})", time.strftime("%a %b %d %H:%M:%S +0000"))
}

/// Whole seconds as Go prints a duration: `0s`, `1m30s`, `1h0m5s`.
pub(super) fn go(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let all = seconds.unsigned_abs();
    match all {
        ..MINUTE => format!("{sign}{all}s"),
        MINUTE..HOUR => format!("{sign}{}m{}s", all / MINUTE, all % MINUTE),
        _ => format!("{sign}{}h{}m{}s", all / HOUR, all / MINUTE % 60, all % MINUTE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_those_of_argo() {
        let now = Timestamp::from_second(1_000_000).expect("time");
        for (seconds, shown) in [(0, "0s"), (59, "59s"), (60, "1m"), (3599, "59m"), (7200, "2h")] {
            assert_eq!(short(Some(1_000_000 - seconds), None, now), shown);
            assert_eq!(short(Some(5), Some(5 + seconds), now), shown);
        }
        assert_eq!(short(Some(0), Some(30 * 86_400), now), "30d");
        assert_eq!(short(None, None, now), "0s");
        // As argo: from the year 1 to the end of Go's durations.
        assert_eq!(short(None, Some(0), now), "106751d");
        for (seconds, shown) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (60, "1 minute 0 seconds"),
            (90, "1 minute 30 seconds"),
            (5400, "1 hour 30 minutes"),
            (86_400, "1 day 0 hours"),
            (8 * 86_400 + 3600, "1 week 1 hours"),
            (400 * 86_400, "1 year 0 hours"),
            (600 * 86_400, "2 years 0 hours"),
            (40 * 360 * 86_400, "a long while 0 hours"),
        ] {
            assert_eq!(in_words(seconds), shown);
        }
    }

    #[test]
    fn moments_say_how_long_ago() {
        let now: Timestamp = "2026-11-24T15:14:38Z".parse().expect("time");
        assert_eq!(moment("2026-11-24T06:14:38Z", now), "Tue Nov 24 06:14:38 +0000 (9 hours ago)");
        assert_eq!(
            moment("2026-11-24T15:15:38Z", now),
            "Tue Nov 24 15:15:38 +0000 (1 minute from now)"
        );
        assert_eq!(moment("soon", now), "soon");
    }

    #[test]
    fn seconds_are_written_as_go_writes_durations() {
        for (seconds, shown) in [(0, "0s"), (44, "44s"), (-90, "-1m30s"), (3605, "1h0m5s")] {
            assert_eq!(go(seconds), shown);
        }
    }
}
