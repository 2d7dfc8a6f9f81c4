//! The documents of a file, split as Kubernetes' own reader splits them.

use alloc::vec::Vec;
use core::ops::Range;

/// The ranges of a file's documents; always at least one.
///
/// A document ends at a line that begins with `---` and goes on with nothing but blanks or a comment.
/// Source: k8s.io/apimachinery v0.33.1, pkg/util/yaml/decoder.go (`YAMLReader`).
#[must_use]
pub fn documents(text: &[u8]) -> Vec<Range<usize>> {
    let mut documents = Vec::new();
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive(|&byte| byte == b'\n') {
        let end = at + line.len();
        if line.strip_prefix(b"---").is_some_and(|rest| ends_document(rest.trim_ascii())) {
            if text.get(start..at).is_some_and(|before| !before.trim_ascii().is_empty()) {
                documents.push(start..at);
            }
            start = end;
        }
        at = end;
    }
    if documents.is_empty() || text.get(start..).is_some_and(|rest| !rest.trim_ascii().is_empty()) {
        documents.push(start..text.len());
    }
    documents
}

fn ends_document(rest: &[u8]) -> bool {
    rest.is_empty() || rest.starts_with(b"#")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_end_at_dashes() {
        let split = |text: &str| -> Vec<String> {
            documents(text.as_bytes()).into_iter().map(|range| text[range].to_owned()).collect()
        };
        assert_eq!(split("a: 1\n---\nb: 2\n"), ["a: 1\n", "b: 2\n"]);
        assert_eq!(split("---\na: 1\n--- # next\nb: 2"), ["a: 1\n", "b: 2"]);
        assert_eq!(split("a: |\n  ---\n  x\n"), ["a: |\n  ---\n  x\n"]);
        assert_eq!(split("a: 1\n---b\n"), ["a: 1\n---b\n"], "a word, not a separator");
        assert_eq!(split(""), [""]);
    }
}
