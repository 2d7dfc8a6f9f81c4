//! The archive store in good order: what is put comes back, and only once.

mod seeded_rows;

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use kubectl_argo_offload::store::dir::{DirStore, Notice, WriteOptions};
use kubectl_argo_offload::store::{
    Access, NodeRecord, NodeStore, Put, Sha256, StoreAddress, StoreError,
};
use seeded_rows::row;

const SMALL: WriteOptions = WriteOptions { segment_bytes: 4 << 10, frame_bytes: 256 };

#[test]
fn what_is_put_comes_back_in_every_size() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let mut records = Vec::new();
    for (index, bytes) in [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 20 << 20].iter().enumerate()
    {
        let mut record = row(1, index as u64, *bytes);
        record.nodes.truncate(*bytes);
        assert_eq!(store.put(&record).unwrap(), Put::Written);
        records.push(record);
    }
    assert_holds(&store, &records);
    store.finish().unwrap();
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices(), []);
    assert_holds(&store, &records);
    assert_eq!(store.check().unwrap().damage, []);
}

#[test]
fn hostile_names_are_data() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("archive");
    let mut store = DirStore::open_for_writing(&path).unwrap();
    let long = "x".repeat(10_000);
    let names = [
        "",
        ".",
        "..",
        "../../x",
        "/etc/passwd",
        "C:\\x",
        "a\0b",
        "a\nb\r\n",
        "\u{1b}[31m",
        "🦀",
        "e\u{301}",
        "\u{202e}",
        "\"}",
        "NUL",
        "-rf",
        &long,
    ];
    let mut records = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let name = (*name).to_owned();
        let mut record = row(2, index as u64, 100);
        let NodeRecord { cluster_name, namespace, name: own_name, uid, version, .. } = &mut record;
        for field in [cluster_name, namespace, own_name, uid, version] {
            *field = name.clone();
        }
        store.put(&record).unwrap();
        records.push(record);
    }
    store.finish().unwrap();
    assert_holds(&DirStore::open(&path).unwrap(), &records);
    assert_eq!(names_in(&path), ["lock", "manifest.jsonl", "segment-000001.zst"]);
    assert_eq!(names_in(directory.path()), ["archive"], "nothing may appear outside");
}

#[test]
fn names_beyond_64_kib_are_refused_and_harm_nothing() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let mut record = row(3, 0, 100);
    record.uid = "x".repeat((64 << 10) + 1);
    let error = store.put(&record).unwrap_err();
    assert!(
        matches!(error, StoreError::TooLarge { what: "the uid", bytes: 65_537, .. }),
        "{error}"
    );
    assert!(error.to_string().len() < 400, "a message does not repeat a long name: {error}");
    store.put(&row(3, 1, 100)).unwrap();
}

#[test]
fn same_bytes_twice_are_stored_once() {
    let directory = tempfile::tempdir().unwrap();
    let record = row(4, 0, 5000);
    let mut store = DirStore::open_for_writing_with(directory.path(), SMALL).unwrap();
    assert_eq!(store.put(&record).unwrap(), Put::Written);
    let size = fs::metadata(directory.path().join("segment-000001.zst")).unwrap().len();
    assert_eq!(store.put(&record).unwrap(), Put::AlreadyStored);
    store.finish().unwrap();
    assert_eq!(store.put(&record).unwrap(), Put::AlreadyStored, "also in a later session");
    let rows: Vec<_> = store.rows().unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1);
    assert_eq!(
        (rows[0].bytes, rows[0].stored_bytes),
        (Some(record.nodes.len() as u64), Some(size))
    );
    assert_eq!(rows[0].sha256, Some(Sha256::of(&record.nodes)));
}

#[test]
fn other_bytes_under_a_taken_key_are_refused_with_both_digests() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let record = row(5, 0, 100);
    store.put(&record).unwrap();
    let other = NodeRecord { nodes: b"{}".to_vec(), ..record.clone() };
    let text = store.put(&other).unwrap_err().to_string();
    for part in
        [&Sha256::of(&record.nodes).to_string(), &Sha256::of(b"{}").to_string(), &record.uid]
    {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
    assert_holds(&store, &[record]);
}

#[test]
fn cluster_names_keep_rows_apart() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let one = row(6, 0, 100);
    let same = NodeRecord { cluster_name: "blue".to_owned(), ..one.clone() };
    store.put(&one).unwrap();
    assert_eq!(store.put(&same).unwrap(), Put::Written);
    let found = store.get(&one.uid, &one.version).unwrap().unwrap();
    assert_eq!(found.nodes, one.nodes, "the same bytes twice are one answer");
    let other = NodeRecord { cluster_name: "red".to_owned(), nodes: b"{}".to_vec(), ..one.clone() };
    store.put(&other).unwrap();
    let error = store.get(&one.uid, &one.version).unwrap_err();
    assert!(
        matches!(&error, StoreError::SeveralClusters { cluster_names, .. } if cluster_names.len() == 3),
        "{error}"
    );
    assert_eq!(store.read(&other.key()).unwrap(), Some(other));
    assert_eq!(store.versions_of(&one.uid).unwrap().len(), 3);
    assert_eq!(store.versions_of("nobody").unwrap(), []);
    assert_eq!(store.get(&one.uid, "fnv:0").unwrap(), None);
}

#[test]
fn versions_of_a_workflow_come_in_the_order_they_were_put() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let versions: Vec<String> = (0..50).map(|n| format!("fnv:{}", n * 7919 % 100)).collect();
    for version in &versions {
        let record = NodeRecord { version: version.clone(), ..row(7, 0, 10) };
        store.put(&record).unwrap();
    }
    let uid = row(7, 0, 10).uid;
    let found = store.versions_of(&uid).unwrap();
    assert_eq!(found.into_iter().map(|row| row.key.version).collect::<Vec<_>>(), versions);
}

#[test]
fn segments_roll_over_and_sessions_go_on_in_the_last_one() {
    let directory = tempfile::tempdir().unwrap();
    let records: Vec<_> = (0..40).map(|index| row(8, index, 3000)).collect();
    for part in records.chunks(1) {
        let mut store = DirStore::open_for_writing_with(directory.path(), SMALL).unwrap();
        put_all(&mut store, part);
        store.finish().unwrap();
    }
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices(), []);
    assert_holds(&store, &records);
    let segments = names_in(directory.path()).len() - 2;
    assert!((10..30).contains(&segments), "{segments} segments for 40 sessions");
}

#[test]
fn second_writer_is_told_who_writes_and_readers_are_not_held_up() {
    let directory = tempfile::tempdir().unwrap();
    let mut store = DirStore::open_for_writing(directory.path()).unwrap();
    let record = row(9, 0, 100);
    store.put(&record).unwrap();
    let Err(error) = DirStore::open_for_writing(directory.path()) else { panic!("two writers") };
    let text = error.to_string();
    assert!(text.contains(&format!("process {} (since ", std::process::id())), "{text}");
    assert_holds(&DirStore::open(directory.path()).unwrap(), &[record]);
    store.finish().unwrap();
    DirStore::open_for_writing(directory.path()).unwrap();
}

#[test]
fn reader_beside_a_writer_sees_every_acknowledged_row_and_nothing_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let records: Vec<_> = (0..120).map(|index| row(10, index, 2000)).collect();
    let acknowledged = AtomicU64::new(0);
    let mut store = DirStore::open_for_writing_with(directory.path(), SMALL).unwrap();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for (index, record) in records.iter().enumerate() {
                store.put(record).unwrap();
                acknowledged.store(index as u64 + 1, Ordering::SeqCst);
                if index % 10 == 9 {
                    store.finish().unwrap();
                }
            }
        });
        let mut seen = 0;
        while seen < records.len() {
            let expected = acknowledged.load(Ordering::SeqCst);
            let reader = DirStore::open(directory.path()).unwrap();
            seen = reader.rows().unwrap().count();
            assert!(seen as u64 >= expected, "{seen} rows listed, {expected} acknowledged");
            for record in &records[..seen] {
                assert_eq!(reader.read(&record.key()).unwrap().as_ref(), Some(record));
            }
            for notice in reader.notices() {
                assert!(
                    matches!(
                        notice,
                        Notice::SegmentTail { .. }
                            | Notice::ManifestTorn { .. }
                            | Notice::RowsRecovered { .. }
                    ),
                    "{notice}"
                );
            }
        }
    });
}

#[test]
fn missing_manifest_is_rebuilt_from_the_footers() {
    let directory = tempfile::tempdir().unwrap();
    let mut records: Vec<_> = (0..20).map(|index| row(11, index, 2000)).collect();
    for part in records.chunks(1) {
        let mut store = DirStore::open_for_writing_with(directory.path(), SMALL).unwrap();
        put_all(&mut store, part);
        store.finish().unwrap();
    }
    let manifest = directory.path().join("manifest.jsonl");
    let footers = footer_places(&manifest);
    assert!(footers.len() == 20);
    fs::remove_file(&manifest).unwrap();
    for _ in 0..2 {
        let store = DirStore::open(directory.path()).unwrap();
        assert_eq!(store.notices(), [Notice::ManifestMissing, Notice::RowsRecovered { rows: 20 }]);
        assert_eq!(store.warnings().len(), 2);
        assert_holds(&store, &records);
    }
    // The next writer makes a manifest, which then stands on its own, as do the footers.
    let mut store = DirStore::open_for_writing_with(directory.path(), SMALL).unwrap();
    records.push(row(11, 20, 2000));
    store.put(&records[20]).unwrap();
    store.finish().unwrap();
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices(), []);
    assert_holds(&store, &records);
    assert_eq!(footer_places(&manifest)[..20], footers, "so that opening need not look for them");
    fs::remove_file(directory.path().join("manifest.jsonl")).unwrap();
    assert_holds(&DirStore::open(directory.path()).unwrap(), &records);
}

#[test]
fn unknown_format_version_is_refused_by_readers_and_writers() {
    let directory = tempfile::tempdir().unwrap();
    let manifest = directory.path().join("manifest.jsonl");
    for header in [
        r#"{"format":"argo-offload/archive","formatVersion":2}"#,
        r#"{"format":"argo-offload/archive","formatVersion":"1"}"#,
        r#"{"format":"other","formatVersion":1}"#,
    ] {
        fs::write(&manifest, format!("{header}\n")).unwrap();
        for opened in
            [DirStore::open(directory.path()), DirStore::open_for_writing(directory.path())]
        {
            let Err(error) = opened else { panic!("{header} was accepted") };
            assert!(matches!(error, StoreError::UnknownFormat { .. }), "{error}");
            assert!(error.to_string().contains("this release reads"), "{error}");
        }
        assert_eq!(fs::read_to_string(&manifest).unwrap(), format!("{header}\n"));
    }
}

#[test]
fn directory_with_something_else_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("thesis.tex"), "x").unwrap();
    let Err(error) = DirStore::open_for_writing(directory.path()) else { panic!("moved in") };
    assert!(error.to_string().contains("thesis.tex"), "{error}");
    assert_eq!(names_in(directory.path()), ["thesis.tex"]);
    for path in [directory.path().to_owned(), directory.path().join("absent")] {
        let Err(error) = DirStore::open(&path) else { panic!("opened {}", path.display()) };
        assert!(matches!(error, StoreError::NoArchive { .. }), "{error}");
    }
}

#[test]
fn stores_copy_into_each_other_through_the_trait() {
    let directory = tempfile::tempdir().unwrap();
    let address = |name: &str| StoreAddress::Dir(directory.path().join(name));
    let records: Vec<_> = (0..10).map(|index| row(12, index, 1000)).collect();
    let mut from = address("from").open_for_writing().unwrap();
    put_all(from.as_mut(), &records);
    from.finish().unwrap();

    let (from, mut to) = (
        address("from").open(&Access::default()).unwrap(),
        address("to").open_for_writing().unwrap(),
    );
    for info in from.rows().unwrap() {
        let record = from.read(&info.unwrap().key).unwrap().unwrap();
        to.put(&record).unwrap();
    }
    to.finish().unwrap();
    let of = |store: &dyn NodeStore| store.rows().unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(of(to.as_ref()), of(from.as_ref()));
    let mut reader = address("to").open(&Access::default()).unwrap();
    assert!(matches!(reader.put(&records[0]), Err(StoreError::ReadOnly { .. })));
}

#[test]
fn segments_are_plain_zstd() {
    let directory = tempfile::tempdir().unwrap();
    let records: Vec<_> = (0..9).map(|index| row(13, index, 2000)).collect();
    for part in records.chunks(2) {
        let mut store = DirStore::open_for_writing_with(directory.path(), SMALL).unwrap();
        put_all(&mut store, part);
    }
    let mut text = Vec::new();
    for name in names_in(directory.path()).iter().filter(|name| name.starts_with("segment-")) {
        let file = fs::File::open(directory.path().join(name)).unwrap();
        zstd::stream::copy_decode(file, &mut text).unwrap();
    }
    let expected: Vec<u8> = records.into_iter().flat_map(|record| record.nodes).collect();
    assert!(
        text == expected,
        "zstd -dc segment-*.zst must give the rows' text, one after the other"
    );
}

fn put_all(store: &mut dyn NodeStore, records: &[NodeRecord]) {
    for record in records {
        store.put(record).unwrap();
    }
}

fn assert_holds(store: &DirStore, records: &[NodeRecord]) {
    let mut rows = store.rows().unwrap();
    for record in records {
        let info = rows.next().unwrap().unwrap();
        assert_eq!((&info.key, &info.namespace), (&record.key(), &record.namespace));
        for found in [store.read(&info.key), store.get(&record.uid, &record.version)] {
            assert!(found.unwrap().as_ref() == Some(record), "{} came back changed", info.key);
        }
    }
    assert!(rows.next().is_none(), "more rows than were put");
}

/// What the manifest says about footers, as far as `,"through":`.
fn footer_places(manifest: &Path) -> Vec<String> {
    let text = fs::read_to_string(manifest).unwrap();
    let footers = text.lines().filter(|line| line.starts_with("{\"footer\""));
    footers.map(|line| line.split_once(",\"through\"").unwrap().0.to_owned()).collect()
}

fn names_in(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
