//! A writer is killed at random moments; every row it acknowledged must be there.
//!
//! `SIGKILL_ROUNDS` (50) and `SIGKILL_SEED` (random, printed) choose how long and which moments.

mod seeded_rows;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use kubectl_argo_offload::store::dir::{DirStore, Notice, WriteOptions};
use kubectl_argo_offload::store::{NodeRecord, NodeStore, Put, StoreError};
use seeded_rows::Random;

const OPTIONS: WriteOptions = WriteOptions { segment_bytes: 1 << 20, frame_bytes: 64 << 10 };
/// Crashes that pile up in one archive before a new one is begun.
const CRASHES_PER_ARCHIVE: u64 = 10;
/// Where a writer writes; set for its process only.
const ARCHIVE: &str = "SIGKILL_ARCHIVE";

#[test]
fn acknowledged_rows_survive_sigkill() {
    // The writer is this same test in another process, told by its environment.
    if let Ok(path) = std::env::var(ARCHIVE) {
        return write_rows(Path::new(&path));
    }
    let rounds: u64 = from_environment("SIGKILL_ROUNDS").unwrap_or(50);
    let seed = from_environment("SIGKILL_SEED").unwrap_or_else(|| {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        now.as_secs()
    });
    println!("SIGKILL_SEED={seed} SIGKILL_ROUNDS={rounds}");
    let mut random = Random(seed);
    let mut directory = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    let (mut tails, mut rows) = (0, 0);
    for round in 0..rounds {
        if round % CRASHES_PER_ARCHIVE == 0 {
            directory = tempfile::tempdir().unwrap();
            acknowledged.clear();
        }
        let first = round % CRASHES_PER_ARCHIVE * 10_000;
        let mut child = start_writer(directory.path(), seed, first);
        let acknowledgements = acknowledgements_of(&mut child);
        let first_row = acknowledgements.recv_timeout(Duration::from_secs(30));
        acknowledged.insert(first_row.expect("the writer acknowledges a row"));
        if round % 10 == 3 {
            assert_second_writer_is_refused(directory.path(), child.id());
        }
        std::thread::sleep(Duration::from_micros(random.below(120_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        acknowledged.extend(acknowledgements.iter());

        let context = format!("SIGKILL_SEED={seed}, round {round}");
        let store = DirStore::open(directory.path()).expect(&context);
        tails += u64::from(assert_only_torn(&store, &context));
        assert_all_there(&store, seed, &acknowledged, &context);
        rows += acknowledged.len();
    }
    println!("{rows} rows verified, {tails} of {rounds} kills left a torn write");
    assert!(
        tails > 0 || rounds < 20,
        "no kill met a write: the moments are badly chosen, SIGKILL_SEED={seed}"
    );

    let mut writer = DirStore::open_for_writing_with(directory.path(), OPTIONS).unwrap();
    assert_eq!(writer.put(&row(seed, 999_999_999)).unwrap(), Put::Written);
    acknowledged.insert(999_999_999);
    writer.finish().unwrap();
    let store = DirStore::open(directory.path()).unwrap();
    assert_eq!(store.notices(), [], "a session that was closed leaves nothing to report");
    assert_all_there(&store, seed, &acknowledged, "after the last writer");
}

/// What the process does that is killed.
fn write_rows(path: &Path) {
    let seed = from_environment("SIGKILL_SEED").unwrap();
    let first = from_environment("SIGKILL_FIRST").unwrap();
    let mut store = DirStore::open_for_writing_with(path, OPTIONS).unwrap();
    let mut output = std::io::stdout();
    for index in first..first + 10_000 {
        store.put(&row(seed, index)).unwrap();
        // Raw, so that no harness keeps it.
        writeln!(output, "\nacknowledged {index}").unwrap();
        if index % 5 == 4 {
            store.finish().unwrap();
        }
    }
}

fn row(seed: u64, index: u64) -> NodeRecord {
    let bytes = match index % 4 {
        0 => 900_000,
        1 => 60,
        _ => 30_000,
    };
    seeded_rows::row(seed, index, bytes)
}

fn start_writer(path: &Path, seed: u64, first: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "acknowledged_rows_survive_sigkill", "--nocapture"])
        .env(ARCHIVE, path)
        .env("SIGKILL_SEED", seed.to_string())
        .env("SIGKILL_FIRST", first.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn acknowledgements_of(child: &mut Child) -> std::sync::mpsc::Receiver<u64> {
    let output = BufReader::new(child.stdout.take().unwrap());
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // Only whole lines: the last one may be cut by the kill.
        for line in output.split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line);
            let index = line.strip_prefix("acknowledged ").and_then(|index| index.parse().ok());
            if index.is_some_and(|index| sender.send(index).is_err()) {
                break;
            }
        }
    });
    receiver
}

fn assert_second_writer_is_refused(path: &Path, pid: u32) {
    match DirStore::open_for_writing(path) {
        Err(StoreError::Locked { holder: Some(holder), .. }) => {
            assert!(holder.starts_with(&format!("process {pid} (since ")), "{holder}");
        }
        // The writer gives the lock back for a moment after each fifth row.
        Ok(_) | Err(StoreError::Locked { holder: None, .. }) => {}
        Err(error) => panic!("{error}"),
    }
}

/// Whether a torn write is reported; anything else that is reported is a failure.
fn assert_only_torn(store: &DirStore, context: &str) -> bool {
    for notice in store.notices() {
        assert!(
            matches!(
                notice,
                Notice::SegmentTail { .. }
                    | Notice::ManifestTorn { .. }
                    | Notice::RowsRecovered { .. }
            ),
            "{context}: {notice}"
        );
    }
    !store.notices().is_empty()
}

fn assert_all_there(store: &DirStore, seed: u64, acknowledged: &BTreeSet<u64>, context: &str) {
    for index in acknowledged {
        let expected = row(seed, *index);
        let found = store.read(&expected.key()).expect(context);
        assert!(found == Some(expected), "{context}: row {index} is gone or changed");
    }
    let report = store.check().unwrap();
    assert_eq!(report.damage, [], "{context}");
    assert!(report.rows >= acknowledged.len() as u64, "{context}");
}

fn from_environment(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|value| value.parse().unwrap_or_else(|_| panic!("{name}={value}")))
}
