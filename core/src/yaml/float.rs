//! How Go writes floating point numbers.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// `strconv.FormatFloat(value, 'g', -1, 32)`: the shortest digits that give the same 32-bit number.
pub(super) fn general(value: f64) -> String {
    let narrow = value as f32;
    if let Some(special) = special(f64::from(narrow)) {
        return special.into();
    }
    let Some((negative, digits, exponent)) = parts(&format!("{narrow:e}")) else {
        return String::new();
    };
    // With the shortest digits, 'g' decides as for a precision of 6.
    if !(-4..6).contains(&exponent) {
        return scientific(negative, &digits, exponent);
    }
    positional(negative, &digits, exponent)
}

/// As `encoding/json` writes a float64.
///
/// # Errors
/// Go's name of the number, when JSON does not have it.
pub(super) fn json(value: f64) -> Result<String, &'static str> {
    if let Some(special) = special(value) {
        return Err(special);
    }
    let Some((negative, digits, exponent)) = parts(&format!("{value:e}")) else {
        return Ok("0".into());
    };
    let size = value.abs();
    if size != 0.0 && !(1e-6..1e21).contains(&size) {
        let text = scientific(negative, &digits, exponent);
        // e-09 becomes e-9.
        return Ok(match text.split_once("e-0") {
            Some((mantissa, digit)) => format!("{mantissa}e-{digit}"),
            None => text,
        });
    }
    Ok(positional(negative, &digits, exponent))
}

fn special(value: f64) -> Option<&'static str> {
    if value.is_nan() {
        Some("NaN")
    } else if value == f64::INFINITY {
        Some("+Inf")
    } else if value == f64::NEG_INFINITY {
        Some("-Inf")
    } else {
        None
    }
}

/// Sign, digits and exponent of what `{:e}` prints.
fn parts(text: &str) -> Option<(bool, Vec<u8>, i32)> {
    let (mantissa, exponent) = text.split_once('e')?;
    let negative = mantissa.starts_with('-');
    let digits = mantissa.bytes().filter(u8::is_ascii_digit).collect();
    Some((negative, digits, exponent.parse().ok()?))
}

fn scientific(negative: bool, digits: &[u8], exponent: i32) -> String {
    let mut out = String::from(if negative { "-" } else { "" });
    for (index, digit) in digits.iter().enumerate() {
        if index == 1 {
            out.push('.');
        }
        out.push(char::from(*digit));
    }
    out.push_str(if exponent < 0 { "e-" } else { "e+" });
    let size = exponent.unsigned_abs();
    if size < 10 {
        out.push('0');
    }
    out.push_str(&size.to_string());
    out
}

fn positional(negative: bool, digits: &[u8], exponent: i32) -> String {
    let mut out = String::from(if negative { "-" } else { "" });
    if exponent < 0 {
        out.push_str("0.");
        for _ in 0..(-exponent - 1) {
            out.push('0');
        }
        out.extend(digits.iter().map(|digit| char::from(*digit)));
        return out;
    }
    let whole = usize::try_from(exponent).unwrap_or(0) + 1;
    for index in 0..whole.max(digits.len()) {
        if index == whole {
            out.push('.');
        }
        out.push(digits.get(index).map_or('0', |digit| char::from(*digit)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    // Expectations: Go 1.26, strconv.FormatFloat(x, 'g', -1, 32) and json.Marshal(x).
    #[test]
    fn floats_read_as_go_writes_them() {
        for (value, text) in [
            (1.1, "1.1"),
            (5e3, "5000"),
            (1e20, "1e+20"),
            (100_000.0, "100000"),
            (1e6, "1e+06"),
            (123_456_789.0, "1.2345679e+08"),
            (0.0001, "0.0001"),
            (0.000_01, "1e-05"),
            (-0.0, "-0"),
            (f64::INFINITY, "+Inf"),
            (1e39, "+Inf"),
        ] {
            assert_eq!(general(value), text);
        }
        for (value, text) in [
            (5432.0, "5432"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (0.000_001, "0.000001"),
            (1.5e-7, "1.5e-7"),
            (-0.0, "-0"),
        ] {
            assert_eq!(json(value).as_deref(), Ok(text));
        }
        assert_eq!(json(f64::NAN), Err("NaN"));
    }
}
