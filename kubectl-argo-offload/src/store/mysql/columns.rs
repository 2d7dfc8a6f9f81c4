use mysql_async::{Row, Value};

use crate::store::RowKey;

/// The columns of a row, each to be taken once.
///
/// The driver's own conversions panic on what they do not expect.
pub(super) struct Columns(pub(super) Row);

impl Columns {
    /// A column's bytes, moved; none for NULL.
    pub(super) fn bytes(&mut self, column: usize) -> Vec<u8> {
        match self.0.take(column) {
            Some(Value::Bytes(bytes)) => bytes,
            Some(Value::Int(number)) => number.to_string().into_bytes(),
            Some(Value::UInt(number)) => number.to_string().into_bytes(),
            _ => Vec::new(),
        }
    }

    /// A column as text; what is no UTF-8 in it is replaced.
    pub(super) fn text(&mut self, column: usize) -> String {
        String::from_utf8(self.bytes(column))
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
    }

    /// A column's number; `None` for NULL and for what is none.
    pub(super) fn number(&mut self, column: usize) -> Option<u64> {
        self.text(column).parse().ok()
    }

    /// The key in the first three columns.
    pub(super) fn key(&mut self) -> RowKey {
        let (cluster_name, uid, version) = (self.text(0), self.text(1), self.text(2));
        RowKey { cluster_name, uid, version }
    }
}
