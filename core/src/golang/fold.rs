//! Which field a key means: exactly, or with the case folded.
//!
//! Source: Go, encoding/json/{decode,fold}.go.

use super::layout::Struct;

/// Whether upper and lower case are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    /// `encoding/json`: a key in another case will do when no field has exactly its name.
    Folds,
    /// `sigs.k8s.io/json`: it will not.
    Counts,
}

/// The index of the field that `key` (decoded) means in this version.
pub(crate) fn field_of_key(of: &Struct, key: &[u8], version: u8, case: Case) -> Option<usize> {
    let find = |matches: &dyn Fn(&[u8]) -> bool| {
        of.fields
            .iter()
            .position(|field| field.versions & version != 0 && matches(field.name().as_bytes()))
    };
    let exact = find(&|name| name == key);
    if case == Case::Counts { exact } else { exact.or_else(|| find(&|name| folds_to(key, name))) }
}

/// Whether `key` equals the ASCII `name` when cases are folded as Go folds them: beside ASCII,
/// U+017F (ſ) is an s and U+212A (K) is a k.
pub(crate) fn folds_to(key: &[u8], name: &[u8]) -> bool {
    let mut key = key;
    for &expected in name {
        let (found, rest) = match key {
            [0xc5, 0xbf, rest @ ..] => (b's', rest),
            [0xe2, 0x84, 0xaa, rest @ ..] => (b'k', rest),
            [found, rest @ ..] => (*found, rest),
            [] => return false,
        };
        if !found.eq_ignore_ascii_case(&expected) {
            return false;
        }
        key = rest;
    }
    key.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_fold_as_in_go() {
        assert!(folds_to("PodIP".as_bytes(), b"podIP"));
        assert!(folds_to("me\u{17f}\u{17f}age".as_bytes(), b"message"));
        assert!(folds_to("to\u{212a}en".as_bytes(), b"token"));
        assert!(!folds_to("mess".as_bytes(), b"message"));
        assert!(!folds_to("messagex".as_bytes(), b"message"));
        assert!(!folds_to("\u{130}d".as_bytes(), b"id"));
    }
}
