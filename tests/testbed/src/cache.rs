//! Where programs are kept between runs, outside of the tree.

use std::path::PathBuf;

/// The folder for `what`, which names a version: `ARGO_OFFLOAD_TESTBED`, else `argo-offload-testbed` in the user's
/// cache.
#[must_use]
pub fn folder(what: &str) -> PathBuf {
    let set =
        |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let root = set("ARGO_OFFLOAD_TESTBED").unwrap_or_else(|| {
        let cache = set("XDG_CACHE_HOME")
            .or_else(|| set("HOME").map(|home| home.join(".cache")))
            .unwrap_or_else(std::env::temp_dir);
        cache.join("argo-offload-testbed")
    });
    root.join(what)
}
