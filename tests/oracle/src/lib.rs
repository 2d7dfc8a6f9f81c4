//! Argo's own Go code behind a pipe: build it, start it, ask it. See `tests/oracle/README.md`.

use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

pub use config::{ConfigOutcome, ConfigStage};
pub use yaml::{TreeOutcome, YamlOutcome};

mod config;
mod yaml;

/// The releases of Argo that the Go module proxy serves and that have a layout here.
pub const RELEASES: [&str; 2] = ["v3.6.12", "v3.7.6"];

/// A running oracle. It ends when this is dropped.
#[derive(Debug)]
pub struct Oracle {
    process: Child,
    requests: Option<BufWriter<ChildStdin>>,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Builds the oracle of `release` where that is needed (minutes the first time) and starts it.
    ///
    /// # Panics
    /// Go is missing, or the program does not build: a test can do nothing better.
    #[must_use]
    pub fn start(release: &str) -> Self {
        let mut process = Command::new(build(release))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the oracle starts");
        let requests = process.stdin.take().map(BufWriter::new);
        let answers = BufReader::new(process.stdout.take().expect("the oracle's output"));
        Self { process, requests, answers }
    }

    /// Asks everything, in order; requests are sent while answers are read.
    ///
    /// # Panics
    /// The oracle stops answering.
    pub fn ask_all(&mut self, requests: &[Value]) -> Vec<Value> {
        let Self { requests: to, answers: from, .. } = self;
        let to = to.as_mut().expect("the oracle listens");
        std::thread::scope(|scope| {
            scope.spawn(move || {
                for request in requests {
                    writeln!(to, "{request}").expect("the oracle takes requests");
                }
                to.flush().expect("the oracle takes requests");
            });
            requests
                .iter()
                .map(|_| {
                    let mut line = String::new();
                    let length = from.read_line(&mut line).expect("the oracle answers");
                    assert!(length > 0, "the oracle stopped answering");
                    let answer: Value = serde_json::from_str(&line).expect("an answer is JSON");
                    let error = answer["error"].as_str().unwrap_or_default();
                    assert!(!error.starts_with("request: "), "{error}");
                    answer
                })
                .collect()
        })
    }

    /// Asks one thing.
    pub fn ask(&mut self, request: Value) -> Value {
        self.ask_all(&[request]).pop().unwrap_or_default()
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        // Without input it ends by itself.
        self.requests = None;
        let _ = self.process.wait();
    }
}

/// A request about a text of any bytes.
#[must_use]
pub fn request(what: &str, text: &[u8]) -> Value {
    json!({ "do": what, "b64": STANDARD.encode(text) })
}

/// The bytes in an answer, if they were asked for.
#[must_use]
pub fn bytes(answer: &Value) -> Vec<u8> {
    answer["b64"].as_str().and_then(|text| STANDARD.decode(text).ok()).unwrap_or_default()
}

/// A seed from the environment variable, or a new one; printed, so that a failure can be repeated.
///
/// # Panics
/// The variable is not a number.
#[must_use]
pub fn seed(variable: &str) -> u64 {
    let seed = match std::env::var(variable) {
        Ok(text) => text.parse().expect("the seed is a number"),
        Err(_) => std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .map_or(0, |time| time.as_nanos() as u64),
    };
    println!("{variable}={seed}");
    seed
}

/// How many cases to run: from the environment variable, or `default`.
///
/// # Panics
/// The variable is not a number.
#[must_use]
pub fn count(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |text| text.parse().expect("the count is a number"))
}

/// The folder with the sources of Argo's `release`, documentation and examples included.
///
/// # Panics
/// Go is missing, or cannot download the module.
#[must_use]
pub fn argo_folder(release: &str) -> PathBuf {
    let listed = Command::new("go")
        .args(["list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-workflows/v3"])
        .current_dir(folder(release))
        .output()
        .expect("go is installed");
    assert!(listed.status.success(), "{}", String::from_utf8_lossy(&listed.stderr));
    PathBuf::from(String::from_utf8(listed.stdout).expect("a path").trim())
}

fn folder(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(release)
}

fn build(release: &str) -> PathBuf {
    let folder = folder(release);
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target"), PathBuf::from);
    let program = std::path::absolute(target.join("oracle").join(release)).expect("a path");
    let built = Command::new("go")
        .args(["build", "-ldflags=-s -w", "-o"])
        .arg(&program)
        .arg(".")
        .current_dir(&folder)
        // A dependency of Argo 3.7 would otherwise compile all of SQLite.
        .env("CGO_ENABLED", "0")
        .status()
        .expect("go is installed");
    assert!(built.success(), "the oracle of {release} does not build: see {}", folder.display());
    program
}
