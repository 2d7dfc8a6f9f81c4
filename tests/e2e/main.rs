//! End to end: the plugin, through the real kubectl, against a real cluster with a real Argo and a real database.
//!
//! One cluster a run. A test asks the [`World`] for what it needs: a [`space::Space`] of its own (namespace, Argo,
//! database and database user), or the [`standard::Standard`] workflows that all share and none changes.
//!
//! `tests/run e2e`, or `cargo test -p kubectl-argo-offload --test e2e -- [NAME…]`; NAME is a part of a test's name.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;

use world::World;

mod connection;
mod controller;
mod doctor;
mod enable;
mod faults;
mod get;
mod lint;
mod permissions;
mod plugin;
mod pods;
mod profile;
mod ran;
mod reach;
mod reading;
mod relay;
mod rows;
mod secrets;
mod server;
mod settings;
mod space;
mod standard;
mod tunnel;
mod users;
mod workflows;
mod world;

/// Tests at once. They wait more than they work.
const THREADS: usize = 4;

/// A test: a sentence about behaviour, and what proves it.
pub(crate) struct Test {
    name: &'static str,
    run: fn(&World) -> Result<()>,
}

/// The functions of a file as tests named after them.
macro_rules! tests {
    ($($name:ident),+ $(,)?) => {
        pub(crate) const TESTS: &[crate::Test] = &[
            $(crate::Test { name: concat!(module_path!(), "::", stringify!($name)), run: $name }),+
        ];
    };
}
pub(crate) use tests;

fn main() -> ExitCode {
    let all = [
        plugin::TESTS,
        workflows::TESTS,
        users::TESTS,
        pods::TESTS,
        connection::TESTS,
        controller::TESTS,
        reading::TESTS,
        server::TESTS,
        tunnel::TESTS,
        relay::TESTS,
        profile::TESTS,
        get::TESTS,
        lint::TESTS,
        doctor::report::TESTS,
        doctor::cluster::TESTS,
        doctor::database::TESTS,
        doctor::rows::TESTS,
        enable::change::TESTS,
        enable::safety::TESTS,
        enable::rollback::TESTS,
        enable::prove::TESTS,
        enable::terminal::TESTS,
        enable::disable::TESTS,
        rows::TESTS,
        permissions::table::TESTS,
        permissions::reading::TESTS,
        permissions::changing::TESTS,
        permissions::less::TESTS,
        secrets::TESTS,
        faults::database::TESTS,
        faults::tunnel::TESTS,
        faults::configuration::TESTS,
        faults::servers::TESTS,
        faults::watch::TESTS,
    ];
    let all = all.into_iter().flatten();
    let mut parts: Vec<String> = std::env::args().skip(1).collect();
    let list = parts.iter().any(|part| part == "--list");
    // `--nocapture` and its like, which other harnesses know.
    parts.retain(|part| !part.starts_with("--"));
    let chosen: Vec<&Test> = all
        .filter(|test| parts.is_empty() || parts.iter().any(|part| test.name.contains(part)))
        .collect();
    if list {
        chosen.iter().for_each(|test| println!("{}: test", test.name));
        return ExitCode::SUCCESS;
    }
    if chosen.is_empty() {
        println!("no test is named {}", parts.join(" or "));
        return ExitCode::FAILURE;
    }
    let start = Instant::now();
    let mut world = match World::new() {
        Ok(world) => world,
        Err(error) => {
            println!("the cluster does not start: {error:#}");
            println!("test result: FAILED. 0 passed; {} failed", chosen.len());
            return ExitCode::FAILURE;
        }
    };
    println!(
        "cluster up after {:.1} s; running {} tests",
        start.elapsed().as_secs_f64(),
        chosen.len()
    );
    let failed = run(&world, &chosen);
    if !failed.is_empty() {
        println!("\nfailures:");
        for (name, message) in &failed {
            println!("---- {name}\n{message}\n");
        }
        world.cluster.keep();
    }
    let verdict = if failed.is_empty() { "ok" } else { "FAILED" };
    let (passed, failed) = (chosen.len() - failed.len(), failed.len());
    drop(world);
    let seconds = start.elapsed().as_secs_f64();
    println!("test result: {verdict}. {passed} passed; {failed} failed; finished in {seconds:.2}s");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Runs tests, some at once; gives the names and messages of those that fail.
fn run(world: &World, tests: &[&Test]) -> Vec<(&'static str, String)> {
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(tests.len()) {
            scope.spawn(|| {
                while let Some(test) = tests.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let start = Instant::now();
                    let outcome = outcome(world, test);
                    let took = start.elapsed();
                    report(test.name, outcome.is_ok(), took);
                    if let Err(message) = outcome {
                        failed.lock().expect("no test holds it").push((test.name, message));
                    }
                }
            });
        }
    });
    failed.into_inner().expect("no test holds it")
}

fn outcome(world: &World, test: &Test) -> Result<(), String> {
    match catch_unwind(AssertUnwindSafe(|| (test.run)(world))) {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("{error:#}")),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            Err(text.unwrap_or_else(|| "it panicked".to_owned()))
        }
    }
}

fn report(name: &str, passed: bool, took: Duration) {
    let verdict = if passed { "ok" } else { "FAILED" };
    println!("test {name} ... {verdict} ({:.1} s)", took.as_secs_f64());
}
