//! Argo's Go types as JSON Schemas.

use std::collections::BTreeMap;

use argo_offload_core::config::texts::text;
use argo_offload_testkit::layout::{Expression, Field, Kind, Layout};
use serde_json::{Map, Value, json};

use super::names::any_case;
use super::scalars;

/// Whether Argo's YAML library knows the Go type that a value is for.
///
/// It then turns numbers and booleans into text where text is wanted. It does not see through embedded
/// structs and `UnmarshalJSON`. Source: sigs.k8s.io/yaml v1.4.0, yaml.go (convertToJSONableObject).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sight {
    Seen,
    Hidden,
}

/// The types of one layout, and the definitions that the schemas made so far refer to.
pub(crate) struct Types<'a> {
    layout: &'a Layout,
    /// Constants by type: hints, for Argo checks none of them.
    enums: BTreeMap<String, Vec<String>>,
    /// Whether texts may be Helm templates.
    templates: bool,
    definitions: Map<String, Value>,
    waiting: Vec<(String, Sight)>,
}

impl<'a> Types<'a> {
    pub(crate) fn new(layout: &'a Layout, templates: bool) -> Self {
        let enums = enums(layout.version.name());
        Self { layout, enums, templates, definitions: Map::new(), waiting: Vec::new() }
    }

    /// The schema of a struct with the texts of its keys, which are found from `path`; what is described
    /// below stands in place, the rest becomes definitions.
    pub(crate) fn described(&mut self, name: &str, sight: Sight, path: &[&str]) -> Value {
        let layout = self.layout;
        self.object(layout.fields(name), sight, Some(path))
    }

    /// The schema of one field of `config.Config`, with its text.
    pub(crate) fn top_level(&mut self, key: &str) -> Value {
        let layout = self.layout;
        let field = layout.fields("config.Config").iter().find(|field| field.name == key);
        let field = field.unwrap_or_else(|| panic!("config.Config has no {key}"));
        self.field(field, Sight::Seen, Some(&[]))
    }

    /// Everything that the schemas made so far refer to.
    pub(crate) fn definitions(mut self) -> Map<String, Value> {
        while let Some((name, sight)) = self.waiting.pop() {
            let layout = self.layout;
            let schema = self.object(layout.fields(&name), sight, None);
            self.definitions.insert(definition(&name, sight), schema);
        }
        self.definitions
    }

    /// `null` leaves a struct as it is, and keys it does not know are fatal.
    fn object(&mut self, fields: &[Field], sight: Sight, path: Option<&[&str]>) -> Value {
        let properties: Map<String, Value> = fields
            .iter()
            .map(|field| (field.name.clone(), self.field(field, sight, path)))
            .collect();
        let names = any_case(fields.iter().map(|field| field.name.as_str()));
        json!({
            "type": ["object", "null"],
            "properties": properties,
            "patternProperties": { names: true },
            "additionalProperties": false,
        })
    }

    fn field(&mut self, field: &Field, sight: Sight, path: Option<&[&str]>) -> Value {
        let path: Option<Vec<&str>> =
            path.map(|path| path.iter().copied().chain([field.name.as_str()]).collect());
        let found = path.as_deref().and_then(text);
        // Only what is below `persistence` has texts below the first key.
        let below = path.as_deref().filter(|path| path.first() == Some(&"persistence"));
        let schema = self.expression(&field.expression, self.sight_of(field, sight), below);
        let Some(found) = found else { return schema };
        let mut described = match schema {
            // Beside a `$ref` draft 7 reads nothing.
            reference if reference.get("$ref").is_some() => json!({ "allOf": [reference] }),
            schema => schema,
        };
        super::describe(&mut described, &super::description(found));
        described
    }

    fn expression(
        &mut self,
        expression: &Expression,
        sight: Sight,
        path: Option<&[&str]>,
    ) -> Value {
        match expression {
            Expression::Bool => self.shared("boolean", scalars::boolean),
            Expression::String if sight == Sight::Seen => scalars::coerced_string(),
            Expression::String => scalars::string(),
            Expression::Int(32) => {
                self.shared("int32", || scalars::integer(i32::MIN.into(), i32::MAX as u64))
            }
            Expression::Int(64) => {
                self.shared("int64", || scalars::integer(i64::MIN, i64::MAX as u64))
            }
            Expression::Uint(64) => self.shared("uint64", || scalars::integer(0, u64::MAX)),
            Expression::Float => self.shared("float64", scalars::float),
            Expression::Any => json!(true),
            Expression::Bytes => scalars::bytes(),
            Expression::Pointer(inner) => match &**inner {
                Expression::Named(name) => self.named(name, true, sight, path),
                inner => self.expression(inner, sight, path),
            },
            Expression::List(inner) => {
                json!({ "type": ["array", "null"], "items": self.expression(inner, sight, path) })
            }
            Expression::Map(_, inner) => {
                json!({ "type": ["object", "null"], "additionalProperties": self.expression(inner, sight, None) })
            }
            Expression::Named(name) => self.named(name, false, sight, path),
            Expression::Int(_) | Expression::Uint(_) => {
                panic!("write the bounds of {expression:?}")
            }
        }
    }

    fn named(&mut self, name: &str, pointer: bool, sight: Sight, path: Option<&[&str]>) -> Value {
        let layout = self.layout;
        match &layout.get(name).kind {
            Kind::Struct(fields) if path.is_some() => self.object(fields, sight, path),
            Kind::Struct(_) => self.reference(name, sight),
            Kind::Alias(underlying) => {
                let schema = self.expression(underlying, sight, path);
                match self.enums.get(name) {
                    Some(words) => json!({ "anyOf": [{ "enum": words }, schema] }),
                    None => schema,
                }
            }
            Kind::Opaque if name == "wf.ParallelSteps" => self.parallel_steps(),
            Kind::Opaque => scalars::special(name, pointer, self.templates)
                .unwrap_or_else(|| panic!("{name} reads itself: write its schema in scalars.rs")),
        }
    }

    /// A list of steps, whose keys must be spelled as they are. What is below is read leniently.
    ///
    /// Source: Argo Workflows v3.7.6, workflow_types.go (ParallelSteps.UnmarshalJSON).
    fn parallel_steps(&mut self) -> Value {
        let layout = self.layout;
        let properties: Map<String, Value> = layout
            .fields("wf.WorkflowStep")
            .iter()
            .map(|field| {
                let schema = match field.expression {
                    Expression::String => scalars::string(),
                    _ => json!(true),
                };
                (field.name.clone(), schema)
            })
            .collect();
        self.shared("wf.ParallelSteps", || {
            json!({ "type": ["array", "null"], "items": {
                "type": ["object", "null"], "properties": properties, "additionalProperties": false,
            } })
        })
    }

    fn reference(&mut self, name: &str, sight: Sight) -> Value {
        let definition = definition(name, sight);
        if !self.definitions.contains_key(&definition) {
            // Holds the place while it waits: types refer to themselves.
            self.definitions.insert(definition.clone(), Value::Null);
            self.waiting.push((name.to_owned(), sight));
        }
        json!({ "$ref": format!("#/definitions/{definition}") })
    }

    fn shared(&mut self, name: &str, schema: impl FnOnce() -> Value) -> Value {
        self.definitions.entry(name).or_insert_with(schema);
        json!({ "$ref": format!("#/definitions/{name}") })
    }

    /// How the value of a field is seen when its struct is.
    fn sight_of(&self, field: &Field, sight: Sight) -> Sight {
        let Some((embedded, _)) = field.go_path.as_deref().and_then(|path| path.split_once('.'))
        else {
            return sight;
        };
        // The library takes the embedded struct for the value's type, and so sees what has the name of
        // another field of it; refusing less is enough there.
        let names = |name: &str| -> Vec<&str> {
            let fields = self.layout.types.contains_key(name).then(|| self.layout.fields(name));
            fields.into_iter().flatten().map(|field| field.name.as_str()).collect()
        };
        let below = field.expression.base().map(names).unwrap_or_default();
        let mut beside = ["config", "core", "meta", "wf"]
            .iter()
            .flat_map(|package| names(&format!("{package}.{embedded}")));
        match beside.any(|name| below.contains(&name)) {
            true => sight,
            false => Sight::Hidden,
        }
    }
}

fn definition(name: &str, sight: Sight) -> String {
    match sight {
        Sight::Seen => name.to_owned(),
        Sight::Hidden => format!("{name}.uncoerced"),
    }
}

/// Constants by type, of one version.
fn enums(version: &str) -> BTreeMap<String, Vec<String>> {
    let file: Value =
        serde_json::from_str(include_str!("../../../../tests/fixtures/layouts/enums.json"))
            .expect("enums.json is JSON");
    let stored = |version: &str| file["versions"][version].clone();
    let mut found = BTreeMap::new();
    for (name, words) in stored(version).as_object().expect("types") {
        let mut words = words.clone();
        // A list like that of an older version is not written again.
        while let Some(same) = words.as_str() {
            let older = same.strip_prefix("same as ").expect("a version");
            words = stored(older)[name].clone();
        }
        let words: Vec<String> = words
            .as_array()
            .expect("words")
            .iter()
            .map(|word| word[0].as_str().expect("a word").to_owned())
            .collect();
        if !words.is_empty() {
            found.insert(name.clone(), words);
        }
    }
    found
}
