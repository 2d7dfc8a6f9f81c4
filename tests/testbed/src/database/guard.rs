use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

/// Waits for the end of its input, which is the end of whoever holds the other side of the pipe, however that comes.
const WATCH: &str = r#"cat >/dev/null
kill "$1" 2>/dev/null
n=0
while kill -0 "$1" 2>/dev/null && [ $n -lt 100 ]; do sleep 0.1; n=$((n + 1)); done
kill -9 "$1" 2>/dev/null
rm -rf "$2""#;

/// Ends a server and removes its folder when this process ends without doing so itself: statics are never dropped,
/// and a test may be killed.
#[derive(Debug)]
pub(super) struct Guard(Child);

impl Guard {
    pub(super) fn new(server: u32, folder: &Path) -> Result<Self> {
        Command::new("sh")
            .args(["-c", WATCH, "guard"])
            .arg(server.to_string())
            .arg(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map(Self)
            .context("cannot start sh")
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
