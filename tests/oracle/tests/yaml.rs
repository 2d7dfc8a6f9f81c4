//! go-yaml and our reader on the same texts: the same values, the same refusals, the same words.
//!
//! `ORACLE_SEED` repeats a run; `ORACLE_YAML` says how many texts of each population are generated.

use std::collections::BTreeMap;

use argo_offload_core::yaml::{Document, NodeId, Value, read};
use argo_offload_oracle::{Oracle, RELEASES, YamlOutcome, count, seed};
use argo_offload_testkit::fixtures::{config_corpus, config_vectors};
use argo_offload_testkit::{Configs, Population, Rng};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Texts sent in one go.
const BATCH: usize = 500;
/// Examples shown of each kind of difference.
const SHOWN: usize = 3;

#[test]
fn generated_texts_are_read_alike() {
    let seed = seed("ORACLE_SEED");
    let total = count("ORACLE_YAML", 5000);
    let configs = Configs::load();
    // All releases read with the same go-yaml.
    let mut oracle = Oracle::start(RELEASES[1]);
    let mut differences = 0;
    for population in [Population::Printable, Population::Any] {
        let mut rng = Rng::new(seed);
        let mut tally = Tally::default();
        for _ in 0..total.div_ceil(BATCH) {
            let texts: Vec<Vec<u8>> = (0..BATCH.min(total))
                .map(|_| match rng.below(3) {
                    0 => configs.manifest(&mut rng, population),
                    _ => configs.text(&mut rng, population),
                })
                .collect();
            tally.compare(&mut oracle, &texts);
        }
        differences += tally.report(&format!("{population:?}"));
        assert!(tally.accepted * 4 > total && tally.refused * 10 > total, "{tally:?}");
    }
    assert_eq!(differences, 0);
}

#[test]
fn recorded_manifests_and_their_values_are_read_alike() {
    let mut texts: Vec<Vec<u8>> = config_corpus().into_iter().map(|case| case.text).collect();
    for vector in config_vectors() {
        texts.extend(vector.data.into_values().map(String::into_bytes));
        texts.push(vector.yaml);
    }
    let (mut oracle, mut tally) = (Oracle::start(RELEASES[1]), Tally::default());
    texts.chunks(BATCH).for_each(|chunk| tally.compare(&mut oracle, chunk));
    assert_eq!(tally.report("recorded"), 0);
}

/// Depth and aliases have limits, which are go-yaml's.
#[test]
fn limits_are_where_go_yaml_has_them() {
    let mut texts = Vec::new();
    for depth in [9_990, 9_999, 10_000, 10_001, 10_010] {
        texts.push("[".repeat(depth));
        texts.push(format!("{}{}", "[".repeat(depth), "]".repeat(depth)));
        texts.push("{a: ".repeat(depth));
        texts.push("- ".repeat(depth));
        texts.push(format!("[{}", "? ".repeat(depth)));
    }
    for width in [2, 5, 10] {
        for layers in [3, 6, 9, 12] {
            let mut text = String::from("a0: &a0 [x, x]\n");
            for layer in 1..layers {
                let aliases = vec![format!("*a{}", layer - 1); width].join(", ");
                text.push_str(&format!("a{layer}: &a{layer} [{aliases}]\n"));
            }
            texts.push(text);
        }
    }
    for keys in [500, 100_000, 400_001] {
        let aliases = "- *a\n".repeat(keys);
        texts.push(format!("- &a [x, x, x]\n{aliases}"));
    }
    let mut oracle = Oracle::start(RELEASES[1]);
    for (text, theirs) in texts.iter().zip(oracle.read_yaml(&texts)) {
        let ours = read(text.as_bytes()).map(|_| ()).map_err(|error| error.to_string());
        let theirs = if theirs.plain.ok { Ok(()) } else { Err(theirs.plain.error) };
        assert_eq!(ours, theirs, "{:.60}… of {} bytes", text, text.len());
    }
}

/// Texts on which we once differed, and others on which go-yaml is unlike any other reader.
#[test]
fn texts_that_once_differed_are_read_alike() {
    let texts = [
        // An empty flow collection is forgotten as a possible key.
        "{}: a\n",
        "a: 1\n[]: b\n",
        "a: {[]: b}\n",
        "a: [[]: b]\n",
        "{}\n{}\n",
        "images: >9\n# {}\n\n{}\n",
        "a: |#c\n[]\n[]\nb: c\n",
        // Quotes in repeated keys.
        "a'b: 1\na'b: 2\n",
        "a\"b: 1\na\"b: 2\n",
        "\"a\\nb\\e\\u00e9\\u2028\\U0001F600\": 1\n\"a\\nb\\e\\u00e9\\u2028\\U0001F600\": 2\n",
        "1: a\n1: b\ntrue: c\nyes: d\n1.5: e\n1.5: f\n~: g\n~: h\n.nan: i\n.nan: j\n",
        "{a: b, {a: b, false}}\n",
    ];
    let texts = texts.map(|text| text.as_bytes().to_vec());
    let (mut oracle, mut tally) = (Oracle::start(RELEASES[1]), Tally::default());
    tally.compare(&mut oracle, &texts);
    assert_eq!(tally.report("once different"), 0);
}

/// In what a text was read differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Difference {
    /// go-yaml accepts, we refuse.
    WeRefuse,
    /// go-yaml refuses, we accept.
    WeAccept,
    /// Both refuse, in other words.
    Words,
    /// Both accept, and read other values.
    Values,
    /// The repeated keys that go-yaml's strict mode refuses are others.
    Duplicates,
}

/// Counts of one run.
#[derive(Debug, Default)]
struct Tally {
    accepted: usize,
    refused: usize,
    repeated: usize,
    differences: BTreeMap<Difference, usize>,
}

impl Tally {
    fn compare(&mut self, oracle: &mut Oracle, texts: &[Vec<u8>]) {
        for (text, theirs) in texts.iter().zip(oracle.read_yaml(texts)) {
            self.accepted += usize::from(theirs.plain.ok);
            self.refused += usize::from(!theirs.plain.ok);
            self.repeated += usize::from(theirs.plain.ok && !theirs.strict.ok);
            let Some((difference, ours)) = difference(text, &theirs) else { continue };
            let seen = self.differences.entry(difference).or_default();
            *seen += 1;
            if *seen <= SHOWN {
                println!("{difference:?} on {}", text.escape_ascii());
                println!("  ours: {ours}");
                println!("  go-yaml: {theirs:?}");
            }
        }
    }

    /// Prints the counts; the number of differences.
    fn report(&self, what: &str) -> usize {
        println!(
            "{what}: {} accepted, {} of them with repeated keys, {} refused; different: {:?}",
            self.accepted, self.repeated, self.refused, self.differences
        );
        self.differences.values().sum()
    }
}

/// The difference, and what we say.
fn difference(text: &[u8], theirs: &YamlOutcome) -> Option<(Difference, String)> {
    let document = match read(text) {
        Ok(_) if !theirs.plain.ok => return Some((Difference::WeAccept, String::new())),
        Err(error) if theirs.plain.ok => return Some((Difference::WeRefuse, error.to_string())),
        Err(error) => {
            let words = error.to_string();
            let same =
                words == theirs.plain.error || only_the_order_of_keys(&words, &theirs.plain.error);
            return (!same).then_some((Difference::Words, words));
        }
        Ok(document) => document,
    };
    let ours = document.root().map_or_else(|| vec!["n".to_owned()], |root| tree(&document, root));
    if ours != theirs.plain.tree {
        return Some((Difference::Values, format!("{ours:?}")));
    }
    let repeated: String = document
        .duplicates()
        .iter()
        .map(|duplicate| format!("\n  {}", document.describe(duplicate)))
        .collect();
    let ours =
        if repeated.is_empty() { repeated } else { format!("yaml: unmarshal errors:{repeated}") };
    (ours != theirs.strict.error).then_some((Difference::Duplicates, ours))
}

/// A mapping as a key is shown with its own keys in order, and those of different types in the order of the addresses
/// of Go's types, which the linker decides.
fn only_the_order_of_keys(one: &str, two: &str) -> bool {
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

/// A node as the oracle writes it.
fn tree(document: &Document, node: NodeId) -> Vec<String> {
    let scalar = match document.node(node).value {
        Value::Null => "n".to_owned(),
        Value::Bool(value) => format!("b:{value}"),
        Value::Int(value) => format!("i:{value}"),
        Value::Uint(value) => format!("u:{value}"),
        Value::Float(value) if value.is_nan() => "f:7ff8000000000001".to_owned(),
        Value::Float(value) => format!("f:{:016x}", value.to_bits()),
        Value::Text => {
            let text = document.text(node).expect("a text");
            match std::str::from_utf8(text) {
                Ok(text) => format!("s:{text}"),
                Err(_) => format!("x:{}", STANDARD.encode(text)),
            }
        }
        Value::Sequence => {
            let items = document.items(node);
            let mut list = vec![format!("[{}", items.len())];
            list.extend(items.iter().flat_map(|item| tree(document, *item)));
            return list;
        }
        Value::Mapping => {
            let mut entries: Vec<Vec<String>> = Vec::new();
            for entry in document.entries(node) {
                let mut list = tree(document, entry.key);
                // The last of equal keys counts, and NaN is equal to nothing.
                let nan = list[0] == "f:7ff8000000000001";
                entries.retain(|other| nan || other[0] != list[0]);
                list.extend(tree(document, entry.value));
                entries.push(list);
            }
            entries.sort();
            let mut list = vec![format!("{{{}", entries.len())];
            list.extend(entries.concat());
            return list;
        }
    };
    vec![scalar]
}
