//! Inputs that once broke a law, or nearly, replayed: `regressions/<fuzz target>/*`.
//!
//! `core/fuzz/run` prints where a new one lies; copied here under a telling name it stays checked.

pub mod checks;

use std::path::Path;

fn replay(target: &str, check: fn(&[u8])) {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions").join(target);
    let entries = std::fs::read_dir(&directory)
        .unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
    let mut paths: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{} holds no inputs: nothing was checked", directory.display());
    for path in paths {
        println!("{}", path.display());
        check(&std::fs::read(&path).expect("an input"));
    }
}

#[test]
fn inputs_of_encode_keep_its_laws() {
    replay("encode", checks::encode);
}

#[test]
fn inputs_of_split_keep_its_laws() {
    replay("split", checks::split);
}

#[test]
fn inputs_of_decompress_keep_its_laws() {
    replay("decompress", checks::decompress);
}

#[test]
fn inputs_of_emit_keep_its_laws() {
    replay("emit", checks::emit);
}

#[test]
fn inputs_of_locate_keep_its_laws() {
    replay("locate", checks::locate);
}

#[test]
fn inputs_of_strict_keep_its_laws() {
    replay("strict", checks::strict);
}

#[test]
fn inputs_of_yaml_keep_its_laws() {
    replay("yaml", checks::yaml);
}

#[test]
fn inputs_of_lint_keep_its_laws() {
    replay("lint", checks::lint);
}

#[test]
fn inputs_of_fix_keep_its_laws() {
    replay("fix", checks::fix);
}
