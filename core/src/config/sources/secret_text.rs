//! How the text of a user name or password shows that something happened to it.

use crate::golang::base64_bytes;

/// Whether a text is most likely base64 of what a person has written.
///
/// Passwords often consist of base64's characters, and some are base64 of random bytes. So the text must be
/// canonical, and what it stands for printable; where that can be chance, letters, digits and a few signs. Of
/// random passwords of those characters less than one in 20,000 passes.
pub(crate) fn seems_base64(text: &[u8]) -> bool {
    if text.len() < 8 || !text.len().is_multiple_of(4) {
        return false;
    }
    let Some(decoded) = base64_bytes::decode(text) else { return false };
    if base64_bytes::encode(&decoded).as_bytes() != text {
        return false;
    }
    let meant = without_line_break(&decoded);
    let padded = text.ends_with(b"=");
    let ordinary = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.@!#$".contains(byte);
    let printable = |byte: &u8| (b' '..=b'~').contains(byte);
    !meant.is_empty()
        && (padded || decoded.len() >= 9)
        && (meant.iter().all(ordinary) || decoded.len() >= 12 && meant.iter().all(printable))
}

/// The text without line breaks at its end.
pub(crate) fn without_line_break(mut bytes: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r'] = bytes {
        bytes = rest;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_names_and_passwords_is_recognised() {
        for meant in [
            "root",
            "argo",
            "argo_user",
            "s3cr3t-pass",
            "P@ssw0rd!",
            "correct horse battery",
            "argo_user\n",
        ] {
            let text = base64_bytes::encode(meant.as_bytes());
            assert!(seems_base64(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn words_and_short_texts_are_no_base64() {
        for text in [
            "",
            "root",
            "password",
            "argouser",
            "postgres",
            "workflow",
            "administrator123",
            "YWJj",
            "Zm9vYmFy",
            "deadbeefdeadbeef",
            "1234567812345678",
            "3q2+7wABvu/erb7vyv66vg==",
            "cm9vdB==",
            "cm9v dA==",
        ] {
            assert!(!seems_base64(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn random_passwords_are_no_base64() {
        const CHARACTERS: &[u8; 64] =
            b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let mut state: u64 = 1;
        let mut next = || {
            // SplitMix64.
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            CHARACTERS[(mixed >> 58) as usize]
        };
        for length in [8, 12, 16, 20, 32] {
            let taken = (0..20_000)
                .filter(|_| {
                    let text: Vec<u8> = (0..length).map(|_| next()).collect();
                    seems_base64(&text)
                })
                .count();
            assert!(taken <= 1, "{taken} of 20,000 passwords of {length} characters");
        }
    }
}
