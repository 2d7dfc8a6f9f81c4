//! One configuration text, read as the controller reads it.
//!
//! Source: sigs.k8s.io/yaml v1.4.0, yaml.go (`UnmarshalStrict`): go-yaml's strict decoder, the conversion to
//! JSON, `encoding/json` with unknown fields disallowed. The first that complains is what Argo logs.

pub(in crate::config) mod configuration;
pub(in crate::config) mod glue;
pub(in crate::config) mod origin;
pub(in crate::config) mod view;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;

use crate::config::wording::{go_text, reason};
use crate::golang::{ArgoVersion, Check, Problem, Root, Target, check};
use crate::yaml::{
    Collided, ConvertError, Converted, Document, Member, NodeId, YamlError, convert,
    convert_members,
};

/// What became of a configuration's document.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// Its JSON, repeated keys resolved to the last.
    pub(crate) converted: Converted,
    /// Why it has none.
    pub(crate) unconvertible: Option<ConvertError>,
    /// What the strict decoder says to the JSON.
    pub(crate) check: Check,
}

/// What of a document is the configuration.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Part<'a> {
    /// All of it.
    Whole,
    /// These of its values, each the value of a key of the configuration.
    Keys(&'a [(&'static str, NodeId, NodeId)]),
}

/// Converts and checks a document for one version of Argo.
pub(crate) fn read(
    document: &Document,
    part: Part<'_>,
    version: ArgoVersion,
    collided: Collided,
) -> Reading {
    let target = Target::root(Root::Config, version);
    let converted = match (part, document.root()) {
        (Part::Whole, Some(root)) => convert(document, root, target, collided),
        (Part::Whole, None) => Ok(Converted::null()),
        (Part::Keys(keys), _) => {
            let mut members: vec::Vec<Member<'_>> = keys
                .iter()
                .map(|&(name, key, value)| Member {
                    name: name.as_bytes().into(),
                    key,
                    value,
                    target: target.member(name.as_bytes()),
                })
                .collect();
            members.sort_by(|a, b| a.name.cmp(&b.name));
            convert_members(document, members, collided)
        }
    };
    match converted {
        Ok(converted) => {
            let check = check(&converted.json, Root::Config, version);
            Reading { converted, unconvertible: None, check }
        }
        Err(error) => Reading { unconvertible: Some(error), ..Reading::default() },
    }
}

/// Where a text goes on behind its first document, which ends at `end`: nobody reads on.
///
/// Comments and the marker of a document's end are nothing unread.
pub(crate) fn unread_from(text: &[u8], end: usize) -> Option<usize> {
    let mut at = end;
    for line in text.get(end..)?.split_inclusive(|&byte| byte == b'\n') {
        let blanks = line.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let rest = line.trim_ascii();
        let further = rest.strip_prefix(b"...").unwrap_or(rest).trim_ascii();
        if !further.is_empty() && !further.starts_with(b"#") {
            return Some(at + blanks);
        }
        at += line.len();
    }
    None
}

impl Reading {
    /// What Argo would log, or `None` when it accepts.
    pub(crate) fn refusal(&self, document: &Document) -> Option<Refusal<'_>> {
        if !document.duplicates().is_empty() {
            return Some(Refusal::Repeated);
        }
        if let Some(error) = &self.unconvertible {
            return Some(Refusal::Convert(error));
        }
        self.check.decisive.and_then(|index| self.check.problems.get(index)).map(Refusal::Decode)
    }
}

/// Why the controller refuses a document that is YAML.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Refusal<'a> {
    /// Keys are there twice.
    Repeated,
    /// JSON cannot express it.
    Convert(&'a ConvertError),
    /// The strict decoder refuses it.
    Decode(&'a Problem),
}

/// The controller's log text for a document that is no YAML.
pub(crate) fn argo_text_of_yaml(error: &YamlError) -> String {
    format!("error converting YAML to JSON: {error}")
}

impl Refusal<'_> {
    /// The controller's log text, without names of Go types that depend on its release.
    pub(crate) fn argo_text(&self, document: &Document) -> String {
        match self {
            Self::Repeated => {
                let keys: vec::Vec<String> = document
                    .duplicates()
                    .iter()
                    .map(|duplicate| document.describe(duplicate).to_string())
                    .collect();
                format!(
                    "error converting YAML to JSON: yaml: unmarshal errors:\n  {}",
                    keys.join("\n  ")
                )
            }
            Self::Convert(error) => format!("error converting YAML to JSON: {}", error.reason),
            Self::Decode(problem) => {
                let text = go_text(problem).unwrap_or_else(|| reason(&problem.reason));
                format!("error unmarshaling JSON: while decoding JSON: {text}")
            }
        }
    }
}
