//! One page of a Kubernetes List.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use core::ops::Range;

use super::envelope::{fields, object, string};
use super::objects::array;
use super::{EnvelopeError, EnvelopeProblem};
use crate::json::scan::peek;

/// The items of a List and how it goes on; spans are offsets in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListPage<'a> {
    /// The items, cut by their brackets; whoever reads one checks it.
    pub items: Vec<Range<usize>>,
    /// `metadata.continue`: the token of the next page, empty on the last.
    pub next: Cow<'a, str>,
    /// `metadata.resourceVersion`
    pub resource_version: Cow<'a, str>,
}

impl<'a> ListPage<'a> {
    /// Reads `text` as a List.
    ///
    /// ```
    /// use argo_offload_core::workflow::ListPage;
    ///
    /// let text = br#"{"items":[{"a":1},{}],"kind":"WorkflowList","metadata":{"continue":"x"}}"#;
    /// let page = ListPage::parse(text).unwrap();
    /// assert_eq!((page.items.len(), &*page.next), (2, "x"));
    /// assert_eq!(&text[page.items[0].clone()], br#"{"a":1}"#);
    /// ```
    ///
    /// # Errors
    /// It is not an object whose kind ends in `List`, or a key that matters here stands twice.
    pub fn parse(text: &'a [u8]) -> Result<Self, EnvelopeError> {
        let start = peek(text, 0).map_or(text.len(), |(at, _)| at);
        let ([api_version, kind, metadata, items], end) =
            fields(text, start, ["apiVersion", "kind", "metadata", "items"])?;
        if let Some((at, _)) = peek(text, end) {
            return Err(crate::json::scan::unexpected(text, at, "nothing after the List").into());
        }
        let kind = string(text, kind, "kind")?;
        if !kind.ends_with("List") {
            let (kind, api_version) =
                (kind.into_owned(), string(text, api_version, "apiVersion")?.into_owned());
            let problem = EnvelopeProblem::Kind { api_version, kind };
            return Err(EnvelopeError { at: start, problem });
        }
        let mut page = Self::default();
        match items.filter(|items| text.get(items.start..items.end) != Some(b"null")) {
            Some(items) if text.get(items.start) == Some(&b'[') => {
                page.items = array(text, items.start)?;
            }
            Some(items) => {
                let problem = EnvelopeProblem::Expected { key: "items", wanted: "an array" };
                return Err(EnvelopeError { at: items.start, problem });
            }
            None => {}
        }
        if let Some(metadata) = object(text, metadata, "metadata")? {
            let ([next, version], _) =
                fields(text, metadata.start, ["continue", "resourceVersion"])?;
            page.next = string(text, next, "metadata.continue")?;
            page.resource_version = string(text, version, "metadata.resourceVersion")?;
        }
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_items_is_the_last_page() {
        for text in ["null", "[]"] {
            let text = alloc::format!(
                r#"{{"kind":"List","items":{text},"metadata":{{"continue":null}}}}"#
            );
            assert_eq!(ListPage::parse(text.as_bytes()), Ok(ListPage::default()));
        }
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in [
            r#"{"kind":"Workflow","items":[]}"#,
            r#"{"kind":"List","items":{}}"#,
            r#"{"kind":"List","items":[],"items":[]}"#,
            r#"{"kind":"List","items":["#,
            r#"{"kind":"List"} x"#,
            "[]",
            "",
        ] {
            assert!(ListPage::parse(text.as_bytes()).is_err(), "{text}");
        }
    }
}
