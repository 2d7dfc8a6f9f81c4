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
        .filter_map(|name| Some((distance(&key, name, most)?, name)))
        // A name of which nothing is left is not meant.
        .filter(|&(distance, name)| distance < name.len())
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

/// How many letters must be changed, removed, added or swapped with their neighbour to make `from` of the lower-case
/// letters of `to` (optimal string alignment); `None` when more than `most`.
///
/// `to` is ASCII and at most [`LONGEST`] long.
pub(crate) fn distance(from: &[char], to: &str, most: usize) -> Option<usize> {
    let to = to.as_bytes();
    if from.len().abs_diff(to.len()) > most || to.len() > LONGEST {
        return None;
    }
    let letter_at =
        |column: usize| to.get(column).map(|byte| char::from(byte.to_ascii_lowercase()));
    let at = |row: &[usize; LONGEST + 1], column: usize| {
        row.get(column).copied().unwrap_or(usize::MAX / 2)
    };
    let mut before = [usize::MAX / 2; LONGEST + 1];
    let mut row: [usize; LONGEST + 1] = core::array::from_fn(|column| column);
    let mut last = None;
    for (done, &letter) in from.iter().enumerate() {
        let mut next = [done + 1; LONGEST + 1];
        let mut left = done + 1;
        let mut least = left;
        for (column, cell) in (0..to.len()).zip(next.iter_mut().skip(1)) {
            let other = letter_at(column);
            let changed = at(&row, column) + usize::from(Some(letter) != other);
            let mut best = changed.min(at(&row, column + 1) + 1).min(left + 1);
            if let Some(previous) = column.checked_sub(1)
                && last == other
                && letter_at(previous) == Some(letter)
            {
                best = best.min(at(&before, previous) + 1);
            }
            *cell = best;
            left = best;
            least = least.min(best);
        }
        // A swap reaches back over a row, which is at most one better: both are beyond the limit.
        if least > most + 1 {
            return None;
        }
        before = core::mem::replace(&mut row, next);
        last = Some(letter);
    }
    Some(at(&row, to.len())).filter(|&distance| distance <= most)
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
            let from: Vec<char> = from.chars().collect();
            let found = super::distance(&from, to, 3);
            // A smaller limit finds the same or nothing.
            for most in 0..=3 {
                let within = super::distance(&from, to, most);
                assert_eq!(within, found.filter(|&distance| distance <= most));
            }
            found
        };
        for (from, to, expected) in [
            ("", "", Some(0)),
            ("", "abc", Some(3)),
            ("abc", "", Some(3)),
            ("ab", "ba", Some(1)),
            ("abcd", "acbd", Some(1)),
            ("xxab", "ba", Some(3)),
            ("ca", "abc", Some(3)),
            ("kitten", "sitting", Some(3)),
            ("kitten", "mittens", Some(2)),
            ("abcd", "wxyz", None),
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
