//! What a value will be decoded into, as the YAML to JSON conversion sees it.
//!
//! Numbers and booleans become strings there where the target is a string. The conversion looks at
//! the first step of a field's way only: for a field promoted from an embedded struct it takes the
//! embedded struct itself for the target, and goes on from there.
//!
//! Source: sigs.k8s.io/yaml v1.4.0, yaml.go (`convertToJSONableObject`) and fields.go (`indirect`).

use super::encode::Root;
use super::fold::folds_to;
use super::layout::{Field, Struct, Type};
use super::tables::EMBEDDED;
use super::version::ArgoVersion;

/// A place in Go's types, or none that the conversion knows of.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    aim: Aim,
    version: u8,
}

#[derive(Clone, Copy, Debug)]
enum Aim {
    None,
    Type(Type),
    /// The struct embedded in `of` at this path: its fields are those promoted from there.
    Embedded {
        of: &'static Struct,
        path: &'static str,
    },
}

impl Target {
    /// The type that a whole text is decoded into.
    #[must_use]
    pub fn root(root: Root, version: ArgoVersion) -> Self {
        Self { aim: Aim::Type(root.r#type()), version: version.layout() }
    }

    /// No target: nothing is a string there.
    #[must_use]
    pub fn none() -> Self {
        Self { aim: Aim::None, version: 0 }
    }

    /// The target of the value under `key` of an object here.
    #[must_use]
    pub fn member(self, key: &[u8]) -> Self {
        let aim = match self.concrete() {
            Aim::Type(Type::Struct(of)) => self.field(of, "", key),
            Aim::Embedded { of, path } => self.field(of, path, key),
            Aim::Type(Type::Map(element)) => Aim::Type(*element),
            _ => Aim::None,
        };
        Self { aim, ..self }
    }

    /// The target of the elements of a list here.
    #[must_use]
    pub fn element(self) -> Self {
        let aim = match self.concrete() {
            Aim::Type(Type::Slice(element)) => Aim::Type(*element),
            _ => Aim::None,
        };
        Self { aim, ..self }
    }

    /// Whether a number or boolean here becomes a string.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self.concrete(), Aim::Type(Type::Text))
    }

    /// What pointers here point to.
    fn concrete(self) -> Aim {
        let mut aim = self.aim;
        while let Aim::Type(Type::Pointer(target)) = aim {
            aim = Aim::Type(*target);
        }
        aim
    }

    /// Where `key` leads from the struct embedded in `of` at `path` ("": from `of` itself).
    fn field(self, of: &'static Struct, path: &'static str, key: &[u8]) -> Aim {
        let find = |matches: &dyn Fn(&[u8]) -> bool| {
            of.fields
                .iter()
                .filter(|field| field.versions & self.version != 0)
                .filter_map(|field| Some((field, below(path, way(field))?)))
                .find(|(field, _)| matches(field.name().as_bytes()))
        };
        let found = find(&|name| name == key).or_else(|| find(&|name| folds_to(key, name)));
        match found {
            None => Aim::None,
            Some((field, "")) => Aim::Type(field.r#type),
            Some((field, rest)) => {
                let way = way(field);
                let step = rest.split('.').next().unwrap_or_default();
                let end = way.len() - rest.len() + step.len();
                Aim::Embedded { of, path: way.get(..end).unwrap_or_default() }
            }
        }
    }
}

/// The embedded structs that a field is promoted from.
fn way(field: &Field) -> &'static str {
    EMBEDDED.get(usize::from(field.inside)).copied().unwrap_or_default()
}

/// What is left of `way` below `path`; `None` if it does not lead there.
fn below(path: &str, way: &'static str) -> Option<&'static str> {
    match way.strip_prefix(path)? {
        "" => Some(""),
        rest if path.is_empty() => Some(rest),
        rest => rest.strip_prefix('.'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_text(version: &str, path: &str) -> bool {
        let version = version.parse().expect("version");
        let start = Target::root(Root::Config, version);
        path.split('.')
            .fold(start, |target, key| match key {
                "[]" => target.element(),
                key => target.member(key.as_bytes()),
            })
            .is_text()
    }

    #[test]
    fn strings_are_targets_unless_they_are_promoted() {
        assert!(is_text("3.7", "instanceID"));
        assert!(is_text("3.7", "INSTANCEID"));
        assert!(is_text("3.7", "persistence.clusterName"));
        assert!(is_text("3.7", "persistence.archiveLabelSelector.matchLabels.anything"));
        assert!(is_text("3.7", "artifactRepository.s3.keyFormat"));
        assert!(!is_text("3.7", "artifactRepository.s3.bucket"));
        assert!(is_text("3.7", "mainContainer.env.[].name"));
        assert!(is_text("3.7", "mainContainer.imagePullPolicy"));
        assert!(!is_text("3.7", "parallelism"));
        assert!(!is_text("3.7", "unknown.name"));
        // Read by code of their own.
        assert!(!is_text("3.7", "persistence.archiveTTL"));
        assert!(!is_text("3.7", "workflowDefaults.spec.arguments.parameters.[].value"));
        assert!(!is_text("3.7", "workflowDefaults.spec.templates.[].steps.[].[].name"));
    }

    #[test]
    fn from_3_7_on_the_databases_are_embedded() {
        assert!(is_text("3.6", "persistence.postgresql.sslMode"));
        assert!(is_text("3.6", "persistence.mysql.options.charset"));
        assert!(!is_text("3.6", "persistence.mysql.host"));
        assert!(!is_text("3.7", "persistence.postgresql.sslMode"));
        assert!(!is_text("3.7", "persistence.mysql.options.charset"));
    }

    #[test]
    fn the_way_goes_on_inside_an_embedded_struct() {
        // The value under `mysql` is converted as if it were the embedded DBConfig, and the value
        // under the key `mysql` in there as if it were MySQLConfig.
        assert!(is_text("3.7", "persistence.mysql.mysql.options.charset"));
        assert!(!is_text("3.7", "persistence.mysql.mysql.host"));
    }
}
