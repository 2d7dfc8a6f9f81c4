//! JSON text as a [`Document`]: Kubernetes reads a file that begins with `{` as JSON, not as YAML.

use alloc::string::String;

use super::compose::{Draft, Kind, Tree};
use super::decode::decode;
use super::document::{Document, Node, Style, Value};
use super::error::{Problem, YamlError};
use super::events::Tag;
use super::source::Source;
use super::texts::{Builder, Text, Texts};
use super::token::offset;
use crate::json::number;
use crate::json::scan::{self, SyntaxError, peek, string};
use crate::json::text::unescape;

/// Reads one JSON text, as Go's `encoding/json` does.
///
/// Repeated keys are kept. A number is an `Int` or `Uint` if it is written as one and fits, else a
/// `Float`.
///
/// # Errors
/// What is not JSON, numbers beyond a float64, texts longer than a gigabyte.
pub fn read_json(text: &[u8]) -> Result<Document, YamlError> {
    let syntax =
        |error: SyntaxError| YamlError { at: error.at, line: 0, problem: Problem::Json(error) };
    let source = Source::verbatim(text)?;
    let start = scan::document(text).map_err(syntax)?;
    let mut tree = Tree::for_text(text.len());
    let mut at = start;
    let mut lines = Lines { text, at: 0, line: 0 };
    // The text is valid: brackets, strings and other scalars in a row are the whole structure.
    while let Some((start, byte)) = peek(text, at) {
        at = start + 1;
        let (kind, value) = match byte {
            b'{' => (Kind::Mapping, Value::Mapping),
            b'[' => (Kind::Sequence, Value::Sequence),
            b'}' | b']' => {
                tree.close(at);
                continue;
            }
            b',' | b':' => continue,
            b'"' => {
                at = string(text, at).map_err(syntax)?.end;
                (Kind::Known, Value::Text)
            }
            _ => {
                at = scan::scalar(text, start).map_err(syntax)?;
                (Kind::Known, plain(text, start, at)?)
            }
        };
        let style = match byte {
            b'{' | b'[' => Style::Flow,
            b'"' => Style::DoubleQuoted,
            _ => Style::Plain,
        };
        let characters = match value {
            Value::Text => unquote(&mut tree.texts, text, start + 1, at - 1),
            _ => Text::verbatim(start, at),
        };
        let draft = Draft {
            kind,
            tag: Tag::None,
            implicit: false,
            line: lines.up_to(start),
            text: characters,
            first: 0,
            count: 0,
        };
        let id = tree.push(draft, Node { span: start..at, start, style, value, target: None });
        if kind != Kind::Known {
            tree.open(id);
        }
    }
    tree.end = at.min(text.len());
    decode(source, tree).map_err(|error| *error)
}

/// Counts line breaks from one place to the next.
struct Lines<'a> {
    text: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    fn up_to(&mut self, at: usize) -> u32 {
        let passed = self.text.get(self.at..at).unwrap_or_default();
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count();
        self.at = at;
        offset(self.line)
    }
}

/// The value of a literal or number.
fn plain(text: &[u8], start: usize, end: usize) -> Result<Value, YamlError> {
    let literal = text.get(start..end).unwrap_or_default();
    Ok(match literal {
        b"null" => Value::Null,
        b"true" => Value::Bool(true),
        b"false" => Value::Bool(false),
        _ => match (number::integer(literal, 64), number::unsigned(literal)) {
            (Some(value), _) => Value::Int(value),
            (None, Some(value)) => Value::Uint(value),
            (None, None) => match number::float(literal) {
                Some(value) => Value::Float(value),
                None => {
                    let literal = String::from_utf8_lossy(literal).into_owned();
                    let problem = Problem::JsonNumber(literal);
                    return Err(YamlError { at: start, line: 0, problem });
                }
            },
        },
    })
}

/// The characters of a valid string literal's inside.
fn unquote(texts: &mut Texts, text: &[u8], start: usize, end: usize) -> Text {
    let inside = text.get(..end).unwrap_or_default();
    let mut builder = Builder::new(texts, start);
    let (mut at, mut from) = (start, start);
    while let Some(&byte) = inside.get(at) {
        let (character, length) = match byte {
            b'\\' => unescape(inside, at),
            0x80.. => match scan::multibyte(inside, at) {
                (1, _) => ('\u{fffd}', 1),
                (length, _) => {
                    at += length;
                    continue;
                }
            },
            _ => {
                at += 1;
                continue;
            }
        };
        builder.run(texts, text, from, at);
        builder.put(texts, text, at, character.encode_utf8(&mut [0; 4]).as_bytes());
        at += length;
        from = at;
    }
    builder.run(texts, text, from, end);
    builder.finish(texts, text)
}
