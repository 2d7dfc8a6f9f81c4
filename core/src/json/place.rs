//! Where in a JSON text an offset lies, as a person says it.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::scan::{peek, string};
use super::text::decode;

/// A place in a JSON text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Counted from 1.
    pub line: usize,
    /// Counted from 1, in characters.
    pub column: usize,
    /// The way from the root, for example `$.status.nodes["a-1"].phase`.
    pub path: String,
}

impl fmt::Display for Place {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "line {}, column {} ({})", self.line, self.column, self.path)
    }
}

/// How much of a path is shown: a hostile text nests 10,000 deep.
const PATH_STEPS: usize = 24;

/// Finds the line, column and path of the byte at `offset`.
///
/// Reads `text` up to `offset`; works on texts that are not valid JSON as far as they are.
#[must_use]
pub fn locate(text: &[u8], offset: usize) -> Place {
    let offset = offset.min(text.len());
    let before = text.get(..offset).unwrap_or_default();
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1);
    let line = 1 + before.iter().filter(|&&byte| byte == b'\n').count();
    // Continuation bytes do not begin a character.
    let column = 1 + before
        .get(line_start..)
        .unwrap_or_default()
        .iter()
        .filter(|byte| !matches!(byte, 0x80..0xc0))
        .count();
    Place { line, column, path: path(text, offset) }
}

enum Step<'a> {
    Object { key: Option<&'a [u8]>, awaits_key: bool },
    Array { index: usize },
}

fn path(text: &[u8], offset: usize) -> String {
    let mut steps: Vec<Step<'_>> = Vec::new();
    // Arrays and objects open beyond those that are shown.
    let mut deeper = 0usize;
    let mut at = 0;
    while let Some((here, byte)) = peek(text, at) {
        if here > offset || (here == offset && matches!(byte, b'}' | b']')) {
            break;
        }
        at = here + 1;
        match byte {
            b'{' | b'[' if here < offset && steps.len() == PATH_STEPS => deeper += 1,
            b'}' | b']' if deeper > 0 => deeper -= 1,
            b'{' if here < offset => steps.push(Step::Object { key: None, awaits_key: true }),
            b'[' if here < offset => steps.push(Step::Array { index: 0 }),
            b'}' | b']' => {
                steps.pop();
            }
            b',' if deeper > 0 => {}
            b',' => match steps.last_mut() {
                Some(Step::Object { key, awaits_key }) => (*key, *awaits_key) = (None, true),
                Some(Step::Array { index }) => *index += 1,
                None => {}
            },
            b'"' => {
                let Ok(token) = string(text, at) else { break };
                if deeper == 0
                    && let Some(Step::Object { key, awaits_key: awaits_key @ true }) =
                        steps.last_mut()
                {
                    *key = text.get(at..token.end - 1);
                    *awaits_key = false;
                }
                at = token.end;
            }
            _ => {}
        }
    }
    let mut out = String::from("$");
    for step in &steps {
        match step {
            Step::Object { key: Some(key), .. } => out.push_str(&segment(key)),
            Step::Object { key: None, .. } => {}
            Step::Array { index } => out.push_str(&format!("[{index}]")),
        }
    }
    if deeper > 0 {
        out.push('…');
    }
    out
}

fn segment(key: &[u8]) -> String {
    let decoded = decode(key);
    let name = String::from_utf8_lossy(&decoded);
    let plain = !name.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit());
    if plain {
        return format!(".{name}");
    }
    let shown = if name.chars().count() > 80 {
        let head: String = name.chars().take(80).collect();
        format!("{head}…")
    } else {
        name.to_string()
    };
    format!("[{shown:?}]")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_names_line_column_and_path() {
        let text = "{\n  \"status\": {\"nodes\": {\"a-1\": [\"é\", 7]}}}";
        let place = locate(text.as_bytes(), text.find('7').expect("7"));
        assert_eq!(place.to_string(), "line 2, column 37 ($.status.nodes[\"a-1\"][1])");
        assert_eq!(locate(b"", 9).to_string(), "line 1, column 1 ($)");
    }
}
