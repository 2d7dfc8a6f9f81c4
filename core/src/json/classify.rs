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

/// The offset of the first byte that is a quote or a bracket of any kind; 8 if there is none.
#[inline]
pub(super) fn first_structural(chunk: [u8; 8]) -> usize {
    let v = u64::from_le_bytes(chunk);
    // `[` and `{`, `]` and `}` differ in bit 5.
    let folded = v | splat(0x20);
    first(zero(folded ^ splat(0x7b)) | zero(folded ^ splat(0x7d)) | zero(v ^ splat(0x22)))
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

/// The same question as [`first_structural`] for one byte.
#[inline]
pub(super) fn is_structural(byte: u8) -> bool {
    matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')
}

/// The same question as [`first_quote_or_backslash`] for one byte.
#[inline]
pub(super) fn is_quote_or_backslash(byte: u8) -> bool {
    matches!(byte, b'"' | b'\\')
}

/// The first byte at or after `at` for which `single` holds; eight bytes at a time by `first`.
#[inline]
pub(super) fn find(
    text: &[u8],
    mut at: usize,
    first: fn([u8; 8]) -> usize,
    single: fn(u8) -> bool,
) -> Option<usize> {
    while let Some(&chunk) = text.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        match first(chunk) {
            8 => at += 8,
            offset => return Some(at + offset),
        }
    }
    let rest = text.get(at..).unwrap_or_default();
    rest.iter().position(|&byte| single(byte)).map(|offset| at + offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_at_a_time_finds_what_one_at_a_time_finds() {
        let tests: [(fn([u8; 8]) -> usize, fn(u8) -> bool); 3] = [
            (first_special, is_special),
            (first_structural, is_structural),
            (first_quote_or_backslash, is_quote_or_backslash),
        ];
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
