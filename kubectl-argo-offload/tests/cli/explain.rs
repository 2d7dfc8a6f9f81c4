//! `explain`

use crate::lint::snapshot;
use crate::run::Folder;

const LOG: &str = "\
time=\"2026-01-10\" level=info msg=\"starting\"
time=\"2026-01-10\" level=error error=\"upper: no more rows in this result set\" \u{1b}[31m
Error 1045 (28000): Access denied for user 'argo\\n'@'10.0.0.7' (using password: YES)
time=\"2026-01-10\" level=error error=\"upper: no more rows in this result set\"
";

#[test]
fn rules_are_explained_by_code_and_name() {
    let folder = Folder::new();
    let text = folder.run(&["explain", "AO212"]).good();
    snapshot("explain-rule", &text.shown());
    for word in ["ao212", "unlimited-lifetime"] {
        assert_eq!(folder.run(&["explain", word]).good().out(), text.out(), "{word}");
    }
}

#[test]
fn checks_are_explained_by_code_and_name() {
    let folder = Folder::new();
    let text = folder.run(&["explain", "AD307"]).good();
    snapshot("explain-check", &text.shown());
    let by_name = folder.run(&["explain", "database-table"]).good();
    assert_eq!(by_name.out(), text.out());
    snapshot("doctor-checks", &folder.run(&["doctor", "--list-checks"]).good().shown());
}

#[test]
fn symptoms_are_found_in_logs_and_explained() {
    let folder = Folder::new();
    snapshot("explain-log", &folder.run_with(&["explain", "-"], LOG.as_bytes()).good().shown());
    let none = folder.run_with(&["explain", "-"], b"all is well\n").good();
    assert_eq!((none.out(), none.err()), (String::new(), "no known symptom in 1 line\n".into()));
    let one = folder.run(&["explain", "row-missing"]).good().out();
    assert!(one.starts_with("row-missing\n  cause: "), "{one}");
    let message = folder.run(&["explain", "error: upper: no more rows in this result set"]);
    assert_eq!(message.good().out(), one);
}

#[test]
fn logs_may_be_long_and_no_text() {
    let folder = Folder::new();
    let mut log = vec![0xff; 1_000_000];
    log.extend_from_slice(b"upper: no more rows in this result set");
    log.extend(vec![0xfe; 1_000_000]);
    let out = folder.run_with(&["explain", "-"], &log).good().out();
    assert!(out.contains("row-missing") && out.len() < 3000, "{} bytes", out.len());
}

#[test]
fn what_is_unknown_is_an_error_that_helps() {
    let folder = Folder::new();
    let mut all = String::new();
    for (arguments, stdin) in
        [(&["explain", "AO999"][..], ""), (&["explain"], ""), (&["explain", "-"], "\n")]
    {
        let ran = folder.run_with(arguments, stdin.as_bytes());
        assert_eq!(ran.code(), 2, "{arguments:?}");
        all += &format!("$ {}\n{}\n", arguments.join(" "), ran.err());
    }
    snapshot("explain-unknown", &all);
}
