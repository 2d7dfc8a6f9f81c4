//! The wish to end: Ctrl-C, or the signal to terminate.

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
