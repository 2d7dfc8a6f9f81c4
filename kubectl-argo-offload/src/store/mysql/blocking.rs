use std::future::Future;
use std::sync::OnceLock;

use tokio::runtime::{Builder, Handle, Runtime};

/// Waits for `future` where nothing is asynchronous: on the runtime that this thread is in, else on one of our own.
///
/// The own runtime lives as long as the process, since connections belong to the runtime that made them.
pub(super) fn block_on<F: Future>(future: F) -> F::Output {
    if let Ok(handle) = Handle::try_current() {
        return tokio::task::block_in_place(|| handle.block_on(future));
    }
    static OWN: OnceLock<Runtime> = OnceLock::new();
    let runtime = OWN.get_or_init(|| {
        #[expect(
            clippy::expect_used,
            reason = "without threads and sockets no database can be reached"
        )]
        Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("mysql")
            .enable_all()
            .build()
            .expect("the operating system gives neither threads nor sockets")
    });
    runtime.block_on(future)
}
