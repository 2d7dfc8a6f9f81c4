//! Small changes to a text of YAML, like those that people and editors make, and worse.

use super::Population;
use crate::rng::Rng;

mod bytes;
mod line;
mod lines;
mod scalars;

/// A kind of change. It may find nothing to change.
type Mutation = fn(&mut Rng, &mut Vec<u8>);

/// Kinds that keep a printable text printable.
const PRINTABLE: [Mutation; 28] = [
    lines::insert,
    lines::delete,
    lines::duplicate,
    lines::swap,
    lines::duplicate_block,
    lines::blank,
    lines::comment,
    lines::marker,
    line::indent,
    line::indent_block,
    line::outdent,
    line::trailing_blanks,
    line::colon,
    line::key_case,
    line::key_quotes,
    line::duplicate_key,
    line::merge,
    scalars::hostile,
    scalars::hostile,
    scalars::hostile,
    scalars::quotes,
    scalars::tag,
    scalars::anchor,
    scalars::flow,
    scalars::block,
    bytes::truncate,
    bytes::indicator,
    bytes::delete,
];

/// Kinds that bring other bytes in.
const OTHERS: [Mutation; 10] = [
    line::tab,
    bytes::line_breaks,
    bytes::one_line_break,
    bytes::byte_order_mark,
    bytes::control,
    bytes::invalid_utf8,
    bytes::odd_character,
    bytes::flip,
    scalars::odd,
    line::nbsp,
];

/// Changes a text once.
pub(super) fn mutate(rng: &mut Rng, population: Population, text: &mut Vec<u8>) {
    let mutation = match population {
        Population::Any if rng.chance(40) => rng.pick(&OTHERS),
        _ => rng.pick(&PRINTABLE),
    };
    mutation(rng, text);
}

/// The lines, each with its line feed if it has one.
fn split(text: &[u8]) -> Vec<Vec<u8>> {
    text.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect()
}

/// The number of spaces before the line's first other byte.
fn indent_of(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

/// The line after `first` that is not deeper, which is where the block of `first` ends.
fn block_end(lines: &[Vec<u8>], first: usize) -> usize {
    let indent = indent_of(&lines[first]);
    let deeper = |line: &Vec<u8>| line.trim_ascii().is_empty() || indent_of(line) > indent;
    first + 1 + lines[first + 1..].iter().take_while(|line| deeper(line)).count()
}

/// Where the value of a `key: value` or `- value` starts, and where it ends.
fn value_of(line: &[u8]) -> Option<(usize, usize)> {
    let end = line.strip_suffix(b"\n").unwrap_or(line).len();
    let colon = line.windows(2).position(|pair| pair == b": ").map(|place| place + 2);
    let dash = line.trim_ascii_start().starts_with(b"- ").then(|| indent_of(line) + 2);
    let start = colon.or(dash)?;
    (start < end).then_some((start, end))
}

/// Where a key starts and where its colon is.
fn key_of(line: &[u8]) -> Option<(usize, usize)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let dashes = line.iter().take_while(|byte| matches!(**byte, b' ' | b'-')).count();
    (dashes < colon).then_some((dashes, colon))
}

/// Changes one line that `find` finds something in.
fn change_line<T>(
    rng: &mut Rng,
    text: &mut Vec<u8>,
    find: impl Fn(&[u8]) -> Option<T>,
    change: impl FnOnce(&mut Rng, &mut Vec<u8>, T),
) {
    let mut lines = split(text);
    let found: Vec<usize> =
        (0..lines.len()).filter(|index| find(&lines[*index]).is_some()).collect();
    if found.is_empty() {
        return;
    }
    let line = &mut lines[*rng.pick(&found)];
    if let Some(place) = find(line) {
        change(rng, line, place);
    }
    *text = lines.concat();
}

/// Puts `new` in the place of the bytes from `start` to `end`.
fn replace(line: &mut Vec<u8>, (start, end): (usize, usize), new: &[u8]) {
    line.splice(start..end, new.iter().copied());
}
