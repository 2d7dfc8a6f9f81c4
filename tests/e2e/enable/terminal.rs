//! `enable` on a terminal: it asks for what is not said, and shows no password.

use std::io::{Read, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use argo_offload_testbed::cluster::Install;

use super::{bare, command, persistence, state};
use crate::space::Space;
use crate::tests;
use crate::world::World;

tests!(what_is_not_said_is_asked_for, values_come_from_a_file_where_no_flag_says_another);

/// How long a question may take: rights and database are looked at before the last one.
const PATIENCE: Duration = Duration::from_secs(60);

/// A command with a terminal of its own, which `script` makes.
struct Terminal {
    child: Child,
    keys: ChildStdin,
    shown: Arc<Mutex<String>>,
    /// How much of it has been looked at.
    seen: usize,
}

impl Terminal {
    fn start(command: &Command) -> Result<Self> {
        let quoted = |word: &std::ffi::OsStr| format!("'{}'", word.to_string_lossy());
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let line: Vec<String> = words.map(quoted).collect();
        let mut script = Command::new("script");
        script.args(["-qefc", &line.join(" "), "/dev/null"]).env_clear();
        let set = |(name, value)| Some((name, value?));
        script.envs(command.get_envs().filter_map(set)).env("TERM", "dumb");
        let mut child = script
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start script")?;
        let keys = child.stdin.take().context("no pipe")?;
        let mut screen = child.stdout.take().context("no pipe")?;
        let shown = Arc::new(Mutex::new(String::new()));
        let copy = Arc::clone(&shown);
        std::thread::spawn(move || {
            let mut part = [0; 4096];
            while let Ok(length @ 1..) = screen.read(&mut part) {
                *copy.lock().expect("no panic") += &String::from_utf8_lossy(&part[..length]);
            }
        });
        Ok(Self { child, keys, shown, seen: 0 })
    }

    fn shown(&self) -> String {
        self.shown.lock().expect("no panic").clone()
    }

    /// Waits for a question, and types the answer.
    fn answer(&mut self, question: &str, answer: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            let shown = self.shown();
            if let Some(at) = shown[self.seen..].find(question) {
                self.seen += at + question.len();
                // A question for a password forgets what was typed before it.
                std::thread::sleep(Duration::from_millis(200));
                return Ok(writeln!(self.keys, "{answer}")?);
            }
            ensure!(start.elapsed() < PATIENCE, "no {question:?} in {shown}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits for its end; gives its exit code and all that was shown.
    fn end(mut self) -> Result<(Option<i32>, String)> {
        let start = Instant::now();
        while start.elapsed() < 2 * PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                std::thread::sleep(Duration::from_millis(100));
                return Ok((status.code(), self.shown()));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        self.child.kill()?;
        bail!("it does not end: {}", self.shown());
    }
}

/// `enable` with nobody but a person to say what is wanted.
fn asking(space: &Space<'_>) -> Result<Terminal> {
    let port = space.argo.database.port.to_string();
    let mut command = command(space, &["enable", "--db-port", &port]);
    command.env_remove("ARGO_OFFLOAD_DB_PASSWORD");
    let mut terminal = Terminal::start(&command)?;
    let database = &space.argo.database;
    terminal.answer("Host of the database: ", &database.host)?;
    terminal.answer("Name of the database: ", &database.name)?;
    terminal.answer("User of the database: ", &database.user)?;
    terminal.answer("assword", &database.password)?;
    Ok(terminal)
}

fn what_is_not_said_is_asked_for(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-ask").without_server())?;
    let before = state(&space)?;
    let mut terminal = asking(&space)?;
    terminal.answer("do this? [y/N] ", "n")?;
    let (code, shown) = terminal.end()?;
    assert_eq!(code, Some(2), "{shown}");
    assert!(shown.contains("not agreed: nothing was changed"), "{shown}");
    assert!(!shown.contains(&space.argo.database.password), "the password is shown");
    assert_eq!(state(&space)?, before);
    let mut terminal = asking(&space)?;
    terminal.answer("do this? [y/N] ", "y")?;
    let (code, shown) = terminal.end()?;
    assert_eq!(code, Some(0), "{shown}");
    assert!(!shown.contains(&space.argo.database.password), "the password is shown");
    assert!(persistence(&space)?.contains("nodeStatusOffLoad: true"));
    Ok(())
}

fn values_come_from_a_file_where_no_flag_says_another(world: &World) -> Result<()> {
    let space = bare(world, Install::new("en-file").without_server())?;
    let database = &space.argo.database;
    let file = tempfile::NamedTempFile::new()?;
    let text = format!(
        "# ours\ndbHost: {}\ndbPort: {}\ndbName: other\ndbUser: {}\ndbTls: false\nclusterName: here\n",
        database.host, database.port, database.user
    );
    std::fs::write(file.path(), text)?;
    let path = file.path().display().to_string();
    let words = ["enable", "--from-file", &path, "--db-name", &database.name, "-y"];
    super::run(&space, &words)?.ok()?;
    let section: serde_json::Value = yaml_serde::from_str(&persistence(&space)?)?;
    assert_eq!(section["mysql"]["database"], database.name.as_str(), "the flag");
    assert_eq!(section["clusterName"], "here", "the file");
    assert_eq!(section["mysql"]["options"]["tls"], "false");
    std::fs::write(file.path(), "password: hush\n")?;
    let refused = super::run(&space, &["enable", "--from-file", &path])?;
    assert_eq!(refused.code(), 2);
    for text in [&*path, "unknown field `password`", "--password-stdin"] {
        assert!(refused.err().contains(text), "no {text:?} in {}", refused.err());
    }
    Ok(())
}
