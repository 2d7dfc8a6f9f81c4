//! An archive that holds links, pipes or folders in place of its files: nothing behind them is
//! read or changed, and nobody waits for them.
#![cfg(unix)]

mod archive_files;
mod seeded_rows;

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use archive_files::{Archive, assert_damaged, files_in};
use kubectl_argo_offload::store::dir::DirStore;
use kubectl_argo_offload::store::{NodeStore, Put, StoreError};
use seeded_rows::row;

const FILES: [&str; 3] = ["manifest.jsonl", "segment-000001.zst", "lock"];

#[test]
fn linked_file_is_refused_and_what_it_leads_to_stays() {
    for name in FILES {
        let (outside, archive) = (tempfile::tempdir().unwrap(), unpacked());
        let own = archive.path().join(name);
        let target = outside.path().join("precious");
        // A valid file of an archive: only its being elsewhere is wrong.
        fs::rename(&own, &target).or_else(|_| fs::write(&target, "precious")).unwrap();
        symlink(&target, &own).unwrap();
        let before = fs::read(&target).unwrap();
        assert_refused(DirStore::open_for_writing(archive.path()), &own, "a link");
        if name != "lock" {
            assert_refused(DirStore::open(archive.path()), &own, "a link");
        }
        assert!(fs::read(&target).unwrap() == before, "{name}: the file outside was changed");
    }
}

#[test]
fn dangling_link_makes_no_file_elsewhere() {
    for name in FILES {
        let (outside, archive) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let own = archive.path().join(name);
        symlink(outside.path().join("new"), &own).unwrap();
        assert_refused(DirStore::open_for_writing(archive.path()), &own, "a link");
        assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0, "{name}");
    }
}

#[test]
fn linked_new_manifest_is_replaced_and_what_it_leads_to_stays() {
    let (outside, archive) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let target = outside.path().join("precious");
    fs::write(&target, "precious").unwrap();
    symlink(&target, archive.path().join("manifest.jsonl.new")).unwrap();
    let mut store = DirStore::open_for_writing(archive.path()).unwrap();
    assert_eq!(store.put(&row(30, 0, 100)).unwrap(), Put::Written);
    store.finish().unwrap();
    assert_eq!(fs::read_to_string(&target).unwrap(), "precious");
    let manifest = archive.path().join("manifest.jsonl");
    assert!(manifest.symlink_metadata().unwrap().is_file(), "the manifest must not be the link");
}

#[test]
fn link_put_in_place_of_a_segment_after_opening_damages_its_rows_only() {
    let (outside, directory) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let archive = Archive::new(false);
    archive.unpack(directory.path());
    let store = DirStore::open(directory.path()).unwrap();
    let own = directory.path().join("segment-000001.zst");
    fs::rename(&own, outside.path().join("segment")).unwrap();
    symlink(outside.path().join("segment"), &own).unwrap();
    for (record, (segment, range)) in archive.records.iter().zip(archive.places()) {
        let found = store.read(&record.key());
        if segment == "segment-000001.zst" {
            let error = found.unwrap_err();
            assert!(error.to_string().contains("found a link"), "{error}");
            assert_damaged(error, record, &segment, &range);
        } else {
            assert_eq!(found.unwrap().as_ref(), Some(record));
        }
    }
}

#[test]
fn pipe_device_or_folder_is_refused_and_nobody_waits() {
    for name in FILES {
        for (kind, make) in [
            ("a pipe or a device", make_pipe as fn(&Path)),
            ("a link", |path| symlink("/dev/zero", path).unwrap()),
            ("a directory", |path| fs::create_dir(path).unwrap()),
        ] {
            let archive = unpacked();
            let own = archive.path().join(name);
            let _ = fs::remove_file(&own);
            make(&own);
            let path = archive.path().to_owned();
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::spawn(move || {
                let opened = [DirStore::open(&path), DirStore::open_for_writing(&path)];
                sender.send(opened.map(Result::err)).unwrap();
            });
            let [read, written] = receiver
                .recv_timeout(std::time::Duration::from_secs(20))
                .unwrap_or_else(|_| panic!("{name}: opening waits for {kind}"));
            let refused = |error| assert_refused(Err(error), &own, kind);
            refused(written.expect("a writer needs plain files"));
            if name != "lock" {
                refused(read.expect("a reader needs plain files"));
            }
        }
    }
}

fn unpacked() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    Archive::new(false).unpack(directory.path());
    assert!(files_in(directory.path()).contains_key("segment-000001.zst"));
    directory
}

fn make_pipe(path: &Path) {
    // Not by a program: a process that starts holds the locks of every other test until it runs.
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    mknodat(CWD, path, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
}

fn assert_refused(opened: Result<DirStore, StoreError>, own: &Path, expected: &str) {
    let Err(error) = opened else { panic!("{} was opened", own.display()) };
    let text = error.to_string();
    let StoreError::NotPlain { path, kind } = error else { panic!("{text}") };
    assert_eq!((path, kind), (PathBuf::from(own), expected));
    assert!(text.contains("an archive holds plain files only"), "{text}");
}
