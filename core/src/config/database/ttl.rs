//! `archiveTTL` and its like, as the controller ends up with them.

use crate::config::reading::view::View;
use crate::golang::ttl;

const SECOND: i64 = 1_000_000_000;

/// A time to live that the controller accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ttl {
    /// What Go makes of it.
    pub(crate) nanoseconds: i64,
    /// Whether what is written was too large and wrapped around.
    pub(crate) wrapped: bool,
}

impl Ttl {
    /// Reads a value; `None` for what the controller refuses.
    pub(crate) fn of(view: &View<'_>) -> Option<Self> {
        Self::parse(view.text()?)
    }

    fn parse(text: &str) -> Option<Self> {
        let nanoseconds = ttl::parse(text.as_bytes()).ok()?;
        let unit = match text.bytes().last() {
            Some(b'd') => 86_400 * SECOND,
            Some(b'h') => 3_600 * SECOND,
            Some(b'm') => 60 * SECOND,
            _ => SECOND,
        };
        let count = text.strip_suffix(['d', 'h', 'm', 's']).map(str::parse::<i64>);
        let wrapped =
            matches!(count, Some(Ok(count)) if count.checked_mul(unit) != Some(nanoseconds));
        Some(Self { nanoseconds, wrapped })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ttl_that_go_cannot_hold_is_told_from_one_that_is_negative() {
        let wrapped = |text: &str| Ttl::parse(text).map(|ttl| (ttl.nanoseconds < 0, ttl.wrapped));
        assert_eq!(wrapped("106751d"), Some((false, false)));
        assert_eq!(wrapped("106752d"), Some((true, true)));
        assert_eq!(wrapped("2562048h"), Some((true, true)));
        assert_eq!(wrapped("213504d"), Some((false, true)), "twice round is positive again");
        assert_eq!(wrapped("9223372036854775807d"), Some((true, true)));
        assert_eq!(wrapped("-5d"), Some((true, false)));
        assert_eq!(wrapped(""), Some((false, false)));
        assert_eq!(wrapped("0"), Some((false, false)));
        assert_eq!(wrapped("1h30m"), None);
    }
}
