//! Archives as the bytes of their files, to be cut, changed and unpacked again.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::Path;

use kubectl_argo_offload::store::dir::{DirStore, WriteOptions};
use kubectl_argo_offload::store::{NodeRecord, NodeStore, StoreError};

use crate::seeded_rows::row;

pub(crate) const TINY: WriteOptions = WriteOptions { segment_bytes: 1500, frame_bytes: 100 };

/// The files of an archive, by name, and the rows in it in order.
pub(crate) struct Archive {
    pub(crate) files: BTreeMap<String, Vec<u8>>,
    pub(crate) records: Vec<NodeRecord>,
}

impl Archive {
    /// Three sessions; the last one crashed after its rows were acknowledged, or was closed.
    pub(crate) fn new(crashed: bool) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let records: Vec<_> = (0..7).map(|index| row(20, index, 150)).collect();
        let mut files = BTreeMap::new();
        for part in [&records[..3], &records[3..5], &records[5..]] {
            let mut store = DirStore::open_for_writing_with(directory.path(), TINY).unwrap();
            for record in part {
                store.put(record).unwrap();
            }
            files = files_in(directory.path());
        }
        if !crashed {
            files = files_in(directory.path());
        }
        files.remove("lock");
        assert!(files.len() >= 3, "a manifest and several segments: {:?}", files.keys());
        Self { files, records }
    }

    pub(crate) fn unpack(&self, directory: &Path) {
        self.unpack_with("", b"", directory);
    }

    pub(crate) fn unpack_with(&self, name: &str, bytes: &[u8], directory: &Path) {
        fs::create_dir_all(directory).unwrap();
        for (file, own) in &self.files {
            let bytes = if file == name { bytes } else { own };
            fs::write(directory.join(file), bytes).unwrap();
        }
    }

    /// For each row the segment's name and the range of its frames there, from the manifest.
    pub(crate) fn places(&self) -> Vec<(String, Range<usize>)> {
        let manifest = std::str::from_utf8(&self.files["manifest.jsonl"]).unwrap();
        let lines = manifest.lines().map(|line| serde_json::from_str(line).unwrap());
        let rows = lines.filter_map(|line: serde_json::Value| line.get("row").cloned());
        let number = |value: &serde_json::Value| usize::try_from(value.as_u64().unwrap()).unwrap();
        rows.map(|row| {
            let frames = row["frames"].as_array().unwrap();
            assert!(frames.len() > 1, "rows must span frames");
            let (first, last) = (&frames[0], &frames[frames.len() - 1]);
            let end = number(&last["offset"]) + number(&last["length"]);
            (format!("segment-{:06}.zst", number(&row["segment"])), number(&first["offset"])..end)
        })
        .collect()
    }
}

pub(crate) fn assert_damaged(
    error: StoreError,
    record: &NodeRecord,
    segment: &str,
    range: &Range<usize>,
) {
    let text = format!("{error}; {}", error.help());
    let StoreError::Damaged(damage) = error else { panic!("{text}") };
    assert_eq!((&damage.key, damage.file.as_str()), (&record.key(), segment));
    assert!(range.contains(&usize::try_from(damage.offset).unwrap()), "{text}");
    for part in [segment, &record.uid, &record.version, "put this row again"] {
        assert!(text.contains(part), "{part} is missing: {text}");
    }
}

pub(crate) fn files_in(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.file_name().is_some_and(|name| name != "lock"))
        .map(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}
