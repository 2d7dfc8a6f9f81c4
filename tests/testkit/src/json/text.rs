//! Strings of JSON texts, including those that are no Unicode.

/// A string as a sequence of units.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) Vec<Unit>);

/// What a string is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A character, spelled by the style.
    Char(char),
    /// A raw byte, to break UTF-8.
    Byte(u8),
    /// Always written as `\uXXXX`: unpaired surrogates, and characters spelled so on purpose.
    Escape(u16),
}

impl Text {
    /// The content, where an escape counts as its UTF-16 unit's three or fewer bytes (WTF-8); orders keys.
    pub(crate) fn sort_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len());
        for unit in &self.0 {
            match *unit {
                Unit::Char(character) => {
                    bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                }
                Unit::Byte(byte) => bytes.push(byte),
                Unit::Escape(code) => match char::from_u32(u32::from(code)) {
                    Some(character) => {
                        bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                    }
                    None => bytes.extend_from_slice("\u{fffd}".as_bytes()),
                },
            }
        }
        bytes
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.chars().map(Unit::Char).collect())
    }
}
