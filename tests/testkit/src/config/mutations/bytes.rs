//! Bytes without regard to lines: cuts, breaks, marks and damage.

use super::replace;
use crate::rng::Rng;

/// The end is missing.
pub(super) fn truncate(rng: &mut Rng, text: &mut Vec<u8>) {
    text.truncate(rng.between(text.len() / 3, text.len()));
}

/// An indicator of YAML's comes in anywhere.
pub(super) fn indicator(rng: &mut Rng, text: &mut Vec<u8>) {
    let new = *rng.pick(b"-?:,[]{}#&*!|>'\"%@`\\<=~ \n0");
    put(rng, text, &[new]);
}

/// A few bytes go.
pub(super) fn delete(rng: &mut Rng, text: &mut Vec<u8>) {
    let start = rng.between(0, text.len());
    let end = (start + rng.between(1, 3)).min(text.len());
    replace(text, (start, end), b"");
}

/// Every line ends otherwise.
pub(super) fn line_breaks(rng: &mut Rng, text: &mut Vec<u8>) {
    let new = *rng.pick(&BREAKS);
    *text = text.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(new.as_bytes());
}

/// One line ends otherwise.
pub(super) fn one_line_break(rng: &mut Rng, text: &mut Vec<u8>) {
    let found: Vec<usize> = (0..text.len()).filter(|at| text[*at] == b'\n').collect();
    if !found.is_empty() {
        let at = *rng.pick(&found);
        let new = *rng.pick(&BREAKS);
        replace(text, (at, at + 1), new.as_bytes());
    }
}

const BREAKS: [&str; 7] = ["\r\n", "\r\n", "\r", "\u{85}", "\u{2028}", "\u{2029}", "\n\r"];

/// A byte order mark in front, seldom elsewhere, or of UTF-16.
pub(super) fn byte_order_mark(rng: &mut Rng, text: &mut Vec<u8>) {
    match rng.below(10) {
        0 => put(rng, text, "\u{feff}".as_bytes()),
        1 => replace(text, (0, 0), b"\xff\xfe"),
        2 => replace(text, (0, 0), b"\xfe\xff"),
        // The whole text in UTF-16, which libyaml's algorithm reads too.
        3 => {
            let wide = text.iter().flat_map(|byte| [*byte, 0]);
            *text = b"\xff\xfe".iter().copied().chain(wide).collect();
        }
        _ => replace(text, (0, 0), "\u{feff}".as_bytes()),
    }
}

/// A control character.
pub(super) fn control(rng: &mut Rng, text: &mut Vec<u8>) {
    let new = *rng.pick(&[
        "\0", "\u{1}", "\u{7}", "\u{8}", "\u{b}", "\u{c}", "\u{1b}", "\u{7f}", "\u{80}", "\u{9f}",
    ]);
    put(rng, text, new.as_bytes());
}

/// Bytes that are not UTF-8: stray, overlong, cut, surrogates, beyond the last character.
pub(super) fn invalid_utf8(rng: &mut Rng, text: &mut Vec<u8>) {
    let new = *rng.pick(&[
        &b"\xff"[..],
        b"\x80",
        b"\xc3",
        b"\xc0\x80",
        b"\xe2\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xf0\x9f\x98",
        b"\xe0\x80\x80",
    ]);
    put(rng, text, new);
}

/// A character of another kind.
pub(super) fn odd_character(rng: &mut Rng, text: &mut Vec<u8>) {
    let new = *rng.pick(&[
        "\u{1f600}",
        "\u{e9}",
        "\u{17f}",
        "\u{212a}",
        "\u{a0}",
        "\u{fffe}",
        "\u{200b}",
        "\u{2029}",
        "\u{3000}",
        "\u{e000}",
    ]);
    put(rng, text, new.as_bytes());
}

/// A bit flips.
pub(super) fn flip(rng: &mut Rng, text: &mut Vec<u8>) {
    if !text.is_empty() {
        let at = rng.below(text.len());
        let flipped = text[at] ^ (1 << rng.below(8));
        replace(text, (at, at + 1), &[flipped]);
    }
}

fn put(rng: &mut Rng, text: &mut Vec<u8>, new: &[u8]) {
    let at = rng.between(0, text.len());
    replace(text, (at, at), new);
}
