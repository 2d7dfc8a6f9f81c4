//! How long the nodes become when the controller compresses them.
//!
//! The controller uses pgzip, whose exact length is a property of its code; this measures with zlib at
//! the level that comes closest and gives the band within which pgzip was seen to lie.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use zlib_rs::{Deflate, DeflateFlush, Status};

use super::fields::NodesOnly;
use crate::golang::{DecodeError, Encoder, Root, Sink};

/// An estimate of `len(status.compressedNodes)`: base64 of gzip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compressed {
    /// Bytes as this library compresses.
    pub bytes: u64,
    /// Bytes that pgzip takes at least.
    pub least_bytes: u64,
    /// Bytes that pgzip takes at most.
    pub most_bytes: u64,
}

/// Level and band, see docs/performance.md for the measurement.
const LEVEL: i32 = 4;
/// From this many bytes of nodes on the narrow band holds.
const NARROW_FROM_BYTES: u64 = 100_000;
const NARROW_PERCENT: u64 = 6;
const WIDE_PERCENT: u64 = 40;
/// gzip's header and trailer, and pgzip's empty last block.
const GZIP_FRAME: u64 = 18 + 5;
/// pgzip compresses blocks of 1 MiB and flushes each: an empty stored block of 5 bytes.
const PGZIP_BLOCK: u64 = 1024 * 1024;
const PGZIP_FLUSH: u64 = 5;

/// Compresses the nodes of the Workflow `text` and keeps only the length.
///
/// # Errors
/// Go refuses the text.
pub fn compress_nodes(encoder: &mut Encoder, text: &[u8]) -> Result<Compressed, DecodeError> {
    let mut sink = NodesOnly::new(GzipLength::new());
    let encoded = encoder.encode(text, Root::Workflow, &mut sink)?;
    match encoded.nodes {
        // Nodes that Go leaves out of the object are marshalled on their own.
        None => sink.inner.write(b"null"),
        Some(0) => sink.inner.write(b"{}"),
        Some(_) => {}
    }
    Ok(sink.inner.estimate())
}

/// The same of `nodes`, the value of `status.nodes` exactly as Argo marshals it.
#[must_use]
pub fn compress_marshalled_nodes(nodes: &[u8]) -> Compressed {
    let mut sink = GzipLength::new();
    sink.write(nodes);
    sink.estimate()
}

fn base64_length(bytes: u64) -> u64 {
    bytes.div_ceil(3) * 4
}

/// Counts the bytes of a gzip member.
struct GzipLength {
    deflate: Deflate,
    /// What is still to be compressed, in pieces worth a call.
    input: Vec<u8>,
    output: Vec<u8>,
    read: u64,
}

const PIECE: usize = 64 * 1024;

impl GzipLength {
    fn new() -> Self {
        Self {
            deflate: Deflate::new(LEVEL, false, 15),
            input: Vec::with_capacity(PIECE),
            output: vec![0; PIECE],
            read: 0,
        }
    }

    fn compress(&mut self, flush: DeflateFlush) {
        let mut rest: &[u8] = &self.input;
        loop {
            let before = self.deflate.total_in();
            let status = self.deflate.compress(rest, &mut self.output, flush);
            let consumed = (self.deflate.total_in() - before) as usize;
            rest = rest.get(consumed..).unwrap_or_default();
            match status {
                Ok(Status::Ok) if !rest.is_empty() || flush == DeflateFlush::Finish => {}
                _ => break,
            }
        }
        self.input.clear();
    }

    fn finish(&mut self) -> u64 {
        self.compress(DeflateFlush::Finish);
        self.deflate.total_out() + GZIP_FRAME + self.read.div_ceil(PGZIP_BLOCK) * PGZIP_FLUSH
    }

    fn estimate(mut self) -> Compressed {
        let bytes = base64_length(self.finish());
        let percent = if self.read >= NARROW_FROM_BYTES { NARROW_PERCENT } else { WIDE_PERCENT };
        let margin = (bytes * percent).div_ceil(100);
        Compressed { bytes, least_bytes: bytes.saturating_sub(margin), most_bytes: bytes + margin }
    }
}

impl fmt::Debug for GzipLength {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "GzipLength({} bytes read)", self.read)
    }
}

impl Sink for GzipLength {
    fn write(&mut self, bytes: &[u8]) {
        self.read += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            let room = PIECE - self.input.len();
            let (head, tail) = rest.split_at_checked(room).unwrap_or((rest, &[]));
            self.input.extend_from_slice(head);
            rest = tail;
            if self.input.len() == PIECE {
                self.compress(DeflateFlush::NoFlush);
            }
        }
    }

    fn restart(&mut self) {
        self.deflate.reset();
        self.input.clear();
        self.read = 0;
    }
}
