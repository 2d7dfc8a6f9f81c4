//! Compressed nodes of every algorithm that Argo writes, whole, damaged and malicious.

use std::io::Write;

use argo_offload_core::nodes::{DecompressError, decompress};
use argo_offload_testkit::{Layout, Options, Rng, Version, nodes};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

type Compress = fn(&[u8]) -> Vec<u8>;

const ALGORITHMS: [(&str, Compress); 3] = [("gzip", gzip), ("zstd", zstd), ("brotli", brotli)];

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).expect("gzip");
    encoder.finish().expect("gzip")
}

/// With a checksum, as Argo's encoder writes it.
fn zstd(text: &[u8]) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).expect("zstd");
    encoder.include_checksum(true).expect("zstd");
    encoder.write_all(text).expect("zstd");
    encoder.finish().expect("zstd")
}

fn brotli(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
    brotli::BrotliCompress(&mut &text[..], &mut out, &parameters).expect("brotli");
    out
}

fn read(compressed: &[u8], max_bytes: usize) -> Result<Vec<u8>, DecompressError> {
    decompress(STANDARD.encode(compressed).as_bytes(), max_bytes)
}

#[test]
fn every_algorithm_is_told_by_its_content() {
    for seed in 0..30 {
        let text = nodes(&mut Rng::new(seed), &Layout::load(Version::V4_1_2), &Options::clean());
        for (name, compress) in ALGORITHMS {
            assert_eq!(read(&compress(&text), 1 << 30).as_deref(), Ok(&text[..]), "{name}");
        }
    }
}

#[test]
fn several_members_are_one_text() {
    for (name, compress) in [ALGORITHMS[0], ALGORITHMS[1]] {
        let both = [compress(b"{\"a\":"), compress(b"{}}")].concat();
        assert_eq!(read(&both, 100).as_deref(), Ok(&b"{\"a\":{}}"[..]), "{name}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let text = nodes(&mut Rng::new(1), &Layout::load(Version::V4_1_2), &Options::clean());
    for (name, compress) in ALGORITHMS {
        let whole = compress(&text);
        for length in 0..whole.len() {
            assert!(read(&whole[..length], 1 << 30).is_err(), "{name} cut to {length}");
        }
    }
}

#[test]
fn a_bomb_stops_at_the_bound() {
    let zeros = vec![b'0'; 64 << 20];
    for (name, compress) in ALGORITHMS {
        let bomb = compress(&zeros);
        assert!(bomb.len() < 100_000, "{name}");
        let refused = read(&bomb, 1 << 20);
        assert_eq!(refused, Err(DecompressError::TooLarge { max_bytes: 1 << 20 }), "{name}");
        assert_eq!(read(&bomb, 64 << 20).map(|text| text.len()), Ok(64 << 20), "{name}");
    }
}

/// Brotli carries no checksum.
#[test]
fn a_changed_byte_never_gives_other_nodes() {
    let text = nodes(&mut Rng::new(2), &Layout::load(Version::V4_1_2), &Options::clean());
    for (name, compress) in [ALGORITHMS[0], ALGORITHMS[1]] {
        let whole = compress(&text);
        // Behind the magic bytes.
        for at in 4..whole.len() {
            let mut changed = whole.clone();
            changed[at] ^= 0x10;
            if let Ok(read) = read(&changed, 1 << 30) {
                assert_eq!(read, text, "{name}, byte {at}");
            }
        }
    }
}
