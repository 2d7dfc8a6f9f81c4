//! Archives made to wear a reader down: the work grows with the file, and the words do not.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use kubectl_argo_offload::store::dir::{DirStore, Notice};
use kubectl_argo_offload::store::{NodeStore, Sha256, StoreError};

const LINES: usize = 200_000;

/// Quadratic work would be 20 billion reads; the linear one takes about three seconds.
const SOON: Duration = Duration::from_secs(20);

#[test]
fn many_cluster_names_of_one_uid_and_version_are_listed_soon() {
    let directory = tempfile::tempdir().unwrap();
    let lines = (0..LINES).map(|cluster| row_line(&format!("c{cluster}"), b""));
    write_manifest(directory.path(), lines);
    let started = Instant::now();
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices(), []);
    assert_eq!(store.rows().unwrap().count(), LINES);
    let found = store.get("u", "fnv:1").unwrap().unwrap();
    assert_eq!((found.cluster_name.as_str(), found.nodes.len()), ("c0", 0));
    assert!(started.elapsed() < SOON, "listing takes {:?}", started.elapsed());
}

#[test]
fn many_different_answers_to_one_uid_and_version_make_a_short_message() {
    let directory = tempfile::tempdir().unwrap();
    let lines = (0..1000).map(|cluster| row_line(&format!("c{cluster}"), &[cluster as u8]));
    write_manifest(directory.path(), lines);
    let error = DirStore::open(directory.path()).unwrap().get("u", "fnv:1").unwrap_err();
    assert!(
        matches!(&error, StoreError::SeveralClusters { cluster_names, .. } if cluster_names.len() == 1000),
        "{error}"
    );
    assert!(error.to_string().len() < 1000, "{error}");
}

#[test]
fn many_contradicting_or_damaged_lines_are_counted_soon() {
    let directory = tempfile::tempdir().unwrap();
    let lines = (0..LINES).map(|line| match line % 3 {
        0 => row_line("c", &line.to_le_bytes()),
        1 => String::new(),
        // Says of a line that is not there that it is torn.
        _ => sealed(&format!(r#"{{"torn":{{"file":"manifest.jsonl","offset":{line},"length":1}}"#)),
    });
    write_manifest(directory.path(), lines);
    let started = Instant::now();
    let store = DirStore::open(directory.path()).unwrap();
    let (named, rest) = store.notices().split_at(20);
    assert!(named.iter().all(|notice| matches!(notice, Notice::ManifestLine { .. })), "{named:?}");
    // The first row line is sound, a third of all lines is torn lines.
    let lines = (LINES - LINES / 3 - 1 - 20) as u64;
    assert_eq!(rest, [Notice::MoreManifestLines { lines }]);
    assert!(store.warnings()[20].contains(&format!("{lines} more lines")), "{rest:?}");
    assert!(started.elapsed() < SOON, "listing takes {:?}", started.elapsed());
}

#[test]
fn many_missing_segments_are_counted() {
    let directory = tempfile::tempdir().unwrap();
    let lines = (1..=1000).map(|segment| {
        sealed(&format!(
            r#"{{"footer":{{"segment":{segment},"offset":0,"length":100,"through":0}}"#
        ))
    });
    write_manifest(directory.path(), lines);
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices().len(), 21);
    assert_eq!(store.notices()[20], Notice::MoreSegments { segments: 980 });
}

fn write_manifest(directory: &Path, lines: impl Iterator<Item = String>) {
    let header = sealed(r#"{"format":"argo-offload/archive","formatVersion":1"#);
    let text: String =
        std::iter::once(header).chain(lines).flat_map(|line| [line, "\n".to_owned()]).collect();
    fs::write(directory.join("manifest.jsonl"), text).unwrap();
}

/// A row of an empty text, or of one that is said to hash like `text`.
fn row_line(cluster_name: &str, text: &[u8]) -> String {
    let sha256 = Sha256::of(text);
    sealed(&format!(
        r#"{{"row":{{"clusterName":"{cluster_name}","namespace":"n","name":"","uid":"u","version":"fnv:1","bytes":0,"sha256":"{sha256}","segment":1,"frames":[]}}"#
    ))
}

/// The line, given without its last brace, with its checksum.
fn sealed(body: &str) -> String {
    let digest = Sha256::of(body.as_bytes()).to_string();
    format!("{body},\"check\":\"{}\"}}", &digest[..16])
}
