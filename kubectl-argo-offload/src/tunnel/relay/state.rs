use k8s_openapi::api::core::v1::{ContainerState, PodStatus};

use super::manifest::CONTAINER;
use crate::output::shortened;

/// What a pod does.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum State {
    Runs,
    Waits(String),
    Fails(String),
}

/// Reasons of a waiting container that do not pass by themselves.
///
/// Source: kubelet v1.33, pkg/kubelet/images/types.go, pkg/kubelet/kuberuntime/kuberuntime_container.go.
const STUCK: [&str; 7] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
    "RunContainerError",
];

pub(super) fn state(status: &PodStatus) -> State {
    let containers = status.container_statuses.iter().flatten();
    let relay = containers.filter(|one| one.name == CONTAINER).find_map(|one| {
        let said = |reason: &Option<String>, message: &Option<String>| {
            let words = [reason.as_deref(), message.as_deref()];
            shortened(&words.into_iter().flatten().collect::<Vec<_>>().join(": "), 300)
        };
        let ContainerState { running, terminated, waiting } = one.state.as_ref()?;
        if running.is_some() {
            return Some(State::Runs);
        }
        if let Some(ended) = terminated {
            let why = said(&ended.reason, &ended.message);
            return Some(State::Fails(format!(
                "it ended with exit code {}: {why}",
                ended.exit_code
            )));
        }
        let waiting = waiting.as_ref()?;
        let why = said(&waiting.reason, &waiting.message);
        let is_stuck = waiting.reason.as_deref().is_some_and(|reason| STUCK.contains(&reason));
        Some(if is_stuck { State::Fails(why) } else { State::Waits(why) })
    });
    match (status.phase.as_deref(), relay) {
        (Some("Failed" | "Succeeded"), _) => {
            let words = [status.reason.as_deref(), status.message.as_deref()];
            let why = words.into_iter().flatten().collect::<Vec<_>>().join(": ");
            State::Fails(format!("it has ended: {}", shortened(&why, 300)))
        }
        (Some("Running"), Some(State::Runs)) => State::Runs,
        (_, Some(state)) if state != State::Runs => state,
        _ => State::Waits(unscheduled(status).unwrap_or_else(|| "it is not started".into())),
    }
}

/// Why no node takes it.
fn unscheduled(status: &PodStatus) -> Option<String> {
    let condition = status
        .conditions
        .iter()
        .flatten()
        .find(|one| one.type_ == "PodScheduled" && one.status == "False")?;
    Some(shortened(condition.message.as_deref()?, 300))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn of(status: Value) -> State {
        state(&serde_json::from_value(status).expect("a status"))
    }

    #[test]
    fn what_the_pod_waits_for_is_told_from_what_never_comes() {
        let container = |state: Value| {
            json!({"phase": "Pending", "containerStatuses": [{
            "name": "relay", "image": "x", "imageID": "", "ready": false, "restartCount": 0, "state": state}]})
        };
        let waiting =
            |reason: &str| container(json!({"waiting": {"reason": reason, "message": "m"}}));
        assert_eq!(of(waiting("ContainerCreating")), State::Waits("ContainerCreating: m".into()));
        assert_eq!(of(waiting("ImagePullBackOff")), State::Fails("ImagePullBackOff: m".into()));
        let ended = container(json!({"terminated": {"exitCode": 127, "reason": "Error"}}));
        assert_eq!(of(ended), State::Fails("it ended with exit code 127: Error".into()));
        let mut runs = container(json!({"running": {}}));
        assert_eq!(of(runs.clone()), State::Waits("it is not started".into()));
        runs["phase"] = "Running".into();
        assert_eq!(of(runs), State::Runs);
        let none = json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}]});
        assert_eq!(of(none), State::Waits("0/1 nodes are available".into()));
        let late = json!({"phase": "Failed", "reason": "DeadlineExceeded"});
        assert_eq!(of(late), State::Fails("it has ended: DeadlineExceeded".into()));
    }
}
