//! What Go writes although nobody set it.

use super::walk::Walker;
use crate::json::{Text, Value};
use crate::layout::{Expression, Field, Kind};

impl Walker<'_> {
    /// Whether `encoding/json` writes the field even with its zero value: `omitempty` never drops a struct.
    pub(super) fn is_always_written(&self, field: &Field) -> bool {
        !field.omit_zero && (!field.omit_empty || self.is_struct(&field.expression))
    }

    /// The zero value as `encoding/json` writes it.
    pub(super) fn zero(&self, expression: &Expression) -> Value {
        match expression {
            Expression::Bool => Value::verbatim("false"),
            Expression::String => Value::string(""),
            Expression::Int(_) | Expression::Uint(_) | Expression::Float => Value::verbatim("0"),
            Expression::Any
            | Expression::Bytes
            | Expression::Pointer(_)
            | Expression::List(_)
            | Expression::Map(..) => Value::null(),
            Expression::Named(name) => match &self.layout.get(name).kind {
                Kind::Alias(underlying) => self.zero(underlying),
                Kind::Struct(fields) => {
                    let written = fields.iter().filter(|field| self.is_always_written(field));
                    let zero = |field: &Field| {
                        (Text::from(field.name.as_str()), self.zero(&field.expression))
                    };
                    Value::Struct(written.map(zero).collect())
                }
                Kind::Opaque => match name.as_str() {
                    "intstr.IntOrString" => Value::verbatim("0"),
                    "resource.Quantity" => Value::string("0"),
                    "wf.AnyString" => Value::string(""),
                    _ => Value::null(),
                },
            },
        }
    }

    fn is_struct(&self, expression: &Expression) -> bool {
        let Expression::Named(name) = expression else { return false };
        match self.layout.get(name).kind {
            Kind::Struct(_) => true,
            Kind::Alias(_) => false,
            // Of the types that write themselves, AnyString alone is a string.
            Kind::Opaque => name != "wf.AnyString",
        }
    }
}
