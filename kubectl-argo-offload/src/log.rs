//! What the plugin asks of the cluster and the database, on stderr, for whoever wants to know.
//!
//! **Invariant:** events of this crate alone are printed. Those of the crates that it uses, which see credentials, never
//! are: not at any level.

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;

use crate::output::{say, shortened};

/// The environment variable that says from which level on events are printed.
pub(crate) const VARIABLE: &str = "ARGO_OFFLOAD_LOG";

/// The crate, which begins the target of each of its events.
const OURS: &str = env!("CARGO_CRATE_NAME");

/// Prints events as [`VARIABLE`] says; not at all without it.
pub(crate) fn start() {
    let Some(value) = std::env::var_os(VARIABLE) else { return };
    let value = value.to_string_lossy();
    match level(&value) {
        Some(LevelFilter::OFF) => {}
        Some(level) => {
            let layer = tracing_subscriber::fmt::layer()
                .with_writer(std::io::stderr)
                .with_ansi(false)
                // A stderr that is closed is no reason to panic.
                .log_internal_errors(false);
            let filter = Targets::new().with_target(OURS, level);
            let subscriber = tracing_subscriber::registry().with(filter).with(layer);
            // It fails where there is one already, and here there is none.
            let _ = tracing::subscriber::set_global_default(subscriber);
        }
        None => say(format_args!(
            "note: {VARIABLE}={:?} is not known; expected off, error, warn, info, debug or trace",
            shortened(&value, 40)
        )),
    }
}

fn level(text: &str) -> Option<LevelFilter> {
    Some(match text.to_ascii_lowercase().as_str() {
        "" | "off" => LevelFilter::OFF,
        "error" => LevelFilter::ERROR,
        "warn" => LevelFilter::WARN,
        "info" => LevelFilter::INFO,
        "debug" => LevelFilter::DEBUG,
        "trace" => LevelFilter::TRACE,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_read_and_the_crate_is_this_one() {
        assert_eq!(level("Trace"), Some(LevelFilter::TRACE));
        assert_eq!(level(""), Some(LevelFilter::OFF));
        assert_eq!(level("kube=trace"), None);
        assert!(module_path!().starts_with(&format!("{OURS}::")), "{OURS}");
    }
}
