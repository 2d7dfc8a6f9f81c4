//! The archive store in bad order: cut anywhere, changed anywhere, it never lies and never dies.

mod archive_files;
mod seeded_rows;

use std::fs;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;

use archive_files::{Archive, assert_damaged};
use kubectl_argo_offload::store::dir::{DirStore, Notice};
use kubectl_argo_offload::store::{NodeStore, StoreError};

#[test]
fn manifest_cut_anywhere_keeps_every_row_whose_line_is_whole() {
    for crashed in [false, true] {
        let archive = Archive::new(crashed);
        let (manifest, ends) = (&archive.files["manifest.jsonl"], line_ends(&archive));
        let directory = tempfile::tempdir().unwrap();
        archive.unpack(directory.path());
        for cut in (0..=manifest.len()).rev() {
            shorten(&directory.path().join("manifest.jsonl"), cut);
            let store = DirStore::open(directory.path()).unwrap();
            for (record, end) in archive.records.iter().zip(&ends) {
                let found = store.read(&record.key()).unwrap();
                // The footers know the rows of closed sessions, all of them or the first five.
                let in_footer = !crashed || record.name < archive.records[5].name;
                if *end <= cut || in_footer {
                    assert_eq!(found.as_ref(), Some(record), "cut at {cut}");
                } else {
                    assert_eq!(found, None, "cut at {cut}");
                }
            }
            assert_eq!(store.check().unwrap().damage, [], "cut at {cut}");
            // A line without its line feed is whole: its row was safe before it was written.
            let whole = cut == 0 || manifest[cut - 1] == b'\n' || manifest.get(cut) == Some(&b'\n');
            let torn = store.notices().iter().any(|n| matches!(n, Notice::ManifestTorn { .. }));
            assert_eq!(torn, !whole, "cut at {cut}: {:?}", store.notices());
        }
    }
}

#[test]
fn segment_cut_anywhere_keeps_every_row_before_the_cut_and_names_the_others() {
    for crashed in [false, true] {
        let archive = Archive::new(crashed);
        let places = archive.places();
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in archive.files.iter().filter(|(name, _)| name.starts_with("segment")) {
            archive.unpack(directory.path());
            for cut in (0..bytes.len()).rev() {
                shorten(&directory.path().join(name), cut);
                let store = DirStore::open(directory.path()).unwrap();
                let mut lost = 0;
                for (record, (segment, range)) in archive.records.iter().zip(&places) {
                    let found = store.read(&record.key());
                    if segment == name && range.end > cut {
                        lost += 1;
                        assert_damaged(found.unwrap_err(), record, segment, range);
                    } else {
                        assert_eq!(found.unwrap().as_ref(), Some(record), "{name} cut at {cut}");
                    }
                }
                assert_eq!(store.check().unwrap().damaged_rows, lost, "{name} cut at {cut}");
                let short = matches!(store.notices(), [Notice::SegmentShort { .. }]);
                assert!(short, "{name} cut at {cut}: {:?}", store.notices());
            }
            fs::remove_dir_all(directory.path()).unwrap();
        }
    }
}

#[test]
fn missing_segment_takes_only_its_own_rows_with_it() {
    let archive = Archive::new(false);
    let directory = tempfile::tempdir().unwrap();
    archive.unpack(directory.path());
    fs::remove_file(directory.path().join("segment-000001.zst")).unwrap();
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices(), [Notice::SegmentMissing { file: "segment-000001.zst".to_owned() }]);
    for (record, (segment, range)) in archive.records.iter().zip(archive.places()) {
        match store.read(&record.key()) {
            Ok(found) => assert_eq!(found.as_ref(), Some(record)),
            Err(error) => assert_damaged(error, record, &segment, &range),
        }
    }
}

#[test]
fn changed_byte_never_brings_wrong_nodes() {
    for crashed in [false, true] {
        let archive = Archive::new(crashed);
        let places = archive.places();
        let directory = tempfile::tempdir().unwrap();
        for (name, bytes) in &archive.files {
            archive.unpack(directory.path());
            let path = directory.path().join(name);
            let mut file = fs::File::options().write(true).open(path).unwrap();
            for (position, byte) in bytes.iter().enumerate() {
                for flip in [0x01, 0x20, 0xff] {
                    write_at(&mut file, position, byte ^ flip);
                    let context = format!("{name}, byte {position} ^ {flip:#x}");
                    let store = match DirStore::open(directory.path()) {
                        Ok(store) => store,
                        Err(error) => {
                            let refused = matches!(error, StoreError::UnknownFormat { .. });
                            assert!(refused && name == "manifest.jsonl", "{context}: {error}");
                            continue;
                        }
                    };
                    let mut missing = 0;
                    for (record, (segment, range)) in archive.records.iter().zip(&places) {
                        let found = store.read(&record.key());
                        if segment == name && range.contains(&position) {
                            assert_damaged(found.unwrap_err(), record, segment, range);
                        } else if let Some(found) = found.expect(&context) {
                            assert_eq!(&found, record, "{context}");
                        } else {
                            missing += 1;
                        }
                    }
                    // A line feed parts two lines: changing it can cost two rows, where no footer
                    // has them.
                    let allowed = if crashed && name == "manifest.jsonl" { 2 } else { 0 };
                    assert!(missing <= allowed, "{context}: {missing} rows are not listed");
                    assert!(
                        missing == 0 || !store.notices().is_empty(),
                        "{context}: rows vanished without a notice"
                    );
                }
                write_at(&mut file, position, *byte);
            }
        }
    }
}

#[test]
fn lying_sizes_are_refused_before_anything_is_allocated() {
    let archive = Archive::new(false);
    let manifest = String::from_utf8(archive.files["manifest.jsonl"].clone()).unwrap();
    let line = manifest.lines().nth(1).unwrap();
    let directory = tempfile::tempdir().unwrap();
    let raw = number_after(line, "\"rawLength\":");
    for (field, value) in [
        (format!("\"rawLength\":{raw}"), "\"rawLength\":4294967295".to_owned()),
        (format!("\"rawLength\":{raw}"), format!("\"rawLength\":{}", 8 << 20)),
        ("\"segment\":1".to_owned(), "\"segment\":0".to_owned()),
        ("\"offset\":0".to_owned(), "\"offset\":18446744073709551615".to_owned()),
    ] {
        let lie = resealed(&line.replacen(&field, &value, 1));
        assert_ne!(lie, line, "{field}");
        let changed = manifest.replacen(line, &lie, 1);
        archive.unpack_with("manifest.jsonl", changed.as_bytes(), directory.path());
        let store = DirStore::open(directory.path()).unwrap();
        assert!(
            store.notices().iter().any(|n| matches!(n, Notice::ManifestLine { line: 2, .. })),
            "{field}: {:?}",
            store.notices()
        );
        let found = store.read(&archive.records[0].key()).unwrap();
        assert_eq!(found.as_ref(), Some(&archive.records[0]), "the footer has it: {field}");
    }
}

/// Position of the last byte of each row's line in the manifest, without the line feed.
fn line_ends(archive: &Archive) -> Vec<usize> {
    let manifest = &archive.files["manifest.jsonl"];
    let is_row = |line: &[u8]| line.starts_with(b"{\"row\"");
    let mut end = 0;
    let mut ends = Vec::new();
    for line in manifest.split_inclusive(|byte| *byte == b'\n') {
        end += line.len();
        if is_row(line) {
            ends.push(end - 1);
        }
    }
    assert_eq!(ends.len(), archive.records.len());
    ends
}

/// The line with the checksum that its text now needs.
fn resealed(line: &str) -> String {
    let body = line.rsplit_once(",\"check\":").unwrap().0;
    let digest = kubectl_argo_offload::store::Sha256::of(body.as_bytes()).to_string();
    format!("{body},\"check\":\"{}\"}}", &digest[..16])
}

fn number_after(line: &str, before: &str) -> String {
    let rest = line.split_once(before).unwrap().1;
    rest.chars().take_while(char::is_ascii_digit).collect()
}

fn write_at(file: &mut fs::File, position: usize, byte: u8) {
    file.seek(SeekFrom::Start(position as u64)).unwrap();
    file.write_all(&[byte]).unwrap();
}

/// Cuts a file where it is: writing it anew thousands of times is slow.
fn shorten(path: &Path, length: usize) {
    fs::File::options().write(true).open(path).unwrap().set_len(length as u64).unwrap();
}
