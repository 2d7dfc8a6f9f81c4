//! A line's indentation, key and colon.

use super::{block_end, change_line, indent_of, key_of, replace, split, value_of};
use crate::rng::Rng;

/// A line moves to the right.
pub(super) fn indent(rng: &mut Rng, text: &mut Vec<u8>) {
    let more = " ".repeat(rng.between(1, 4));
    change_line(rng, text, |_| Some(()), |_, line, ()| replace(line, (0, 0), more.as_bytes()));
}

/// A line moves to the left.
pub(super) fn outdent(rng: &mut Rng, text: &mut Vec<u8>) {
    let find = |line: &[u8]| Some(indent_of(line)).filter(|indent| *indent > 0);
    change_line(rng, text, find, |rng, line, indent| {
        let less = rng.between(1, indent.min(4));
        replace(line, (0, less), b"");
    });
}

/// A line and what is below it move to the right.
pub(super) fn indent_block(rng: &mut Rng, text: &mut Vec<u8>) {
    let mut lines = split(text);
    if !lines.is_empty() {
        let first = rng.below(lines.len());
        let end = block_end(&lines, first);
        let more = " ".repeat(rng.between(1, 4));
        // With or without the line on top.
        let first = first + usize::from(rng.chance(50));
        lines[first..end].iter_mut().for_each(|line| replace(line, (0, 0), more.as_bytes()));
    }
    *text = lines.concat();
}

/// Spaces at a line's end.
pub(super) fn trailing_blanks(rng: &mut Rng, text: &mut Vec<u8>) {
    let blanks = " ".repeat(rng.between(1, 3));
    change_line(
        rng,
        text,
        |line| line.ends_with(b"\n").then(|| line.len() - 1),
        |_, line, end| {
            replace(line, (end, end), blanks.as_bytes());
        },
    );
}

/// A tab in the indentation, behind the colon, or at the end.
pub(super) fn tab(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(
        rng,
        text,
        |line| Some(indent_of(line)),
        |rng, line, indent| {
            let end = line.strip_suffix(b"\n").unwrap_or(line).len();
            let colon = line.iter().position(|byte| *byte == b':').map_or(end, |place| place + 1);
            match rng.below(5) {
                0 => replace(line, (0, indent), b"\t"),
                1 => replace(line, (indent, indent), b"\t"),
                2 => replace(line, (colon, colon), b"\t"),
                3 => replace(line, (colon, (colon + 1).min(end).max(colon)), b"\t"),
                _ => replace(line, (end, end), b"\t"),
            }
        },
    );
}

/// A space that is none, in the place of one.
pub(super) fn nbsp(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(
        rng,
        text,
        |line| line.iter().position(|byte| *byte == b' '),
        |rng, line, first| {
            let spaces: Vec<usize> = (first..line.len()).filter(|at| line[*at] == b' ').collect();
            let at = *rng.pick(&spaces);
            replace(line, (at, at + 1), "\u{a0}".as_bytes());
        },
    );
}

/// A colon or the space behind it goes, comes or doubles.
pub(super) fn colon(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(
        rng,
        text,
        |line| key_of(line).map(|(_, colon)| colon),
        |rng, line, colon| {
            let space = colon + 1 + usize::from(line.get(colon + 1) == Some(&b' '));
            let new =
                *rng.pick(&["", ":", " :", " : ", "::", ":   ", "=", " ", ": : ", ": - ", "?: "]);
            replace(line, (colon, space), new.as_bytes());
        },
    );
}

/// A key in another case, or misspelt.
pub(super) fn key_case(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, key_of, |rng, line, (start, end)| {
        let key = &mut line[start..end];
        match rng.below(4) {
            0 => key.make_ascii_uppercase(),
            1 => key.make_ascii_lowercase(),
            2 => {
                let at = rng.below(key.len());
                if key[at].is_ascii_alphabetic() {
                    key[at] ^= 0x20;
                }
            }
            _ => {
                let at = rng.below(key.len());
                key[at] = b"abcxyzABZ019_-"[rng.below(14)];
            }
        }
    });
}

/// Quotes around a key.
pub(super) fn key_quotes(rng: &mut Rng, text: &mut Vec<u8>) {
    let quote = *rng.pick(&["\"", "'"]);
    change_line(rng, text, key_of, |_, line, (start, end)| {
        replace(line, (end, end), quote.as_bytes());
        replace(line, (start, start), quote.as_bytes());
    });
}

/// The same key once more, in another spelling or with another value as often as not.
pub(super) fn duplicate_key(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, key_of, |rng, line, (start, end)| {
        let mut again = line.clone();
        match rng.below(4) {
            0 => again[start..end].make_ascii_uppercase(),
            1 => {
                replace(&mut again, (end, end), b"\"");
                replace(&mut again, (start, start), b"\"");
            }
            _ => {}
        }
        if let Some(value) = value_of(&again).filter(|_| rng.chance(50)) {
            replace(&mut again, value, b"1");
        }
        if !line.ends_with(b"\n") {
            line.push(b'\n');
        }
        line.extend_from_slice(&again);
    });
}

/// A key becomes a merge, or one comes above it.
pub(super) fn merge(rng: &mut Rng, text: &mut Vec<u8>) {
    change_line(rng, text, key_of, |rng, line, (start, end)| {
        if rng.chance(30) {
            return replace(line, (start, end), b"<<");
        }
        let merged =
            *rng.pick(&["{a: 1}", "[{a: 1}, {archive: true}]", "x", "*a1", "[]", "{port: 1}", "~"]);
        let above = format!("{}<<: {merged}\n", " ".repeat(indent_of(line)));
        replace(line, (0, 0), above.as_bytes());
    });
}
