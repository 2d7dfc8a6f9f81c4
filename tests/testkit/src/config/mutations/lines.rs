//! Whole lines come, go and move.

use super::{block_end, indent_of, split};
use crate::rng::Rng;

/// A line of its own at any indentation.
pub(super) fn insert(rng: &mut Rng, text: &mut Vec<u8>) {
    let line = *rng.pick(&[
        "foo: bar",
        "foo :bar",
        "foo",
        "- foo",
        "persistence: {}",
        "archive: true",
        "mysql: {}",
        "? foo",
        ": foo",
        "<<: *a1",
        "foo: &a1 bar",
        "key: *a1",
        "{",
        "}",
        "foo: [",
        "\"",
        "'",
        "port: 5432",
        "- - foo",
        "-",
        "!!str",
        "foo: |",
        "foo: >-",
        "*a1 : x",
        "&a1 foo: bar",
    ]);
    insert_line(rng, text, line);
}

/// An empty line, or one of spaces.
pub(super) fn blank(rng: &mut Rng, text: &mut Vec<u8>) {
    let line = *rng.pick(&["", "", " ", "    "]);
    insert_line(rng, text, line);
}

/// A comment on its own line or behind another.
pub(super) fn comment(rng: &mut Rng, text: &mut Vec<u8>) {
    if rng.chance(50) {
        let line = *rng.pick(&["# comment", "#", "#comment: here", "# - \"'"]);
        return insert_line(rng, text, line);
    }
    let comment = *rng.pick(&[" # c", "# c", "  #", " #c: d"]);
    super::change_line(
        rng,
        text,
        |line| line.ends_with(b"\n").then_some(()),
        |_, line, ()| {
            let end = line.len() - 1;
            super::replace(line, (end, end), comment.as_bytes());
        },
    );
}

/// A document's marker or a directive, seldom indented.
pub(super) fn marker(rng: &mut Rng, text: &mut Vec<u8>) {
    let line = *rng.pick(&[
        "---",
        "...",
        "--- ",
        "---x",
        "--- foo",
        "--- |",
        "... ",
        "...x",
        "%YAML 1.1",
        "%YAML 1.2",
        "%YAML 1",
        "%TAG ! tag:x,2000:",
        "%FOO bar",
        "%",
        "--- # c",
        "--- {a: b}",
        "----",
        "--",
    ]);
    let mut lines = split(text);
    let place = if rng.chance(50) { 0 } else { rng.between(0, lines.len()) };
    let indent = if rng.chance(85) { "" } else { "  " };
    lines.insert(place, format!("{indent}{line}\n").into_bytes());
    *text = lines.concat();
}

/// One line less.
pub(super) fn delete(rng: &mut Rng, text: &mut Vec<u8>) {
    let mut lines = split(text);
    if !lines.is_empty() {
        lines.remove(rng.below(lines.len()));
    }
    *text = lines.concat();
}

/// A line twice, the second time somewhere else as often as not.
pub(super) fn duplicate(rng: &mut Rng, text: &mut Vec<u8>) {
    let mut lines = split(text);
    if !lines.is_empty() {
        let from = rng.below(lines.len());
        let to = if rng.chance(50) { from } else { rng.between(0, lines.len()) };
        let line = lines[from].clone();
        lines.insert(to, line);
    }
    *text = lines.concat();
}

/// Two lines change places.
pub(super) fn swap(rng: &mut Rng, text: &mut Vec<u8>) {
    let mut lines = split(text);
    if lines.len() > 1 {
        let first = rng.below(lines.len());
        let second =
            if rng.chance(60) { (first + 1) % lines.len() } else { rng.below(lines.len()) };
        lines.swap(first, second);
    }
    *text = lines.concat();
}

/// A line and what is below it, twice.
pub(super) fn duplicate_block(rng: &mut Rng, text: &mut Vec<u8>) {
    let mut lines = split(text);
    if !lines.is_empty() {
        let first = rng.below(lines.len());
        let end = block_end(&lines, first);
        let block = lines[first..end].to_vec();
        lines.splice(end..end, block);
    }
    *text = lines.concat();
}

fn insert_line(rng: &mut Rng, text: &mut Vec<u8>, line: &str) {
    let mut lines = split(text);
    let place = rng.between(0, lines.len());
    let near = lines.get(place).map_or(0, |line| indent_of(line));
    let indent = if rng.chance(70) { near } else { rng.below(9) };
    lines.insert(place, format!("{}{line}\n", " ".repeat(indent)).into_bytes());
    *text = lines.concat();
}
