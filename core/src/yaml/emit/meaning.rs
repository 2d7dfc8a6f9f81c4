//! What go-yaml would read in a text that stands without quotes.
//!
//! Sources: goyaml.v2, resolve.go, encode.go (`isBase60Float`); Go, strconv and time/format.go.

/// Whether a text without quotes is read as that text, and looks like nothing else to other readers.
pub(super) fn is_text(text: &str) -> bool {
    match text.as_bytes() {
        [] => false,
        [b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~', ..] => {
            !WORDS.contains(&text)
        }
        [b'.', ..] => !FLOAT_WORDS.contains(&text) && !is_go_float(text),
        [first @ (b'+' | b'-' | b'0'..=b'9'), rest @ ..] => {
            let signed_word =
                !first.is_ascii_digit() && INFINITIES.iter().any(|word| word == &rest);
            !(signed_word || is_timestamp(text.as_bytes()) || is_number(text) || is_base_60(text))
        }
        _ => true,
    }
}

const WORDS: [&str; 26] = [
    "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON", "n", "N", "no", "No",
    "NO", "false", "False", "FALSE", "off", "Off", "OFF", "~", "null", "Null", "NULL",
];
const FLOAT_WORDS: [&str; 6] = [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF"];
const INFINITIES: [&[u8]; 3] = [b".inf", b".Inf", b".INF"];

/// A text that begins with a digit or sign and means an integer or float; `_` counts for nothing.
fn is_number(text: &str) -> bool {
    let plain = text.replace('_', "");
    let unsigned = plain.strip_prefix(['+', '-']).unwrap_or(&plain);
    let limit = match plain.as_bytes().first() {
        Some(b'+') => i64::MAX as u64,
        Some(b'-') => i64::MIN.unsigned_abs(),
        _ => u64::MAX,
    };
    let within = |value: Option<u64>, limit: u64| value.is_some_and(|value| value <= limit);
    if within(prefixed(unsigned), limit) || is_yaml_float(&plain) && is_finite(&plain) {
        return true;
    }
    // A sign may stand behind this prefix too.
    match plain.strip_prefix("0b").map(|digits| (digits.as_bytes().first(), digits.get(1..))) {
        Some((Some(b'+'), Some(digits))) => within(in_base(digits, 2), i64::MAX as u64),
        Some((Some(b'-'), Some(digits))) => within(in_base(digits, 2), i64::MIN.unsigned_abs()),
        _ => false,
    }
}

/// `strconv.ParseUint(text, 0, 64)` without underscores.
fn prefixed(text: &str) -> Option<u64> {
    match text.as_bytes() {
        b"0" => Some(0),
        [b'0', b'b' | b'B', _, ..] => in_base(text.get(2..)?, 2),
        [b'0', b'o' | b'O', _, ..] => in_base(text.get(2..)?, 8),
        [b'0', b'x' | b'X', _, ..] => in_base(text.get(2..)?, 16),
        [b'0', ..] => in_base(text.get(1..)?, 8),
        _ => in_base(text, 10),
    }
}

fn in_base(digits: &str, base: u32) -> Option<u64> {
    // Rust would take a sign here.
    let unsigned = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    u64::from_str_radix(digits, base).ok().filter(|_| unsigned)
}

/// A decimal number: `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
fn is_yaml_float(text: &str) -> bool {
    let text = text.strip_prefix(['+', '-']).unwrap_or(text).as_bytes();
    let (whole, rest) = digits(text);
    let rest = match rest {
        [b'.', fraction @ ..] => match digits(fraction) {
            (0, _) if whole == 0 => return false,
            (_, rest) => rest,
        },
        _ if whole == 0 => return false,
        rest => rest,
    };
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            matches!(digits(exponent), (1.., []))
        }
        _ => false,
    }
}

/// The count of digits at the beginning, and what stands behind them.
fn digits(text: &[u8]) -> (usize, &[u8]) {
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (count, text.get(count..).unwrap_or_default())
}

fn is_finite(number: &str) -> bool {
    number.parse().is_ok_and(f64::is_finite)
}

/// A text that begins with a dot and that `strconv.ParseFloat` accepts: `_` only between digits.
fn is_go_float(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let separates = bytes
        .iter()
        .enumerate()
        .filter(|&(_, byte)| *byte == b'_')
        .all(|(at, _)| digit(at.checked_sub(1)) && digit(at.checked_add(1)));
    let plain = text.replace('_', "");
    separates && is_yaml_float(&plain) && is_finite(&plain)
}

/// `1:30`, a number in base 60 in YAML 1.1: `[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?`.
fn is_base_60(text: &str) -> bool {
    let digits_only = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'_'));
    let text = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (number, fraction) = text.split_once('.').unwrap_or((text, ""));
    let Some((first, sixtieths)) = number.split_once(':') else { return false };
    first.as_bytes().first().is_some_and(u8::is_ascii_digit)
        && digits_only(first)
        && digits_only(fraction)
        && sixtieths
            .split(':')
            .all(|part| matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']))
}

/// A date, or a date and a time, in one of the four layouts that go-yaml knows.
fn is_timestamp(text: &[u8]) -> bool {
    let (4, [b'-', ..]) = digits(text) else { return false };
    let year = text.iter().take(4).fold(0, |year, digit| year * 10 + u32::from(digit - b'0'));
    let mut rest = Fields(text.get(4..).unwrap_or_default());
    let (Some(month), Some(day)) = (rest.field(b"-"), rest.field(b"-")) else { return false };
    if !(1..=12).contains(&month) || !(1..=days_in(year, month)).contains(&day) {
        return false;
    }
    match rest.0 {
        [] => true,
        [b'T' | b't', ..] => {
            rest.skip(1);
            rest.time() && rest.zone()
        }
        [b' ', ..] => {
            rest.skip(rest.0.iter().take_while(|&&byte| byte == b' ').count());
            rest.time() && rest.0.is_empty()
        }
        _ => false,
    }
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn skip(&mut self, count: usize) {
        self.0 = self.0.get(count..).unwrap_or_default();
    }

    /// One or two digits behind `before`.
    fn field(&mut self, before: &[u8]) -> Option<u32> {
        let rest = self.0.strip_prefix(before)?;
        let (value, length) = match *rest {
            [tens @ b'0'..=b'9', ones @ b'0'..=b'9', ..] => ((tens - b'0') * 10 + ones - b'0', 2),
            [ones @ b'0'..=b'9', ..] => (ones - b'0', 1),
            _ => return None,
        };
        self.skip(before.len() + length);
        Some(u32::from(value))
    }

    /// Hour, minute, second and perhaps a fraction.
    fn time(&mut self) -> bool {
        let fields = [self.field(b""), self.field(b":"), self.field(b":")];
        if let [b'.' | b',', fraction @ ..] = self.0
            && let (count @ 1.., _) = digits(fraction)
        {
            self.skip(1 + count);
        }
        matches!(fields, [Some(0..24), Some(0..60), Some(0..60)])
    }

    /// `Z` or an offset, and nothing behind it. Offsets of 24 hours and 60 minutes pass.
    fn zone(&self) -> bool {
        match *self.0 {
            [b'Z'] => true,
            [b'+' | b'-', h0, h1, b':', m0, m1] => {
                let two = |tens: u8, ones: u8| {
                    (tens.is_ascii_digit() && ones.is_ascii_digit())
                        .then(|| (tens - b'0') * 10 + ones - b'0')
                };
                matches!((two(h0, h1), two(m0, m1)), (Some(0..=24), Some(0..=60)))
            }
            _ => false,
        }
    }
}

fn days_in(year: u32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => {
            29
        }
        2 => 28,
        _ => 31,
    }
}
