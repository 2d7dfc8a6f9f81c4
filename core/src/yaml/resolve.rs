//! What a scalar means: by its tag, or by its looks as YAML 1.1 has it.
//!
//! Source: go-yaml v2.4, resolve.go.

use alloc::borrow::Cow;
use alloc::string::String;

use super::document::Value;
use super::error::Problem;
use super::events::Tag;
use super::number::{parse_float, parse_int, parse_uint};
use super::timestamp::is_timestamp;

/// The value of a scalar that has `tag`.
///
/// `!!binary` and tags that say nothing give text.
pub(super) fn resolve(tag: Tag, text: &[u8]) -> Result<Value, Problem> {
    let value = match tag {
        Tag::Str | Tag::Binary | Tag::Merge | Tag::Bare | Tag::Other => return Ok(Value::Text),
        Tag::None => return Ok(by_looks(text)),
        Tag::Timestamp if is_timestamp(text) => return Ok(Value::Text),
        Tag::Bool | Tag::Int | Tag::Float | Tag::Null | Tag::Timestamp => by_looks(text),
    };
    #[expect(clippy::cast_precision_loss, reason = "as Go converts")]
    match (tag, value) {
        (Tag::Bool, Value::Bool(_))
        | (Tag::Int, Value::Int(_) | Value::Uint(_))
        | (Tag::Float, Value::Float(_))
        | (Tag::Null, Value::Null) => Ok(value),
        (Tag::Float, Value::Int(value)) => Ok(Value::Float(value as f64)),
        _ => Err(Problem::WrongTag {
            found: match value {
                Value::Null => "!!null",
                Value::Bool(_) => "!!bool",
                Value::Int(_) | Value::Uint(_) => "!!int",
                Value::Float(_) => "!!float",
                Value::Text | Value::Sequence | Value::Mapping => "!!str",
            },
            text: String::from_utf8_lossy(text).into_owned(),
            wanted: match tag {
                Tag::Bool => "!!bool",
                Tag::Int => "!!int",
                Tag::Float => "!!float",
                Tag::Null => "!!null",
                _ => "!!timestamp",
            },
        }),
    }
}

/// The value of a scalar without quotes and tag. A timestamp stays text.
pub(super) fn by_looks(text: &[u8]) -> Value {
    match text.first() {
        None => Value::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text)
        }
        Some(b'.') => match special_float(text).or_else(|| parse_float(text, true)) {
            Some(value) => Value::Float(value),
            None => Value::Text,
        },
        Some(b'+' | b'-' | b'0'..=b'9') => number(text),
        _ => Value::Text,
    }
}

fn word(text: &[u8]) -> Value {
    match text {
        b"y" | b"Y" | b"yes" | b"Yes" | b"YES" | b"true" | b"True" | b"TRUE" | b"on" | b"On"
        | b"ON" => Value::Bool(true),
        b"n" | b"N" | b"no" | b"No" | b"NO" | b"false" | b"False" | b"FALSE" | b"off" | b"Off"
        | b"OFF" => Value::Bool(false),
        b"~" | b"null" | b"Null" | b"NULL" => Value::Null,
        _ => Value::Text,
    }
}

fn special_float(text: &[u8]) -> Option<f64> {
    match text {
        b".nan" | b".NaN" | b".NAN" => Some(f64::NAN),
        b".inf" | b".Inf" | b".INF" | b"+.inf" | b"+.Inf" | b"+.INF" => Some(f64::INFINITY),
        b"-.inf" | b"-.Inf" | b"-.INF" => Some(f64::NEG_INFINITY),
        _ => None,
    }
}

fn number(text: &[u8]) -> Value {
    if let Some(value) = special_float(text) {
        return Value::Float(value);
    }
    let plain: Cow<'_, [u8]> = if text.contains(&b'_') {
        Cow::Owned(text.iter().copied().filter(|&byte| byte != b'_').collect())
    } else {
        Cow::Borrowed(text)
    };
    let plain = plain.as_ref();
    // Most texts that begin as a number are none: versions, quantities, durations.
    if !plain.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-'))
    {
        return Value::Text;
    }
    let integer = |text: &[u8], base| match parse_int(text, base) {
        Some(value) => Some(Value::Int(value)),
        None => parse_uint(text, base).map(Value::Uint),
    };
    integer(plain, 0)
        .or_else(|| parse_float(plain, false).map(Value::Float))
        // `0b-1` is a number to go-yaml.
        .or_else(|| plain.strip_prefix(b"0b").and_then(|digits| integer(digits, 2)))
        .unwrap_or(Value::Text)
}
