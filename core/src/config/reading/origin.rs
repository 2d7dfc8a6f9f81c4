//! Where each byte of a text that was taken out of a file stands in that file.
//!
//! A configuration lies in a scalar of a ConfigMap, and Argo glues several scalars to one text. Findings
//! name places of the file a person has open.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use crate::yaml::{Document, NodeId, Style};

/// A piecewise map from a text to the file it came from.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin {
    /// Sorted by `inner`; each reaches to the next.
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    inner: usize,
    outer: usize,
    /// Bytes follow each other as they do in the file; otherwise all stand for the one place `outer`.
    verbatim: bool,
    /// Replacing bytes in the file replaces them in the text.
    editable: bool,
}

impl Origin {
    /// A text that stands in the file as it is, from `start` on.
    pub(crate) fn verbatim(start: usize) -> Self {
        Self { pieces: [Piece { inner: 0, outer: start, verbatim: true, editable: true }].into() }
    }

    /// The file's offset of the byte at `inner`.
    pub(crate) fn place(&self, inner: usize) -> usize {
        match self.piece(inner) {
            Some(piece) if piece.verbatim => piece.outer + (inner - piece.inner),
            Some(piece) => piece.outer,
            None => 0,
        }
    }

    /// The file's range of the bytes in `inner`.
    pub(crate) fn range(&self, inner: Range<usize>) -> Range<usize> {
        let start = self.place(inner.start);
        if inner.end <= inner.start {
            return start..start;
        }
        // What was added takes no place in the file: there may be nothing behind it.
        let last = inner.end - 1;
        let length = usize::from(self.piece(last).is_some_and(|piece| piece.verbatim));
        start..(self.place(last) + length).max(start)
    }

    fn piece(&self, inner: usize) -> Option<&Piece> {
        let index = self.pieces.partition_point(|piece| piece.inner <= inner);
        self.pieces.get(index.checked_sub(1)?)
    }

    /// The file's range of the bytes in `inner` where replacing it replaces just them.
    pub(crate) fn unbroken(&self, inner: Range<usize>) -> Option<Range<usize>> {
        let index =
            self.pieces.partition_point(|piece| piece.inner <= inner.start).checked_sub(1)?;
        let piece = self.pieces.get(index)?;
        let reaches = self.pieces.get(index + 1).is_none_or(|next| inner.end <= next.inner);
        (piece.editable && reaches).then(|| {
            let start = piece.outer + (inner.start - piece.inner);
            start..start + inner.len()
        })
    }

    fn push(&mut self, piece: Piece) {
        if let Some(last) = self.pieces.last() {
            let follows = last.verbatim
                && piece.verbatim
                && last.editable == piece.editable
                && piece.outer.checked_sub(last.outer) == Some(piece.inner - last.inner);
            if follows {
                return;
            }
        }
        self.pieces.push(piece);
    }
}

/// A text taken out of a file, piece by piece.
#[derive(Clone, Debug, Default)]
pub(crate) struct Extract {
    pub(crate) text: Vec<u8>,
    pub(crate) origin: Origin,
}

impl Extract {
    /// Adds characters that do not stand in the file; they belong to the place `outer`.
    pub(crate) fn add(&mut self, characters: &[u8], outer: usize) {
        self.origin.push(Piece { inner: self.text.len(), outer, verbatim: false, editable: false });
        self.text.extend_from_slice(characters);
    }

    /// Adds a range of a scalar's characters; `outside` leads from the scalar's document to the file.
    pub(crate) fn add_scalar(
        &mut self,
        scalar: &Scalar<'_>,
        range: Range<usize>,
        outside: &Origin,
    ) {
        let inner = self.text.len();
        let mut next = scalar.segments.partition_point(|&(value, _)| value <= range.start);
        // The piece that the range begins in.
        let (mut value, mut source) =
            match next.checked_sub(1).and_then(|at| scalar.segments.get(at)) {
                Some(&(value, source)) => (range.start, source + (range.start - value)),
                None => (range.start, scalar.start),
            };
        loop {
            self.origin.push(Piece {
                inner: inner + (value - range.start),
                outer: outside.place(source),
                verbatim: true,
                editable: scalar.editable,
            });
            match scalar.segments.get(next) {
                Some(&(at, from)) if at < range.end => (value, source) = (at, from),
                _ => break,
            }
            next += 1;
        }
        self.text.extend_from_slice(scalar.text.get(range).unwrap_or_default());
    }
}

/// A scalar of a document with the map of its characters to the document's text.
pub(crate) struct Scalar<'a> {
    /// As JSON has them: bytes of `!!binary` that are no UTF-8 are replaced, each by U+FFFD.
    pub(crate) text: Cow<'a, [u8]>,
    segments: Vec<(usize, usize)>,
    start: usize,
    editable: bool,
}

impl<'a> Scalar<'a> {
    pub(crate) fn of(document: &'a Document, id: NodeId) -> Self {
        let node = document.node(id);
        Self {
            text: as_characters(document.text(id).unwrap_or_default()),
            segments: document.segments(id).collect(),
            start: node.span.start,
            // In quotes a character can need another spelling; folded lines are no lines of the text.
            editable: matches!(node.style, Style::Plain | Style::Literal),
        }
    }
}

fn as_characters(bytes: &[u8]) -> Cow<'_, [u8]> {
    if core::str::from_utf8(bytes).is_ok() {
        return Cow::Borrowed(bytes);
    }
    let mut text = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.extend_from_slice(chunk.valid().as_bytes());
        for _ in chunk.invalid() {
            text.extend_from_slice("\u{fffd}".as_bytes());
        }
    }
    Cow::Owned(text)
}
