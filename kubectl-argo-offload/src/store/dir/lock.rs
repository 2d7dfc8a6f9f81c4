//! One writer at a time. The lock is the operating system's and dies with its process.

use std::fs::{File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::open::open_own;
use super::{StoreError, io_error};

/// File name of the lock. The file stays; only the lock on it comes and goes.
pub(super) const LOCK: &str = "lock";

/// The writer's right to write; given back when dropped.
#[derive(Debug)]
pub(super) struct Lock {
    _file: File,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holder {
    pid: u32,
    started_at: String,
}

impl Lock {
    /// Takes the lock of the archive in `directory`, or says who has it.
    pub(super) fn take(directory: &Path, store: &str) -> Result<Self, StoreError> {
        let path = directory.join(LOCK);
        let mut options = File::options();
        options.create(true).truncate(false).read(true).write(true);
        let mut file = open_own(&path, &mut options, "open the lock file")?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let holder = read_holder(&mut file);
                return Err(StoreError::Locked { store: store.to_owned(), holder });
            }
            Err(TryLockError::Error(cause)) => return Err(io_error("lock", &path)(cause)),
        }
        write_holder(&mut file).map_err(io_error("write", &path))?;
        Ok(Self { _file: file })
    }
}

fn write_holder(file: &mut File) -> io::Result<()> {
    let holder = Holder { pid: std::process::id(), started_at: jiff::Timestamp::now().to_string() };
    let mut text = serde_json::to_vec(&holder)?;
    text.push(b'\n');
    file.set_len(0)?;
    file.write_all(&text)
}

/// Only numbers and a time are taken from the file: anyone may have written it.
fn read_holder(file: &mut File) -> Option<String> {
    file.rewind().ok()?;
    let mut text = Vec::new();
    file.take(256).read_to_end(&mut text).ok()?;
    let holder: Holder = serde_json::from_slice(&text).ok()?;
    let started_at: jiff::Timestamp = holder.started_at.parse().ok()?;
    Some(format!("process {} (since {started_at:.0})", holder.pid))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_lock_is_refused_with_the_holder_and_the_next_step() {
        let directory = tempfile::tempdir().unwrap();
        let first = Lock::take(directory.path(), "dir:x").unwrap();
        let error = Lock::take(directory.path(), "dir:x").unwrap_err();
        let text = error.to_string();
        assert!(
            text.starts_with(&format!(
                "archive dir:x is being written by process {} (since 20",
                std::process::id()
            )),
            "{text}"
        );
        assert!(error.help().contains("run the command again"), "{}", error.help());
        drop(first);
        Lock::take(directory.path(), "dir:x").unwrap();
    }

    #[test]
    fn unreadable_holder_is_another_process() {
        let directory = tempfile::tempdir().unwrap();
        let _first = Lock::take(directory.path(), "dir:x").unwrap();
        std::fs::write(directory.path().join(LOCK), "\u{1b}[31mgarbage").unwrap();
        let text = Lock::take(directory.path(), "dir:x").unwrap_err().to_string();
        assert_eq!(text, "archive dir:x is being written by another process");
    }
}
