//! Which bytes of a chunk end a run of uninteresting ones, or are of one kind; in vector registers.

use wide::{i8x16, u8x16};

/// The offset of the first byte that is a quote, a backslash, one of `< > &`, a control character or
/// not ASCII; more than 15 if there is none.
#[inline]
pub(super) fn first_special(chunk: [u8; 16]) -> usize {
    let bytes = u8x16::new(chunk);
    // Controls and, as signed numbers, non-ASCII.
    let low = i8x16::new(chunk.map(u8::cast_signed)).simd_lt(i8x16::splat(0x20)).to_bitmask();
    // `"` is 0x22 and `&` 0x26, `<` is 0x3c and `>` 0x3e: one bit apart each.
    let found = (bytes | u8x16::splat(4)).simd_eq(u8x16::splat(b'&'))
        | (bytes | u8x16::splat(2)).simd_eq(u8x16::splat(b'>'))
        | bytes.simd_eq(u8x16::splat(b'\\'));
    (low | found.to_bitmask()).trailing_zeros() as usize
}

/// The offset of the first byte that is a quote or a backslash; more than 15 if there is none.
#[inline]
pub(super) fn first_quote_or_backslash(chunk: [u8; 16]) -> usize {
    let bytes = u8x16::new(chunk);
    let found = bytes.simd_eq(u8x16::splat(b'"')) | bytes.simd_eq(u8x16::splat(b'\\'));
    found.to_bitmask().trailing_zeros() as usize
}

/// The same question as [`first_special`] for one byte.
#[inline]
pub(super) fn is_special(byte: u8) -> bool {
    !matches!(byte, 0x20..0x80) || matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&')
}

/// The same question as [`first_quote_or_backslash`] for one byte.
#[inline]
pub(super) fn is_quote_or_backslash(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

type First = fn([u8; 16]) -> usize;
type Single = fn(u8) -> bool;

/// The first byte at or after `at` for which `single` holds; sixteen bytes at a time by `first`.
#[inline]
pub(super) fn find(text: &[u8], mut at: usize, first: First, single: Single) -> Option<usize> {
    while let Some(&chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<16>) {
        match first(chunk) {
            offset @ ..16 => return Some(at + offset),
            _ => at += 16,
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().position(|&byte| single(byte)).map(|offset| at + offset)
}

/// Sets bit `i` when byte `i` is `byte` once the bits of `with` are set in it.
#[inline]
pub(super) fn bits(block: &[u8; 64], with: u8, byte: u8) -> u64 {
    let (with, byte) = (u8x16::splat(with), u8x16::splat(byte));
    let (sixteens, _) = block.as_chunks::<16>();
    sixteens.iter().rev().fold(0, |bits, &sixteen| {
        bits << 16 | u64::from((u8x16::new(sixteen) | with).simd_eq(byte).to_bitmask())
    })
}

/// Which bytes of consecutive blocks lie inside strings.
#[derive(Default)]
pub(super) struct Strings {
    /// All bits set when the block before ended inside a string.
    open: u64,
    /// Whether the block before ended with a backslash that escapes the next byte.
    escaping: bool,
}

impl Strings {
    /// Sets the bits of the bytes in strings: from each opening quote to before the closing one.
    #[inline]
    pub(super) fn inside(&mut self, block: &[u8; 64]) -> u64 {
        let mut inside = bits(block, 0, b'"') & !self.escaped(block);
        for shift in [1, 2, 4, 8, 16, 32] {
            inside ^= inside << shift;
        }
        inside ^= self.open;
        self.open = (inside >> 63).wrapping_neg();
        inside
    }

    /// Sets the bits of the bytes behind a backslash that escapes.
    #[inline]
    fn escaped(&mut self, block: &[u8; 64]) -> u64 {
        const ODD: u64 = 0xaaaa_aaaa_aaaa_aaaa;
        let backslashes = bits(block, 0, b'\\');
        let carried = u64::from(self.escaping);
        let runs = backslashes & !carried;
        // In a run of backslashes every other one escapes, beginning with the first. Taking the runs
        // from an alternating pattern borrows through each run, so that the pattern is changed where
        // a run's parity is not its own (the subtraction is that of simdjson's escape scanner).
        let alternate = (runs << 1 | ODD).wrapping_sub(runs) ^ ODD;
        self.escaping = (alternate & backslashes) >> 63 != 0;
        alternate ^ (backslashes | carried)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_know_what_lies_inside_strings() {
        let text = br#"{"a\\":"b\"{","c":["","\\\"}"]}"#;
        let mut padded = [b' '; 64];
        padded[..text.len()].copy_from_slice(text);
        let inside = Strings::default().inside(&padded);
        let outside: String = (0..text.len())
            .filter(|at| inside >> at & 1 == 0 && text[*at] != b'"')
            .map(|at| char::from(text[at]))
            .collect();
        assert_eq!(outside, "{:,:[,]}");
    }

    #[test]
    fn every_run_of_backslashes_escapes_as_one_byte_at_a_time_says() {
        // Runs of all lengths at all places, and across the blocks' border.
        for start in 0..64 {
            for length in 0..=(128 - start) {
                let mut text = [b'a'; 128];
                text[start..start + length].fill(b'\\');
                text[(start * 7 + 3) % 128] = b'\\';
                let (mut strings, mut escaping) = (Strings::default(), false);
                for block in text.as_chunks::<64>().0 {
                    let mut expected = 0u64;
                    for (bit, &byte) in block.iter().enumerate() {
                        expected |= u64::from(escaping) << bit;
                        escaping = !escaping && byte == b'\\';
                    }
                    assert_eq!(strings.escaped(block), expected, "{length} from {start}");
                }
            }
        }
    }

    #[test]
    fn sixteen_at_a_time_finds_what_one_at_a_time_finds() {
        let tests: [(First, Single); 2] =
            [(first_special, is_special), (first_quote_or_backslash, is_quote_or_backslash)];
        for (first, single) in tests {
            for byte in 0..=255u8 {
                for behind in [b'a', b'"', 0xff, 0x00, byte.wrapping_add(1)] {
                    for at in 0..16 {
                        let mut chunk = [b'a'; 16];
                        chunk[at..].fill(behind);
                        chunk[at] = byte;
                        let expected = chunk.iter().position(|&byte| single(byte));
                        let found = Some(first(chunk)).filter(|&at| at < 16);
                        assert_eq!(found, expected, "{chunk:?}");
                    }
                }
            }
        }
    }
}
