//! What the next writer makes of a damaged archive: everything readable again, nothing touched.

mod archive_files;
mod seeded_rows;

use std::fs;

use archive_files::{Archive, TINY, assert_damaged, files_in};
use kubectl_argo_offload::store::dir::{DirStore, Notice};
use kubectl_argo_offload::store::{NodeStore, Put};
use seeded_rows::row;

#[test]
fn next_writer_steps_over_any_cut_and_overwrites_nothing() {
    for crashed in [false, true] {
        let archive = Archive::new(crashed);
        for (name, bytes) in &archive.files {
            // Each cut costs several flushes to disk: every one would take minutes.
            for cut in (0..bytes.len()).step_by(29).chain([bytes.len() - 1]) {
                let context = format!("{name} cut at {cut}");
                let directory = tempfile::tempdir().unwrap();
                archive.unpack_with(name, &bytes[..cut], directory.path());
                let before = files_in(directory.path());
                let mut writer = DirStore::open_for_writing_with(directory.path(), TINY).unwrap();
                let new = row(21, 0, 150);
                assert_eq!(writer.put(&new).unwrap(), Put::Written);
                for record in &archive.records {
                    writer.put(record).expect(&context);
                }
                writer.finish().unwrap();
                let after = files_in(directory.path());
                for (file, old) in before {
                    assert!(after[&file].starts_with(&old), "{context}: {file} was overwritten");
                }
                let store = DirStore::open(directory.path()).unwrap();
                for record in archive.records.iter().chain([&new]) {
                    let found = store.read(&record.key()).unwrap();
                    assert_eq!(found.as_ref(), Some(record), "{context}");
                }
                assert_eq!(store.rows().unwrap().count(), 8, "{context}");
                let report = store.check().unwrap();
                assert_eq!((report.rows, report.damage), (8, vec![]), "{context}");
                for notice in store.notices() {
                    // A header or a segment that lost bytes stays worth knowing.
                    let lasting = matches!(
                        notice,
                        Notice::SegmentShort { .. } | Notice::ManifestLine { line: 1, .. }
                    );
                    assert!(lasting, "{context}: {notice}");
                }
                // The new session's footers alone know what it wrote.
                fs::remove_file(directory.path().join("manifest.jsonl")).unwrap();
                let store = DirStore::open(directory.path()).unwrap();
                let found = store.read(&new.key()).unwrap();
                assert_eq!(found.as_ref(), Some(&new), "{context}, without the manifest");
            }
        }
    }
}

#[test]
fn rows_of_a_crashed_session_get_a_footer_from_the_next_one() {
    let archive = Archive::new(true);
    let directory = tempfile::tempdir().unwrap();
    archive.unpack(directory.path());
    DirStore::open_for_writing_with(directory.path(), TINY).unwrap().finish().unwrap();
    fs::remove_file(directory.path().join("manifest.jsonl")).unwrap();
    let store = DirStore::open(directory.path()).unwrap();
    for record in &archive.records {
        assert_eq!(store.read(&record.key()).unwrap().as_ref(), Some(record));
    }
}

#[test]
fn footers_stay_linked_when_the_session_after_a_lost_manifest_crashes() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let records: Vec<_> = (0..3).map(|index| row(23, index, 150)).collect();
    let mut writer = DirStore::open_for_writing(one.path()).unwrap();
    writer.put(&records[0]).unwrap();
    writer.finish().unwrap();
    fs::remove_file(one.path().join("manifest.jsonl")).unwrap();
    writer.put(&records[1]).unwrap();
    let crashed = Archive { files: files_in(one.path()), records: Vec::new() };
    crashed.unpack(two.path());
    let mut writer = DirStore::open_for_writing(two.path()).unwrap();
    writer.put(&records[2]).unwrap();
    writer.finish().unwrap();
    assert_eq!(crashed.files.len(), 2, "all in one segment, or the test shows nothing");
    fs::remove_file(two.path().join("manifest.jsonl")).unwrap();
    let store = DirStore::open(two.path()).unwrap();
    for record in &records {
        assert_eq!(store.read(&record.key()).unwrap().as_ref(), Some(record));
    }
}

#[test]
fn segment_with_a_torn_tail_is_never_written_again() {
    let archive = Archive::new(false);
    let (name, bytes) = archive.files.iter().next_back().unwrap();
    let directory = tempfile::tempdir().unwrap();
    let torn = [bytes.as_slice(), b"torn"].concat();
    archive.unpack_with(name, &torn, directory.path());
    let offset = bytes.len() as u64;
    let tail = Notice::SegmentTail { file: name.clone(), offset, length: 4 };
    assert_eq!(DirStore::open(directory.path()).unwrap().notices(), [tail]);
    // The first session only steps over the tail; the second one has a row to write.
    DirStore::open_for_writing(directory.path()).unwrap().finish().unwrap();
    assert_eq!(DirStore::open(directory.path()).unwrap().notices(), []);
    let mut writer = DirStore::open_for_writing(directory.path()).unwrap();
    writer.put(&row(22, 0, 150)).unwrap();
    writer.finish().unwrap();
    assert!(fs::read(directory.path().join(name)).unwrap() == torn, "{name} was written again");
}

#[test]
fn putting_a_damaged_row_again_repairs_it() {
    let archive = Archive::new(false);
    let (name, range) = archive.places()[1].clone();
    let directory = tempfile::tempdir().unwrap();
    let mut bytes = archive.files[&name].clone();
    bytes[range.start + 20] ^= 1;
    archive.unpack_with(&name, &bytes, directory.path());
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let record = &archive.records[1];
    assert_damaged(store.read(&record.key()).unwrap_err(), record, &name, &range);
    assert_eq!(store.check().unwrap().damaged_rows, 1);
    assert_eq!(store.put(record).unwrap(), Put::Written);
    assert_eq!(store.put(record).unwrap(), Put::AlreadyStored);
    store.finish().unwrap();
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.read(&record.key()).unwrap().as_ref(), Some(record));
    assert_eq!(store.rows().unwrap().count(), archive.records.len());
    assert_eq!(store.check().unwrap().damaged_rows, 0);
}
