//! JSON text as YAML: what `kubectl -o yaml` prints.
//!
//! Sources: sigs.k8s.io/yaml v1.4.0, yaml.go (`JSONToYAML`); its goyaml.v2, encode.go, emitterc.go and
//! sorter.go.
//!
//! **Invariant:** no recursion; each value is visited once, however deep it lies.

mod meaning;
mod number;
mod order;
mod scalar;
mod spans;
#[cfg(test)]
mod tests;
mod unicode;
mod writer;

use alloc::borrow::Cow;
use alloc::vec::{self, Vec};

use self::order::sort;
use self::spans::Spans;
use self::writer::Writer;
use crate::json::scan::{document, expect, peek, string};
use crate::json::skim::value_end;
use crate::json::text::decode;
use crate::json::{SyntaxError, scan};

/// Writes one JSON value as YAML, to the byte as Go's `JSONToYAML` does.
///
/// go-yaml reads the same values back from it; numbers are those that go-yaml sees in the JSON text:
/// `1e3` is the float 1000, 1e400 a text. Of a key that stands more than once the last value counts.
///
/// It differs from Go where Go would lose something:
/// - `JSONToYAML` reads the JSON text as YAML, so it refuses `"\ud83d\ude00"`, raw control characters
///   such as U+007F and keys beyond 1024 characters, and it folds lines at a raw U+0085, U+2028 or
///   U+2029. Here every JSON text is read as `encoding/json` reads it and printed as Go prints the
///   value; bytes that are not UTF-8 and unpaired surrogates become U+FFFD.
/// - Go writes the key `<<` bare and then reads a merge; here it stands in quotes.
///
/// go-yaml's order of keys can run in a circle (`1x` < `2` < `10` < `1x`). Go's output then changes
/// from run to run; here it is always the same one of those.
///
/// Each line begins with its indentation: deep values with many lines make a text much longer than
/// the input.
///
/// # Errors
/// The text is not JSON, or nests deeper than [`MAX_DEPTH`](crate::json::MAX_DEPTH).
pub fn emit(json: &[u8]) -> Result<Vec<u8>, SyntaxError> {
    let start = document(json)?;
    let spans = Spans::of(json)?;
    let mut emitter = Emitter { json, spans, writer: Writer::new(json.len()), open: Vec::new() };
    emitter.value(Value { start, span: 0 }, false)?;
    while let Some(frame) = emitter.open.last_mut() {
        match frame {
            Frame::Members(members) => match members.next() {
                Some(member) => {
                    emitter.writer.key(&member.key);
                    emitter.value(member.value, true)?;
                }
                None => emitter.close(),
            },
            Frame::Elements { at, span } => match element(json, &emitter.spans, *at, *span)? {
                Some((value, behind)) => {
                    (*at, *span) = (behind.start, behind.span);
                    emitter.writer.item();
                    emitter.value(value, false)?;
                }
                None => emitter.close(),
            },
        }
    }
    Ok(emitter.writer.finish())
}

struct Emitter<'a> {
    json: &'a [u8],
    spans: Spans,
    writer: Writer,
    open: Vec<Frame<'a>>,
}

/// An array or object being written.
enum Frame<'a> {
    /// What stands at `at` follows; `span` is the next array or object there.
    Elements {
        at: usize,
        span: usize,
    },
    Members(vec::IntoIter<Member<'a>>),
}

struct Member<'a> {
    key: Cow<'a, str>,
    value: Value,
}

/// A place in the text.
#[derive(Clone, Copy)]
struct Value {
    /// Offset of the first byte.
    start: usize,
    /// Index of the first array or object at or behind `start`.
    span: usize,
}

impl Emitter<'_> {
    /// Writes a scalar, or begins an array or object.
    fn value(&mut self, value: Value, in_mapping: bool) -> Result<(), SyntaxError> {
        let Value { start, span } = value;
        let inside = peek(self.json, start + 1);
        match self.json.get(start) {
            Some(b'{') if matches!(inside, Some((_, b'}'))) => self.writer.empty("{}"),
            Some(b'[') if matches!(inside, Some((_, b']'))) => self.writer.empty("[]"),
            Some(b'{') => {
                let members = sort(members(self.json, &self.spans, value)?);
                self.writer.open_mapping();
                self.open.push(Frame::Members(members.into_iter()));
            }
            Some(b'[') => {
                self.writer.open_sequence(in_mapping);
                self.open.push(Frame::Elements { at: start + 1, span: span + 1 });
            }
            Some(b'"') => {
                let end = string(self.json, start + 1)?.end;
                self.writer.text(&decoded(self.json, start + 1, end));
            }
            _ => {
                let end = scan::scalar(self.json, start)?;
                let literal = self.json.get(start..end).unwrap_or_default();
                self.writer.plain(&number::printed(literal));
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        self.open.pop();
        self.writer.close();
    }
}

/// The element at `at`, behind `[` or an element, and the place behind it.
fn element(
    json: &[u8],
    spans: &Spans,
    at: usize,
    span: usize,
) -> Result<Option<(Value, Value)>, SyntaxError> {
    let start = match peek(json, at) {
        Some((_, b']')) => return Ok(None),
        Some((comma, b',')) => peek(json, comma + 1).map_or(json.len(), |(start, _)| start),
        found => found.map_or(json.len(), |(start, _)| start),
    };
    let value = Value { start, span };
    Ok(Some((value, behind(json, spans, value)?)))
}

/// The members of the object at `value`, in their order in the text.
fn members<'a>(
    json: &'a [u8],
    spans: &Spans,
    value: Value,
) -> Result<Vec<Member<'a>>, SyntaxError> {
    let mut members = Vec::new();
    let mut at = Value { start: value.start + 1, span: value.span + 1 };
    loop {
        let key_start = expect(json, at.start, b'"', "a key in double quotes")?;
        let end = string(json, key_start)?.end;
        let colon = expect(json, end, b':', "`:` after a key")?;
        let start = peek(json, colon).map_or(json.len(), |(start, _)| start);
        let value = Value { start, span: at.span };
        members.push(Member { key: decoded(json, key_start, end), value });
        at = behind(json, spans, value)?;
        match peek(json, at.start) {
            Some((comma, b',')) => at.start = comma + 1,
            _ => return Ok(members),
        }
    }
}

/// The place behind a value.
fn behind(json: &[u8], spans: &Spans, value: Value) -> Result<Value, SyntaxError> {
    match json.get(value.start) {
        Some(b'{' | b'[') => {
            let (start, span) = spans.behind(value.span);
            Ok(Value { start, span })
        }
        _ => Ok(Value { start: value_end(json, value.start)?, span: value.span }),
    }
}

/// The characters of the literal that begins behind its opening quote at `start` and ends, with the
/// closing quote, before `end`.
fn decoded(json: &[u8], start: usize, end: usize) -> Cow<'_, str> {
    match decode(json.get(start..end - 1).unwrap_or_default()) {
        Cow::Borrowed(utf8) => alloc::string::String::from_utf8_lossy(utf8),
        Cow::Owned(utf8) => Cow::Owned(alloc::string::String::from_utf8(utf8).unwrap_or_default()),
    }
}
