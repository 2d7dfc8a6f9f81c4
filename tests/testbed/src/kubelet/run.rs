use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::container::Container;
use super::environment::expand;
use super::logs::Writer;
use super::pod::Pod;
use super::state::now;
use super::{locked, probe};
use crate::guard::Watched;

/// How often a process is asked whether it has ended.
const LOOK: Duration = Duration::from_millis(20);

/// Runs a container's program once, to its end; gives the state `terminated`.
pub(super) async fn once(
    pod: &Arc<Pod>,
    index: usize,
    variables: BTreeMap<String, String>,
) -> Value {
    let Some(container) = pod.containers.get(index) else { return Value::Null };
    let restarts = container.state().restarts;
    let id = id(pod, container, restarts);
    locked(&container.runs).insert(id.clone(), restarts);
    let started = now();
    let name = &container.name;
    let image = &container.image;
    let pulled = format!("Container image \"{image}\" already present on machine");
    pod.event(name, "Normal", "Pulled", pulled);
    pod.event(name, "Normal", "Created", format!("Created container: {name}"));
    let (code, tail) = match start(pod, container, restarts, variables) {
        Ok(running) => {
            pod.event(name, "Normal", "Started", format!("Started container {name}"));
            let probes = probe::start(pod, index, &id);
            container.set(pod, |state| {
                state.current = json!({ "running": { "startedAt": started } });
                state.id = Some(id.clone());
                state.ready = !probes.readiness;
            });
            let code = end(pod, container).await;
            probes.stop();
            (code, running.finish().await)
        }
        Err(error) => {
            let message = format!("{error:#}");
            pod.event(name, "Warning", "Failed", format!("Error: {message}"));
            container.set(pod, |state| state.id = Some(id.clone()));
            (128, message)
        }
    };
    let mut terminated = json!({
        "exitCode": code,
        "reason": if code == 0 { "Completed" } else { "Error" },
        "startedAt": started,
        "finishedAt": now(),
        "containerID": id,
    });
    if code != 0 && container.spec["terminationMessagePolicy"] == "FallbackToLogsOnError" {
        terminated["message"] = tail.into();
    }
    terminated
}

/// What goes with a running process.
struct Running {
    log: Arc<Mutex<Writer>>,
    readers: Vec<JoinHandle<()>>,
    _watched: Watched,
}

impl Running {
    /// Waits a moment for the last output, and gives the end of the log.
    async fn finish(self) -> String {
        let start = Instant::now();
        while self.readers.iter().any(|reader| !reader.is_finished())
            && start.elapsed() < Duration::from_secs(1)
        {
            tokio::time::sleep(LOOK).await;
        }
        locked(&self.log).tail()
    }
}

fn start(
    pod: &Pod,
    container: &Container,
    restarts: u64,
    variables: BTreeMap<String, String>,
) -> Result<Running> {
    let program = &container.program;
    let log = container.log(restarts);
    // A kubelet keeps the last two.
    if let Some(old) = restarts.checked_sub(2) {
        let _ = fs::remove_file(container.log(old));
    }
    let mut environment = BTreeMap::from([
        ("PATH".to_owned(), "/usr/local/bin:/usr/bin:/bin".to_owned()),
        ("HOME".to_owned(), container.folder.display().to_string()),
        ("TMPDIR".to_owned(), container.folder.display().to_string()),
        ("HOSTNAME".to_owned(), pod.name.clone()),
    ]);
    let of_program = program.environment.iter();
    environment.extend(of_program.map(|(name, value)| (name.clone(), filled(pod, value))));
    environment.extend(variables);
    let arguments = container.spec["args"].as_array().into_iter().flatten();
    let arguments = arguments.filter_map(Value::as_str).map(|text| expand(text, &environment));
    let mut command = Command::new(&program.path);
    command
        .args(arguments)
        .args(program.arguments.iter().map(|argument| filled(pod, argument)))
        .env_clear()
        .envs(&environment)
        .current_dir(&container.folder)
        .process_group(0)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let writer = Arc::new(Mutex::new(Writer::create(&log)?));
    let mut process = locked(&container.process);
    let mut child =
        command.spawn().with_context(|| format!("cannot start {}", program.path.display()))?;
    // Whoever ended the pod before this line saw no process.
    if pod.stopping() == Some(Duration::ZERO) {
        child.kill()?;
    }
    let watched = pod.shared.setup.guard.watch(child.id())?;
    let readers = readers(&mut child, &writer);
    *process = Some(child);
    Ok(Running { log: writer, readers, _watched: watched })
}

fn readers(child: &mut Child, writer: &Arc<Mutex<Writer>>) -> Vec<JoinHandle<()>> {
    let mut readers = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        let writer = Arc::clone(writer);
        readers.push(std::thread::spawn(move || Writer::copy(&writer, "stdout", stdout)));
    }
    if let Some(stderr) = child.stderr.take() {
        let writer = Arc::clone(writer);
        readers.push(std::thread::spawn(move || Writer::copy(&writer, "stderr", stderr)));
    }
    readers
}

/// Waits for the end of a container's process, which is asked to end when the pod is to; gives the exit code, 128 and
/// the signal's number for a signal.
async fn end(pod: &Pod, container: &Container) -> i32 {
    let mut deadline = None;
    loop {
        let status = match locked(&container.process).as_mut().map(Child::try_wait) {
            Some(Ok(None)) => None,
            Some(Ok(Some(status))) => Some(status),
            Some(Err(_)) | None => return 255,
        };
        if let Some(status) = status {
            locked(&container.process).take();
            return status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or_default());
        }
        match (deadline, pod.stopping()) {
            (None, Some(grace)) => {
                let name = &container.name;
                pod.event(name, "Normal", "Killing", format!("Stopping container {name}"));
                container.terminate();
                deadline = Some(Instant::now() + grace);
            }
            (Some(at), _) if Instant::now() >= at => container.kill(),
            _ => {}
        }
        tokio::time::sleep(LOOK).await;
    }
}

/// Puts the pod's values for `{port:N}`, `{kubeconfig}` and `{namespace}`.
pub(super) fn filled(pod: &Pod, text: &str) -> String {
    let mut text = text
        .replace("{kubeconfig}", &pod.kubeconfig.display().to_string())
        .replace("{namespace}", &pod.namespace);
    for (port, target) in &pod.ports {
        text = text.replace(&format!("{{port:{port}}}"), &target.to_string());
    }
    text
}

/// An id as a container runtime gives.
fn id(pod: &Pod, container: &Container, restarts: u64) -> String {
    let digest = Sha256::digest(format!("{}/{}/{restarts}", pod.uid, container.name));
    let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("containerd://{digits}")
}
