//! `meta.Time`: RFC 3339 as Go's parser takes it.

use crate::json::{Text, Unit, Value};
use crate::rng::Rng;

/// A time; when `hostile`, at an edge of what Go takes.
pub(super) fn time(rng: &mut Rng, hostile: bool) -> Value {
    if !hostile {
        return Value::string(format!("2025-{}Z", date_time(rng, 2)));
    }
    match rng.below(5) {
        0..=1 => Value::string(*rng.pick(&EDGES)),
        2 => {
            let escaped = Text(EDGES[0].chars().map(|character| unit(rng, character)).collect());
            Value::String(escaped)
        }
        _ => Value::string(random(rng)),
    }
}

/// A text that is no time for Go.
pub(super) fn bad_time(rng: &mut Rng) -> Value {
    Value::string(*rng.pick(&BAD))
}

const EDGES: [&str; 36] = [
    "2025-03-01T08:00:00Z",
    "2025-03-01T08:00:00.123Z",
    "2025-03-01T08:00:00,123Z",
    "2025-03-01T08:00:00.999999999Z",
    "2025-03-01T08:00:00.9999999999999Z",
    "2025-03-01T8:00:00Z",
    "2025-03-01T8:00:00+01:00",
    "2025-03-01T08:00:00+00:00",
    "2025-03-01T08:00:00-00:00",
    "2025-03-01T08:00:00+24:00",
    "2025-03-01T08:00:00-24:00",
    "2025-03-01T08:00:00+23:60",
    "2025-03-01T08:00:00-23:60",
    "2025-03-01T00:30:00+05:45",
    "2025-12-31T23:59:59-11:30",
    "2024-02-29T12:00:00Z",
    "2000-02-29T23:59:59.5+14:00",
    "0001-01-01T00:00:00Z",
    "0001-01-01T00:00:00.5Z",
    "0001-01-01T00:00:00.000Z",
    "0001-01-01T01:00:00+01:00",
    "0001-01-01T00:00:01Z",
    "0001-01-01T00:00:00+01:00",
    "0000-12-31T23:00:00-01:00",
    "0000-01-01T00:00:00Z",
    "0000-01-01T00:00:00+00:01",
    "0000-02-29T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59.999Z",
    "9999-12-31T23:59:59-00:01",
    "9999-12-31T23:59:59+24:00",
    "1969-12-31T23:59:59Z",
    "1900-02-28T00:00:00Z",
    "2038-01-19T03:14:08Z",
    "2262-04-11T23:47:17Z",
    "0099-06-15T12:30:45-07:00",
];

const BAD: [&str; 32] = [
    "",
    " ",
    "2025-03-01",
    "2025-03-01 08:00:00Z",
    "2025-03-01T08:00:00",
    "2025-03-01t08:00:00Z",
    "2025-03-01T08:00:00z",
    "2025-03-01T08:00:00+0100",
    "2025-03-01T08:00:00+01",
    "2025-03-01T08:00:00+25:00",
    "2025-03-01T08:00:00+23:61",
    "2025-03-01T08:00:60Z",
    "2025-03-01T08:60:00Z",
    "2025-03-01T24:00:00Z",
    "2025-02-29T08:00:00Z",
    "1900-02-29T08:00:00Z",
    "2025-04-31T08:00:00Z",
    "2025-13-01T08:00:00Z",
    "2025-00-01T08:00:00Z",
    "2025-01-00T08:00:00Z",
    "2025-1-01T08:00:00Z",
    "2025-03-1T08:00:00Z",
    "2025-03-01T08:0:00Z",
    "2025-03-01T08:00:0Z",
    "2025-03-01T08:00Z",
    "2025-03-01T08:00:00.Z",
    "2025-03-01T08:00:00;5Z",
    "10000-01-01T00:00:00Z",
    "-001-01-01T00:00:00Z",
    "2025-03-01T08:00:00Z ",
    " 2025-03-01T08:00:00Z",
    "2025-03-01T08:00:00ZZ",
];

/// Any year, a one-digit hour, a fraction and an offset at random.
fn random(rng: &mut Rng) -> String {
    let year = *rng.pick(&[0, 1, 4, 99, 1600, 1969, 1999, 2000, 2024, 2025, 9998, 9999]);
    let width = if rng.chance(20) { 1 } else { 2 };
    let date_time = date_time(rng, width);
    let fraction = match rng.below(4) {
        0 => format!("{}{}", rng.pick(&['.', ',']), rng.below(1_000_000)),
        _ => String::new(),
    };
    let offset = match rng.below(2) {
        0 => "Z".to_owned(),
        _ => format!("{}{:02}:{:02}", rng.pick(&['+', '-']), rng.below(25), rng.below(60)),
    };
    format!("{year:04}-{date_time}{fraction}{offset}")
}

/// `MM-DDThh:mm:ss` with the hour at least `hour_width` digits wide.
fn date_time(rng: &mut Rng, hour_width: usize) -> String {
    let (month, day) = (rng.between(1, 12), rng.between(1, 28));
    let (hour, minute, second) = (rng.below(24), rng.below(60), rng.below(60));
    format!("{month:02}-{day:02}T{hour:0hour_width$}:{minute:02}:{second:02}")
}

fn unit(rng: &mut Rng, character: char) -> Unit {
    if rng.chance(30) { Unit::Escape(character as u16) } else { Unit::Char(character) }
}
