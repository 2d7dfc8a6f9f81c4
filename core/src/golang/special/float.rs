//! `float64` as `encoding/json` writes it.
//!
//! Source: Go, encoding/json/encode.go (`floatEncoder`).

use alloc::format;
use alloc::string::String;

/// The literal of a finite number: the shortest that reads back the same, with an exponent only
/// below 1e-6 and from 1e21 on.
pub(crate) fn text(value: f64) -> String {
    let size = value.abs();
    if value == 0.0 || (1e-6..1e21).contains(&size) {
        return format!("{value}");
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_written_as_go_writes_them() {
        for (value, expected) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.5, "1.5"),
            (1e20, "100000000000000000000"),
            (1e21, "1e+21"),
            (-1.25e100, "-1.25e+100"),
            (0.000_001, "0.000001"),
            (9.5e-7, "9.5e-7"),
            (1e-10, "1e-10"),
            (5e-324, "5e-324"),
        ] {
            assert_eq!(text(value), expected);
        }
    }
}
