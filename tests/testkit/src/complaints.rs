//! What an error text of Argo's complains about, so that texts can be compared where their words may differ.
//!
//! Three things differ with reason: names of Go types and embedded fields, which change with Go's release; what a
//! type's own code says, which we say in our words; the order in which Go shows the keys of a mapping that is a key.

use std::fmt;

/// What an error text complains about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// What kind of thing.
    pub class: Class,
    /// What it names: of YAML the whole text with its lines, of an unknown field its key, of a type the way to its
    /// field; empty where nothing is named.
    pub place: String,
}

/// The kinds of complaints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It is no YAML.
    Syntax,
    /// A key is there twice.
    Duplicate,
    /// A key that JSON cannot have.
    BadKey,
    /// A number that JSON cannot have.
    UnsupportedValue,
    /// A key that names no field.
    UnknownField,
    /// A value of another type than its field.
    Type,
    /// A value that the type's own code refuses.
    Value,
    /// Keys beside `config`.
    Siblings,
    /// A manifest that begins as JSON is none.
    Json,
    /// The manifest does not say that it is a ConfigMap.
    NoConfigMap,
}

impl fmt::Display for Class {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, out)
    }
}

impl Complaint {
    /// Reads an error text of Argo's, or ours.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (class, place) = read(text);
        Self { class, place: place.to_owned() }
    }

    /// Whether two texts complain about the same at the same place; the other one is Argo's.
    #[must_use]
    pub fn is_argos(&self, argo: &Self) -> bool {
        // Kubernetes reads an object of another kind before it tells what it is.
        let other_kind = Class::NoConfigMap == self.class && self.place == "kind";
        if other_kind && matches!(argo.class, Class::Value | Class::Type) {
            return true;
        }
        self.class == argo.class
            && match self.class {
                Class::Type => names_way(&self.place, &argo.place),
                Class::BadKey if self.place != argo.place => {
                    only_the_order_of_keys(&self.place, &argo.place)
                }
                Class::UnknownField => self.place == argo.place || is_cut(&self.place, &argo.place),
                _ => self.place == argo.place,
            }
    }
}

const CONVERT: &str = "error converting YAML to JSON: ";
const DECODE: &str = "error unmarshaling JSON: while decoding JSON: ";
const JSON: &str = "couldn't get version/kind; json parse error: ";
const UNKIND: [&str; 3] =
    ["Object 'Kind' is", "Object 'apiVersion' is", "couldn't get version/kind"];
const OTHER_KIND: [&str; 2] = ["no kind ", "not a ConfigMap"];

fn read(text: &str) -> (Class, &str) {
    if let Some(problem) = text.strip_prefix(JSON)
        && !problem.starts_with("json: cannot unmarshal")
    {
        return (Class::Json, "");
    }
    if OTHER_KIND.iter().any(|start| text.starts_with(start)) {
        return (Class::NoConfigMap, "kind");
    }
    if UNKIND.iter().any(|start| text.starts_with(start)) {
        return (Class::NoConfigMap, "");
    }
    if text.starts_with("if you have an item in your config map named 'config'") {
        return (Class::Siblings, "");
    }
    // Kubernetes says the same about a manifest, without the introductions.
    let rest = text.strip_prefix(CONVERT).or_else(|| text.strip_prefix(DECODE)).unwrap_or(text);
    if rest.starts_with("yaml: unmarshal errors:") {
        (Class::Duplicate, rest)
    } else if rest.starts_with("yaml: invalid map key") || rest.starts_with("unsupported map key") {
        // Argo's log goes on with the value, which may be a password.
        (Class::BadKey, rest.split_once(", key: ").map_or(rest, |(kind, _)| kind))
    } else if rest.starts_with("json: unsupported value") {
        (Class::UnsupportedValue, rest)
    } else if rest.starts_with("yaml: ") {
        (Class::Syntax, rest)
    } else if let Some(key) = rest.strip_prefix("json: unknown field ") {
        (Class::UnknownField, key)
    } else if let Some(mismatch) = rest.strip_prefix("json: cannot unmarshal ") {
        let field = mismatch.split_once("Go struct field ").map_or("", |(_, field)| field);
        (Class::Type, field.split_once(" of type ").map_or(field, |(way, _)| way))
    } else {
        (Class::Value, "")
    }
}

/// Whether our way, as `links[0].url`, passes the fields that Go's names in order, as `Link.links.url`. Go leaves out
/// indices and the keys of maps, begins with a type, and names embedded types, which have no key and are
/// capitalised.
fn names_way(ours: &str, go: &str) -> bool {
    let folded = |text: &str| text.replace('ſ', "s").replace('\u{212a}', "k").to_lowercase();
    let (ours, mut rest) = (folded(ours), 0);
    let embedded = |field: &str| field.starts_with(|first: char| first.is_ascii_uppercase());
    go.split('.').skip(1).filter(|field| !embedded(field)).all(|field| {
        let found = ours.get(rest..).and_then(|ours| ours.find(&folded(field)));
        rest += found.unwrap_or_default() + field.len();
        found.is_some()
    })
}

/// Whether ours is the beginning of Argo's quoted key: we show 256 characters of it.
fn is_cut(ours: &str, argo: &str) -> bool {
    let beginning = ours.strip_suffix('"').unwrap_or(ours);
    beginning.chars().count() > 256 && argo.starts_with(beginning)
}

/// A mapping as a key is shown with its own keys in order, and those of different types in the order of the addresses
/// of Go's types, which the linker decides.
#[must_use]
pub fn only_the_order_of_keys(one: &str, two: &str) -> bool {
    let letters = |text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        letters.sort_unstable();
        letters
    };
    let shown = |text: &str| {
        text.starts_with("yaml: invalid map key: ") && text.contains("map[interface {}]")
    };
    shown(one) && shown(two) && letters(one) == letters(two)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn complaint(text: &str) -> (Class, String) {
        let Complaint { class, place } = Complaint::of(text);
        (class, place)
    }

    #[test]
    fn lines_fields_and_ways_are_what_is_named() {
        let convert = |rest: &str| complaint(&format!("{CONVERT}{rest}"));
        let decode = |rest: &str| complaint(&format!("{DECODE}{rest}"));
        let tab = "yaml: line 2: found a tab character that violates indentation";
        assert_eq!(convert(tab), (Class::Syntax, tab.into()));
        assert_eq!(complaint(tab), (Class::Syntax, tab.into()));
        let twice = "yaml: unmarshal errors:\n  line 3: key \"a\" already set in map";
        assert_eq!(convert(twice), (Class::Duplicate, twice.into()));
        assert_eq!(decode("json: unknown field \"a\""), (Class::UnknownField, "\"a\"".into()));
        let port = "json: cannot unmarshal string into Go struct field \
                    PostgreSQLConfig.persistence.DBConfig.postgresql.port of type int";
        let way = "PostgreSQLConfig.persistence.DBConfig.postgresql.port";
        assert_eq!(decode(port), (Class::Type, way.into()));
        assert_eq!(decode("strconv.Atoi: parsing \"1h\": invalid syntax").0, Class::Value);
        assert_eq!(complaint("Object 'Kind' is missing in ''").0, Class::NoConfigMap);
        assert_eq!(complaint(&format!("{JSON}unexpected end of JSON input")).0, Class::Json);
        let number = "json: cannot unmarshal number into Go struct field .kind of type string";
        assert_eq!(complaint(&format!("{JSON}{number}")).0, Class::NoConfigMap);
    }

    #[test]
    fn a_way_is_the_same_without_types_indices_and_keys_of_maps() {
        assert!(names_way("persistence.mysql.port", "MySQLConfig.persistence.DBConfig.mysql.port"));
        assert!(names_way("links[0].url", "Link.links.url"));
        assert!(names_way("perſistence.MySQL", "PersistConfig.persistence.mysql"));
        assert!(!names_way("persistence.mysql.host", "MySQLConfig.persistence.mysql.port"));
        assert!(!names_way("mysql.persistence", "PersistConfig.persistence.mysql"));
    }

    #[test]
    fn a_long_key_is_the_same_when_its_beginning_is() {
        let unknown = |key: &str| Complaint::of(&format!("json: unknown field \"{key}\""));
        let long = "k".repeat(256);
        assert!(unknown(&long).is_argos(&unknown(&format!("{long}more"))));
        assert!(!unknown(&long[1..]).is_argos(&unknown(&format!("{long}more"))));
    }

    #[test]
    fn only_keys_in_another_order_are_the_same_key() {
        let shown = |keys: &str| Complaint {
            class: Class::BadKey,
            place: format!("yaml: invalid map key: map[interface {{}}]interface {{}}{{{keys}}}"),
        };
        assert!(shown("1:2, \"a\":3").is_argos(&shown("\"a\":3, 1:2")));
        assert!(!shown("1:2, \"a\":3").is_argos(&shown("\"a\":3, 1:4")));
    }
}
