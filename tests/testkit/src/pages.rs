//! Pages that are generated from code, and kept in the repository.

use std::collections::BTreeMap;
use std::path::Path;

/// Checks that a folder has exactly these pages; with the variable `UPDATE` they are written anew.
///
/// # Panics
/// One is another, is missing or is too much; `refresh` is the command to be run then.
pub fn assert_pages_are_fresh(folder: &Path, pages: &BTreeMap<String, String>, refresh: &str) {
    if std::env::var_os("UPDATE").is_some() {
        let _ = std::fs::remove_dir_all(folder);
        std::fs::create_dir_all(folder).expect("the folder of pages");
        for (name, text) in pages {
            std::fs::write(folder.join(name), text).expect("a page");
        }
        return;
    }
    let entries = folder.read_dir().expect("the folder of pages");
    let stored: BTreeMap<String, String> = entries
        .map(|entry| {
            let entry = entry.expect("a page");
            let text = std::fs::read_to_string(entry.path()).expect("a page");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    for name in pages.keys().chain(stored.keys()) {
        assert!(
            pages.get(name) == stored.get(name),
            "{name} in {} is stale; refresh it with: {refresh}",
            folder.display()
        );
    }
}
