//! Which texts go-yaml takes for a timestamp.
//!
//! Source: go-yaml v2.4, resolve.go (parseTimestamp); Go, time/format.go.

/// Whether `text` is a date, or a date and a time, as go-yaml knows them.
pub(super) fn is_timestamp(text: &[u8]) -> bool {
    date(text).is_some_and(|rest| match rest {
        [] => true,
        [b'T' | b't', rest @ ..] => time(rest).is_some_and(is_zone),
        [b' ', rest @ ..] => time(skip_spaces(rest)).is_some_and(<[u8]>::is_empty),
        _ => false,
    })
}

/// Reads `2006-1-2`; gives what is behind it.
fn date(text: &[u8]) -> Option<&[u8]> {
    let (year, rest) = text.split_first_chunk::<4>()?;
    if !year.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let year = year.iter().fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    let (month, rest) = number(rest.strip_prefix(b"-")?)?;
    let (day, rest) = number(rest.strip_prefix(b"-")?)?;
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    (1..=days).contains(&day).then_some(rest)
}

/// Reads `15:4:5.999`; gives what is behind it.
fn time(text: &[u8]) -> Option<&[u8]> {
    let (hour, rest) = number(text)?;
    let (minute, rest) = number(rest.strip_prefix(b":")?)?;
    let (second, rest) = number(rest.strip_prefix(b":")?)?;
    if hour >= 24 || minute >= 60 || second >= 60 {
        return None;
    }
    Some(match rest {
        [b'.' | b',', digits @ ..] => {
            match digits.iter().take_while(|byte| byte.is_ascii_digit()).count() {
                0 => rest,
                count => digits.get(count..).unwrap_or_default(),
            }
        }
        _ => rest,
    })
}

/// `Z` or `+07:00`.
fn is_zone(text: &[u8]) -> bool {
    match text {
        b"Z" => true,
        [b'+' | b'-', h1, h2, b':', m1, m2] => {
            let digits = [h1, h2, m1, m2];
            digits.iter().all(|digit| digit.is_ascii_digit())
                && (h1 - b'0') * 10 + (h2 - b'0') <= 24
                && (m1 - b'0') * 10 + (m2 - b'0') <= 60
        }
        _ => false,
    }
}

/// One or two digits.
fn number(text: &[u8]) -> Option<(u32, &[u8])> {
    let digit = |byte: u8| u32::from(byte - b'0');
    match text {
        [a @ b'0'..=b'9', b @ b'0'..=b'9', rest @ ..] => Some((digit(*a) * 10 + digit(*b), rest)),
        [a @ b'0'..=b'9', rest @ ..] => Some((digit(*a), rest)),
        _ => None,
    }
}

fn skip_spaces(text: &[u8]) -> &[u8] {
    let spaces = text.iter().take_while(|&&byte| byte == b' ').count();
    text.get(spaces..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_are_known_in_four_forms() {
        for known in [
            "2001-12-14",
            "2001-1-1",
            "2000-02-29",
            "2001-12-14t21:59:43.1-05:00",
            "2001-12-14T1:2:3Z",
            "2001-12-14 21:59:43,10",
            "2001-12-14   21:59:43",
        ] {
            assert!(is_timestamp(known.as_bytes()), "{known}");
        }
        for unknown in [
            "2001-02-29",
            "2001-13-01",
            "2001-1-0",
            "200-1-1",
            "2001-12-14T21:59:43",
            "2001-12-14 21:59:43 -5",
            "2001-12-14T24:00:00Z",
            "2001-12-14T21:59:43+25:00",
            "2001-12-14 21:59",
        ] {
            assert!(!is_timestamp(unknown.as_bytes()), "{unknown}");
        }
    }
}
