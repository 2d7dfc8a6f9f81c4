//! Bad input: each a clear error, exit code 2, and nothing written.

use crate::run::Folder;

const HEAD: &str = r#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"x","uid":"u"},"status":"#;

fn with_status(status: &str) -> Vec<u8> {
    format!("{HEAD}{status}}}").into_bytes()
}

/// What is wrong, the input, and what the message must say.
fn cases() -> Vec<(&'static str, Vec<u8>, &'static [&'static str])> {
    let nested = |depth: usize| {
        let mut text = with_status(r#"{"nodes":{"a":{"x":"#);
        text.pop();
        text.extend(vec![b'['; depth]);
        text
    };
    let closed = {
        let depth = 100_000;
        let value = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        with_status(&format!(r#"{{"nodes":{{"a":{{"x":{value}}}}}}}"#))
    };
    vec![
        ("empty", b"".to_vec(), &["is empty"]),
        (
            "truncated",
            with_status(r#"{"nodes":{"a":{"id":"a"#)[..120].to_vec(),
            &["ends inside a value", ":1:"],
        ),
        ("not JSON", b"{apiVersion: argoproj.io/v1alpha1}".to_vec(), &["read as JSON", "-o yaml"]),
        (
            "wrong kind",
            br#"{"apiVersion":"v1","kind":"Pod"}"#.to_vec(),
            &["expected a Workflow", "found Pod", "help:"],
        ),
        ("a list of two", br#"{"kind":"List","items":[{},{}]}"#.to_vec(), &["holds 2 objects"]),
        ("endless nesting", nested(100_000), &["ends inside a value"]),
        ("nesting of 100,000", closed, &["nest deeper than 10000", "nodes.a.x"]),
        (
            "wrong type",
            with_status(r#"{"nodes":{"a":{"phase":7}}}"#),
            &["expected a string, found a number", "($.status.nodes.a.phase)"],
        ),
        (
            "bad time",
            with_status(r#"{"nodes":{"a":{"startedAt":"yesterday"}}}"#),
            &["a time looks like", "startedAt"],
        ),
        ("NUL", with_status("{\"nodes\":{\"a\":{\"id\":\"\0\"}}}"), &["found byte 0x00", "id"]),
        ("NUL after the end", [&with_status("{}")[..], b"\0"].concat(), &["0x00"]),
        ("UTF-16", b"\xff\xfe{\0}\0".to_vec(), &["UTF-16", "Out-File -Encoding utf8"]),
        (
            "nodes and a reference",
            with_status(r#"{"nodes":{"a":{}},"offloadNodeStatusVersion":"fnv:1"}"#),
            &["more than one place", "($.status.offloadNodeStatusVersion)"],
        ),
        (
            "compressed nodes and a reference",
            with_status(r#"{"compressedNodes":"H4sI","offloadNodeStatusVersion":"fnv:1"}"#),
            &["more than one place"],
        ),
        (
            "both places",
            with_status(r#"{"nodes":{"a":{}},"compressedNodes":"H4sI"}"#),
            &["more than one place"],
        ),
        (
            "unknown compression",
            with_status(r#"{"compressedNodes":"AAECAwQFBgc="}"#),
            &["unknown compression", "compressedNodes"],
        ),
        (
            "damaged gzip",
            with_status(r#"{"compressedNodes":"H4sIAAAAAAAA/6pWKkktLlGyUlAqS8wpTgUAAAD"}"#),
            &["compressedNodes"],
        ),
        ("not base64", with_status(r#"{"compressedNodes":"!!"}"#), &["not base64"]),
        (
            "a key twice",
            with_status(r#"{"nodes":{"a":{}},"nodes":{"b":{}}}"#),
            &["`nodes` must stand once"],
        ),
        ("a folded key", with_status(r#"{"Nodes":{"a":{}}}"#), &["`nodes` must stand once"]),
    ]
}

#[test]
fn split_and_merge_say_what_is_wrong_and_write_nothing() {
    for (what, input, words) in cases() {
        for command in ["split", "merge"] {
            let folder = Folder::new();
            let ran = folder.run_with(&[command, "-f", "-"], &input);
            assert_eq!(ran.code(), 2, "{command} {what}: {}", ran.err());
            assert_eq!(ran.out(), "", "{command} {what}");
            assert_eq!(folder.names(), [] as [&str; 0], "{command} {what}");
            for word in words {
                assert!(ran.err().contains(word), "{what}: {word:?} not in {}", ran.err());
            }
            assert!(ran.err().starts_with("error: "), "{what}: {}", ran.err());
            assert!(ran.err().len() < 2_000, "{what}: {}", ran.err());
        }
    }
}

#[test]
fn size_says_what_is_wrong() {
    for (what, input, words) in cases() {
        let folder = Folder::new();
        let ran = folder.run_with(&["size", "-f", "-"], &input);
        if what == "a list of two" {
            continue;
        }
        assert_eq!(ran.code(), 2, "{what}: {}{}", ran.out(), ran.err());
        assert_eq!(ran.out(), "", "{what}");
        assert_eq!(ran.err().matches("error: ").count(), 1, "{what}: {}", ran.err());
        for word in words {
            assert!(ran.err().contains(word), "{what}: {word:?} not in {}", ran.err());
        }
    }
}

/// Go would read U+FFFD in its place: counted so, but never taken apart.
#[test]
fn invalid_utf8_is_not_split() {
    let folder = Folder::new();
    let mut text = with_status("{\"nodes\":{\"a\":{\"id\":\"?\"}}}");
    let at = text.iter().position(|byte| *byte == b'?').expect("mark");
    text[at] = 0xff;
    let ran = folder.run_with(&["split", "-f", "-"], &text);
    assert_eq!((ran.code(), ran.out()), (2, String::new()));
    assert!(ran.err().contains("not UTF-8") && ran.err().contains("nodes.a.id"), "{}", ran.err());
    assert_eq!(folder.names(), [] as [&str; 0]);
    folder.run_with(&["size", "-f", "-"], &text).good();
}

#[test]
fn a_password_in_an_address_is_not_repeated() {
    let folder = Folder::new();
    folder.write("x.json", with_status(r#"{"nodes":{"a":{}}}"#));
    for address in ["mysql://root:secret@h/db", "secret", "dir"] {
        let ran = folder.run(&["split", "-f", "x.json", "--store", address]);
        assert_eq!(ran.code(), 2);
        assert!(!ran.err().contains("secret"), "{}", ran.err());
    }
}

#[test]
fn a_name_cannot_forge_a_message() {
    let folder = Folder::new();
    let name = r#""a\nerror: disk full\n\u001b[31m""#;
    let workflow = String::from_utf8(with_status(r#"{"nodes":{"a":{}}}"#)).expect("UTF-8");
    let workflow = workflow.replace(r#""x""#, name);
    let ran = folder.run_with(&["split", "-f", "-"], workflow.as_bytes()).good();
    assert_eq!(ran.err().lines().count(), 1, "{}", ran.err());
    assert!(!ran.err().contains('\u{1b}'), "{}", ran.err());
    let long = workflow.replace("error", &"x".repeat(300_000)).replace(r#""Workflow""#, name);
    assert!(folder.run_with(&["split", "-f", "-"], long.as_bytes()).err().len() < 3_000);
}

#[test]
fn many_bad_objects_are_counted_not_listed() {
    let folder = Folder::new();
    let bad = String::from_utf8(with_status(r#"{"nodes":{"a":{"phase":7}}}"#)).expect("UTF-8");
    let ran = folder.run_with(&["size", "-f", "-"], bad.repeat(500).as_bytes());
    assert_eq!(ran.code(), 2);
    assert_eq!(ran.err().matches("expected a string").count(), 10);
    assert!(ran.err().contains("490 more objects are refused"), "{}", ran.err());
}

/// The nodes are safe, and the workflow without them is printed, whatever becomes of the messages.
#[cfg(target_os = "linux")]
#[test]
fn a_full_stderr_changes_nothing() {
    let folder = Folder::new();
    folder.write("x.json", with_status(r#"{"nodes":{"a":{}}}"#));
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").expect("/dev/full");
    let output = std::process::Command::new(crate::run::BINARY)
        .args(["split", "-f", "x.json"])
        .current_dir(folder.path("."))
        .stderr(full)
        .output()
        .expect("runs");
    assert_eq!(output.status.code(), Some(0));
    assert!(!output.stdout.is_empty());
}

#[test]
fn strings_of_hundreds_of_megabytes_are_counted() {
    let folder = Folder::new();
    let length = 300 << 20;
    let mut text = with_status(r#"{"nodes":{"a":{"id":"a","message":""#);
    text.pop();
    text.resize(text.len() + length, b'x');
    text.extend_from_slice(br#""}}}}"#);
    let ran = folder.run_with(&["size", "-f", "-", "-o", "json", "--always-offload"], &text).good();
    let report: serde_json::Value = serde_json::from_str(&ran.out()).expect("JSON");
    let bytes = report["items"][0]["sizeBytes"].as_u64().expect("a size");
    assert!((length as u64..length as u64 + 1000).contains(&bytes), "{bytes}");
}

#[test]
fn a_row_that_is_missing_or_another_is_refused() {
    let folder = Folder::new();
    let workflow = with_status(r#"{"nodes":{"a":{"id":"a"}}}"#);
    let split = folder.run_with(&["split", "-f", "-"], &workflow).good();
    let dehydrated = split.out();
    let other = dehydrated.replace("fnv:", "fnv:1");
    let ran = folder.run_with(&["merge", "-f", "-"], other.as_bytes());
    assert_eq!((ran.code(), ran.out()), (2, String::new()));
    assert!(ran.err().contains("no row of uid u with version fnv:1"), "{}", ran.err());
    assert!(ran.err().contains("1 other version of this workflow"), "{}", ran.err());
    let ran = Folder::new().run_with(&["merge", "-f", "-"], dehydrated.as_bytes());
    assert_eq!(ran.code(), 2);
    assert!(ran.err().contains("offloaded-nodes"), "{}", ran.err());
}

#[test]
fn nodes_of_a_newer_argo_are_not_cut_down() {
    let folder = Folder::new();
    let workflow = with_status(r#"{"nodes":{"a":{"id":"a","failedPodRestarts":2}}}"#);
    let ran = folder.run_with(&["split", "-f", "-", "--argo-version", "3.7"], &workflow);
    assert_eq!((ran.code(), ran.out()), (2, String::new()));
    assert!(ran.err().contains("failedPodRestarts in wf.NodeStatus"), "{}", ran.err());
    assert!(ran.err().contains("try --argo-version 4.1"), "{}", ran.err());
    assert_eq!(folder.names(), [] as [&str; 0]);
    folder.run_with(&["split", "-f", "-"], &workflow).good();
}

#[test]
fn wrong_usage_is_exit_code_2() {
    let folder = Folder::new();
    for arguments in [
        &["size"][..],
        &["size", "-f", "missing.json"],
        &["size", "-f", "x", "--max-size", "1MB"],
        &["split", "-f", "x", "--store", "s3:bucket"],
        &["split", "-f", "x", "--argo-version", "latest"],
        &["schema", "sizes"],
        &["nonsense"],
    ] {
        let ran = folder.run(arguments);
        assert_eq!(ran.code(), 2, "{arguments:?}");
        assert!(ran.err().starts_with("error: "), "{}", ran.err());
    }
}
