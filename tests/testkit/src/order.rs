//! A check for tests: the fields of a text stand in the order of the layout.

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::layout::{Expression, Kind, Layout};

/// Panics unless every struct in `text` has known fields only, each once, in the order of the layout.
pub(crate) fn assert_in_order(layout: &Layout, root: &str, text: &[u8]) {
    let read: Ordered =
        serde_json::from_slice(text).unwrap_or_else(|error| panic!("{root}: {error}"));
    check(layout, &Expression::Named(root.to_owned()), &read, root);
}

/// JSON with its keys in the order written; scalars are not kept.
enum Ordered {
    Scalar,
    List(Vec<Ordered>),
    Object(Vec<(String, Ordered)>),
}

fn check(layout: &Layout, expression: &Expression, value: &Ordered, path: &str) {
    match (expression, value) {
        (Expression::Pointer(inner), _) => check(layout, inner, value, path),
        (Expression::List(inner), Ordered::List(items)) => {
            items.iter().for_each(|item| check(layout, inner, item, &format!("{path}[]")));
        }
        (Expression::Map(_, inner), Ordered::Object(entries)) => {
            assert!(
                entries.is_sorted_by(|left, right| left.0 < right.0),
                "{path}: the keys of the map are not sorted"
            );
            entries
                .iter()
                .for_each(|(key, item)| check(layout, inner, item, &format!("{path}.{key}")));
        }
        (Expression::Named(name), _) => match (&layout.get(name).kind, value) {
            (Kind::Alias(underlying), _) => check(layout, underlying, value, path),
            (Kind::Opaque, _) if name == "wf.ParallelSteps" => {
                check(layout, &Expression::parse("[]wf.WorkflowStep"), value, path);
            }
            (Kind::Struct(fields), Ordered::Object(entries)) => {
                let mut next = 0;
                for (key, item) in entries {
                    let found = fields[next..].iter().position(|field| field.name == *key);
                    let place = found.unwrap_or_else(|| {
                        panic!("{path}.{key} is unknown, repeated or out of order")
                    });
                    check(layout, &fields[next + place].expression, item, &format!("{path}.{key}"));
                    next += place + 1;
                }
            }
            _ => {}
        },
        _ => {}
    }
}

impl<'de> Deserialize<'de> for Ordered {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OrderedVisitor)
    }
}

struct OrderedVisitor;

impl<'de> Visitor<'de> for OrderedVisitor {
    type Value = Ordered;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Ordered, E> {
        Ok(Ordered::Scalar)
    }

    fn visit_bool<E>(self, _: bool) -> Result<Ordered, E> {
        Ok(Ordered::Scalar)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Ordered, E> {
        Ok(Ordered::Scalar)
    }

    fn visit_str<E>(self, _: &str) -> Result<Ordered, E> {
        Ok(Ordered::Scalar)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ordered, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Ordered::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Ordered, A::Error> {
        let mut object = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            object.push(entry);
        }
        Ok(Ordered::Object(object))
    }
}
