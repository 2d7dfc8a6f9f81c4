//! YAML that configurations seldom have and the language allows: each to be mutated further.

use crate::rng::Rng;

/// A few snippets below each other, or one inside another.
pub(super) fn text(rng: &mut Rng) -> Vec<u8> {
    let mut out = String::new();
    for number in 0..rng.between(1, 3) {
        let snippet = *rng.pick(&SNIPPETS);
        if rng.chance(40) {
            out.push_str(snippet);
        } else {
            out.push_str(&format!("k{number}:\n"));
            let indent = " ".repeat(rng.between(1, 4));
            snippet.lines().for_each(|line| out.push_str(&format!("{indent}{line}\n")));
        }
    }
    out.into_bytes()
}

const SNIPPETS: [&str; 34] = [
    "{}: a\n",
    "a: 1\n[]: b\n[c]: d\n{}\n",
    "? a\n: b\n? c\n",
    "? [a, b]\n: c\n",
    "? |\n  block\n: - one\n  - two\n",
    "- a\n- - b\n  - c\n-\n  - d\n- e: 1\n  f: 2\n",
    "a: |\n  one\n   two\n\n  three\n\n",
    "a: |2-\n    one\n  two\nb: >+\n  folded\n  text\n\n   more\n  less\n\nc: >-\n\n  x\n",
    "a: >\n  one\n  two\n\n\n  three\n    four\n  five\n",
    "a: 'it''s\n  folded\n\n  twice'\nb: \"esc\\taped \\x41\\u263a\\U0001F600\\n\\\n  joined\"\n",
    "a: \"\\0\\a\\b\\e\\f\\v\\r\\N\\_\\L\\P\\/\\\"\\\\\"\nb: \"\\q\"\n",
    "a: plain\n  on two\n\n  lines # comment\nb: a#b c:d -e ?f\n",
    "a: &x {b: 1, c: [1, 2]}\nd: *x\ne: [*x, *x]\n",
    "base: &b\n  a: 1\n  c: 2\nderived:\n  <<: *b\n  d: 3\n",
    "a: &a {x: 1}\nb: &b {y: 2, x: 3}\nc:\n  <<: [*a, *b]\n  x: 4\n",
    "a:\n  <<: {x: 1}\n  <<: {y: 2}\nb:\n  \"<<\": {x: 1}\n",
    "a: !!str 1\nb: !!int \"1\"\nc: !!float 1\nd: !!bool yes\ne: !!null x\nf: !foo bar\ng: !!binary aGk=\n",
    "a: !!map {b: c}\nd: !!seq [e]\nf: !<tag:yaml.org,2002:str> 5\ng: ! 5\nh: !!timestamp 2001-12-14\n",
    "%YAML 1.1\n%TAG !e! tag:example.com,2000:\n---\na: !e!b c\n...\n",
    "--- a\n---\nb: 1\n...\n---\n",
    "{a: 1, b: [x, {c: d}, ], e, ? f : g, \"h\":i}\n",
    "[a, b: c, [d, [e]], {}, \"f\":g, ,]\n",
    "{\n  \"a\": [1, 2.5, -3e2, true, null],\n  \"b\": {\"c\": \"\\u0041\\ud83d\\ude00\"}\n}\n",
    "1: a\n1.0: b\n\"1\": c\n0x1: d\ntrue: e\n\"true\": f\n~: g\n.inf: h\n",
    "012: a\n10: b\nyes: c\ntrue: d\n1_0: e\n",
    "a: [y, n, yes, no, on, off, Y, NO, True, TRUE, tRue, ~, null, Null, NULL, nUll]\n",
    "a: [1_000, 0b101, -0b1, 0o7, 0o, 0b, 0x, 0x_F, 017, 08, +5, -0, 1e3, 1E+3, .5, 5., ., -, +, 1__0, _1]\n",
    "a: [.inf, -.INF, +.Inf, .nan, .NaN, .NAN, inf, nan, 1:30, 190:20:30, 1e400, 0x1p4, 1.5e, e5]\n",
    "a: [9223372036854775807, 9223372036854775808, 18446744073709551615, 18446744073709551616, -9223372036854775809]\n",
    "a: [2001-12-14, 2001-12-14t21:59:43.10-05:00, 2001-1-1 1:2:3, 2001-13-45, =, <<, \"<<\"]\n",
    "a:\n- b\n-   c:\n      d\n    e: f\n- \n-\n",
    "a: [\n  b, # comment\n  c\n  ]\nd: {\n  e: f\n}\n",
    "a: @b\nc: `d\ne: %f\ng: ,h\ni: ]j\nk: !l\nm: &n\no: *p\nq: |r\ns: >t\n",
    "# only\n\n  # comments\n---\n# and\na: b # more\n#\n...\n# after\n",
];
