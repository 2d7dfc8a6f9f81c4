//! The text of a MySQL `json` column.

use crate::json::write_mysql_string;

/// Rewrites JSON as MySQL's JSON type prints it: keys sorted by length then bytes, `", "` and `": "`, MySQL's escapes,
/// the last of repeated keys.
///
/// Numbers stay as they are, which is right for integers within 64 bits, all that node maps have. Unpaired surrogates
/// become U+FFFD; MySQL itself refuses them.
///
/// # Panics
/// When the text is not JSON.
pub fn to_mysql_text(json: &[u8]) -> Vec<u8> {
    let mut reader = Reader { json, at: 0 };
    let mut out = Vec::with_capacity(json.len() + json.len() / 8);
    reader.value(&mut out);
    reader.blank();
    assert_eq!(reader.at, json.len(), "text after the JSON value");
    out
}

struct Reader<'a> {
    json: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn value(&mut self, out: &mut Vec<u8>) {
        match self.peek() {
            b'{' => self.object(out),
            b'[' => self.list(out),
            b'"' => {
                let content = self.string();
                write_mysql_string(out, &content);
            }
            _ => {
                let start = self.at;
                while self.json.get(self.at).is_some_and(|byte| !b",]} \t\r\n".contains(byte)) {
                    self.at += 1;
                }
                assert!(self.at > start, "no JSON value at byte {start}");
                out.extend_from_slice(&self.json[start..self.at]);
            }
        }
    }

    fn object(&mut self, out: &mut Vec<u8>) {
        self.at += 1;
        let mut entries: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        while self.peek() != b'}' {
            if !entries.is_empty() {
                self.expect(b',');
                self.peek();
            }
            let key = self.string();
            self.expect(b':');
            let mut value = Vec::new();
            self.value(&mut value);
            entries.push((key, value));
        }
        self.at += 1;
        // Stable: of equal keys the last stays last.
        entries.sort_by(|(left, _), (right, _)| {
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        });
        out.push(b'{');
        let mut first = true;
        for (index, (key, value)) in entries.iter().enumerate() {
            if entries.get(index + 1).is_some_and(|(next, _)| next == key) {
                continue;
            }
            if !first {
                out.extend_from_slice(b", ");
            }
            first = false;
            write_mysql_string(out, key);
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
        }
        out.push(b'}');
    }

    fn list(&mut self, out: &mut Vec<u8>) {
        self.at += 1;
        out.push(b'[');
        let mut first = true;
        while self.peek() != b']' {
            if !first {
                self.expect(b',');
                out.extend_from_slice(b", ");
            }
            first = false;
            self.value(out);
        }
        self.at += 1;
        out.push(b']');
    }

    /// The content of a string, escapes undone.
    fn string(&mut self) -> Vec<u8> {
        let start = self.at;
        self.expect(b'"');
        let mut plain = true;
        loop {
            match self.json.get(self.at) {
                Some(b'"') => break,
                Some(b'\\') => {
                    plain = false;
                    self.at += 2;
                }
                Some(_) => self.at += 1,
                None => panic!("the string at byte {start} has no end"),
            }
        }
        self.at += 1;
        let spelled = &self.json[start..self.at];
        if plain {
            return spelled[1..spelled.len() - 1].to_vec();
        }
        unescape(&spelled[1..spelled.len() - 1])
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> u8 {
        self.blank();
        *self.json.get(self.at).unwrap_or_else(|| panic!("the JSON text ends too early"))
    }

    fn blank(&mut self) {
        while self.json.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) {
        let found = self.peek();
        assert_eq!(
            found,
            byte,
            "{:?} at byte {}, expected {:?}",
            char::from(found),
            self.at,
            char::from(byte)
        );
        self.at += 1;
    }
}

fn unescape(spelled: &[u8]) -> Vec<u8> {
    let mut content = Vec::with_capacity(spelled.len());
    let mut at = 0;
    while at < spelled.len() {
        if spelled[at] != b'\\' {
            content.push(spelled[at]);
            at += 1;
            continue;
        }
        at += 2;
        match spelled[at - 1] {
            b'b' => content.push(8),
            b'f' => content.push(0xc),
            b'n' => content.push(b'\n'),
            b'r' => content.push(b'\r'),
            b't' => content.push(b'\t'),
            b'u' => {
                let mut units = vec![unit(spelled, at)];
                at += 4;
                if (0xd800..0xdc00).contains(&units[0]) && spelled[at..].starts_with(b"\\u") {
                    let low = unit(spelled, at + 2);
                    if (0xdc00..0xe000).contains(&low) {
                        units.push(low);
                        at += 6;
                    }
                }
                content.extend_from_slice(String::from_utf16_lossy(&units).as_bytes());
            }
            other => content.push(other),
        }
    }
    content
}

fn unit(spelled: &[u8], at: usize) -> u16 {
    let digits = spelled.get(at..at + 4).and_then(|digits| std::str::from_utf8(digits).ok());
    digits
        .and_then(|digits| u16::from_str_radix(digits, 16).ok())
        .unwrap_or_else(|| panic!("a \\u without four hex digits"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::roundtrip_vectors;
    use crate::layout::Version;

    #[test]
    fn keys_are_sorted_by_length_and_the_last_repeat_wins() {
        let text =
            br#" {"bb":1,"a":"\u003c\ud83d\ude00\/\u001F\b","bb":[1,{ }, "x"],"\u0061":2 } "#;
        assert_eq!(
            String::from_utf8_lossy(&to_mysql_text(text)),
            r#"{"a": 2, "bb": [1, {}, "x"]}"#
        );
        assert_eq!(
            to_mysql_text(br#""\u003c\ud83d\ude00\/\u001F\b\ud800x""#),
            "\"<😀/\\u001f\\b\u{fffd}x\"".as_bytes()
        );
    }

    #[test]
    fn recorded_texts_of_mysql_are_their_own_text() {
        let mut seen = 0;
        for vector in roundtrip_vectors().into_iter().filter(|vector| vector.variant == "mysql") {
            assert_eq!(to_mysql_text(&vector.input), vector.input, "{}", vector.name);
            let canonical = &vector.answers[&Version::V4_1_2]
                .as_ref()
                .expect("Argo reads MySQL's text")
                .canonical;
            if vector.answers[&Version::V4_1_2]
                .as_ref()
                .is_ok_and(|answer| answer.round_trips == Some(true))
            {
                assert_eq!(to_mysql_text(canonical), vector.input, "{}", vector.name);
                seen += 1;
            }
        }
        assert!(seen > 20, "only {seen} texts compared");
    }
}
