//! Nothing that the plugin prints at its most talkative has a password or a token in it, in any spelling.

use std::process::Command;

use anyhow::{Context, Result};
use serde_json::json;

use crate::doctor::unpacked;
use crate::ran::Ran;
use crate::reach::{free_port, kubeconfig, token_of};
use crate::settings::Settings;
use crate::space::Space;
use crate::standard::{LOST, OFFLOADED, RUNNING};
use crate::tests;
use crate::world::World;

tests!(
    the_search_finds_every_spelling,
    the_search_finds_secrets_where_they_are,
    nothing_is_logged_unless_asked_for,
    no_output_of_a_reading_command_has_a_secret_in_it,
    no_output_of_a_failure_has_a_secret_in_it,
    no_output_of_doctor_enable_or_disable_has_a_secret_in_it,
);

/// A secret and all ways in which it can stand in a text.
struct Secret {
    what: &'static str,
    spellings: Vec<(&'static str, String)>,
}

impl Secret {
    fn new(what: &'static str, secret: &str) -> Self {
        let upper = percent_encoded(secret);
        let json = json!(secret).to_string();
        let mut spellings = vec![
            ("plain", secret.to_owned()),
            ("in Go's or Rust's quotes", json.trim_matches('"').to_owned()),
            ("for URLs", upper.to_lowercase()),
            ("for URLs", upper),
            // The part of a generated one that no spelling changes.
            ("in its digits", secret.rsplit([':', '-', ' ']).next().unwrap_or(secret).to_owned()),
        ];
        for offset in 0..3 {
            let text = base64_within(secret.as_bytes(), offset);
            let of_urls = text.replace('+', "-").replace('/', "_");
            spellings.extend([("in base64", text), ("in base64 for URLs", of_urls)]);
        }
        assert!(spellings.iter().all(|(_, text)| text.len() >= 8), "too short to be searched for");
        Self { what, spellings }
    }

    /// How the secret stands in a text, if it does.
    fn found_in(&self, text: &[u8]) -> Option<&'static str> {
        let holds = |part: &str| text.windows(part.len()).any(|window| window == part.as_bytes());
        self.spellings.iter().find(|(_, text)| holds(text)).map(|(how, _)| *how)
    }
}

/// `%2F` for whatever is no letter, digit or mark that URLs leave alone.
fn percent_encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |out, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            out + &char::from(byte).to_string()
        }
        _ => out + &format!("%{byte:02X}"),
    })
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// The characters of base64 that bytes give alone, when as many bytes stand before them.
fn base64_within(bytes: &[u8], before: usize) -> String {
    let bits: Vec<u8> = std::iter::repeat_n(&0u8, before)
        .chain(bytes)
        .flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1))
        .collect();
    let first = (before * 8).div_ceil(6);
    let six = bits.chunks_exact(6).skip(first);
    six.map(|six| {
        char::from(ALPHABET[six.iter().fold(0, |value, bit| value * 2 + usize::from(*bit))])
    })
    .collect()
}

/// The secrets of a space that the plugin sees, or may be given.
fn secrets_of(world: &World, space: &Space<'_>) -> Result<Vec<Secret>> {
    Ok(vec![
        Secret::new("the database's password", &space.argo.database.password),
        Secret::new("the administrator's token", &token_of(world, "admin")?),
        Secret::new("the reader's token", &token_of(world, "reader")?),
    ])
}

/// Runs the plugin with everything logged; nothing in its output may be one of the secrets.
#[track_caller]
fn traced(command: &mut Command, secrets: &[Secret]) -> Result<Ran> {
    let ran = Ran::run(command.env("ARGO_OFFLOAD_LOG", "trace"), b"")?;
    let what: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let shown = what.join(" ");
    for text in [ran.stdout(), ran.err().as_bytes()] {
        for secret in secrets {
            if let Some(how) = secret.found_in(text) {
                panic!("{shown}: prints {} {how}", secret.what);
            }
        }
    }
    // Those of other crates know credentials.
    for line in ran.err().lines().filter(|line| is_logged(line)) {
        assert!(line.contains(" kubectl_argo_offload::"), "{shown} logs for another crate: {line}");
    }
    Ok(ran)
}

/// `2026-11-24T18:00:00.000000Z DEBUG …`
fn is_logged(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let time = words.next().unwrap_or_default();
    let level = words.next().unwrap_or_default();
    time.ends_with('Z') && matches!(level, "ERROR" | "WARN" | "INFO" | "DEBUG" | "TRACE")
}

#[track_caller]
fn logs(ran: &Ran, texts: &[&str]) {
    let error = ran.err();
    let logged: Vec<&str> = error.lines().filter(|line| is_logged(line)).collect();
    for text in texts {
        assert!(logged.iter().any(|line| line.contains(text)), "no {text:?} is logged: {error}");
    }
}

fn the_search_finds_every_spelling(_: &World) -> Result<()> {
    let secret = Secret::new("a password", "pa/s+s w:0123456789");
    for (text, how) in [
        ("x pa/s+s w:0123456789 x", "plain"),
        ("mysql://u:pa%2Fs%2Bs%20w%3A0123456789@h", "for URLs"),
        ("mysql://u:pa%2fs%2bs+w%3a0123456789@h", "in its digits"),
        // printf 'pa/s+s w:0123456789' | base64, with none, one and two bytes before, and something behind.
        ("cGEvcytzIHc6MDEyMzQ1Njc4OQ==", "in base64"),
        ("eHBhL3MrcyB3OjAxMjM0NTY3ODl4", "in base64"),
        ("eHhwYS9zK3MgdzowMTIzNDU2Nzg5eHg=", "in base64"),
    ] {
        assert_eq!(secret.found_in(text.as_bytes()), Some(how), "{text}");
    }
    assert_eq!(secret.found_in(b"pa/s+s w: 012345678"), None);
    Ok(())
}

fn the_search_finds_secrets_where_they_are(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let secrets = secrets_of(world, &space)?;
    let of_cluster = space.kubectl(&["get", "secret", "argo-mysql-config", "-o", "yaml"])?.ok()?;
    assert_eq!(secrets[0].found_in(of_cluster.stdout()), Some("in base64"));
    let config = world.kubectl(&["config", "view", "--raw"])?.ok()?;
    assert_eq!(secrets[1].found_in(config.stdout()), Some("plain"));
    let reader = std::fs::read(world.cluster.kubeconfig("reader"))?;
    assert_eq!((secrets[1].found_in(&reader), secrets[2].found_in(&reader)), (None, Some("plain")));
    Ok(())
}

fn nothing_is_logged_unless_asked_for(world: &World) -> Result<()> {
    let settings = Settings::new(world, "quiet")?;
    let admin = world.cluster.kubeconfig("admin");
    let run = |level: Option<&str>| {
        let mut command = settings.command(&admin, &["get", OFFLOADED, "-o", "name"]);
        if let Some(level) = level {
            command.env("ARGO_OFFLOAD_LOG", level);
        }
        Ran::run(&mut command, b"")?.ok()
    };
    for level in [None, Some(""), Some("off"), Some("info")] {
        assert_eq!(run(level)?.err(), "", "{level:?}");
    }
    logs(&run(Some("debug"))?, &["DEBUG kubectl_argo_offload::cluster::request: "]);
    let wrong = run(Some("kube=trace"))?.err();
    assert!(
        wrong.contains("note: ARGO_OFFLOAD_LOG=\"kube=trace\"") && wrong.contains("expected off"),
        "{wrong}"
    );
    assert_eq!(wrong.lines().count(), 1, "{wrong}");
    Ok(())
}

fn no_output_of_a_reading_command_has_a_secret_in_it(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let secrets = secrets_of(world, &space)?;
    let settings = Settings::new(world, "talkative")?;
    settings.database_pod()?;
    let admin = world.cluster.kubeconfig("admin");
    let run = |words: &[&str]| traced(&mut settings.command(&admin, words), &secrets)?.ok();
    let database = [
        "connecting database=mysql://",
        "logged in",
        "what=\"a row with its nodes\"",
        "status=\"2xx\"",
    ];
    for words in [
        &["get", OFFLOADED][..],
        &["get", OFFLOADED, "-o", "json"],
        &["get", RUNNING, "-o", "yaml"],
        &["get", OFFLOADED, "-w"],
    ] {
        logs(&run(words)?, &database);
    }
    logs(&run(&["get"])?, &["/workflows?"]);
    logs(&run(&["get", "-o", "wide"])?, &["/workflows?"]);
    let service = format!("svc/{}/mysql", settings.namespace);
    logs(&run(&["get", OFFLOADED, "--via", &service])?, &["tunnel is open", "way=through "]);
    for words in [
        &["rows"][..],
        &["rows", "-o", "json", "--bytes", "exact", "--versions"],
        &["rows", "-o", "yaml"],
    ] {
        logs(&run(words)?, &["what=\"the list of rows\"", "/configmaps/", "/secrets/"]);
    }
    for words in [&["size"][..], &["size", OFFLOADED, "-o", "json"]] {
        logs(&run(words)?, &["/workflows"]);
    }
    let workflow = space.kubectl(&["get", "workflow", OFFLOADED, "-o", "json"])?.ok()?;
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), workflow.stdout())?;
    let file = file.path().to_str().context("no UTF-8")?;
    logs(&run(&["merge", "-f", file, "--store", "cluster"])?, &database);
    // argo-server, with a token of the environment, of the kubeconfig and of the command line.
    let reader = token_of(world, "reader")?;
    let server =
        space.argo.server.as_deref().context("no argo-server")?.trim_start_matches("http://");
    for (user, token) in [("admin", true), ("reader", false)] {
        let mut command = settings
            .command(&world.cluster.kubeconfig(user), &["get", OFFLOADED, "--store", "server"]);
        command.env("ARGO_SERVER", server).env("ARGO_SECURE", "false");
        if token {
            command.env("ARGO_TOKEN", format!("Bearer {reader}"));
        }
        logs(
            &traced(&mut command, &secrets)?.ok()?,
            &["asking argo-server", "answer of argo-server"],
        );
    }
    let mut with_token =
        settings.command(&world.cluster.kubeconfig("nobody"), &["get", "--token", &reader]);
    logs(&traced(&mut with_token, &secrets)?.ok()?, &["/workflows?"]);
    Ok(())
}

fn no_output_of_doctor_enable_or_disable_has_a_secret_in_it(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let mut secrets = secrets_of(world, &space)?;
    let wrong = "wrong/pass+word:5d1a20e94c7f";
    secrets.push(Secret::new("a new password", wrong));
    let admin = world.cluster.kubeconfig("admin");
    let settings = Settings::new(world, "talk-changes")?;
    let refused = Settings::with(world, "talk-sick", |said| said.password = wrong.into())?;
    // Its workflows are the cluster's: rows are not looked at.
    let doctor = ["doctor", "--select", "AD1,AD2,AD3", "--fail-on", "never"];
    let change = ["--cluster-name", "x", "--force", "AD1,AD2,AD3", "--force-owned"];
    let enable = |how: &[&'static str]| [&["enable", "--db-user", "x"], how, &change].concat();
    for (settings, words) in [
        (&settings, doctor.to_vec()),
        (&settings, [&doctor[..], &["-o", "json"]].concat()),
        (&refused, doctor.to_vec()),
        (&settings, enable(&["--dry-run", "client"])),
        (&settings, enable(&["--dry-run", "server"])),
        (&settings, enable(&["-o", "yaml"])),
        (&settings, enable(&["-y", "--timeout", "1s", "--no-rollback"])),
        (&settings, vec!["enable", "--rollback", "-y"]),
    ] {
        let mut command = world.command("kubectl", &admin);
        command.arg("argo-offload").args(&words).args(["-n", &settings.namespace]);
        command.env("ARGO_OFFLOAD_DB_PASSWORD", wrong);
        logs(&traced(&mut command, &secrets)?.ok()?, &["/configmaps/"]);
    }
    let folder = tempfile::tempdir()?;
    for (settings, name) in [(&settings, "well"), (&refused, "sick")] {
        let path = folder.path().join(name);
        let mut command = world.command("kubectl", &admin);
        command.arg("argo-offload").args(doctor).args(["-n", &settings.namespace, "--bundle"]);
        traced(command.arg(&path), &secrets)?.ok()?;
        for (file, text) in unpacked(&path)? {
            for secret in &secrets {
                assert_eq!(secret.found_in(&text), None, "{} in {file}", secret.what);
            }
        }
    }
    Ok(())
}

fn no_output_of_a_failure_has_a_secret_in_it(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let mut secrets = secrets_of(world, &space)?;
    let password = space.argo.database.password.clone();
    let wrong = "wrong/pass+word:7b1d20e94c9f";
    secrets.push(Secret::new("a wrong password", wrong));
    let admin = world.cluster.kubeconfig("admin");
    let fails = |command: &mut Command, texts: &[&str]| -> Result<()> {
        let ran = traced(command, &secrets)?;
        assert_eq!(ran.code(), 2, "{}{}", ran.out(), ran.err());
        for text in texts.iter().chain(&["error: "]) {
            assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
        }
        Ok(())
    };
    // Of the database.
    let refused = Settings::with(world, "talk-refused", |said| said.password = wrong.into())?;
    let blank =
        Settings::with(world, "talk-blank", |said| said.password = format!("{password}\n"))?;
    let closed = free_port()?;
    let down = Settings::with(world, "talk-down", |said| {
        said.persistence["mysql"]["port"] = closed.into();
    })?;
    for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "-o", "json"], &["rows"]] {
        fails(&mut refused.command(&admin, words), &["Error 1045", "not logged in"])?;
        fails(&mut blank.command(&admin, words), &["Error 1045", "line break"])?;
        fails(&mut down.command(&admin, words), &["connection refused"])?;
    }
    let good = Settings::new(world, "talk-good")?;
    fails(&mut good.command(&admin, &["get", LOST]), &["has no row of uid"])?;
    // Of the configuration, with the password where it does not belong.
    let mysql = format!("host: h\n  password: {wrong}\n  port: \"{wrong}\"\n");
    let misplaced = Settings::new(world, "talk-misplaced")?;
    for text in [
        format!("mysql:\n  {mysql}"),
        format!("mysql:\n  passwordSecret: {wrong}\n"),
        format!("mysql: {wrong}\n"),
        format!("mysql:\n  host: h\n  password: \"{wrong}\n"),
        format!("mysql:\n  host: h\n  password: @{wrong}\n"),
        format!(
            "{{mysql: {{host: h, options: {{tls: '{wrong}'}}, database: d, tableName: t, userNameSecret: {{name: n, key: k}}, passwordSecret: {{name: n, key: k}}}}}}"
        ),
    ] {
        misplaced.persistence(&text)?;
        fails(&mut misplaced.command(&admin, &["get", OFFLOADED]), &[])?;
        fails(&mut misplaced.command(&admin, &["rows"]), &[])?;
    }
    // Of rights and tokens.
    for user in ["reader", "nobody"] {
        for words in [&["get", OFFLOADED][..], &["rows"], &["get", "-A"]] {
            fails(&mut good.command(&world.cluster.kubeconfig(user), words), &["may not"])?;
        }
    }
    let server =
        space.argo.server.as_deref().context("no argo-server")?.trim_start_matches("http://");
    for (token, text) in
        [(format!("Bearer {wrong}"), "argo-server"), (format!("Bearer {wrong}\n"), "line break")]
    {
        let mut command = good
            .command(&world.cluster.kubeconfig("reader"), &["get", OFFLOADED, "--store", "server"]);
        command.env("ARGO_SERVER", server).env("ARGO_SECURE", "false").env("ARGO_TOKEN", token);
        fails(&mut command, &[text])?;
    }
    let folder = tempfile::tempdir()?;
    let user = json!({"token": wrong});
    let file = kubeconfig(world, folder.path(), "wrong", &world.cluster.url(), json!({}), user);
    fails(&mut good.command(&file, &["get"]), &["401 Unauthorized"])?;
    // Of an address that has the password in it.
    let url = format!("mysql://u:{}@127.0.0.1:{closed}/d", percent_encoded(wrong));
    for words in [&["get", OFFLOADED, "--store", &url][..], &["rows", "--store", &url]] {
        fails(&mut good.command(&admin, words), &[])?;
    }
    let url = format!("mysql://u@127.0.0.1:{closed}/d");
    let mut command = good.command(&admin, &["rows", "--store", &url]);
    fails(command.env("ARGO_OFFLOAD_DB_PASSWORD", wrong), &["connection refused"])?;
    Ok(())
}
