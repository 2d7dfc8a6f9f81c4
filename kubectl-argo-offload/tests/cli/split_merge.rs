//! `split` and `merge`

use std::io::Read;
use std::process::{Command, Stdio};

use crate::run::{BINARY, Folder, repository};

fn large() -> Vec<u8> {
    let file = std::fs::File::open(repository("examples/large-workflow.json.gz")).expect("example");
    let mut text = Vec::new();
    flate2::read::GzDecoder::new(file).read_to_end(&mut text).expect("gzip");
    text
}

/// The text as commands print it: files end with a line end.
fn ended(text: &[u8]) -> Vec<u8> {
    [text, b"\n"].concat()
}

#[test]
fn merge_of_split_gives_the_same_bytes() {
    let folder = Folder::new();
    let text = large();
    folder.write("large.json", &text);
    let split = folder.run(&["split", "-f", "large.json"]).good();
    assert!(split.err().contains("3002 nodes"), "{}", split.err());
    assert!(split.err().contains("as fnv:1038927979 in dir:offloaded-nodes"), "{}", split.err());
    assert!(!split.err().contains("warning"), "{}", split.err());
    assert!(split.stdout().len() < 2_000);
    folder.write("dehydrated.json", split.stdout());
    let merged = folder.run(&["merge", "-f", "dehydrated.json"]).good();
    assert!(merged.stdout() == ended(&text), "merge gives other bytes");
    // Both are idempotent.
    let again = folder.run(&["split", "-f", "dehydrated.json"]).good();
    assert_eq!(again.stdout(), split.stdout());
    folder.write("merged.json", merged.stdout());
    let unchanged = folder.run(&["merge", "-f", "merged.json"]).good();
    assert!(unchanged.stdout() == merged.stdout());
    let stored = folder.run(&["split", "-f", "large.json"]).good();
    assert!(stored.err().contains("where they were already"), "{}", stored.err());
}

#[test]
fn parts_hold_the_same_nodes() {
    let folder = Folder::new();
    let text = large();
    folder.write("large.json", &text);
    let split =
        folder.run(&["split", "-f", "large.json", "--out", "parts", "--max-part", "512Ki"]).good();
    folder.write("dehydrated.json", split.stdout());
    let parts: Vec<_> = folder.path("parts").read_dir().expect("parts").collect();
    assert_eq!(parts.len(), 6);
    let merge = ["merge", "-f", "dehydrated.json", "--parts", "parts"];
    assert!(folder.run(&merge).good().stdout() == ended(&text), "merge gives other bytes");

    let third = folder.path("parts/nodes-1038927979-00003-of-00006.json");
    let content = std::fs::read(&third).expect("part");
    let changed = String::from_utf8_lossy(&content).replacen("Succeeded", "Failed", 1);
    std::fs::write(&third, changed).expect("part");
    let ran = folder.run(&merge);
    assert_eq!((ran.code(), ran.stdout()), (2, &b""[..]));
    assert!(ran.err().contains("a part was changed"), "{}", ran.err());

    std::fs::remove_file(&third).expect("part");
    let ran = folder.run(&merge);
    assert_eq!((ran.code(), ran.stdout()), (2, &b""[..]));
    assert!(ran.err().contains("part 3 of 6 is missing"), "{}", ran.err());

    std::fs::write(&third, &content).expect("part");
    std::fs::copy(&third, folder.path("parts/nodes-1038927979-00003-of-00006 (copy).json"))
        .expect("copy");
    let ran = folder.run(&merge);
    assert_eq!((ran.code(), ran.stdout()), (2, &b""[..]));
    assert!(ran.err().contains("are the same part"), "{}", ran.err());
}

#[test]
fn parts_of_an_earlier_run_stay_readable() {
    let folder = Folder::new();
    let text = large();
    folder.write("large.json", &text);
    let split = |size: &str| {
        folder.run(&["split", "-f", "large.json", "--out", "parts", "--max-part", size])
    };
    folder.write("dehydrated.json", split("512Ki").good().stdout());
    // The nodes are there already, in other parts: nothing is written beside them.
    assert!(split("1Mi").good().err().contains("6 parts in parts"));
    let merge = ["merge", "-f", "dehydrated.json", "--parts", "parts"];
    assert!(folder.run(&merge).good().stdout() == ended(&text));
    let first = folder.path("parts/nodes-1038927979-00001-of-00006.json");
    std::fs::write(&first, "{}").expect("part");
    let ran = split("1Mi");
    assert_eq!((ran.code(), ran.stdout()), (2, &b""[..]));
    assert!(ran.err().contains("is there already and is another part"), "{}", ran.err());
    assert_eq!(folder.path("parts").read_dir().expect("parts").count(), 6);
}

#[test]
fn two_splits_at_once_both_keep_their_nodes_or_say_why_not() {
    let folder = Folder::new();
    folder.write("large.json", large());
    let run = || folder.run(&["split", "-f", "large.json"]);
    let (one, two) = std::thread::scope(|scope| {
        let one = scope.spawn(run);
        (run(), one.join().expect("runs"))
    });
    for ran in [&one, &two] {
        assert!(ran.code() == 0 || ran.err().contains("is being written"), "{}", ran.err());
    }
    assert!(one.code() == 0 || two.code() == 0);
    folder.write("dehydrated.json", run().good().stdout());
    folder.run(&["merge", "-f", "dehydrated.json"]).good();
}

#[test]
fn pipes_work_to_the_end() {
    let folder = Folder::new();
    let text = large();
    let split = folder.run_with(&["split", "-f", "-", "--store", "dir:a/b"], &text).good();
    let merged =
        folder.run_with(&["merge", "-f", "-", "--store", "dir:a/b"], split.stdout()).good();
    assert!(merged.stdout() == ended(&text));
    // A reader that stops early is no error.
    folder.write("large.json", &text);
    let mut child = Command::new(BINARY)
        .args(["merge", "-f", "large.json"])
        .current_dir(folder.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    drop(child.stdout.take());
    let ended = child.wait_with_output().expect("ends");
    assert_eq!(ended.status.code(), Some(0), "{}", String::from_utf8_lossy(&ended.stderr));
}

#[test]
fn compressed_nodes_are_merged_too() {
    let folder = Folder::new();
    let compressed = repository("tests/fixtures/samples/compressed-wf.json");
    let path = compressed.to_string_lossy().into_owned();
    let merged = folder.run(&["merge", "-f", &path]).good();
    let workflow: serde_json::Value = serde_json::from_slice(merged.stdout()).expect("JSON");
    assert_eq!(workflow["status"]["nodes"].as_object().map(serde_json::Map::len), Some(302));
    assert_eq!(workflow["status"]["compressedNodes"], serde_json::Value::Null);
    let split = folder.run(&["split", "-f", &path]).good();
    assert!(split.err().contains("302 nodes"), "{}", split.err());
}
