//! FNV-1, 32 bits: the hash in `offloadNodeStatusVersion`.

/// The running hash of Go's `hash/fnv.New32` (FNV-1: multiply, then xor; not FNV-1a).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fnv1(u32);

impl Fnv1 {
    /// Hashes more bytes.
    #[inline]
    pub fn update(&mut self, bytes: &[u8]) {
        self.0 = bytes
            .iter()
            .fold(self.0, |hash, &byte| hash.wrapping_mul(0x0100_0193) ^ u32::from(byte));
    }

    /// The hash of everything so far.
    #[must_use]
    pub fn finish(self) -> u32 {
        self.0
    }
}

impl Default for Fnv1 {
    fn default() -> Self {
        Self(0x811c_9dc5)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_fnv_1_and_not_1a() {
        let hash = |text: &[u8]| {
            let mut hash = Fnv1::default();
            hash.update(text);
            hash.finish()
        };
        // Argo's answer for a workflow without nodes, see tests/fixtures/vectors/pack.
        assert_eq!(hash(b"null"), 784_127_654);
        assert_eq!(hash(b""), 0x811c_9dc5);
    }
}
