//! Ends programs when this process ends without doing so itself: killed, or by `exit` with a static still alive.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// Waits for the end of its input: that of whoever holds the pipe's other side, however it comes. Each file of the
/// folder `pids` is named after a process that runs; the folder `$1` goes last.
const WATCH: &str = r#"cat >/dev/null
cd "$1/pids" || exit
for pid in *; do kill "$pid"; done 2>/dev/null
n=0
while [ $n -lt 30 ]; do
    alive=
    for pid in *; do kill -0 "$pid" 2>/dev/null && alive=1; done
    [ "$alive" ] || break
    sleep 0.1
    n=$((n + 1))
done
for pid in *; do kill -9 "$pid"; done 2>/dev/null
sleep 0.1
rm -rf "$1""#;

/// Watches over the processes of one folder, which it removes as well.
#[derive(Debug)]
pub(crate) struct Guard {
    watcher: Child,
    pids: PathBuf,
}

/// A process that is watched over until this is dropped, after its end.
#[derive(Debug)]
pub(crate) struct Watched(PathBuf);

impl Guard {
    pub(crate) fn new(folder: &Path) -> Result<Self> {
        let pids = folder.join("pids");
        fs::create_dir_all(&pids)?;
        let watcher = Command::new("sh")
            .args(["-c", WATCH, "guard"])
            .arg(folder)
            // Ctrl-C reaches the whole group of a terminal; this one must outlive it.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start sh")?;
        Ok(Self { watcher, pids })
    }

    pub(crate) fn watch(&self, pid: u32) -> Result<Watched> {
        let file = self.pids.join(pid.to_string());
        fs::write(&file, [])?;
        Ok(Watched(file))
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.watcher.kill();
        let _ = self.watcher.wait();
    }
}
