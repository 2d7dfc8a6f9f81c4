//! What go-yaml makes of texts.

use serde::Deserialize;
use serde_json::Value;

use crate::{Oracle, request};

/// What go-yaml reads, without and with its strictness.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct YamlOutcome {
    #[serde(rename = "ok")]
    _ok: bool,
    /// `Unmarshal` into an empty interface.
    pub plain: TreeOutcome,
    /// `UnmarshalStrict`.
    pub strict: TreeOutcome,
}

/// A tree, or an error.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TreeOutcome {
    /// It was read.
    pub ok: bool,
    /// Why it was not.
    #[serde(default)]
    pub error: String,
    /// The value as `tests/oracle/README.md` describes it; of the strict reading only where it differs.
    #[serde(default)]
    pub tree: Vec<String>,
}

impl Oracle {
    /// Reads texts of YAML, in order.
    ///
    /// # Panics
    /// The oracle stops answering.
    pub fn read_yaml<Text: AsRef<[u8]>>(&mut self, texts: &[Text]) -> Vec<YamlOutcome> {
        let requests: Vec<Value> =
            texts.iter().map(|text| request("yaml", text.as_ref())).collect();
        let read = |answer: Value| {
            YamlOutcome::deserialize(&answer).unwrap_or_else(|error| panic!("{error} in {answer}"))
        };
        self.ask_all(&requests).into_iter().map(read).collect()
    }
}
