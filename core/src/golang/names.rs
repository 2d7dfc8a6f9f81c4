//! Fields by their names: what a misspelled key may have meant, and where a misplaced one belongs.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::encode::Root;
use super::fold::folds_to;
use super::kubernetes::{CONFIG_MAP, SECRET};
use super::layout::{Field, Struct, Type};
use super::tables::{ALL, CONFIG_CONFIG};
use super::version::ArgoVersion;

/// The names of a type's fields in the order in which Go writes them; none for an unknown type.
///
/// `of` is a type as problems name it, for example `config.PersistConfig`.
pub fn fields_of(of: &str, version: ArgoVersion) -> impl Iterator<Item = &'static str> {
    let found = ALL.iter().copied().chain([&CONFIG_MAP, &SECRET]).find(|found| found.name == of);
    found.into_iter().flat_map(move |of| fields(of, version)).map(Field::name)
}

/// The field that `key` looks like, if it looks like one: upper and lower case are one, and about
/// one letter in three may be wrong, missing, added or swapped with the next.
///
/// ```
/// use argo_offload_core::golang::{ArgoVersion, nearest_field};
///
/// let nearest = |key| nearest_field("config.Config", key, ArgoVersion::NEWEST);
/// assert_eq!(nearest("persistance"), Some("persistence"));
/// assert_eq!(nearest("database"), None);
/// ```
#[must_use]
pub fn nearest_field(of: &str, key: &str, version: ArgoVersion) -> Option<&'static str> {
    let key: Vec<char> = key.to_lowercase().chars().take(LONGEST + 1).collect();
    let most = (key.len() / 3).clamp(1, 3);
    if key.len() > LONGEST {
        return None;
    }
    fields_of(of, version)
        .map(|name| {
            let lower: Vec<char> = name.chars().map(|letter| letter.to_ascii_lowercase()).collect();
            (distance(&key, &lower), name)
        })
        // A name of which nothing is left is not meant.
        .filter(|&(distance, name)| distance <= most && distance < name.len())
        .min_by_key(|&(distance, _)| distance)
        .map(|(_, name)| name)
}

/// Whether `key` is, in any case, a key of the configuration in some version.
pub(crate) fn is_field_of_config(key: &[u8]) -> bool {
    CONFIG_CONFIG.fields.iter().any(|field| folds_to(key, field.name().as_bytes()))
}

/// Keys longer than this are not compared.
const LONGEST: usize = 64;

/// The paths of all fields called `key` (in any case) in the first three levels of a root, the
/// shallow first: `persistence.mysql.host`, `links[].name`, `images.*.cmd`.
#[must_use]
pub fn where_field_lives(root: Root, key: &str, version: ArgoVersion) -> Vec<String> {
    let mut found = Vec::new();
    let mut level: Vec<(String, &'static Struct)> = below(root.r#type()).into_iter().collect();
    for depth in 1..=LEVELS {
        let mut next = Vec::new();
        for (path, of) in level {
            for field in fields(of, version) {
                let name = field.name();
                let path =
                    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
                if depth < LEVELS
                    && let Some((way, of)) = below(field.r#type)
                {
                    next.push((format!("{path}{way}"), of));
                }
                if name.eq_ignore_ascii_case(key) {
                    found.push(path);
                }
            }
        }
        level = next;
    }
    found
}

const LEVELS: usize = 3;

fn fields(of: &'static Struct, version: ArgoVersion) -> impl Iterator<Item = &'static Field> {
    let version = version.layout();
    of.fields.iter().filter(move |field| field.versions & version != 0)
}

/// The struct a value consists of, with the way through lists and maps to it.
fn below(r#type: Type) -> Option<(String, &'static Struct)> {
    let mut way = String::new();
    let mut r#type = r#type;
    loop {
        r#type = match r#type {
            Type::Struct(of) => return Some((way, of)),
            Type::Pointer(target) => *target,
            Type::Slice(element) => {
                way.push_str("[]");
                *element
            }
            Type::Map(element) => {
                way.push_str(".*");
                *element
            }
            _ => return None,
        };
    }
}

/// How many letters must be changed, removed, added or swapped with their neighbour (optimal string
/// alignment).
pub(crate) fn distance(from: &[char], to: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    let mut last = None;
    for (done, &letter) in from.iter().enumerate() {
        let mut next = Vec::with_capacity(row.len());
        let mut left = done + 1;
        next.push(left);
        for (column, &other) in to.iter().enumerate() {
            let at =
                |row: &[usize], column: usize| row.get(column).copied().unwrap_or(usize::MAX / 2);
            let changed = at(&row, column) + usize::from(letter != other);
            let mut best = changed.min(at(&row, column + 1) + 1).min(left + 1);
            if let Some(previous) = column.checked_sub(1)
                && last == Some(other)
                && to.get(previous) == Some(&letter)
            {
                best = best.min(at(&before, previous) + 1);
            }
            next.push(best);
            left = best;
        }
        before = core::mem::replace(&mut row, next);
        last = Some(letter);
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> ArgoVersion {
        text.parse().expect("version")
    }

    #[test]
    fn a_slip_of_the_keyboard_is_understood() {
        for (of, key, meant) in [
            ("config.PersistConfig", "nodeStatusOfload", Some("nodeStatusOffLoad")),
            ("config.PersistConfig", "mysqk", Some("mysql")),
            ("config.PersistConfig", "msyql", Some("mysql")),
            ("config.PersistConfig", "postgres", Some("postgresql")),
            ("config.PersistConfig", "clusterNames", Some("clusterName")),
            ("config.PersistConfig", "cat", None),
            ("config.MySQLConfig", "tablename_", Some("tableName")),
            ("config.MySQLConfig", "x", None),
            ("wf.WorkflowStep", "Template", Some("template")),
            ("no.Type", "mysql", None),
        ] {
            assert_eq!(nearest_field(of, key, version("3.7")), meant, "{of} {key}");
        }
        assert_eq!(nearest_field("config.Config", &"a".repeat(100_000), version("4.1")), None);
    }

    #[test]
    fn a_swap_is_one_slip() {
        let distance = |from: &str, to: &str| {
            let letters = |text: &str| text.chars().collect::<Vec<_>>();
            super::distance(&letters(from), &letters(to))
        };
        for (from, to, expected) in [
            ("", "", 0),
            ("", "abc", 3),
            ("abc", "", 3),
            ("ab", "ba", 1),
            ("abcd", "acbd", 1),
            ("ca", "abc", 3),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), expected, "{from} {to}");
            assert_eq!(distance(to, from), expected, "{to} {from}");
        }
    }

    #[test]
    fn a_misplaced_field_has_a_home() {
        let lives = |key, argo| where_field_lives(Root::Config, key, version(argo));
        assert_eq!(lives("nodeStatusOffload", "3.7"), ["persistence.nodeStatusOffLoad"]);
        assert_eq!(
            lives("tableName", "3.6"),
            ["persistence.postgresql.tableName", "persistence.mysql.tableName"]
        );
        assert_eq!(
            lives("entrypoint", "4.1"),
            ["images.*.entrypoint", "workflowDefaults.spec.entrypoint"]
        );
        assert_eq!(lives("scope", "3.7"), ["links[].scope"]);
        assert!(lives("nowhere", "4.1").is_empty());
        assert!(lives("azureToken", "3.7").is_empty());
    }

    #[test]
    fn fields_are_those_of_the_version() {
        assert!(fields_of("config.Config", version("3.7")).any(|name| name == "synchronization"));
        assert!(!fields_of("config.Config", version("3.6")).any(|name| name == "synchronization"));
        assert!(fields_of("core.Secret", version("3.6")).any(|name| name == "stringData"));
    }
}
