//! JSON whose spelling is part of the value: repeated keys, forms of numbers, raw bytes and escapes stay as made.

pub use style::Style;

pub(crate) use mysql::write_mysql_string;
pub(crate) use text::{Text, Unit};

mod mysql;
mod style;
mod text;

/// A JSON value before it is given a [`Style`].
#[derive(Clone, Debug)]
pub(crate) enum Value {
    /// Written as it is: numbers, literals, and spellings that no style may touch.
    Verbatim(Vec<u8>),
    /// A string, spelled by the style.
    String(Text),
    /// An array.
    List(Vec<Value>),
    /// The fields of a struct in the order made, repeats included.
    Struct(Vec<(Text, Value)>),
    /// The entries of a map; [`Style::Canonical`] sorts them by key.
    Map(Vec<(Text, Value)>),
}

impl Value {
    /// A literal or number.
    pub(crate) fn verbatim(text: impl Into<Vec<u8>>) -> Self {
        Self::Verbatim(text.into())
    }

    /// `null`
    pub(crate) fn null() -> Self {
        Self::verbatim("null")
    }

    /// A string of plain characters.
    pub(crate) fn string(text: impl AsRef<str>) -> Self {
        Self::String(Text::from(text.as_ref()))
    }
}
