//! How a value is spelled as text.

use super::{Text, Unit, Value, write_mysql_string};
use crate::rng::Rng;

/// A manner of writing JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As Go's `encoding/json`: compact, structs in the order of the layout, maps sorted, `< > & U+2028 U+2029` escaped.
    Canonical,
    /// As MySQL's JSON type prints it: keys by length then bytes, the last of repeated keys only, `", "` and `": "`.
    MySql,
    /// Indented by two, four or a tab.
    Pretty,
    /// Compact with the keys in random order.
    Shuffled,
    /// Random white space wherever JSON allows it.
    Spaced,
    /// Characters at random as `\uXXXX` in either case, `\/`, or the short escapes.
    Escaped,
    /// Shuffled, spaced and escaped at once.
    Wild,
}

impl Style {
    /// Every style.
    pub const ALL: [Self; 7] = [
        Self::Canonical,
        Self::MySql,
        Self::Pretty,
        Self::Shuffled,
        Self::Spaced,
        Self::Escaped,
        Self::Wild,
    ];

    /// Writes `value` in this style; `rng` decides what the style leaves open.
    pub(crate) fn render(self, rng: &mut Rng, value: &Value) -> Vec<u8> {
        let indent = *rng.pick(&["  ", "    ", "\t"]);
        let mut writer = Writer { style: self, rng, out: Vec::new(), indent };
        writer.blank();
        writer.value(value, 0);
        writer.blank();
        writer.out
    }
}

struct Writer<'a> {
    style: Style,
    rng: &'a mut Rng,
    out: Vec<u8>,
    indent: &'static str,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Verbatim(text) => self.out.extend_from_slice(text),
            Value::String(text) => self.string(text),
            Value::List(items) => self.list(items, depth),
            Value::Struct(entries) => self.object(entries, false, depth),
            Value::Map(entries) => self.object(entries, true, depth),
        }
    }

    fn list(&mut self, items: &[Value], depth: usize) {
        self.out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            self.separate(index, depth);
            self.value(item, depth + 1);
        }
        self.close(items.is_empty(), depth, b']');
    }

    fn object(&mut self, entries: &[(Text, Value)], is_map: bool, depth: usize) {
        let mut order: Vec<&(Text, Value)> = entries.iter().collect();
        match self.style {
            Style::Canonical | Style::Pretty if is_map => {
                order.sort_by_cached_key(|entry| entry.0.sort_bytes());
            }
            Style::MySql => order = mysql_order(entries),
            Style::Shuffled | Style::Wild => self.rng.shuffle(&mut order),
            _ => {}
        }
        self.out.push(b'{');
        for (index, (key, value)) in order.into_iter().enumerate() {
            self.separate(index, depth);
            self.string(key);
            match self.style {
                Style::MySql | Style::Pretty => self.out.extend_from_slice(b": "),
                _ => {
                    self.blank();
                    self.out.push(b':');
                    self.blank();
                }
            }
            self.value(value, depth + 1);
        }
        self.close(entries.is_empty(), depth, b'}');
    }

    /// What stands before the item number `index`.
    fn separate(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.out.push(b',');
        }
        match self.style {
            Style::MySql if index > 0 => self.out.push(b' '),
            Style::Pretty => self.new_line(depth + 1),
            _ => self.blank(),
        }
    }

    fn close(&mut self, empty: bool, depth: usize, bracket: u8) {
        match self.style {
            Style::Pretty if !empty => self.new_line(depth),
            _ => self.blank(),
        }
        self.out.push(bracket);
    }

    fn new_line(&mut self, depth: usize) {
        self.out.push(b'\n');
        self.out.extend_from_slice(self.indent.repeat(depth).as_bytes());
    }

    fn blank(&mut self) {
        if !matches!(self.style, Style::Spaced | Style::Wild) || !self.rng.chance(25) {
            return;
        }
        for _ in 0..self.rng.between(1, 3) {
            let blank = *self.rng.pick(b"   \t\n\r");
            self.out.push(blank);
        }
    }

    fn string(&mut self, text: &Text) {
        if self.style == Style::MySql {
            return write_mysql_string(&mut self.out, &text.sort_bytes());
        }
        let escapes = matches!(self.style, Style::Escaped | Style::Wild) && self.rng.chance(40);
        // Go escapes for HTML; browsers, kubectl plugins and hand-written texts do not.
        let html = matches!(self.style, Style::Canonical | Style::Pretty | Style::Shuffled);
        self.out.push(b'"');
        for unit in &text.0 {
            match *unit {
                Unit::Byte(byte) => self.out.push(byte),
                Unit::Escape(code) => self.escape(code),
                Unit::Char(character) if escapes && self.rng.chance(30) => self.escaped(character),
                Unit::Char(character) => self.plain(character, html),
            }
        }
        self.out.push(b'"');
    }

    /// A character as Go writes it.
    fn plain(&mut self, character: char, html: bool) {
        match character {
            '"' => self.out.extend_from_slice(b"\\\""),
            '\\' => self.out.extend_from_slice(b"\\\\"),
            '\u{8}' => self.out.extend_from_slice(b"\\b"),
            '\u{c}' => self.out.extend_from_slice(b"\\f"),
            '\n' => self.out.extend_from_slice(b"\\n"),
            '\r' => self.out.extend_from_slice(b"\\r"),
            '\t' => self.out.extend_from_slice(b"\\t"),
            '\0'..='\u{1f}' => {
                self.out.extend_from_slice(format!("\\u{:04x}", character as u32).as_bytes());
            }
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if html => {
                self.out.extend_from_slice(format!("\\u{:04x}", character as u32).as_bytes());
            }
            _ => self.out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }

    /// A character as some escape.
    fn escaped(&mut self, character: char) {
        if character == '/' && self.rng.chance(70) {
            return self.out.extend_from_slice(b"\\/");
        }
        for code in character.encode_utf16(&mut [0; 2]) {
            self.escape(*code);
        }
    }

    fn escape(&mut self, code: u16) {
        let spelled = match (self.style, self.rng.chance(50)) {
            (Style::Escaped | Style::Wild, true) => format!("\\u{code:04X}"),
            _ => format!("\\u{code:04x}"),
        };
        self.out.extend_from_slice(spelled.as_bytes());
    }
}

/// Keys by length then bytes; of repeated keys the last, as MySQL keeps since 8.0.3.
fn mysql_order(entries: &[(Text, Value)]) -> Vec<&(Text, Value)> {
    let mut keyed: Vec<(Vec<u8>, &(Text, Value))> =
        entries.iter().map(|entry| (entry.0.sort_bytes(), entry)).collect();
    keyed.sort_by(|(left, _), (right, _)| {
        left.len().cmp(&right.len()).then_with(|| left.cmp(right))
    });
    let mut order: Vec<&(Text, Value)> = Vec::with_capacity(keyed.len());
    let mut last_key: Option<Vec<u8>> = None;
    for (key, entry) in keyed {
        if last_key.as_ref() == Some(&key) {
            order.pop();
        }
        order.push(entry);
        last_key = Some(key);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Value {
        let inner = vec![
            (Text::from("bb"), Value::verbatim("1")),
            (Text::from("a"), Value::string("<\u{8}\u{1f}/")),
        ];
        Value::Struct(vec![
            (Text::from("long"), Value::Map(inner)),
            (Text::from("x"), Value::verbatim("1.0")),
            (Text::from("x"), Value::List(vec![Value::null(), Value::verbatim("true")])),
        ])
    }

    fn render(style: Style) -> String {
        String::from_utf8(style.render(&mut Rng::new(3), &sample())).expect("the sample is UTF-8")
    }

    #[test]
    fn canonical_is_compact_and_sorts_maps_only() {
        assert_eq!(
            render(Style::Canonical),
            r#"{"long":{"a":"\u003c\b\u001f/","bb":1},"x":1.0,"x":[null,true]}"#
        );
    }

    #[test]
    fn mysql_sorts_by_length_and_keeps_the_last_repeat() {
        assert_eq!(
            render(Style::MySql),
            r#"{"x": [null, true], "long": {"a": "<\b\u001f/", "bb": 1}}"#
        );
    }

    #[test]
    fn every_style_says_the_same() {
        // Without the repeat, whose winner depends on the order.
        let Value::Struct(mut entries) = sample() else { unreachable!("the sample is a struct") };
        entries.remove(1);
        let value = Value::Struct(entries);
        let expected =
            serde_json::json!({"long": {"a": "<\u{8}\u{1f}/", "bb": 1}, "x": [null, true]});
        for style in Style::ALL {
            for seed in 0..50 {
                let text = style.render(&mut Rng::new(seed), &value);
                let read: serde_json::Value =
                    serde_json::from_slice(&text).unwrap_or_else(|error| {
                        panic!("{style:?}: {error}: {}", String::from_utf8_lossy(&text))
                    });
                assert_eq!(read, expected, "{style:?}");
            }
        }
    }
}
