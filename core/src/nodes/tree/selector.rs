//! Which nodes are shown: `--node-field-selector` and its like.
//!
//! Sources: k8s.io/apimachinery v0.33.1, pkg/fields/selector.go (`ParseSelector`); Argo Workflows v3.7.6,
//! `SelectorMatchesNode` in workflow/util/util.go.

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use super::node::{Node, Phase, string, value_of};
use crate::json::SyntaxError;
use crate::json::skim::elements;

/// What a node must have to be shown: all that is set.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// One of these phases; none for any.
    pub phases: Vec<Phase>,
    /// A template of this name.
    pub template: Option<String>,
    /// Fields as these terms have them.
    pub selector: Selector,
}

impl Filter {
    /// Whether every node is shown.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.phases.is_empty() && self.template.is_none() && self.selector.terms.is_empty()
    }

    /// Whether the node is shown; `text` is the node map's.
    pub(super) fn matches(&self, text: &[u8], node: &Node<'_>) -> bool {
        (self.phases.is_empty() || self.phases.contains(&node.phase))
            && self.template.as_ref().is_none_or(|template| node.template() == template)
            && self.selector.terms.iter().all(|term| term.matches(text, node))
    }
}

/// Terms such as `phase=Failed,templateName!=main`, all of which must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selector {
    terms: Vec<Term>,
}

impl Selector {
    /// No terms, which every node has.
    pub const NONE: Self = Self { terms: Vec::new() };
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Term {
    field: String,
    value: String,
    equal: bool,
}

/// Why a text is no selector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorError {
    /// A term has no `=`, `==` or `!=`.
    NoOperator {
        /// The term.
        term: String,
    },
    /// A value has a backslash before another character than `\`, `,` and `=`, or at its end.
    Escape {
        /// The term.
        term: String,
    },
    /// A value has an `=` without a backslash before it.
    Unescaped {
        /// The term.
        term: String,
    },
    /// Nodes have no such field. (Argo takes it for one that is empty everywhere.)
    Field {
        /// The field.
        field: String,
    },
}

/// The fields a selector may name; `NAME` stands for any parameter.
const FIELDS: [&str; 10] = [
    "id",
    "name",
    "displayName",
    "templateName",
    "templateRef.name",
    "templateRef.template",
    "phase",
    "type",
    "boundaryID",
    "inputs.parameters.NAME.value",
];

impl fmt::Display for SelectorError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoOperator { term } => {
                write!(out, "{term:?} is no term: expected FIELD=VALUE or FIELD!=VALUE")
            }
            Self::Escape { term } => {
                write!(out, "in {term:?}: a backslash stands only before a backslash, `,` or `=`")
            }
            Self::Unescaped { term } => {
                write!(out, "in {term:?}: an `=` in a value needs a backslash before it")
            }
            Self::Field { field } => {
                write!(out, "nodes have no field {field:?} to select by; there are: ")?;
                out.write_str(&FIELDS.join(", "))
            }
        }
    }
}

impl core::error::Error for SelectorError {}

impl core::str::FromStr for Selector {
    type Err = SelectorError;

    fn from_str(text: &str) -> Result<Self, SelectorError> {
        let mut terms = Vec::new();
        let mut escaped = false;
        let commas = |character: char| {
            let ends = character == ',' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        };
        for term in text.split(commas).filter(|term| !term.is_empty()) {
            terms.push(Term::read(term)?);
        }
        Ok(Self { terms })
    }
}

impl Term {
    fn read(term: &str) -> Result<Self, SelectorError> {
        let owned = || term.to_string();
        let none = || SelectorError::NoOperator { term: owned() };
        // The first operator counts, `!=` before `=`.
        let (field, value) = term.split_once('=').ok_or_else(none)?;
        let (field, equal) = match field.strip_suffix('!') {
            Some(field) => (field, false),
            None => (field, true),
        };
        let value = if equal { value.strip_prefix('=').unwrap_or(value) } else { value };
        let mut plain = String::new();
        let mut characters = value.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some(escaped @ ('\\' | ',' | '=')) => plain.push(escaped),
                    _ => return Err(SelectorError::Escape { term: owned() }),
                },
                '=' => return Err(SelectorError::Unescaped { term: owned() }),
                character => plain.push(character),
            }
        }
        if !FIELDS.contains(&field) && parameter(field).is_none() {
            return Err(SelectorError::Field { field: field.to_string() });
        }
        Ok(Self { field: field.to_string(), value: plain, equal })
    }

    fn matches(&self, text: &[u8], node: &Node<'_>) -> bool {
        let of_ref = |part: fn(&(Cow<'_, str>, Cow<'_, str>)) -> String| {
            node.template_ref.as_ref().map(part).unwrap_or_default()
        };
        let found: Cow<'_, str> = match &*self.field {
            "id" => value_of(text, node.span.clone(), "id")
                .map_or("".into(), |literal| string(literal, 0..literal.len())),
            "name" => Cow::Borrowed(&node.name),
            "displayName" => Cow::Borrowed(&node.display_name),
            "templateName" => Cow::Borrowed(node.template()),
            "templateRef.name" => of_ref(|(name, _)| name.to_string()).into(),
            "templateRef.template" => of_ref(|(_, template)| template.to_string()).into(),
            "phase" => Cow::Borrowed(&node.phase_text),
            "type" => Cow::Borrowed(&node.kind),
            "boundaryID" => Cow::Borrowed(&node.boundary_id),
            field => parameter(field)
                .and_then(|name| value_of_parameter(text, node, name))
                .unwrap_or_default(),
        };
        (found == *self.value) == self.equal
    }
}

/// The parameter that a field is the value of.
fn parameter(field: &str) -> Option<&str> {
    field.strip_prefix("inputs.parameters.")?.strip_suffix(".value")
}

/// The value of the node's last input parameter of this name.
fn value_of_parameter<'a>(text: &'a [u8], node: &Node<'_>, name: &str) -> Option<Cow<'a, str>> {
    let inputs = value_of(text, node.span.clone(), "inputs")?;
    let parameters = value_of(inputs, 0..inputs.len(), "parameters")?;
    let mut found = None;
    let _ = elements(parameters, 0, |item| {
        let text = |key| {
            let literal = value_of(parameters, item.clone(), key)?;
            Some(string(literal, 0..literal.len()))
        };
        if text("name").is_some_and(|text| text == name) {
            found = text("value");
        }
        Ok::<_, SyntaxError>(())
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_as_kubernetes_reads_them() {
        let selector: Selector =
            r"name==a\,b\=c,,phase!=Failed,displayName=".parse().expect("terms");
        let shown: Vec<(&str, &str, bool)> =
            selector.terms.iter().map(|term| (&*term.field, &*term.value, term.equal)).collect();
        assert_eq!(
            shown,
            [("name", "a,b=c", true), ("phase", "Failed", false), ("displayName", "", true)]
        );
        assert_eq!("".parse(), Ok(Selector::default()));
        for (refused, why) in [
            ("phase", "is no term"),
            (r"name=a\b", "a backslash stands only before"),
            (r"name=a\", "a backslash stands only before"),
            ("name=a=b", "needs a backslash"),
            ("pahse=Failed", "there are: id, name, displayName"),
        ] {
            let error = refused.parse::<Selector>().expect_err(refused).to_string();
            assert!(error.contains(why), "{error}");
        }
    }
}
