//! `status.compressedNodes`: base64 of gzip, or from Argo 4.1 of zstd or brotli.
//!
//! Source: Argo Workflows v3.7.6, util/file/fileutil.go; v4.1.2 tells gzip and zstd by their first
//! bytes and takes anything else for brotli.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use zlib_rs::{Inflate, InflateFlush, Status};

use crate::golang::base64_bytes;

/// How large nodes may become when decompressed: 1 GiB.
pub const MAX_DECOMPRESSED_BYTES: usize = 1 << 30;

/// Why compressed nodes cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecompressError {
    /// They are not base64.
    NotBase64,
    /// The compressed data are damaged or cut off.
    Damaged {
        /// `gzip`, `zstd` or `brotli`.
        algorithm: &'static str,
    },
    /// They begin like neither gzip nor zstd and are not brotli.
    Unknown,
    /// This build cannot read the algorithm.
    NotBuiltIn {
        /// `zstd` or `brotli`.
        algorithm: &'static str,
    },
    /// They would become larger than is allowed.
    TooLarge {
        /// The bound in bytes.
        max_bytes: usize,
    },
}

impl fmt::Display for DecompressError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotBase64 => out.write_str("status.compressedNodes is not base64"),
            Self::Damaged { algorithm } => {
                write!(out, "status.compressedNodes is damaged or cut off ({algorithm})")
            }
            Self::Unknown => out.write_str(
                "status.compressedNodes is in an unknown compression: \
                 it is neither gzip nor zstd nor brotli",
            ),
            Self::NotBuiltIn { algorithm } => {
                write!(out, "status.compressedNodes is {algorithm}, which this build cannot read")
            }
            Self::TooLarge { max_bytes } => write!(
                out,
                "status.compressedNodes would become larger than {max_bytes} bytes: \
                 refused as a decompression bomb"
            ),
        }
    }
}

impl core::error::Error for DecompressError {}

/// Reads compressed nodes; `base64` is the decoded JSON string.
///
/// All three algorithms, whatever the version: Argo reads zstd and brotli from 4.1 on only.
///
/// # Errors
/// They cannot be read, or become larger than `max_bytes`.
pub fn decompress(base64: &[u8], max_bytes: usize) -> Result<Vec<u8>, DecompressError> {
    let compressed = base64_bytes::decode(base64).ok_or(DecompressError::NotBase64)?;
    match compressed.as_slice() {
        [0x1f, 0x8b, ..] => gzip(compressed, max_bytes),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => zstd(&compressed, max_bytes),
        _ => brotli(&compressed, max_bytes),
    }
}

const CHUNK: usize = 64 * 1024;

/// Collects output up to a bound.
struct Output {
    bytes: Vec<u8>,
    max_bytes: usize,
}

impl Output {
    fn push(&mut self, chunk: &[u8]) -> Result<(), DecompressError> {
        if self.bytes.len() + chunk.len() > self.max_bytes {
            return Err(DecompressError::TooLarge { max_bytes: self.max_bytes });
        }
        self.bytes.extend_from_slice(chunk);
        Ok(())
    }
}

/// One or more gzip members, as Go's readers take them.
fn gzip(mut compressed: Vec<u8>, max_bytes: usize) -> Result<Vec<u8>, DecompressError> {
    let damaged = DecompressError::Damaged { algorithm: "gzip" };
    let mut out = Output { bytes: Vec::new(), max_bytes };
    let mut chunk = vec![0; CHUNK];
    let mut at = 0;
    while at < compressed.len() {
        // Go ignores the reserved flags of a member's header, zlib refuses them.
        if let Some(flags) = compressed.get_mut(at + 3) {
            *flags &= 0x1f;
        }
        // 16 + 15: a gzip header, the largest window; the checksum is verified.
        let mut inflate = Inflate::new(true, 31);
        loop {
            let (read, written) = (inflate.total_in(), inflate.total_out());
            let status = inflate
                .decompress(
                    compressed.get(at..).unwrap_or_default(),
                    &mut chunk,
                    InflateFlush::NoFlush,
                )
                .map_err(|_| damaged.clone())?;
            let consumed = (inflate.total_in() - read) as usize;
            let produced = (inflate.total_out() - written) as usize;
            at += consumed;
            out.push(chunk.get(..produced).unwrap_or_default())?;
            match status {
                Status::StreamEnd => break,
                _ if consumed == 0 && produced == 0 => return Err(damaged),
                _ => {}
            }
        }
    }
    Ok(out.bytes)
}

#[cfg(feature = "zstd")]
fn zstd(compressed: &[u8], max_bytes: usize) -> Result<Vec<u8>, DecompressError> {
    use ruzstd::decoding::StreamingDecoder;
    use ruzstd::io::Read as _;

    let damaged = DecompressError::Damaged { algorithm: "zstd" };
    let mut out = Output { bytes: Vec::new(), max_bytes };
    let mut chunk = vec![0; CHUNK];
    let mut rest = compressed;
    while !rest.is_empty() {
        let mut decoder = StreamingDecoder::new(&mut rest).map_err(|_| damaged.clone())?;
        loop {
            let read = decoder.read(&mut chunk).map_err(|_| damaged.clone())?;
            if read == 0 {
                break;
            }
            out.push(chunk.get(..read).unwrap_or_default())?;
        }
        let frame = decoder.into_frame_decoder();
        // Argo's encoder writes a checksum; a frame without one has nothing to compare.
        let stored = frame.get_checksum_from_data();
        if stored.is_some() && stored != frame.get_calculated_checksum() {
            return Err(damaged);
        }
    }
    Ok(out.bytes)
}

#[cfg(not(feature = "zstd"))]
fn zstd(_: &[u8], _: usize) -> Result<Vec<u8>, DecompressError> {
    Err(DecompressError::NotBuiltIn { algorithm: "zstd" })
}

#[cfg(feature = "brotli")]
fn brotli(compressed: &[u8], max_bytes: usize) -> Result<Vec<u8>, DecompressError> {
    use brotli_decompressor::{BrotliDecompressStream, BrotliResult, BrotliState};

    use super::brotli_memory::Heap;

    let mut out = Output { bytes: Vec::new(), max_bytes };
    let mut chunk = vec![0; CHUNK];
    let mut state = BrotliState::new_strict(Heap, Heap, Heap);
    let (mut available_in, mut offset_in, mut total) = (compressed.len(), 0, 0);
    loop {
        let (mut available_out, mut offset_out) = (chunk.len(), 0);
        let result = BrotliDecompressStream(
            &mut available_in,
            &mut offset_in,
            compressed,
            &mut available_out,
            &mut offset_out,
            &mut chunk,
            &mut total,
            &mut state,
        );
        out.push(chunk.get(..offset_out).unwrap_or_default())?;
        match result {
            BrotliResult::ResultSuccess if available_in == 0 => return Ok(out.bytes),
            BrotliResult::NeedsMoreOutput => {}
            BrotliResult::NeedsMoreInput if total > 0 => {
                return Err(DecompressError::Damaged { algorithm: "brotli" });
            }
            _ => return Err(DecompressError::Unknown),
        }
    }
}

#[cfg(not(feature = "brotli"))]
fn brotli(_: &[u8], _: usize) -> Result<Vec<u8>, DecompressError> {
    Err(DecompressError::NotBuiltIn { algorithm: "brotli" })
}
