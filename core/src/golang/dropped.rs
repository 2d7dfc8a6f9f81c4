//! What Go's decoder would silently lose.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::fmt;

use crate::json::text::decode;

/// Content of an input that is not in the encoded text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    kinds: BTreeMap<DroppedField, u64>,
    others: u64,
}

/// One kind of content that is lost.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DroppedField {
    /// The Go type in which it stood, for example `wf.NodeStatus`, or `map`.
    pub holder: &'static str,
    /// Its key, shortened to 100 characters.
    pub key: String,
    /// Why it is lost.
    pub why: Why,
}

/// Why content is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// This version's type has no such field.
    Unknown,
    /// The key stands more than once (perhaps spelled differently): one value hides another.
    Repeated,
    /// A list or object where `AnyString` takes a scalar: Go keeps nothing of it.
    NotText,
}

/// How many kinds are named one by one.
const NAMED: usize = 100;

impl Dropped {
    /// Whether nothing was lost.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.kinds.is_empty() && self.others == 0
    }

    /// The kinds, sorted, each with how often it occurred.
    pub fn iter(&self) -> impl Iterator<Item = (&DroppedField, u64)> {
        self.kinds.iter().map(|(kind, &times)| (kind, times))
    }

    /// How often content of further kinds, beyond the 100 that are named, was lost.
    #[must_use]
    pub fn others(&self) -> u64 {
        self.others
    }

    /// `key` is what stands between the quotes.
    pub(crate) fn add(&mut self, holder: &'static str, key: &[u8], why: Why) {
        let key: String = String::from_utf8_lossy(&decode(key)).chars().take(100).collect();
        let kind = DroppedField { holder, key, why };
        if let Some(times) = self.kinds.get_mut(&kind) {
            *times += 1;
        } else if self.kinds.len() < NAMED {
            self.kinds.insert(kind, 1);
        } else {
            self.others += 1;
        }
    }
}

impl fmt::Display for Dropped {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (kind, times)) in self.iter().take(5).enumerate() {
            let separator = if index == 0 { "" } else { ", " };
            let why = match kind.why {
                Why::Unknown => "unknown to this version of Argo",
                Why::Repeated => "written more than once",
                Why::NotText => "a list or object where a text belongs",
            };
            write!(out, "{separator}{} in {} ({times}×, {why})", kind.key, kind.holder)?;
        }
        let more = self.kinds.len().saturating_sub(5);
        if more > 0 || self.others > 0 {
            write!(out, " and more")?;
        }
        Ok(())
    }
}
