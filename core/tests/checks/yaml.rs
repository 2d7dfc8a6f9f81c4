use std::collections::BTreeSet;
use std::ops::Range;

use argo_offload_core::yaml::{self, Document, NodeId, Style, Value};

/// Whatever is read lies where it is said to lie, and its JSON is read back as the same values.
///
/// Input: the text.
pub fn yaml(data: &[u8]) {
    let has_utf16 = matches!(data, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]);
    match yaml::read(data) {
        Ok(document) => {
            let text = document.transcoded().unwrap_or(data);
            assert_eq!(has_utf16, document.transcoded().is_some());
            Places { document: &document, text, reads_json: false }.hold();
            converts(&document);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(has_utf16 || error.at <= data.len(), "{error:?}");
        }
    }
    match yaml::read_json(data) {
        Ok(document) => {
            Places { document: &document, text: data, reads_json: true }.hold();
            assert!(document.comments().is_empty() && document.transcoded().is_none());
            converts(&document);
        }
        Err(error) => assert!(error.at <= data.len() && !error.to_string().is_empty()),
    }
}

/// The JSON of a document is read back, by JSON's reader and as YAML, as what it is.
fn converts(document: &Document) {
    let Ok(converted) = yaml::to_json(document) else { return };
    let json = converted.json;
    let shown = String::from_utf8_lossy(&json);
    let again = yaml::read_json(&json).unwrap_or_else(|error| panic!("{error}: {shown}"));
    // JSON's only zero with a sign is a float, which reads back without it; what stands for a byte that is no
    // UTF-8 reads back as a character.
    if json_of(&again) != json {
        let varies = shown.contains("-0") || shown.contains("\\ufffd");
        assert!(varies, "{shown}\n{}", String::from_utf8_lossy(&json_of(&again)));
        return;
    }
    let Ok(written) = yaml::emit(&json) else { return };
    if let Ok(read) = yaml::read(&written) {
        assert_eq!(String::from_utf8_lossy(&json_of(&read)), shown);
    } else {
        // go-yaml reads 10,000 levels of each kind, JSON's reader as many of both together.
        assert!(json.len() > 10_000, "{}", String::from_utf8_lossy(&written));
    }
}

fn json_of(document: &Document) -> Vec<u8> {
    yaml::to_json(document).expect("JSON stays JSON").json
}

struct Places<'a> {
    document: &'a Document,
    text: &'a [u8],
    reads_json: bool,
}

impl Places<'_> {
    fn hold(&self) {
        let document = self.document;
        assert!(document.end() <= self.text.len());
        self.comments();
        for duplicate in document.duplicates() {
            assert!(duplicate.merged || duplicate.key != duplicate.first);
            assert!(!document.describe(duplicate).to_string().is_empty());
        }
        let Some(root) = document.root() else { return };
        let (mut seen, mut open) = (BTreeSet::new(), vec![root]);
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            self.node(id);
            if let Some(target) = document.node(id).target {
                open.push(target);
                continue;
            }
            self.children(id);
            open.extend(document.items(id));
            for entry in document.entries(id) {
                open.extend([entry.key, entry.value]);
            }
        }
        assert!(seen.len() <= 2 * self.text.len() + 2, "{} nodes", seen.len());
    }

    fn comments(&self) {
        let mut behind = 0;
        for comment in self.document.comments() {
            assert!(behind <= comment.start, "{comment:?}");
            let text = self.slice(comment);
            assert!(text.starts_with('#'), "{text:?}");
            assert!(!text.contains(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']), "{text:?}");
            behind = comment.end;
        }
    }

    fn node(&self, id: NodeId) {
        let node = self.document.node(id);
        assert!(node.start <= node.span.start, "{node:?}");
        let written = self.slice(&node.span);
        self.slice(&(node.start..node.span.end));
        if let Some(target) = node.target {
            assert!(written.starts_with('*'), "{written:?}");
            let target = self.document.node(target);
            assert!(target.target.is_none());
            assert_eq!((node.style, self.document.resolve(id) == id), (target.style, false));
            return;
        }
        if node.value == Value::Text {
            self.characters(id, &node.span);
        }
        // JSON may hold bytes that are no characters.
        if written.is_empty() {
            return;
        }
        let begins = |with: char| written.starts_with(with);
        match (node.style, node.value) {
            (Style::SingleQuoted, _) => assert!(begins('\'') && written.ends_with('\'')),
            (Style::DoubleQuoted, _) => assert!(begins('"') && written.ends_with('"')),
            (Style::Literal, _) => assert!(begins('|'), "{written:?}"),
            (Style::Folded, _) => assert!(begins('>'), "{written:?}"),
            // `[a: b]` holds a mapping without brackets.
            (Style::Flow, Value::Sequence) => assert!(begins('[') && written.ends_with(']')),
            _ => {}
        }
    }

    /// Each character of a text stands in the span, in order, and just so where pieces say it.
    fn characters(&self, id: NodeId, span: &Range<usize>) {
        let document = self.document;
        let characters = document.text(id).expect("a text has characters");
        let mut behind = span.start;
        // An escape can be shorter than its character: within one there is no telling.
        let starts = |offset: &usize| characters[*offset] & 0xc0 != 0x80 || self.is_binary(id);
        for offset in (0..characters.len()).filter(starts) {
            let source = document.source_of(id, offset);
            assert!(behind <= source, "{span:?}: {offset} at {source}, behind {behind}");
            // What `!!binary` holds stands nowhere.
            assert!(source < span.end || self.is_binary(id), "{span:?}: {offset} at {source}");
            behind = source;
        }
        let pieces: Vec<(usize, usize)> = document.segments(id).collect();
        assert!(pieces.is_sorted() && !pieces.is_empty());
        assert_eq!(pieces[0].0, 0);
        for (index, &(value, source)) in pieces.iter().enumerate() {
            let end = pieces.get(index + 1).map_or(characters.len(), |next| next.0);
            let piece = &characters[value..end];
            let written = self.text.get(source..source + piece.len());
            assert_eq!(document.source_of(id, value), source);
            assert!(
                written == Some(piece) || self.is_rewritten(source) || self.is_binary(id),
                "{:?} is not {written:?}",
                String::from_utf8_lossy(piece)
            );
        }
    }

    fn is_binary(&self, id: NodeId) -> bool {
        let node = self.document.node(id);
        node.start < node.span.start && self.text[node.start..node.span.start].contains(&b'!')
    }

    /// Whether what stands at `source` can read otherwise than it is written.
    fn is_rewritten(&self, source: usize) -> bool {
        let rest = &self.text[source..];
        let breaks: [&[u8]; 6] = [
            b"\\",
            b"\n",
            b"\r",
            "\u{85}".as_bytes(),
            "\u{2028}".as_bytes(),
            "\u{2029}".as_bytes(),
        ];
        // In JSON a byte that is no UTF-8 reads as U+FFFD.
        breaks.iter().any(|sign| rest.starts_with(sign))
            || self.reads_json && rest.first().is_some_and(|&byte| byte >= 0x80)
    }

    /// Children lie in their parent, one behind the other; what a merge brought lies elsewhere.
    fn children(&self, id: NodeId) {
        let document = self.document;
        let span = &document.node(id).span;
        let own = document.entries(id).iter().filter(|entry| !entry.merged);
        let items = document.items(id).iter().copied();
        let mut behind = span.start;
        for child in own.flat_map(|entry| [entry.key, entry.value]).chain(items) {
            let node = document.node(child);
            assert!(behind <= node.start, "{node:?} begins before {behind}");
            assert!(node.span.end <= span.end, "{node:?} outside of {span:?}");
            behind = node.span.end;
        }
    }

    /// What stands there, which is whole characters.
    fn slice(&self, range: &Range<usize>) -> &str {
        let bytes = self.text.get(range.clone());
        let bytes = bytes.unwrap_or_else(|| panic!("{range:?} outside of the text"));
        match std::str::from_utf8(bytes) {
            Ok(text) => text,
            Err(_) if self.reads_json => "",
            Err(error) => panic!("{range:?}: {error}"),
        }
    }
}
