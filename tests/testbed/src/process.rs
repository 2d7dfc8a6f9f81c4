//! Programs that end with the value that started them.

use std::fs::File;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::cache;

/// How long a program may take to end when asked to.
const GRACE: Duration = Duration::from_secs(10);

/// A running program. Dropping it ends it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    name: String,
    log: PathBuf,
}

impl Process {
    /// Starts a program whose output goes into the file `log`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(name: &str, command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
        let child = command
            .stdin(Stdio::null())
            .stdout(file.try_clone()?)
            .stderr(file)
            .spawn()
            .with_context(|| format!("cannot start {name} ({:?})", command.get_program()))?;
        Ok(Self { child, name: name.to_owned(), log: log.to_owned() })
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until `ready` holds.
    ///
    /// # Errors
    /// When the program ends before, or is not ready in time; both show the end of its log.
    pub fn wait_until(&mut self, timeout: Duration, mut ready: impl FnMut() -> bool) -> Result<()> {
        let start = Instant::now();
        while !ready() {
            if let Some(status) = self.child.try_wait()? {
                bail!("{} ended with {status}:\n{}", self.name, self.end_of_log());
            }
            if start.elapsed() > timeout {
                bail!("{} is not ready after {timeout:?}:\n{}", self.name, self.end_of_log());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// When it has ended already.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(Pid::from_child(&self.child), signal)
            .with_context(|| format!("cannot signal {}", self.name))
    }

    /// Waits until each of its threads has stopped, which a busy machine takes some time for.
    ///
    /// # Errors
    /// When they do not in five seconds, or it has ended.
    pub fn stopped(&self) -> Result<()> {
        let folder = format!("/proc/{}/task", self.id());
        let start = Instant::now();
        loop {
            let mut running = 0;
            for thread in std::fs::read_dir(&folder)? {
                let text = std::fs::read_to_string(thread?.path().join("stat")).unwrap_or_default();
                // The name in brackets may hold anything; the state follows.
                let state = text.rsplit_once(") ").map_or("", |(_, rest)| rest);
                running += u32::from(!state.starts_with('T'));
            }
            if running == 0 {
                return Ok(());
            }
            if start.elapsed() > Duration::from_secs(5) {
                bail!("{}: {running} threads run on", self.name);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it: asks first, and insists after ten seconds.
    pub fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        let _ = self.signal(Signal::TERM);
        let start = Instant::now();
        while start.elapsed() < GRACE {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        self.kill();
    }

    /// Ends it at once, as a crash would.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn end_of_log(&self) -> String {
        let text = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = text.lines().rev().take(20).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Ports below those that the system gives to clients, so that no connection takes one meanwhile.
const PORTS: std::ops::Range<u16> = 15_000..32_000;

/// A free port of the loopback that no other caller gets while this process runs, in this process or another: asking
/// the system for any free port gives the same one to two servers that start side by side.
///
/// # Errors
/// When there is none, or the cache cannot be written.
pub fn free_port() -> Result<u16> {
    static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let folder = cache::folder("ports");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make {}", folder.display()))?;
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let time = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let start = time.subsec_nanos() as usize % PORTS.len();
    for port in PORTS.skip(start).chain(PORTS.take(start)) {
        let file = File::create(folder.join(port.to_string()))?;
        // Locked by whoever has this port, to the end of their process.
        if file.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            held.push(file);
            return Ok(port);
        }
    }
    bail!("no free port from {} to {}", PORTS.start, PORTS.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_port_is_given_twice() -> Result<()> {
        let mut ports: Vec<u16> = (0..50).map(|_| free_port()).collect::<Result<_>>()?;
        ports.sort_unstable();
        ports.dedup();
        assert_eq!(ports.len(), 50);
        Ok(())
    }
}
