//! Values: replaced by hostile ones, quoted, tagged, anchored, wrapped.

use super::{change_line, replace, value_of};
use crate::rng::Rng;

/// A value that is not what it looks like.
pub(super) fn hostile(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, value_of, |rng, line, place| {
        replace(line, place, rng.pick(&HOSTILE).as_bytes());
    });
}

/// A value with characters beyond the printable ones.
pub(super) fn odd(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, value_of, |rng, line, place| {
        replace(line, place, rng.pick(&ODD).as_bytes());
    });
}

/// Quotes come or go, or one of them alone.
pub(super) fn quotes(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, value_of, |rng, line, (start, end)| {
        let quote = *rng.pick(b"\"'");
        let quoted = end - start > 1 && matches!(line[start], b'"' | b'\'');
        match rng.below(6) {
            0 => replace(line, (start, start), &[quote]),
            1 => replace(line, (end, end), &[quote]),
            _ if quoted => {
                replace(line, (end - 1, end), b"");
                replace(line, (start, start + 1), b"");
            }
            _ => {
                replace(line, (end, end), &[quote]);
                replace(line, (start, start), &[quote]);
            }
        }
    });
}

/// A tag before a value.
pub(super) fn tag(rng: &mut Rng, text: &mut Vec<u8>) {
    let tag = *rng.pick(&[
        "!!str ",
        "!!int ",
        "!!float ",
        "!!bool ",
        "!!null ",
        "!!binary ",
        "!!timestamp ",
        "!!seq ",
        "!!map ",
        "!!set ",
        "!foo ",
        "! ",
        "!!",
        "!",
        "!<tag:yaml.org,2002:str> ",
        "!<",
        "!e!x ",
        "!!merge ",
        "!!str",
        "!%41 ",
        "!!foo ",
    ]);
    change_line(rng, text, value_of, |_, line, (start, _)| {
        replace(line, (start, start), tag.as_bytes());
    });
}

/// An anchor before a value, or an alias in its place.
pub(super) fn anchor(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, value_of, |rng, line, (start, end)| match rng.below(5) {
        0 | 1 => replace(line, (start, start), b"&a1 "),
        2 => replace(line, (start, end), b"*a1"),
        3 => replace(
            line,
            (start, start),
            rng.pick(&["& ", "&", "&a1", "&a1 &a2 ", "&a1 !!str ", "!!str &a1 "]).as_bytes(),
        ),
        _ => replace(
            line,
            (start, end),
            rng.pick(&["*", "*a1 ", "*a1 x", "[*a1, *a1]", "*none", "{<<: *a1}", "*a1:"])
                .as_bytes(),
        ),
    });
}

/// A value inside flow brackets, seldom both of them.
pub(super) fn flow(rng: &mut Rng, text: &mut Vec<u8>) {
    let (open, close) = *rng.pick(&[
        ("[", "]"),
        ("{", "}"),
        ("{a: ", "}"),
        ("[[", "]]"),
        ("[", ""),
        ("", "]"),
        ("{", ""),
        ("[", ",]"),
        ("{\"a\":", "}"),
        ("[a, ", ", b]"),
        ("{? ", " : x}"),
        ("[? ", " : x]"),
        ("{", ": }"),
        ("[ ", " ] x"),
        ("{a: b, ", "}"),
        ("[,", "]"),
    ]);
    change_line(rng, text, value_of, |_, line, (start, end)| {
        replace(line, (end, end), close.as_bytes());
        replace(line, (start, start), open.as_bytes());
    });
}

/// A value becomes a block of its own or goes on below.
pub(super) fn block(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, value_of, |rng, line, (start, end)| {
        let indicator = *rng.pick(&[
            "|", "|-", "|+", ">", ">-", ">+", "|2", "|1-", "|-3", ">9", "|0", "| # c", "|x", "|#c",
            "", "|--", "|22",
        ]);
        let indent = " ".repeat(super::indent_of(line) + rng.below(4));
        let value = line[start..end].to_vec();
        let mut below = format!("{indicator}\n").into_bytes();
        for _ in 0..rng.between(1, 3) {
            below.extend_from_slice(indent.as_bytes());
            below.extend_from_slice(rng.pick(&["", "", " ", "# ", "- "]).as_bytes());
            below.extend_from_slice(&value);
            below.extend_from_slice(rng.pick(&["\n", "\n", "\n\n", " \n"]).as_bytes());
        }
        replace(line, (start, line.len()), &below);
    });
}

const HOSTILE: [&str; 76] = [
    "y",
    "Y",
    "n",
    "yes",
    "no",
    "No",
    "on",
    "OFF",
    "true",
    "True",
    "TRUE",
    "tRUE",
    "false",
    "~",
    "null",
    "NULL",
    "Null",
    "",
    "1_000",
    "0b1",
    "-0b11",
    "0o7",
    "0o",
    "0x1F",
    "-0x1",
    "0X1F",
    "017",
    "08",
    "1:30",
    "1:30:00.5",
    ".inf",
    "-.Inf",
    "+.INF",
    ".nan",
    ".NaN",
    "infinity",
    "2001-12-14",
    "2001-12-14T21:59:43Z",
    "2001-12-14 21:59:43",
    "1e3",
    "1E-3",
    "5432.0",
    "+5",
    "-5",
    "-0",
    "0.0",
    ".5",
    "5.",
    "_5",
    "5_",
    "1e400",
    "1e-400",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775809",
    "18446744073709551616",
    "123456789012345678901234567890",
    "1.7976931348623157e308",
    "0.1e1_0",
    "\"a\\nb\"",
    "\"\\x41\"",
    "\"\\ud83d\\ude00\"",
    "\"\\ud800\"",
    "'a''b'",
    "a: b",
    "a #b",
    "a# b",
    "- a",
    "? a",
    "@a",
    "`a`",
    "%a",
    "a, b]",
    "=",
    "<<",
    "30d",
];

const ODD: [&str; 14] = [
    "\u{1f600}",
    "caf\u{e9}",
    "a\tb",
    "\ta",
    "a\t# b",
    "\"a\tb\"",
    "\u{feff}a",
    "a\u{2028}b",
    "a\u{85}b",
    "\"a\u{2029} b\"",
    "'\u{fffd}'",
    "\u{ffff}",
    "\u{10ffff}",
    "a\rb",
];
