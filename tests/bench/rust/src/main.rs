//! Does with our code what tests/bench/go does with Argo's, and measures it.
//!
//! The command line and the line of JSON printed are those of tests/bench/go, so that one script runs
//! both. The file is read once and the work done once unmeasured; then it is repeated.

mod usage;
mod work;

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context as _;
use clap::Parser;
use serde::Serialize;

use self::work::{Answer, Mode, Worker};

#[derive(Parser)]
struct Arguments {
    mode: Mode,
    file: PathBuf,
    /// Repetitions
    #[arg(short, default_value = "1")]
    n: NonZeroU32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Report {
    mode: Mode,
    n: NonZeroU32,
    /// Like `cpu_seconds`, of all repetitions together.
    wall_seconds: f64,
    cpu_seconds: f64,
    /// The file's length.
    bytes: usize,
    /// The process's whole life's, reading and warming up included.
    peak_rss_bytes: u64,
    result: Answer,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.mode, &arguments.file, arguments.n) {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("bench: {}: {error:#}", arguments.file.display());
            ExitCode::FAILURE
        }
    }
}

fn run(mode: Mode, file: &Path, n: NonZeroU32) -> anyhow::Result<String> {
    let content = fs::read(file).context("reading")?;
    let mut worker = Worker::default();
    let mut result = worker.work(mode, &content)?;
    let cpu_before = usage::cpu_seconds();
    let start = Instant::now();
    for _ in 0..n.get() {
        result = worker.work(mode, &content)?;
    }
    let wall_seconds = start.elapsed().as_secs_f64();
    let cpu_seconds = usage::cpu_seconds() - cpu_before;
    let report = Report {
        mode,
        n,
        wall_seconds,
        cpu_seconds,
        bytes: content.len(),
        peak_rss_bytes: usage::peak_rss_bytes()?,
        result,
    };
    Ok(serde_json::to_string(&report)?)
}
