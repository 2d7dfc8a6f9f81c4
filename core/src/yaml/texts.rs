//! The characters of scalars, and where each stands in the source.

use alloc::vec::Vec;

use super::token::{Break, offset};

/// The characters of one scalar.
///
/// Without pieces they stand in the source just so; else they were put together in [`Texts`].
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Text {
    pub(super) start: u32,
    pub(super) length: u32,
    pub(super) first_piece: u32,
    pub(super) pieces: u32,
}

impl Text {
    /// Characters that stand in the source just so.
    #[inline]
    pub(super) fn verbatim(start: usize, end: usize) -> Self {
        Self { start: offset(start), length: offset(end - start), first_piece: 0, pieces: 0 }
    }
}

/// A piece of a scalar whose bytes stand in the source one after another: offset in the scalar's
/// characters, offset in the source.
pub(super) type Piece = (u32, u32);

/// All texts that had to be put together.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) bytes: Vec<u8>,
    pub(super) pieces: Vec<Piece>,
}

impl Texts {
    /// The characters of `text`.
    #[inline]
    pub(super) fn get<'a>(&'a self, source: &'a [u8], text: Text) -> &'a [u8] {
        let within = if text.pieces == 0 { source } else { self.bytes.as_slice() };
        let start = text.start as usize;
        within.get(start..start + text.length as usize).unwrap_or_default()
    }

    pub(super) fn pieces(&self, text: Text) -> &[Piece] {
        let first = text.first_piece as usize;
        self.pieces.get(first..first + text.pieces as usize).unwrap_or_default()
    }
}

/// Puts one scalar together; copies nothing as long as it stands in the source just so.
pub(super) struct Builder {
    /// Source bytes not yet copied.
    run: (usize, usize),
    first_byte: usize,
    first_piece: usize,
}

impl Builder {
    #[inline]
    pub(super) fn new(texts: &Texts, at: usize) -> Self {
        Self { run: (at, at), first_byte: texts.bytes.len(), first_piece: texts.pieces.len() }
    }

    /// Appends the source's bytes from `start` to `end`.
    #[inline]
    pub(super) fn run(&mut self, texts: &mut Texts, source: &[u8], start: usize, end: usize) {
        if self.run.1 == start {
            self.run.1 = end;
        } else if start < end {
            self.flush(texts, source);
            self.run = (start, end);
        }
    }

    /// Appends `bytes`, which something at `at` stands for.
    pub(super) fn put(&mut self, texts: &mut Texts, source: &[u8], at: usize, bytes: &[u8]) {
        self.flush(texts, source);
        self.piece(texts, at);
        texts.bytes.extend_from_slice(bytes);
        self.run = (usize::MAX, usize::MAX);
    }

    /// Appends a line break as it reads.
    #[inline]
    fn line_break(&mut self, texts: &mut Texts, source: &[u8], taken: Break) {
        if taken.kept || source.get(taken.at) == Some(&b'\n') {
            self.run(texts, source, taken.at, taken.at + taken.length);
        } else {
            self.put(texts, source, taken.at, b"\n");
        }
    }

    /// Appends line breaks as they are.
    pub(super) fn unfolded(
        &mut self,
        texts: &mut Texts,
        source: &[u8],
        first: Option<Break>,
        others: &[Break],
    ) {
        for &taken in first.iter().chain(others) {
            self.line_break(texts, source, taken);
        }
    }

    /// Appends line breaks as folding leaves them: a single one is a space.
    pub(super) fn fold(
        &mut self,
        texts: &mut Texts,
        source: &[u8],
        first: Option<Break>,
        others: &[Break],
    ) {
        match first {
            Some(first) if !first.kept && others.is_empty() => {
                self.put(texts, source, first.at, b" ");
            }
            Some(first) if !first.kept => self.unfolded(texts, source, None, others),
            _ => self.unfolded(texts, source, first, others),
        }
    }

    pub(super) fn finish(mut self, texts: &mut Texts, source: &[u8]) -> Text {
        if texts.pieces.len() == self.first_piece {
            return Text::verbatim(self.run.0, self.run.1);
        }
        self.flush(texts, source);
        Text {
            start: offset(self.first_byte),
            length: offset(texts.bytes.len() - self.first_byte),
            first_piece: offset(self.first_piece),
            pieces: offset(texts.pieces.len() - self.first_piece),
        }
    }

    fn flush(&mut self, texts: &mut Texts, source: &[u8]) {
        let (start, end) = self.run;
        if start < end {
            self.piece(texts, start);
            texts.bytes.extend_from_slice(source.get(start..end).unwrap_or_default());
        }
        self.run = (end, end);
    }

    fn piece(&self, texts: &mut Texts, at: usize) {
        texts.pieces.push((offset(texts.bytes.len() - self.first_byte), offset(at)));
    }
}
