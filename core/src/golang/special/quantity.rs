//! `resource.Quantity`: a fixed-point number that canonicalises its spelling.
//!
//! Source: k8s.io/apimachinery v0.33.1, pkg/api/resource/{quantity,amount,math,suffix}.go, followed
//! branch by branch because the branch decides the spelling. Where Go uses big decimals this uses
//! decimal digits, so exponents cost nothing.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// A parsed quantity.
#[derive(Clone, Debug, Default)]
pub(crate) struct Quantity {
    amount: Amount,
    format: Format,
    /// The spelling that is written back as it was read.
    cached: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Format {
    #[default]
    Unset,
    DecimalExponent,
    BinarySi,
    DecimalSi,
}

/// ± digits × 10^exponent.
#[derive(Clone, Debug, Default)]
struct Amount {
    negative: bool,
    /// ASCII digits without leading zeros; empty is zero.
    digits: String,
    exponent: i32,
}

/// What is wrong with a spelling.
pub(crate) const SHAPE: &str =
    "a quantity looks like 1.5, 500m, 2Gi or 1e3: a number and at most one suffix";

const MAX_INT64: &str = "9223372036854775807";
/// Digits that Go's fast path takes: `maxInt64Factors`.
const FAST_DIGITS: i64 = 18;
const NANO: i32 = -9;

impl Quantity {
    /// `UnmarshalJSON` on what was there before; `literal` is any valid JSON value.
    ///
    /// # Errors
    /// What is wrong, in our words.
    pub(crate) fn read(&mut self, literal: &[u8]) -> Result<(), &'static str> {
        if literal == b"null" {
            // Go clears the number and keeps format and spelling.
            self.amount = Amount::default();
            return Ok(());
        }
        // Go takes the bytes between the quotes without decoding escapes.
        let inner = match literal {
            [b'"', inner @ .., b'"'] => inner,
            other => other,
        };
        *self = Self::parse(core::str::from_utf8(inner).map_err(|_| SHAPE)?.trim())?;
        Ok(())
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        if text == "0" {
            let cached = Some(text.to_owned());
            return Ok(Self { format: Format::DecimalSi, cached, ..Self::default() });
        }
        let parts = Parts::split(text).ok_or(SHAPE)?;
        let (base, exponent, format) =
            suffix(parts.suffix).ok_or("the quantity's suffix is unknown")?;
        let length = (parts.numerator.len() + parts.denominator.len()) as i64;
        let (precision, scale) = match format {
            Format::BinarySi if parts.denominator.is_empty() => {
                (15 - parts.numerator.len() as i64 - i64::from(exponent * 3 / 10) - 1, 0)
            }
            Format::BinarySi => (-1, 0),
            _ => (FAST_DIGITS - length, exponent),
        };
        let digits = format!("{}{}", parts.numerator, parts.denominator);
        if precision >= 0 {
            let scale = scale.wrapping_sub(parts.denominator.len() as i32);
            if scale >= NANO {
                let value: i64 = digits.parse().map_err(|_| SHAPE)?;
                let mantissa = if format == Format::BinarySi { 1i64 << exponent } else { 1 };
                if let Some(result) = value.checked_mul(mantissa) {
                    let keep = if format == Format::BinarySi {
                        exponent % 10 == 0 && value & 7 != 0
                    } else {
                        scale % 3 == 0 && !digits.ends_with("000") && !digits.starts_with('0')
                    };
                    let amount = Amount::new(!parts.positive, &result.to_string(), scale);
                    return Ok(Self { amount, format, cached: keep.then(|| text.to_owned()) });
                }
            }
        }
        // Only the way through big decimals asks for a digit.
        if !parts.has_digits {
            return Err("the quantity has no digits");
        }
        let exponent10 = if base == 10 { exponent } else { 0 };
        let scale = exponent10.wrapping_sub(parts.denominator.len() as i32);
        let mut amount = Amount::new(false, &digits, scale);
        if base == 2 {
            amount.double(exponent);
        }
        amount.round_up(NANO);
        let mut format = format;
        if format == Format::BinarySi {
            if amount.exceeds_int64() {
                amount = Amount::new(false, MAX_INT64, 0);
            }
            if !amount.is_zero() && amount.is_below_one() {
                format = Format::DecimalSi;
            }
        }
        amount.negative = !parts.positive;
        Ok(Self { amount, format, cached: None })
    }

    /// The literal Go writes.
    pub(crate) fn literal(&self) -> String {
        match &self.cached {
            Some(text) => format!("\"{text}\""),
            None => format!("\"{}\"", self.canonical()),
        }
    }

    /// `CanonicalizeBytes`
    fn canonical(&self) -> String {
        if self.amount.is_zero() {
            return "0".to_owned();
        }
        if self.format == Format::BinarySi
            && let Some(value) = self.amount.integer()
            && value.unsigned_abs() >= 1024
        {
            return binary(value);
        }
        let format = match self.format {
            Format::Unset => Format::DecimalExponent,
            Format::BinarySi => Format::DecimalSi,
            other => other,
        };
        self.amount.decimal(format)
    }
}

impl Amount {
    fn new(negative: bool, digits: &str, exponent: i32) -> Self {
        Self { negative, digits: digits.trim_start_matches('0').to_owned(), exponent }
    }

    fn is_zero(&self) -> bool {
        self.digits.is_empty()
    }

    /// Multiplies by 2^times.
    fn double(&mut self, times: i32) {
        const LIMB: u64 = 1_000_000_000;
        let mut limbs: Vec<u64> = Vec::with_capacity(self.digits.len() / 9 + 4);
        for chunk in self.digits.as_bytes().rchunks(9) {
            limbs.push(chunk.iter().fold(0, |value, digit| value * 10 + u64::from(digit & 15)));
        }
        for _ in 0..times / 10 {
            let mut carry = 0;
            for limb in &mut limbs {
                let product = *limb * 1024 + carry;
                (*limb, carry) = (product % LIMB, product / LIMB);
            }
            if carry > 0 {
                limbs.push(carry);
            }
        }
        let mut digits = String::with_capacity(limbs.len() * 9);
        for limb in limbs.iter().rev() {
            digits.push_str(&format!("{limb:09}"));
        }
        *self = Self::new(self.negative, &digits, self.exponent);
    }

    /// Rounds away from zero to a multiple of 10^exponent.
    fn round_up(&mut self, exponent: i32) {
        let excess = i64::from(exponent) - i64::from(self.exponent);
        if self.is_zero() || excess <= 0 {
            return;
        }
        let keep = (self.digits.len() as i64 - excess).max(0) as usize;
        let (head, tail) = self.digits.split_at_checked(keep).unwrap_or((&self.digits, ""));
        // Digits beyond the text's own are zeros, but what is dropped is not.
        let inexact = tail.bytes().any(|digit| digit != b'0');
        let mut digits = head.as_bytes().to_vec();
        if inexact {
            let mut carry = true;
            for digit in digits.iter_mut().rev() {
                carry = *digit == b'9';
                *digit = if carry { b'0' } else { *digit + 1 };
                if !carry {
                    break;
                }
            }
            if carry {
                digits.insert(0, b'1');
            }
        }
        *self = Self::new(self.negative, &String::from_utf8_lossy(&digits), exponent);
    }

    fn exceeds_int64(&self) -> bool {
        let (integer, fraction) = self.split_point();
        match integer.len().cmp(&MAX_INT64.len()) {
            core::cmp::Ordering::Less => false,
            core::cmp::Ordering::Greater => true,
            core::cmp::Ordering::Equal => {
                integer.as_str() > MAX_INT64
                    || (integer == MAX_INT64 && fraction.bytes().any(|digit| digit != b'0'))
            }
        }
    }

    fn is_below_one(&self) -> bool {
        self.split_point().0.is_empty()
    }

    /// The digits before and behind the decimal point; only for moderate exponents.
    fn split_point(&self) -> (String, String) {
        if self.exponent >= 0 {
            let zeros = "0".repeat(self.exponent.min(40).unsigned_abs() as usize);
            return (format!("{}{zeros}", self.digits), String::new());
        }
        let behind = self.exponent.unsigned_abs() as usize;
        let ahead = self.digits.len().saturating_sub(behind);
        let (integer, fraction) = self.digits.split_at_checked(ahead).unwrap_or_default();
        (integer.to_owned(), fraction.to_owned())
    }

    /// The value, if it is a whole number.
    fn integer(&self) -> Option<i64> {
        let (integer, fraction) = self.split_point();
        if fraction.bytes().any(|digit| digit != b'0') {
            return None;
        }
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{integer}").parse().ok()
    }

    /// `AsCanonicalBytes` and its suffix: an exponent that is a multiple of three.
    fn decimal(&self, format: Format) -> String {
        let significant = self.digits.trim_end_matches('0');
        let stripped = (self.digits.len() - significant.len()) as i32;
        let exponent = self.exponent.wrapping_add(stripped);
        let surplus = exponent.rem_euclid(3);
        let exponent = exponent.wrapping_sub(surplus);
        let zeros = "0".repeat(surplus.unsigned_abs() as usize);
        let sign = if self.negative { "-" } else { "" };
        let suffix = match (format, exponent) {
            (_, 0) => String::new(),
            (Format::DecimalExponent, _) => format!("e{exponent}"),
            // Go drops a power of ten for which there is no letter.
            _ => DECIMAL
                .iter()
                .find(|(_, power)| *power == exponent)
                .map_or(String::new(), |(letter, _)| (*letter).to_owned()),
        };
        format!("{sign}{significant}{zeros}{suffix}")
    }
}

/// `AsCanonicalBase1024Bytes` and its suffix.
fn binary(value: i64) -> String {
    let (mut value, mut times) = (value, 0usize);
    while value.unsigned_abs() >= 1024 && value % 1024 == 0 {
        value /= 1024;
        times += 1;
    }
    let suffix = match times {
        0 => "",
        _ => BINARY.get(times - 1).map_or("", |(letters, _)| letters),
    };
    format!("{value}{suffix}")
}

const DECIMAL: [(&str, i32); 9] = [
    ("n", -9),
    ("u", -6),
    ("m", -3),
    ("k", 3),
    ("M", 6),
    ("G", 9),
    ("T", 12),
    ("P", 15),
    ("E", 18),
];
const BINARY: [(&str, i32); 6] =
    [("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60)];

/// Base, exponent and format of a suffix.
fn suffix(text: &str) -> Option<(i32, i32, Format)> {
    if text.is_empty() {
        return Some((10, 0, Format::DecimalSi));
    }
    if let Some((_, power)) = DECIMAL.iter().find(|(letter, _)| *letter == text) {
        return Some((10, *power, Format::DecimalSi));
    }
    if let Some((_, power)) = BINARY.iter().find(|(letters, _)| *letters == text) {
        return Some((2, *power, Format::BinarySi));
    }
    let digits = text.strip_prefix(['e', 'E'])?;
    // Go parses 64 bits and keeps the lower 32.
    let power: i64 = digits.parse().ok()?;
    Some((10, power as i32, Format::DecimalExponent))
}

/// `parseQuantityString`
struct Parts<'a> {
    positive: bool,
    numerator: &'a str,
    denominator: &'a str,
    suffix: &'a str,
    /// Whether a digit stands anywhere before the suffix.
    has_digits: bool,
}

impl<'a> Parts<'a> {
    fn split(text: &'a str) -> Option<Self> {
        if text.is_empty() {
            return None;
        }
        let positive = !text.starts_with('-');
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        let zero = rest.starts_with('0');
        let rest = rest.trim_start_matches('0');
        let (numerator, rest) = leading_digits(rest);
        let integer = zero || !numerator.is_empty();
        let numerator = if numerator.is_empty() { "0" } else { numerator };
        let (denominator, suffix) = match rest.strip_prefix('.') {
            Some(rest) => leading_digits(rest),
            None => ("", rest),
        };
        let letters = suffix.trim_start_matches(|letter| "eEinumkKMGTP".contains(letter));
        let exponent = letters.strip_prefix(['-', '+']).unwrap_or(letters);
        let whole = exponent.bytes().all(|byte| byte.is_ascii_digit());
        let has_digits = integer || !denominator.is_empty();
        whole.then_some(Self { positive, numerator, denominator, suffix, has_digits })
    }
}

fn leading_digits(text: &str) -> (&str, &str) {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    text.split_at_checked(count).unwrap_or((text, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_are_those_of_kubernetes() {
        for (text, literal) in [
            ("0.5", "500m"),
            ("1000m", "1"),
            ("1024Mi", "1Gi"),
            ("1000000000", "1G"),
            ("1.", "1."),
            ("+1", "+1"),
            ("00012", "00012"),
            ("1e3", "1e3"),
            ("0", "0"),
            ("+0", "0"),
            ("0.0", "0"),
            ("0e-12", "0"),
            (".0e-12", "0"),
            (".", "0"),
            ("E", "0"),
            (".5", "500m"),
            ("1.50", "1500m"),
            ("0.1n", "1n"),
            ("-0.1n", "-1n"),
            ("9223372036854775808", "9223372036854775808"),
            ("1000E", "1"),
            ("1Ei", "1Ei"),
            ("1000Ei", "9223372036854775807"),
            ("0.5Ki", "512"),
            ("1.5Gi", "1536Mi"),
            ("-1.5Gi", "-1536Mi"),
            ("100Ki", "100Ki"),
            ("0.0001Ki", "102400u"),
            ("1E21", "1E21"),
            ("10e20", "1e21"),
        ] {
            let mut quantity = Quantity::default();
            let read = quantity.read(format!("\"{text}\"").as_bytes());
            assert_eq!(read, Ok(()), "{text}");
            assert_eq!(quantity.literal(), format!("\"{literal}\""), "{text}");
        }
        for refused in
            ["e-10", ".e-10", "-.e-12", "", "1x", "1Kii", "1e", "--1", "1 Gi", "1.5.2", "e"]
        {
            assert!(Quantity::parse(refused).is_err(), "{refused}");
        }
    }
}
