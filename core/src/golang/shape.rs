//! What Argo's types have at a place of the configuration: their real fields, unlike the [targets](super::target) of
//! the conversion.

use super::encode::Root;
use super::layout::{Field, Struct, Type};
use super::version::ArgoVersion;

/// A place in Argo's types; lists and pointers are gone through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    r#type: Option<Type>,
    version: u8,
}

impl Shape {
    /// The type that a whole text is decoded into.
    pub(crate) fn root(root: Root, version: ArgoVersion) -> Self {
        Self { r#type: Some(root.r#type()), version: version.layout() }
    }

    /// The value under `key`.
    pub(crate) fn member(self, key: &str) -> Self {
        let r#type = match self.concrete() {
            Some(Type::Struct(of)) => {
                self.fields(of).find(|field| field.name() == key).map(|field| field.r#type)
            }
            Some(Type::Map(element)) => Some(*element),
            _ => None,
        };
        Self { r#type, ..self }
    }

    /// The keys of an object here, in the order in which Go writes them; none of a map, whose keys people choose.
    pub(crate) fn keys(self) -> impl Iterator<Item = &'static str> {
        let of = match self.concrete() {
            Some(Type::Struct(of)) => Some(of),
            _ => None,
        };
        of.into_iter().flat_map(move |of| self.fields(of)).map(Field::name)
    }

    /// Whether an object stands here.
    pub(crate) fn has_keys(self) -> bool {
        matches!(self.concrete(), Some(Type::Struct(_) | Type::Map(_)))
    }

    /// Whether `true` and `false` are the values here.
    pub(crate) fn is_bool(self) -> bool {
        matches!(self.concrete(), Some(Type::Bool))
    }

    fn fields(self, of: &'static Struct) -> impl Iterator<Item = &'static Field> {
        of.fields.iter().filter(move |field| field.versions & self.version != 0)
    }

    fn concrete(self) -> Option<Type> {
        let mut r#type = self.r#type?;
        while let Type::Pointer(below) | Type::Slice(below) = r#type {
            r#type = *below;
        }
        Some(r#type)
    }
}
