//! Which of the next 8 bytes end a run of uninteresting ones, eight bytes in one register.
//!
//! Each test sets the high bit of a byte that matches. A subtraction may borrow from the byte above a
//! match, so bits above the first match can be wrong; only the first is ever used.

const fn splat(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// The offset of the first byte that is a quote, a backslash, one of `< > &`, a control character or
/// not ASCII; 8 if there is none.
#[inline]
pub(super) fn first_special(chunk: [u8; 8]) -> usize {
    let v = u64::from_le_bytes(chunk);
    // Controls and non-ASCII. `"` is 0x22 and `&` 0x26, `<` is 0x3c and `>` 0x3e: one bit apart each.
    let low = v.wrapping_sub(splat(0x20)) | v;
    let found = low
        | zero((v | splat(4)) ^ splat(0x26))
        | zero((v | splat(2)) ^ splat(0x3e))
        | zero(v ^ splat(0x5c));
    first(found)
}

/// The offset of the first byte that is a quote or a backslash; 8 if there is none.
#[inline]
pub(super) fn first_quote_or_backslash(chunk: [u8; 8]) -> usize {
    let v = u64::from_le_bytes(chunk);
    first(zero(v ^ splat(0x22)) | zero(v ^ splat(0x5c)))
}

/// Sets the high bit of the first byte that is zero.
#[inline]
fn zero(v: u64) -> u64 {
    v.wrapping_sub(splat(1)) & !v
}

#[inline]
fn first(found: u64) -> usize {
    ((found & splat(0x80)).trailing_zeros() / 8) as usize
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

type First = fn([u8; 8]) -> usize;
type Single = fn(u8) -> bool;

/// The first byte at or after `at` for which `single` holds; eight bytes at a time by `first`.
#[inline]
pub(super) fn find(text: &[u8], mut at: usize, first: First, single: Single) -> Option<usize> {
    while let Some(&chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        match first(chunk) {
            8 => at += 8,
            offset => return Some(at + offset),
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().position(|&byte| single(byte)).map(|offset| at + offset)
}

/// Sets bit `i` when `test` holds for byte `i`.
#[inline]
pub(super) fn bits(block: &[u8; 64], test: impl Fn(u8) -> bool) -> u64 {
    // The comparisons become vector instructions; each multiplication gathers eight of their bits.
    let found = block.map(|byte| u8::from(test(byte)));
    let (eights, _) = found.as_chunks::<8>();
    eights.iter().rev().fold(0, |bits, &eight| {
        bits << 8 | u64::from_le_bytes(eight).wrapping_mul(0x0102_0408_1020_4080) >> 56
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
        let mut quotes = bits(block, |byte| byte == b'"');
        if self.escaping || block.contains(&b'\\') {
            quotes &= !self.escaped(block);
        }
        let mut inside = quotes;
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
        let backslashes = bits(block, |byte| byte == b'\\');
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
    fn eight_at_a_time_finds_what_one_at_a_time_finds() {
        let tests: [(First, Single); 2] =
            [(first_special, is_special), (first_quote_or_backslash, is_quote_or_backslash)];
        for (first, single) in tests {
            for byte in 0..=255u8 {
                for behind in [b'a', b'"', 0xff, 0x00, byte.wrapping_add(1)] {
                    for at in 0..8 {
                        let mut chunk = [b'a'; 8];
                        chunk[at..].fill(behind);
                        chunk[at] = byte;
                        let expected = chunk.iter().position(|&byte| single(byte)).unwrap_or(8);
                        assert_eq!(first(chunk), expected, "{chunk:?}");
                    }
                }
            }
        }
    }
}
