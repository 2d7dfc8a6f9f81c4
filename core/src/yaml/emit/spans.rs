//! Where arrays and objects end, so that one is stepped over without being read.

use alloc::vec::Vec;

use crate::json::SyntaxError;
use crate::json::skim::value_end;

/// The arrays and objects of a valid JSON text, in the order in which they begin.
pub(super) struct Spans(Vec<Span>);

#[derive(Clone, Copy, Default)]
struct Span {
    /// Offset behind the closing bracket.
    end: usize,
    /// Index of the first array or object behind that.
    next: usize,
}

impl Spans {
    pub(super) fn of(json: &[u8]) -> Result<Self, SyntaxError> {
        let mut spans: Vec<Span> = Vec::new();
        let mut open = Vec::new();
        let mut at = 0;
        while let Some(byte) = json.get(at) {
            match byte {
                b'"' => {
                    at = value_end(json, at)?;
                    continue;
                }
                b'{' | b'[' => {
                    open.push(spans.len());
                    spans.push(Span::default());
                }
                b'}' | b']' => {
                    let closed = Span { end: at + 1, next: spans.len() };
                    if let Some(span) = open.pop().and_then(|index: usize| spans.get_mut(index)) {
                        *span = closed;
                    }
                }
                _ => {}
            }
            at += 1;
        }
        Ok(Self(spans))
    }

    /// The offset behind the array or object with this index, and the index of the one that follows.
    pub(super) fn behind(&self, index: usize) -> (usize, usize) {
        // No index beyond the list is asked for; if it were, the text would end there.
        self.0.get(index).map_or((usize::MAX, index), |span| (span.end, span.next))
    }
}
