//! Figures as people read them.

use jiff::Timestamp;

/// `512B`, `1.2KiB`, `2.8MiB`: four figures at most, no blank, so that columns can be cut.
pub(crate) fn bytes(bytes: u64) -> String {
    let mut value = bytes as f64;
    for unit in ["B", "KiB", "MiB"] {
        if value < 1023.95 {
            return if unit == "B" { format!("{bytes}B") } else { format!("{value:.1}{unit}") };
        }
        value /= 1024.0;
    }
    format!("{value:.1}GiB")
}

/// `1 node`, `2 nodes`
pub(crate) fn counted(count: u64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// `283%`; `0%` only for nothing.
pub(crate) fn percent(part: u64, whole: i64) -> String {
    let share = part as f64 * 100.0 / whole as f64;
    match share {
        0.0 => "0%".into(),
        share if (0.0..1.0).contains(&share) => "<1%".into(),
        share if (99.0..100.0).contains(&share) => "99%".into(),
        share => format!("{share:.0}%"),
    }
}

/// The age as kubectl's HumanDuration prints it; `<unknown>` for what is no time.
pub(crate) fn age(created: &str, now: Timestamp) -> String {
    let Ok(created) = created.parse::<Timestamp>() else { return "<unknown>".into() };
    match now.as_second() - created.as_second() {
        ..=-2 => "<invalid>".into(),
        seconds => duration(seconds.try_into().unwrap_or(0)),
    }
}

/// Seconds as kubectl's HumanDuration prints them.
pub(crate) fn duration(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    // Source: k8s.io/apimachinery, pkg/util/duration (HumanDuration).
    match seconds {
        ..120 => format!("{seconds}s"),
        _ if minutes < 10 => two(minutes, 'm', seconds % 60, 's'),
        _ if minutes < 180 => format!("{minutes}m"),
        _ if hours < 8 => two(hours, 'h', minutes % 60, 'm'),
        _ if hours < 48 => format!("{hours}h"),
        _ if hours < 192 => two(days, 'd', hours % 24, 'h'),
        _ if days < 365 * 2 => format!("{days}d"),
        _ if days < 365 * 8 => two(days / 365, 'y', days % 365, 'd'),
        _ => format!("{}y", days / 365),
    }
}

fn two(large: u64, unit: char, small: u64, smaller: char) -> String {
    if small == 0 { format!("{large}{unit}") } else { format!("{large}{unit}{small}{smaller}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_those_of_kubectl() {
        let now: Timestamp = "2026-01-10T00:00:00Z".parse().expect("time");
        for (created, shown) in [
            ("2026-01-09T23:58:30Z", "90s"),
            ("2026-01-09T23:55:00Z", "5m"),
            ("2026-01-09T20:30:00Z", "3h30m"),
            ("2026-01-05T12:00:00Z", "4d12h"),
            ("2023-01-09T00:00:00Z", "3y2d"),
            ("2026-01-10T01:00:00Z", "<invalid>"),
            ("", "<unknown>"),
        ] {
            assert_eq!(age(created, now), shown);
        }
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(bytes(1023), "1023B");
        assert_eq!(bytes(1_048_575), "1.0MiB");
        assert_eq!(bytes(2_972_477), "2.8MiB");
        assert_eq!(percent(1, 1_048_576), "<1%");
        assert_eq!(percent(1_048_575, 1_048_576), "99%");
        assert_eq!(percent(2_972_477, 1_048_576), "283%");
    }
}
