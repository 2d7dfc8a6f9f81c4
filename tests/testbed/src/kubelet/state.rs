use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jiff::Timestamp;
use serde_json::{Value, json};

/// What a container's status says.
#[derive(Clone, Debug)]
pub(super) struct State {
    /// `waiting`, `running` or `terminated`.
    pub(super) current: Value,
    /// The state before the last restart, `terminated`, or empty.
    pub(super) last: Value,
    /// Restarts so far.
    pub(super) restarts: u64,
    /// Ready for requests.
    pub(super) ready: bool,
    /// The id of the newest process, as a container runtime's.
    pub(super) id: Option<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            current: waiting("ContainerCreating", None),
            last: json!({}),
            restarts: 0,
            ready: false,
            id: None,
        }
    }
}

impl State {
    /// The name of the current state.
    pub(super) fn name(&self) -> &str {
        ["waiting", "running"]
            .into_iter()
            .find(|name| self.current.get(name).is_some())
            .unwrap_or("terminated")
    }

    /// As an entry of `containerStatuses`.
    pub(super) fn status(&self, name: &str, image: &str) -> Value {
        let running = self.name() == "running";
        let mut status = json!({
            "name": name,
            "image": image,
            "imageID": "",
            "ready": self.ready && running,
            "started": running,
            "restartCount": self.restarts,
            "state": self.current,
            "lastState": self.last,
        });
        if let Some(id) = &self.id {
            status["containerID"] = id.as_str().into();
            status["imageID"] = image.into();
        }
        status
    }
}

/// A state `waiting`.
pub(super) fn waiting(reason: &str, message: Option<&str>) -> Value {
    let mut state = json!({ "waiting": { "reason": reason } });
    if let Some(message) = message {
        state["waiting"]["message"] = message.into();
    }
    state
}

/// The time as Kubernetes writes it: whole seconds, UTC.
pub(super) fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let whole = Duration::from_secs(since.as_secs());
    text(whole)
}

/// The time as container runtimes write it into logs: nanoseconds, UTC.
pub(super) fn precise_now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = text(Duration::from_secs(since.as_secs()));
    format!("{}.{:09}Z", seconds.trim_end_matches('Z'), since.subsec_nanos())
}

/// Seconds since 1970 as text.
pub(super) fn text(since: Duration) -> String {
    let seconds = i64::try_from(since.as_secs()).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).map_or_else(|_| String::new(), |time| time.to_string())
}
