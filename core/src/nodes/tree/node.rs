//! One node, as far as a tree shows it.

use alloc::borrow::Cow;
use alloc::string::String;
use core::fmt;
use core::ops::Range;

use crate::golang::time::Time;
use crate::json::SyntaxError;
use crate::json::skim::{elements, members};
use crate::json::text::decode;

/// A node; texts are decoded, with U+FFFD for what is not UTF-8, and empty where there are none.
#[derive(Clone, Debug, Default)]
pub struct Node<'a> {
    /// The key under which it stands.
    pub id: Cow<'a, str>,
    /// The name that tells it from all others, such as `my-workflow.process(3:c)`.
    pub name: Cow<'a, str>,
    /// The name for people, such as `process(3:c)`.
    pub display_name: Cow<'a, str>,
    /// Argo's `type`: `Pod`, `DAG`, `Steps`, `StepGroup`, `TaskGroup`, `Retry`, `Skipped`, `Suspend`, …
    pub kind: Cow<'a, str>,
    /// Its phase.
    pub phase: Phase,
    /// The phase as it is written.
    pub phase_text: Cow<'a, str>,
    /// The id of the DAG or the steps that it is a part of.
    pub boundary_id: Cow<'a, str>,
    /// Why it is in its phase.
    pub message: Cow<'a, str>,
    /// Its template in this workflow.
    pub template_name: Cow<'a, str>,
    /// Its template elsewhere: the names of the WorkflowTemplate and of the template in there.
    pub template_ref: Option<(Cow<'a, str>, Cow<'a, str>)>,
    /// When it began, in seconds since 1970.
    pub started_at: Option<i64>,
    /// When it ended, in seconds since 1970.
    pub finished_at: Option<i64>,
    /// How many children it names.
    pub child_count: usize,
    /// Offsets of its children's list in the text of the node map.
    pub(super) children: Range<usize>,
    /// Offsets of its value in the text of the node map.
    pub(super) span: Range<usize>,
}

/// The phase of a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// It failed by its own doing.
    Failed,
    /// It failed by something else.
    Error,
    /// It runs.
    Running,
    /// It waits.
    Pending,
    /// It is done.
    Succeeded,
    /// Its condition was false.
    Skipped,
    /// What it depends on came out otherwise.
    Omitted,
    /// It has none yet.
    #[default]
    None,
    /// One that this version does not know.
    Other,
}

impl Phase {
    /// All phases, the most urgent first.
    pub const ALL: [Self; 9] = [
        Self::Failed,
        Self::Error,
        Self::Running,
        Self::Pending,
        Self::Succeeded,
        Self::Skipped,
        Self::Omitted,
        Self::None,
        Self::Other,
    ];

    /// Reads a phase as Argo writes it.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text {
            "Failed" => Self::Failed,
            "Error" => Self::Error,
            "Running" => Self::Running,
            "Pending" => Self::Pending,
            "Succeeded" => Self::Succeeded,
            "Skipped" => Self::Skipped,
            "Omitted" => Self::Omitted,
            "" => Self::None,
            _ => Self::Other,
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Failed => "Failed",
            Self::Error => "Error",
            Self::Running => "Running",
            Self::Pending => "Pending",
            Self::Succeeded => "Succeeded",
            Self::Skipped => "Skipped",
            Self::Omitted => "Omitted",
            Self::None => "without a phase",
            Self::Other => "in other phases",
        })
    }
}

impl<'a> Node<'a> {
    /// Reads the value at `span`; what is no object is a node of which only the id is known.
    pub(super) fn read(text: &'a [u8], id: Cow<'a, [u8]>, span: Range<usize>) -> Self {
        let mut node = Self { id: utf8(id), span: span.clone(), ..Self::default() };
        // What is wrong behind the first error is not seen; the encoder says where it is.
        let _ = members(text, span.start, |member| {
            let value = member.start..member.end;
            let place = match &*decode(member.key_text(text)) {
                b"name" => &mut node.name,
                b"displayName" => &mut node.display_name,
                b"type" => &mut node.kind,
                b"phase" => &mut node.phase_text,
                b"boundaryID" => &mut node.boundary_id,
                b"message" => &mut node.message,
                b"templateName" => &mut node.template_name,
                key => {
                    match key {
                        b"startedAt" => node.started_at = time(text, value),
                        b"finishedAt" => node.finished_at = time(text, value),
                        b"templateRef" => node.template_ref = template_ref(text, value),
                        b"children" => {
                            node.child_count = strings(text, value.clone(), |_| {});
                            node.children = value;
                        }
                        _ => {}
                    }
                    return Ok(());
                }
            };
            *place = string(text, value);
            Ok::<_, SyntaxError>(())
        });
        node.phase = Phase::of(&node.phase_text);
        node
    }

    /// The template's own name, as Argo's `GetTemplateFromNode` gives it for pods and selectors.
    #[must_use]
    pub fn template(&self) -> &str {
        self.template_ref.as_ref().map_or(&*self.template_name, |(_, template)| template)
    }
}

/// Calls `each` with every string of the array at `span`; how many there are.
pub(super) fn strings<'a>(
    text: &'a [u8],
    span: Range<usize>,
    mut each: impl FnMut(Cow<'a, str>),
) -> usize {
    let mut count = 0;
    if text.get(span.start) == Some(&b'[') {
        let _ = elements(text, span.start, |item| {
            count += 1;
            each(string(text, item));
            Ok::<_, SyntaxError>(())
        });
    }
    count
}

/// The value of the last member `key` of the object at `span`.
pub(super) fn value_of<'a>(text: &'a [u8], span: Range<usize>, key: &str) -> Option<&'a [u8]> {
    let mut found = None;
    let _ = members(text, span.start, |member| {
        if *decode(member.key_text(text)) == *key.as_bytes() {
            found = text.get(member.start..member.end);
        }
        Ok::<_, SyntaxError>(())
    });
    found
}

/// The decoded string at `span`, empty for what is none.
pub(super) fn string(text: &[u8], span: Range<usize>) -> Cow<'_, str> {
    let literal = text.get(span).unwrap_or_default();
    match literal {
        [b'"', inner @ .., b'"'] => utf8(decode(inner)),
        _ => Cow::Borrowed(""),
    }
}

fn utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(bytes) => String::from_utf8_lossy(bytes),
        Cow::Owned(bytes) => match String::from_utf8(bytes) {
            Ok(text) => Cow::Owned(text),
            Err(error) => Cow::Owned(String::from_utf8_lossy(error.as_bytes()).into_owned()),
        },
    }
}

fn time(text: &[u8], span: Range<usize>) -> Option<i64> {
    let literal = string(text, span);
    let time = Time::parse(literal.as_bytes()).ok().filter(|time| !time.is_zero())?;
    Some(time.unix_seconds())
}

fn template_ref(text: &[u8], span: Range<usize>) -> Option<(Cow<'_, str>, Cow<'_, str>)> {
    let (mut name, mut template) = (Cow::Borrowed(""), Cow::Borrowed(""));
    members(text, span.start, |member| {
        match &*decode(member.key_text(text)) {
            b"name" => name = string(text, member.start..member.end),
            b"template" => template = string(text, member.start..member.end),
            _ => {}
        }
        Ok::<_, SyntaxError>(())
    })
    .ok()?;
    Some((name, template))
}
