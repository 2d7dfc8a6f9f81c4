//! What a Workflow says about itself, borrowed from its JSON text.
//!
//! **Invariant:** only identity and status facts are read; everything else stays a span of the text.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use core::fmt;
use core::ops::Range;

use crate::golang::folds_to;
use crate::json::SyntaxError;
use crate::json::scan::peek;
use crate::json::skim::{Member, members};
use crate::json::text::decode;

const INSTANCE_ID: &str = "workflows.argoproj.io/controller-instanceid";

/// A Workflow's JSON text and where in it things are; spans are offsets in bytes.
///
/// What lies between is not validated: [`crate::golang::Encoder`] does that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Envelope<'a> {
    /// The whole text.
    pub text: &'a [u8],
    /// `metadata.name`, or `metadata.generateName` where there is none yet.
    pub name: Cow<'a, str>,
    /// `metadata.namespace`
    pub namespace: Cow<'a, str>,
    /// `metadata.uid`
    pub uid: Cow<'a, str>,
    /// `metadata.creationTimestamp`, as written.
    pub creation_timestamp: Cow<'a, str>,
    /// The label by which a controller with an `instanceID` knows its Workflows; empty without.
    ///
    /// Source: Argo Workflows v3.7.6, workflow/common/common.go (`LabelKeyControllerInstanceID`).
    pub instance_id: Cow<'a, str>,
    /// Whether `metadata.managedFields` is there.
    pub has_managed_fields: bool,
    /// `status.phase`
    pub phase: Cow<'a, str>,
    /// `status.message`
    pub message: Cow<'a, str>,
    /// `status.offloadNodeStatusVersion`
    pub offload_version: Cow<'a, str>,
    /// The value of `spec`.
    pub spec: Option<Range<usize>>,
    /// The value of `status`, an object.
    pub status: Option<Range<usize>>,
    /// The value of `status.nodes`: an object with at least one node.
    pub nodes: Option<Range<usize>>,
    /// The value of `status.compressedNodes`: a string literal that is not empty.
    pub compressed_nodes: Option<Range<usize>>,
}

/// Where a Workflow has its nodes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// It has none.
    None,
    /// In `status.nodes`.
    Inline,
    /// In `status.compressedNodes`.
    Compressed,
    /// In a row that `status.offloadNodeStatusVersion` names.
    Offloaded,
}

/// A text that is not one Workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvelopeError {
    /// Offset in bytes of what is wrong.
    pub at: usize,
    /// What is wrong there.
    pub problem: EnvelopeProblem,
}

/// Why a text is not one Workflow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvelopeProblem {
    /// It is not JSON.
    Syntax(SyntaxError),
    /// The object is of another kind.
    Kind {
        /// `apiVersion`, empty if there is none.
        api_version: String,
        /// `kind`, empty if there is none.
        kind: String,
    },
    /// A value is not of the kind it must be.
    Expected {
        /// The key.
        key: &'static str,
        /// What it must be.
        wanted: &'static str,
    },
    /// It has nodes in more than one place.
    TwoPlaces,
    /// A key stands twice, or in a spelling that Go would take for it.
    Repeated {
        /// The key as it should be written, once.
        key: &'static str,
    },
}

impl fmt::Display for EnvelopeError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            EnvelopeProblem::Syntax(error) => error.fmt(out),
            EnvelopeProblem::Kind { kind, .. } if kind.is_empty() => {
                out.write_str("expected a Workflow, found an object without `kind`")
            }
            EnvelopeProblem::Kind { api_version, kind } => {
                write!(out, "expected a Workflow of argoproj.io, found {kind} of {api_version:?}")
            }
            EnvelopeProblem::Expected { key, wanted } => {
                write!(out, "expected {wanted} under `{key}`")
            }
            EnvelopeProblem::TwoPlaces => out.write_str(
                "the Workflow has nodes in more than one place: of status.nodes, \
                 status.compressedNodes and status.offloadNodeStatusVersion only one may be set",
            ),
            EnvelopeProblem::Repeated { key } => write!(
                out,
                "`{key}` must stand once, in exactly this spelling: here Go would merge two values"
            ),
        }
    }
}

impl core::error::Error for EnvelopeError {}

impl From<SyntaxError> for EnvelopeError {
    fn from(error: SyntaxError) -> Self {
        Self { at: error.at, problem: EnvelopeProblem::Syntax(error) }
    }
}

impl<'a> Envelope<'a> {
    /// Reads `text` as a Workflow.
    ///
    /// # Errors
    /// It is not an object of kind Workflow, a key that matters here stands twice, or there are nodes in
    /// more than one place.
    pub fn parse(text: &'a [u8]) -> Result<Self, EnvelopeError> {
        let start = peek(text, 0).map_or(text.len(), |(at, _)| at);
        let ([api_version, kind, metadata, spec, status], end) =
            fields(text, start, ["apiVersion", "kind", "metadata", "spec", "status"])?;
        if let Some((at, _)) = peek(text, end) {
            return Err(
                crate::json::scan::unexpected(text, at, "nothing after the Workflow").into()
            );
        }
        let mut envelope = Self { text, spec: span(spec), ..Self::default() };
        let api_version = string(text, api_version, "apiVersion")?;
        let kind = string(text, kind, "kind")?;
        // argo-server's API leaves both out.
        let unnamed =
            kind.is_empty() && api_version.is_empty() && (spec.is_some() || status.is_some());
        if !unnamed && (kind != "Workflow" || !api_version.starts_with("argoproj.io/")) {
            let (api_version, kind) = (api_version.to_string(), kind.to_string());
            return Err(EnvelopeError {
                at: start,
                problem: EnvelopeProblem::Kind { api_version, kind },
            });
        }
        if let Some(metadata) = object(text, metadata, "metadata")? {
            let ([name, generate_name, namespace, uid, created, labels, managed], _) = fields(
                text,
                metadata.start,
                [
                    "name",
                    "generateName",
                    "namespace",
                    "uid",
                    "creationTimestamp",
                    "labels",
                    "managedFields",
                ],
            )?;
            envelope.name = string(text, name, "metadata.name")?;
            if envelope.name.is_empty() {
                envelope.name = string(text, generate_name, "metadata.generateName")?;
            }
            envelope.namespace = string(text, namespace, "metadata.namespace")?;
            envelope.uid = string(text, uid, "metadata.uid")?;
            envelope.creation_timestamp = string(text, created, "metadata.creationTimestamp")?;
            if let Some(labels) = object(text, labels, "metadata.labels")? {
                envelope.instance_id = instance_id(text, labels)?;
            }
            envelope.has_managed_fields = present(text, managed).is_some();
        }
        if let Some(status) = object(text, status, "status")? {
            let ([phase, message, offloaded, nodes, compressed], _) = fields(
                text,
                status.start,
                ["phase", "message", "offloadNodeStatusVersion", "nodes", "compressedNodes"],
            )?;
            envelope.status = Some(status.start..status.end);
            envelope.phase = string(text, phase, "status.phase")?;
            envelope.message = string(text, message, "status.message")?;
            envelope.offload_version = string(text, offloaded, "status.offloadNodeStatusVersion")?;
            if let Some(nodes) = object(text, nodes, "status.nodes")?
                && !matches!(peek(text, nodes.start + 1), Some((_, b'}')))
            {
                envelope.nodes = span(Some(nodes));
            }
            if !string(text, compressed, "status.compressedNodes")?.is_empty() {
                envelope.compressed_nodes = span(compressed);
            }
            let named = span(offloaded).filter(|_| !envelope.offload_version.is_empty());
            let places = [&envelope.nodes, &envelope.compressed_nodes, &named];
            let mut places = places.into_iter().flatten().map(|place| place.start);
            if let (Some(one), Some(two)) = (places.next(), places.next()) {
                let at = one.max(two);
                return Err(EnvelopeError { at, problem: EnvelopeProblem::TwoPlaces });
            }
        }
        Ok(envelope)
    }

    /// Where the nodes are.
    #[must_use]
    pub fn storage(&self) -> Storage {
        if self.nodes.is_some() {
            Storage::Inline
        } else if self.compressed_nodes.is_some() {
            Storage::Compressed
        } else if !self.offload_version.is_empty() {
            Storage::Offloaded
        } else {
            Storage::None
        }
    }

    /// The text of `status.nodes`, if there are nodes in the object.
    #[must_use]
    pub fn nodes_text(&self) -> Option<&'a [u8]> {
        self.text.get(self.nodes.clone()?)
    }

    /// `status.compressedNodes`, decoded from JSON: base64.
    #[must_use]
    pub fn compressed_nodes_text(&self) -> Option<Cow<'a, [u8]>> {
        let literal = self.text.get(self.compressed_nodes.clone()?)?;
        literal.get(1..literal.len().checked_sub(1)?).map(decode)
    }
}

/// The value of the label, whose key is compared as it is: labels are a map.
fn instance_id<'a>(text: &'a [u8], labels: Member) -> Result<Cow<'a, str>, EnvelopeError> {
    let mut found = None;
    members(text, labels.start, |member| {
        if *decode(member.key_text(text)) == *INSTANCE_ID.as_bytes() {
            found = Some(member);
        }
        Ok::<(), EnvelopeError>(())
    })?;
    string(text, found, INSTANCE_ID)
}

fn span(member: Option<Member>) -> Option<Range<usize>> {
    member.map(|member| member.start..member.end)
}

/// The members of the object at `at` that have these keys, and the offset behind the object.
pub(super) fn fields<const N: usize>(
    text: &[u8],
    at: usize,
    keys: [&'static str; N],
) -> Result<([Option<Member>; N], usize), EnvelopeError> {
    let mut found = [None; N];
    let end = members(text, at, |member| {
        let key = decode(member.key_text(text));
        for (place, name) in found.iter_mut().zip(keys) {
            if folds_to(&key, name.as_bytes()) {
                if place.is_some() || *key != *name.as_bytes() {
                    let problem = EnvelopeProblem::Repeated { key: name };
                    return Err(EnvelopeError { at: member.key_start, problem });
                }
                *place = Some(member);
            }
        }
        Ok(())
    })?;
    Ok((found, end))
}

/// The member, unless it is absent or null.
fn present(text: &[u8], member: Option<Member>) -> Option<Member> {
    member.filter(|member| text.get(member.start..member.end) != Some(b"null"))
}

pub(super) fn object(
    text: &[u8],
    member: Option<Member>,
    key: &'static str,
) -> Result<Option<Member>, EnvelopeError> {
    match present(text, member) {
        Some(member) if text.get(member.start) != Some(&b'{') => Err(EnvelopeError {
            at: member.start,
            problem: EnvelopeProblem::Expected { key, wanted: "an object" },
        }),
        member => Ok(member),
    }
}

/// The decoded string, empty if it is absent or null.
pub(super) fn string<'a>(
    text: &'a [u8],
    member: Option<Member>,
    key: &'static str,
) -> Result<Cow<'a, str>, EnvelopeError> {
    let Some(member) = present(text, member) else { return Ok(Cow::Borrowed("")) };
    if text.get(member.start) != Some(&b'"') {
        let problem = EnvelopeProblem::Expected { key, wanted: "a string" };
        return Err(EnvelopeError { at: member.start, problem });
    }
    crate::json::scan::string(text, member.start + 1)?;
    let inner = text.get(member.start + 1..member.end - 1).unwrap_or_default();
    Ok(match decode(inner) {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow""#;

    #[test]
    fn identity_and_status_are_read() {
        let text = alloc::format!(
            r#"{HEAD},"metadata":{{"name":"a","namespace":"argo","uid":"u-1","managedFields":[{{}}],
               "labels":{{"Workflows.argoproj.io/controller-instanceid":7,
               "workflows.argoproj.io/controller-instanceid":"b"}}}},
               "status":{{"phase":"Running","nodes":{{"a":{{}}}},"message":"é\n"}}}} "#
        );
        let envelope = Envelope::parse(text.as_bytes()).expect("workflow");
        assert_eq!((&*envelope.name, &*envelope.namespace, &*envelope.uid), ("a", "argo", "u-1"));
        assert!(envelope.has_managed_fields);
        assert_eq!(envelope.instance_id, "b");
        assert_eq!((&*envelope.phase, &*envelope.message), ("Running", "é\n"));
        assert_eq!(envelope.nodes_text(), Some(&b"{\"a\":{}}"[..]));
        assert_eq!(envelope.compressed_nodes, None);
    }

    #[test]
    fn what_is_no_workflow_is_refused_with_the_place() {
        for (text, at) in [
            ("[]", 0),
            ("{", 1),
            (r#"{"kind":"Pod","apiVersion":"v1"}"#, 0),
            (r#"{"kind":7}"#, 8),
            (r#"{"metadata":{}}"#, 0),
            (r#"{"kind":"Workflow","Kind":"Workflow"}"#, 20),
        ] {
            assert_eq!(Envelope::parse(text.as_bytes()).expect_err(text).at, at, "{text}");
        }
    }
}
