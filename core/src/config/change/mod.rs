//! Changing a controller's persistence settings in its ConfigMap, and nothing else.
//!
//! **Invariant:** what comes out is what the controller reads as the settings asked for, all others as before; each
//! line that need not change is the same to the byte. What cannot be changed with certainty is an error.

mod edit;
mod manifest;
#[cfg(test)]
mod tests;

use alloc::borrow::ToOwned;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::{Stage, judge};
use crate::golang::ArgoVersion;

/// The section of the configuration.
const SECTION: &str = "persistence";
/// The key of `data` that holds a whole configuration.
const CONFIG: &str = "config";

/// A setting below `persistence`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting<'a> {
    /// Its keys from the outside in, spelled as Argo does: `["mysql", "host"]`.
    pub path: &'a [&'a str],
    /// What it is to be.
    pub value: Scalar<'a>,
}

/// A setting's value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scalar<'a> {
    /// A text without line breaks.
    Text(&'a str),
    /// A boolean.
    Bool(bool),
    /// An integer.
    Int(i64),
}

/// A value of the ConfigMap's `data` as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// Its key: `persistence`, or `config` where that holds everything.
    pub key: String,
    /// Its new text.
    pub text: String,
}

/// Why a configuration is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ChangeError {
    /// The controller refuses it as it is, with these words.
    Refused(String),
    /// The controller takes one of several meanings of it at random.
    Chance,
    /// The controller would refuse what comes out, with these words: a value is none that Argo takes.
    RefusedThen(String),
    /// A key stands there in more than one spelling.
    Repeated(String),
    /// An anchor, alias, merge or tag stands there: a change could reach further than it seems.
    Shared(String),
    /// What stands there is no mapping, or no value of one line.
    Shape(String),
    /// The value has a line break or another character that has no place in one line.
    Value(String),
}

impl fmt::Display for ChangeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(words) => write!(out, "the controller refuses it as it is: {words}"),
            Self::Chance => {
                out.write_str("it means one thing or another, at random, to the controller")
            }
            Self::RefusedThen(words) => write!(out, "the controller would refuse it then: {words}"),
            Self::Repeated(path) => write!(out, "`{path}` stands there in more than one spelling"),
            Self::Shared(path) => {
                write!(out, "`{path}` has an anchor, alias, merge or tag, which is not changed")
            }
            Self::Shape(path) => {
                write!(out, "`{path}` is written in a way that is not changed by a program")
            }
            Self::Value(path) => {
                write!(out, "the value for `{path}` has a character that has no place in one line")
            }
        }
    }
}

impl core::error::Error for ChangeError {}

/// Gives the value of a ConfigMap's `data` that has to change for these settings, with its new text; `None` when all of
/// them are so already.
///
/// `data` are the ConfigMap's values, as Kubernetes has them. In layouts with a key for each section, only
/// `persistence` changes; with `config`, only that. Comments, order and spelling stay as they are; a new key comes
/// behind those of its mapping. Applied to its own result it gives `None`.
///
/// # Errors
/// The controller refuses the configuration, before or after; or a place cannot be changed with certainty.
///
/// ```
/// use argo_offload_core::config::change::{Scalar, Setting, change_persistence};
/// use argo_offload_core::golang::ArgoVersion;
///
/// let before = "# ours\nmysql: {host: db, database: argo, tableName: wf}\n";
/// let data = [("persistence".to_owned(), before.to_owned())].into();
/// let on = Setting { path: &["nodeStatusOffLoad"], value: Scalar::Bool(true) };
/// let changed = change_persistence(&data, &[on], ArgoVersion::NEWEST).unwrap().unwrap();
/// assert_eq!(changed.text, format!("{before}nodeStatusOffLoad: true\n"));
/// ```
pub fn change_persistence(
    data: &BTreeMap<String, String>,
    settings: &[Setting<'_>],
    version: ArgoVersion,
) -> Result<Option<Changed>, ChangeError> {
    let verdict = judge(&manifest::of(data), version);
    match verdict.stage {
        Stage::Ok => {}
        Stage::Depends => return Err(ChangeError::Chance),
        _ => return Err(ChangeError::Refused(verdict.error.unwrap_or_default())),
    }
    let (key, above): (&str, &[&str]) = match data.contains_key(CONFIG) {
        true => (CONFIG, &[SECTION]),
        false => (section_key(data)?, &[]),
    };
    let before = data.get(key).map_or("", String::as_str);
    let mut text = before.to_owned();
    for setting in settings {
        let path: Vec<&str> = above.iter().chain(setting.path).copied().collect();
        text = edit::set(&text, &path, setting.value)?;
    }
    if text == before {
        return Ok(None);
    }
    let mut after = data.clone();
    after.insert(key.to_owned(), text.clone());
    let verdict = judge(&manifest::of(&after), version);
    match verdict.stage {
        Stage::Ok => Ok(Some(Changed { key: key.to_owned(), text })),
        Stage::Depends => Err(ChangeError::Chance),
        _ => Err(ChangeError::RefusedThen(verdict.error.unwrap_or_default())),
    }
}

/// The key of `data` that is the section, in whatever case.
fn section_key(data: &BTreeMap<String, String>) -> Result<&str, ChangeError> {
    let mut keys = data.keys().filter(|key| edit::means(key.as_bytes(), SECTION));
    match (keys.next(), keys.next()) {
        (None, _) => Ok(SECTION),
        (Some(key), None) => Ok(key),
        (Some(_), Some(_)) => Err(ChangeError::Repeated(format!("data.{SECTION}"))),
    }
}
