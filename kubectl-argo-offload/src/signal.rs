//! The wish to end: Ctrl-C, or the signal to terminate. What must be taken away before is waited for.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// How many things must be taken away yet.
static OPEN: AtomicUsize = AtomicUsize::new(0);
/// How long the end waits for that.
const PATIENCE: Duration = Duration::from_secs(6);
/// Between two looks.
const PAUSE: Duration = Duration::from_millis(20);

/// Something that must be taken away before the process ends by a signal; dropped when it is.
#[derive(Debug)]
pub(crate) struct Open;

impl Open {
    pub(crate) fn new() -> Self {
        OPEN.fetch_add(1, Ordering::SeqCst);
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Ends the process once everything is taken away, whoever does that, or after some seconds.
pub(crate) async fn exit(code: i32) -> ! {
    let open = async {
        while OPEN.load(Ordering::SeqCst) > 0 {
            tokio::time::sleep(PAUSE).await;
        }
    };
    let _ = tokio::time::timeout(PATIENCE, open).await;
    std::process::exit(code)
}

/// Waits for the wish to end, and gives the exit code that says so.
#[cfg(unix)]
pub(crate) async fn signal() -> i32 {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => 128 + 15,
        _ = tokio::signal::ctrl_c() => 128 + 2,
    }
}

/// Waits for the wish to end, and gives the exit code that says so.
#[cfg(not(unix))]
pub(crate) async fn signal() -> i32 {
    let _ = tokio::signal::ctrl_c().await;
    1
}
