use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use super::pod::Pod;
use super::state::{State, waiting};
use super::{Program, environment, locked, run};

/// The back-off after the first restart, doubled by each further one up to the longest.
const FIRST_BACK_OFF: Duration = Duration::from_secs(2);
const LONGEST_BACK_OFF: Duration = Duration::from_secs(20);
/// A container that ran for this long starts anew without back-off.
const FORGIVEN: Duration = Duration::from_secs(40);

/// A container that is a process.
pub(super) struct Container {
    pub(super) name: String,
    pub(super) image: String,
    pub(super) spec: Value,
    pub(super) program: Program,
    /// Its logs: `N.log` for the process after N restarts.
    pub(super) folder: PathBuf,
    state: Mutex<State>,
    /// Which restart a container id is.
    pub(super) runs: Mutex<BTreeMap<String, u64>>,
    pub(super) process: Mutex<Option<Child>>,
}

impl Container {
    /// `None` when there is no program for it.
    pub(super) fn new(programs: &[Program], spec: &Value, folder: &Path) -> Option<Self> {
        let name = spec["name"].as_str()?.to_owned();
        let program = programs.iter().find(|program| program.container == name)?.clone();
        let folder = folder.join(&name);
        std::fs::create_dir_all(&folder).ok()?;
        Some(Self {
            name,
            image: spec["image"].as_str().unwrap_or_default().to_owned(),
            spec: spec.clone(),
            program,
            folder,
            state: Mutex::default(),
            runs: Mutex::default(),
            process: Mutex::default(),
        })
    }

    /// Its ports.
    pub(super) fn ports(&self) -> Vec<u16> {
        let named = self.spec["ports"].as_array().into_iter().flatten();
        let named = named.filter_map(|port| u16::try_from(port["containerPort"].as_u64()?).ok());
        let mut ports: Vec<u16> = self.program.ports.iter().copied().chain(named).collect();
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    pub(super) fn state(&self) -> State {
        locked(&self.state).clone()
    }

    /// Changes the state, and lets the pod write it.
    pub(super) fn set(&self, pod: &Pod, change: impl FnOnce(&mut State)) {
        change(&mut locked(&self.state));
        pod.changed();
    }

    /// The log of a process.
    pub(super) fn log(&self, restarts: u64) -> PathBuf {
        self.folder.join(format!("{restarts}.log"))
    }

    /// Asks the process to end.
    pub(super) fn terminate(&self) {
        if let Some(child) = &*locked(&self.process) {
            let _ = kill_process(Pid::from_child(child), Signal::TERM);
        }
    }

    /// Ends the process at once.
    pub(super) fn kill(&self) {
        if let Some(child) = &mut *locked(&self.process) {
            let _ = child.kill();
        }
    }
}

/// A container's life, until the pod ends.
pub(super) async fn live(pod: Arc<Pod>, index: usize) {
    let Some(container) = pod.containers.get(index) else { return };
    let mut back_off = None;
    while pod.stopping().is_none() {
        if !pull(&pod, container).await {
            return;
        }
        let variables = match environment::of(&pod, container).await {
            Ok(variables) => variables,
            Err(message) => {
                pod.event(&container.name, "Warning", "Failed", format!("Error: {message}"));
                container.set(&pod, |state| {
                    state.current = waiting("CreateContainerConfigError", Some(&message));
                });
                if pod.stops_within(Duration::from_secs(1)).await {
                    return;
                }
                continue;
            }
        };
        let begun = Instant::now();
        let ended = run::once(&pod, index, variables).await;
        container.set(&pod, |state| {
            state.current = json!({ "terminated": ended });
            state.ready = false;
        });
        if pod.stopping().is_some() {
            return;
        }
        if begun.elapsed() > FORGIVEN {
            back_off = None;
        }
        // The kubelet restarts at once the first time, and holds back from then on.
        let pause = match back_off {
            None => {
                back_off = Some(FIRST_BACK_OFF);
                Duration::from_secs(1)
            }
            Some(pause) => {
                // `Error` is seen for a moment.
                if pod.stops_within(Duration::from_millis(500)).await {
                    return;
                }
                hold_back(&pod, container, &ended, pause);
                back_off = Some(LONGEST_BACK_OFF.min(pause * 2));
                pause
            }
        };
        if pod.stops_within(pause).await {
            return;
        }
        container.set(&pod, |state| {
            state.last = json!({ "terminated": ended });
            state.restarts += 1;
        });
    }
}

fn hold_back(pod: &Pod, container: &Container, ended: &Value, pause: Duration) {
    let name = &container.name;
    let full = pod.full_name();
    let message = format!("Back-off restarting failed container {name} in pod {full}");
    pod.event(name, "Warning", "BackOff", message);
    let message =
        format!("back-off {}s restarting failed container={name} pod={full}", pause.as_secs());
    container.set(pod, |state| {
        state.last = json!({ "terminated": ended });
        state.current = waiting("CrashLoopBackOff", Some(&message));
    });
}

/// Tries to get the image until it can; false when the pod ends before.
async fn pull(pod: &Pod, container: &Container) -> bool {
    let (name, image) = (&container.name, &container.image);
    let mut pause = Duration::from_secs(1);
    while !image.contains(&container.program.image) {
        let cause = format!(
            "failed to pull and unpack image \"{image}\": failed to resolve reference \"{image}\": {image}: not found"
        );
        pod.event(name, "Normal", "Pulling", format!("Pulling image \"{image}\""));
        pod.event(name, "Warning", "Failed", format!("Failed to pull image \"{image}\": {cause}"));
        pod.event(name, "Warning", "Failed", "Error: ErrImagePull".to_owned());
        container.set(pod, |state| state.current = waiting("ErrImagePull", Some(&cause)));
        if pod.stops_within(Duration::from_secs(1)).await {
            return false;
        }
        let message = format!("Back-off pulling image \"{image}\"");
        pod.event(name, "Normal", "BackOff", message.clone());
        container.set(pod, |state| {
            state.current = waiting("ImagePullBackOff", Some(&format!("{message}: {cause}")));
        });
        if pod.stops_within(pause).await {
            return false;
        }
        pause = LONGEST_BACK_OFF.min(pause * 2);
    }
    true
}
