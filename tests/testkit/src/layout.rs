//! Argo's Go types as `encoding/json` sees them, read from `tests/fixtures/layouts`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// The type tables of one version of Argo.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The version the tables were taken from.
    pub version: Version,
    /// Every type by its name, as `wf.NodeStatus`.
    pub types: BTreeMap<String, Type>,
}

/// A version of Argo Workflows whose types and answers are among the fixtures, oldest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(non_camel_case_types, reason = "the names are the versions")]
pub enum Version {
    /// v3.6.12
    V3_6_12,
    /// v3.7.6
    V3_7_6,
    /// v4.1.2
    V4_1_2,
}

/// A named type.
#[derive(Clone, Debug)]
pub struct Type {
    /// What it is, as far as its JSON goes.
    pub kind: Kind,
    /// It has `IsZero`, which decides for fields with `omitzero`.
    pub is_zero_method: bool,
}

/// What a type looks like in JSON.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A JSON object of fields, in the order `encoding/json` writes them.
    Struct(Vec<Field>),
    /// Another name for an expression, as `type NodePhase string`.
    Alias(Expression),
    /// It reads and writes itself (`MarshalJSON`), as `meta.Time`.
    Opaque,
}

/// A field of a struct; embedded structs are flattened already.
#[derive(Clone, Debug)]
pub struct Field {
    /// JSON name.
    pub name: String,
    /// Left out when empty (`omitempty`).
    pub omit_empty: bool,
    /// Left out when zero (`omitzero`).
    pub omit_zero: bool,
    /// Its type.
    pub expression: Expression,
    /// Path of Go names where it is not the JSON name; a dot means a field promoted from an embedded struct.
    pub go_path: Option<String>,
}

/// A Go type expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expression {
    /// `bool`
    Bool,
    /// `string`
    String,
    /// `int`, `int8` … `int64`, with the number of bits (`int` has 64).
    Int(u32),
    /// `uint`, `uint8` … `uint64`, with the number of bits.
    Uint(u32),
    /// `float32`, `float64`
    Float,
    /// `interface{}`
    Any,
    /// `[]byte`: base64 in JSON.
    Bytes,
    /// `*T`
    Pointer(Box<Expression>),
    /// `[]T`
    List(Box<Expression>),
    /// `map[K]V`; K is a kind of string.
    Map(Box<Expression>, Box<Expression>),
    /// A type of the table.
    Named(String),
}

impl Version {
    /// Every version, oldest first.
    pub const ALL: [Self; 3] = [Self::V3_6_12, Self::V3_7_6, Self::V4_1_2];

    /// As the fixtures spell it: `v3.7.6`.
    pub fn name(self) -> &'static str {
        match self {
            Self::V3_6_12 => "v3.6.12",
            Self::V3_7_6 => "v3.7.6",
            Self::V4_1_2 => "v4.1.2",
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Layout {
    /// The root of the controller's configuration.
    pub const CONFIG: &'static str = "config.Config";
    /// The root of a whole workflow.
    pub const WORKFLOW: &'static str = "wf.Workflow";
    /// The root of `status.nodes`.
    pub const NODES: &'static str = "wf.Nodes";

    /// The tables of `version`.
    ///
    /// # Panics
    /// When the fixture is not what this reader knows; a test can do nothing better.
    pub fn load(version: Version) -> Self {
        let text = match version {
            Version::V3_6_12 => include_str!("../../fixtures/layouts/argo-v3.6.12.json"),
            Version::V3_7_6 => include_str!("../../fixtures/layouts/argo-v3.7.6.json"),
            Version::V4_1_2 => include_str!("../../fixtures/layouts/argo-v4.1.2.json"),
        };
        let file: File =
            serde_json::from_str(text).unwrap_or_else(|error| panic!("layout {version}: {error}"));
        assert_eq!(
            file.argo,
            version.name(),
            "the layout of {version} says it is of another version"
        );
        let types =
            file.types.into_iter().map(|(name, stored)| (name, stored.into_type())).collect();
        Self { version, types }
    }

    /// The type called `name`.
    ///
    /// # Panics
    /// When there is none.
    pub fn get(&self, name: &str) -> &Type {
        self.types.get(name).unwrap_or_else(|| panic!("{} has no type {name}", self.version))
    }

    /// The fields of the struct called `name`; none when it is not a struct.
    pub fn fields(&self, name: &str) -> &[Field] {
        match &self.get(name).kind {
            Kind::Struct(fields) => fields,
            Kind::Alias(_) | Kind::Opaque => &[],
        }
    }

    /// Every type that a value of type `root` can hold, with `root` itself.
    pub fn reachable(&self, root: &str) -> BTreeSet<&str> {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![
            self.types.get_key_value(root).unwrap_or_else(|| panic!("no type {root}")).0.as_str(),
        ];
        while let Some(name) = waiting.pop() {
            if seen.insert(name) {
                waiting.extend(self.children(name));
            }
        }
        seen
    }

    /// The named types a value of type `name` holds directly. A `wf.ParallelSteps` is a list of `wf.WorkflowStep`.
    fn children(&self, name: &str) -> Vec<&str> {
        match &self.get(name).kind {
            Kind::Struct(fields) => {
                fields.iter().filter_map(|field| field.expression.base()).collect()
            }
            Kind::Alias(expression) => expression.base().into_iter().collect(),
            Kind::Opaque if name == "wf.ParallelSteps" => vec!["wf.WorkflowStep"],
            Kind::Opaque => Vec::new(),
        }
    }
}

impl Expression {
    /// Reads `*T`, `[]T`, `map[K]V`, a basic type, or the name of a type.
    pub fn parse(text: &str) -> Self {
        if let Some(rest) = text.strip_prefix('*') {
            return Self::Pointer(Box::new(Self::parse(rest)));
        }
        if let Some(rest) = text.strip_prefix("[]") {
            return Self::List(Box::new(Self::parse(rest)));
        }
        if let Some((key, value)) = text.strip_prefix("map[").and_then(|rest| rest.split_once(']'))
        {
            return Self::Map(Box::new(Self::parse(key)), Box::new(Self::parse(value)));
        }
        let bits = |prefix: &str| match text.strip_prefix(prefix)? {
            "" => Some(64),
            digits => digits.parse().ok(),
        };
        match text {
            "bool" => Self::Bool,
            "string" => Self::String,
            "float32" | "float64" => Self::Float,
            "any" => Self::Any,
            "bytes" => Self::Bytes,
            _ => match (bits("int"), bits("uint")) {
                (Some(bits), _) => Self::Int(bits),
                (_, Some(bits)) => Self::Uint(bits),
                _ => Self::Named(text.to_owned()),
            },
        }
    }

    /// The named type below pointers, lists and map values, if there is one.
    pub fn base(&self) -> Option<&str> {
        match self {
            Self::Pointer(inner) | Self::List(inner) | Self::Map(_, inner) => inner.base(),
            Self::Named(name) => Some(name),
            _ => None,
        }
    }
}

#[derive(Deserialize)]
struct File {
    argo: String,
    types: BTreeMap<String, StoredType>,
}

/// The short keys are explained in the fixtures' README.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredType {
    k: String,
    t: Option<String>,
    f: Option<Vec<StoredField>>,
    m: Option<String>,
    #[serde(rename = "u")]
    _unmarshaller: Option<String>,
    #[serde(default)]
    z: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredField {
    n: String,
    #[serde(default)]
    o: String,
    t: String,
    g: Option<String>,
}

impl StoredType {
    fn into_type(self) -> Type {
        let kind = match (self.m, self.t) {
            (Some(_), _) => Kind::Opaque,
            (None, Some(underlying)) => Kind::Alias(Expression::parse(&underlying)),
            (None, None) => {
                assert_eq!(self.k, "struct", "a type that is neither a struct nor another name");
                Kind::Struct(
                    self.f.unwrap_or_default().into_iter().map(StoredField::into_field).collect(),
                )
            }
        };
        Type { kind, is_zero_method: self.z }
    }
}

impl StoredField {
    fn into_field(self) -> Field {
        assert!(
            self.o.chars().all(|option| "ez".contains(option)),
            "unknown option in {:?} of {}",
            self.o,
            self.n
        );
        Field {
            omit_empty: self.o.contains('e'),
            omit_zero: self.o.contains('z'),
            expression: Expression::parse(&self.t),
            name: self.n,
            go_path: self.g,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_layout_is_read_whole() {
        let counts = Version::ALL.map(|version| {
            let layout = Layout::load(version);
            let fields = layout.types.keys().map(|name| layout.fields(name).len()).sum::<usize>();
            (layout.types.len(), fields)
        });
        // Types and fields as the fixtures' README counts them.
        assert_eq!(counts, [(294, 1125), (297, 1144), (316, 1220)]);
    }

    #[test]
    fn every_name_in_an_expression_is_a_type() {
        for version in Version::ALL {
            let layout = Layout::load(version);
            assert!(layout.reachable("config.Config").contains("wf.NodeStatus"));
            assert!(layout.reachable(Layout::WORKFLOW).contains("wf.WorkflowStep"));
        }
    }

    #[test]
    fn expressions_nest() {
        let list = Expression::List(Box::new(Expression::Named("wf.Link".into())));
        assert_eq!(
            Expression::parse("map[string][]wf.Link"),
            Expression::Map(Box::new(Expression::String), Box::new(list))
        );
        assert_eq!(Expression::parse("*int32"), Expression::Pointer(Box::new(Expression::Int(32))));
        assert_eq!(Expression::parse("uint8"), Expression::Uint(8));
        assert_eq!(
            Expression::parse("intstr.IntOrString"),
            Expression::Named("intstr.IntOrString".into())
        );
    }
}
