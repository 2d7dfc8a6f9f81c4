//! Strings that are hard on a codec.

use crate::json::{Style, Text, Unit};
use crate::rng::Rng;

/// A readable string of an unusual kind. Under [`Style::MySql`] only what MySQL can store: no raw bytes, no unpaired
/// surrogates, no escapes of its own.
pub(super) fn hostile(rng: &mut Rng, style: Style) -> Text {
    let kinds = if style == Style::MySql { PLAIN_KINDS } else { PLAIN_KINDS + 5 };
    let mut units = Vec::new();
    match rng.below(kinds + 1) {
        // A mixture of all kinds.
        kind if kind == kinds => {
            for _ in 0..rng.between(2, 6) {
                let kind = rng.below(kinds);
                piece(rng, kind, &mut units);
            }
        }
        kind => {
            if rng.chance(40) {
                plain("a ", &mut units);
            }
            piece(rng, kind, &mut units);
            if rng.chance(40) {
                plain(" z", &mut units);
            }
        }
    }
    Text(units)
}

/// How many kinds of [`piece`] are made of characters only.
const PLAIN_KINDS: usize = 10;

const QUOTED: [&str; 8] =
    ["\"", "\\", "a\"b\\c", "\\\\\"", "\\u0041", "C:\\new\\table", "'", "\\\"\\"];
const HTML: [&str; 6] = ["<", ">", "&", "<b>&amp;</b>", "a && b || c < d > e", "</script><!--"];
const SEPARATORS: [&str; 5] =
    ["\u{2028}", "\u{2029}", "a\u{2028}b\u{2029}", "\u{2027}\u{202a}", "\u{85}"];
const EDGES: [&str; 10] = [
    "\u{7f}",
    "\u{80}",
    "\u{9f}",
    "\u{ad}",
    "\u{feff}",
    "\u{fffd}",
    "\u{fffe}",
    "\u{ffff}",
    "\u{d7ff}\u{e000}",
    "\u{7ff}\u{800}",
];
const ASTRAL: [&str; 7] = ["😀", "🦀🚀", "👩‍👩‍👧‍👦", "\u{10000}", "\u{10ffff}", "𝔘𝔫𝔦", "🇩🇪"];
const WORDS: [&str; 6] = ["naïve", "日本語", "Ω≈ç√", "ﬁ ſ K", "עברית", "e\u{301}"];
const LOOKALIKES: [&str; 12] = [
    "null",
    "true",
    "1",
    "1.0",
    "-0",
    "{}",
    "[1,2]",
    "{\"a\":\"b\"}",
    "{{inputs.parameters.x}}",
    "{{=sprig.trim('x')}}",
    "fnv:123",
    "2025-01-01T00:00:00Z",
];

fn piece(rng: &mut Rng, kind: usize, out: &mut Vec<Unit>) {
    match kind {
        0 => {}
        1 => pick(rng, &QUOTED, out),
        2 => pick(rng, &HTML, out),
        3 => pick(rng, &SEPARATORS, out),
        4 => pick(rng, &EDGES, out),
        5 => {
            for _ in 0..rng.between(1, 5) {
                out.push(Unit::Char(char::from(rng.below(0x20) as u8)));
            }
        }
        6 => pick(rng, &ASTRAL, out),
        7 => pick(rng, &WORDS, out),
        8 => pick(rng, &LOOKALIKES, out),
        9 => long(rng, out),
        10 => out.extend(rng.pick(&SURROGATES).iter().map(|code| Unit::Escape(*code))),
        11 => out.extend(rng.pick(&ASTRAL).encode_utf16().map(Unit::Escape)),
        12 => out.extend(rng.pick(&INVALID).iter().map(|byte| Unit::Byte(*byte))),
        13 => out.push(Unit::Escape(0)),
        _ => {
            let text = *rng.pick(&[
                "key",
                "<&>",
                "a/b",
                "\"\\",
                "\u{8}\u{c}\n",
                "\u{7f}\u{2028}",
                "é",
                "\u{fffd}",
            ]);
            out.extend(text.encode_utf16().map(Unit::Escape));
        }
    }
}

/// Unpaired surrogates alone, in the wrong order, and before or after a pair or a character.
const SURROGATES: [&[u16]; 10] = [
    &[0xd800],
    &[0xdfff],
    &[0xdbff],
    &[0xdc00],
    &[0xdc00, 0xd800],
    &[0xd83d, 0xd83d, 0xde00],
    &[0xd83d, 0x0041],
    &[0xd83d, 0xde00, 0xde00],
    &[0xd800, 0xd800],
    &[0x0041, 0xdc00, 0x0042],
];

/// Bytes that are no UTF-8: stray, cut, overlong, surrogates, above U+10FFFF.
const INVALID: [&[u8]; 14] = [
    b"\xff",
    b"\x80",
    b"\xfe\xff",
    b"\xc0\x80",
    b"\xc3",
    b"\xc3\x28",
    b"\xe2\x82",
    b"\xe2\x28\xa1",
    b"\xed\xa0\x80",
    b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xf0\x9f\x98",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe0\x80\x80",
];

fn pick(rng: &mut Rng, items: &[&str], out: &mut Vec<Unit>) {
    let text = *rng.pick(items);
    plain(text, out);
}

fn plain(text: &str, out: &mut Vec<Unit>) {
    out.extend(text.chars().map(Unit::Char));
}

/// Mostly some hundred characters, rarely more than a block of any codec (64 KiB).
fn long(rng: &mut Rng, out: &mut Vec<Unit>) {
    let length = match rng.below(200) {
        0 => 70_000,
        1..=15 => rng.between(1_000, 5_000),
        _ => rng.between(100, 400),
    };
    let alphabet: Vec<char> = "abcdefghijklmnopqrstuvwxyz0123456789 ./-_:".chars().collect();
    let repeated: Vec<char> = (0..rng.between(1, 40)).map(|_| *rng.pick(&alphabet)).collect();
    out.extend(repeated.iter().cycle().take(length).map(|character| Unit::Char(*character)));
}
