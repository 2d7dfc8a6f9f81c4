//! `--fix`, `--unsafe-fixes` and `--diff`

use std::os::unix::fs::{PermissionsExt, symlink};

use super::{GOOD, example, fixable, fixed, snapshot};
use crate::run::Folder;

fn text(folder: &Folder, name: &str) -> String {
    std::fs::read_to_string(folder.path(name)).expect("a file")
}

#[test]
fn files_are_mended_in_place_and_once() {
    let folder = Folder::new();
    folder.write("a.yaml", fixable());
    snapshot("lint-fix", &folder.run(&["lint", "--fix", "a.yaml"]).good().shown());
    assert_eq!(text(&folder, "a.yaml"), fixed());
    let again = folder.run(&["lint", "--fix", "a.yaml"]).good();
    assert!(!again.err().contains("mended"), "{}", again.err());
    assert_eq!(text(&folder, "a.yaml"), fixed());
    assert_eq!(folder.names(), ["a.yaml"], "nothing is left beside it");
}

#[test]
fn line_ends_marks_permissions_and_links_stay() {
    let folder = Folder::new();
    let odd = format!("\u{feff}{}", fixable().replace('\n', "\r\n"));
    folder.write("real.yaml", &odd);
    std::fs::set_permissions(folder.path("real.yaml"), PermissionsExt::from_mode(0o640))
        .expect("mode");
    symlink("real.yaml", folder.path("link.yaml")).expect("a link");
    folder.run(&["lint", "--fix", "link.yaml"]).good();
    assert_eq!(text(&folder, "real.yaml"), odd.replace("nodeStatusOffload", "nodeStatusOffLoad"));
    let metadata = folder.path("real.yaml").metadata().expect("a file");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o640);
    assert!(folder.path("link.yaml").symlink_metadata().expect("a link").is_symlink());
}

#[test]
fn what_cannot_be_written_is_said_before_anything_is_written() {
    let folder = Folder::new();
    folder.write("a.yaml", fixable());
    folder.write("b.yaml", fixable());
    std::fs::set_permissions(folder.path("b.yaml"), PermissionsExt::from_mode(0o444))
        .expect("mode");
    let ran = folder.run(&["lint", "--fix", "a.yaml", "b.yaml"]);
    assert_eq!(ran.code(), 2);
    snapshot("lint-fix-read-only", &ran.shown());
    assert_eq!((text(&folder, "a.yaml"), text(&folder, "b.yaml")), (fixable(), fixable()));
    let zipped = zstd::encode_all(fixable().as_bytes(), 1).expect("memory");
    folder.write("c.yaml.zst", &zipped);
    let ran = folder.run(&["lint", "--fix", "c.yaml.zst"]);
    assert!(ran.code() == 2 && ran.err().contains("is compressed"), "{}", ran.shown());
    assert_eq!(std::fs::read(folder.path("c.yaml.zst")).expect("it"), zipped);
}

#[test]
fn unsafe_fixes_are_asked_for() {
    let folder = example();
    let before = text(&folder, "persistence.yaml");
    folder.run(&["lint", "--fix", "persistence.yaml", "--fail-on", "never"]).good();
    assert_eq!(text(&folder, "persistence.yaml"), before, "nothing in it is certain");
    folder
        .run(&["lint", "--fix", "--unsafe-fixes", "persistence.yaml", "--fail-on", "never"])
        .good();
    assert_eq!(
        text(&folder, "persistence.yaml"),
        before.replace("connMaxLifetime: 0s #", "connMaxLifetime: 3m #")
    );
}

#[test]
fn a_diff_changes_nothing() {
    let folder = Folder::new();
    folder.write("a.yaml", fixable());
    folder.write("good.yaml", GOOD);
    let ran = folder.run(&["lint", "--diff", "a.yaml", "good.yaml"]);
    assert_eq!(ran.code(), 1);
    snapshot("lint-diff", &ran.shown());
    assert_eq!(text(&folder, "a.yaml"), fixable());
    assert_eq!(folder.run(&["lint", "--diff", "good.yaml"]).good().out(), "");
    // A tool that reads diffs comes to the same text.
    folder.write("a.diff", ran.out());
    let patched = std::process::Command::new("git")
        .args(["apply", "a.diff"])
        .current_dir(folder.path("."))
        .status()
        .expect("git runs");
    assert!(patched.success());
    assert_eq!(text(&folder, "a.yaml"), fixed());
}

#[test]
fn stdin_is_mended_to_stdout() {
    let folder = Folder::new();
    let ran = folder.run_with(&["lint", "--fix", "-"], fixable().as_bytes()).good();
    assert_eq!(ran.out(), fixed());
    assert!(ran.err().contains("stdin: 1 finding mended"), "{}", ran.err());
    let marked = format!("\u{feff}{}", fixable());
    let ran = folder.run_with(&["lint", "--fix", "-"], marked.as_bytes()).good();
    assert_eq!(ran.out(), format!("\u{feff}{}", fixed()));
    let bad = fixable().replace("tableName: argo_workflows", "tableName: <table>");
    let ran = folder.run_with(&["lint", "--fix", "-"], bad.as_bytes());
    assert_eq!((ran.code(), ran.out()), (1, bad.replace("Offload:", "OffLoad:")));
    assert!(ran.err().contains("AO209"), "{}", ran.err());
}
