//! What goes wrong on the way to the nodes: each fault ends with exit code 2, in time, and with what to do next.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use argo_offload_testbed::cluster::Start;
use argo_offload_testbed::database::{Kind, Server};
use serde_json::json;

use crate::ran::Ran;
use crate::reach::{Proxy, free_port, fresh_namespace, kubeconfig, silent_port, token_of};
use crate::settings::{Settings, failing};
use crate::space::Space;
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    a_database_that_is_down_is_told,
    a_service_without_ready_pods_is_told,
    a_port_of_the_pod_that_leads_nowhere_is_told,
    a_tunnel_that_is_cut_amid_an_answer_is_told,
    a_database_that_never_answers_is_given_up,
    a_database_that_stops_amid_a_command_is_given_up,
    a_wrong_password_is_told_from_a_line_break_in_the_secret,
    a_secret_or_key_that_is_not_there_is_named,
    a_certificate_of_another_name_or_authority_is_told,
    nodes_that_were_changed_or_are_no_json_are_told,
    a_config_map_that_the_controller_refuses_leads_to_lint,
    offloading_that_is_not_set_up_is_told,
    postgresql_is_read_by_argo_server,
    an_api_server_that_never_answers_is_given_up,
    an_argo_server_that_never_answers_is_given_up,
    an_api_server_that_restarts_does_not_end_a_watch,
    an_api_server_that_stays_away_ends_a_watch,
);

/// More than anything that needs no time-out takes, also on a machine that is busy.
const SOON: Duration = Duration::from_secs(30);

fn a_database_that_is_down_is_told(world: &World) -> Result<()> {
    let port = free_port()?;
    let settings =
        Settings::with(world, "refused", |said| said.persistence["mysql"]["port"] = port.into())?;
    for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "-o", "json"], &["rows"]] {
        let at = format!("@127.0.0.1:{port}/");
        let ran =
            settings.fails(words, SOON, &[&at, "connection refused", "whether the server runs"])?;
        assert!(!ran.out().contains("\"nodes\""), "{}", ran.out());
    }
    // What is in the object is shown.
    let ran = settings.run(&["get", OFFLOADED])?;
    assert!(ran.out().contains("Name:") && ran.out().contains(OFFLOADED), "{}", ran.out());
    Ok(())
}

fn a_service_without_ready_pods_is_told(world: &World) -> Result<()> {
    let settings = Settings::with(world, "unready", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3306.into();
    })?;
    settings.database_pod()?;
    settings.run(&["get", OFFLOADED])?.ok()?;
    let namespace = settings.namespace.as_str();
    world.cluster.kubectl(&["scale", "deployment/mysql", "--replicas=0", "-n", namespace])?;
    world
        .cluster
        .wait(&["get", "pods", "-n", namespace, "-o", "name"], |out| out.trim().is_empty())?;
    let told = [
        "the Service mysql in the namespace",
        "has no ready pod, of 0",
        "kubectl get endpointslices,pods -n",
    ];
    settings.fails(&["get", OFFLOADED], SOON, &told)?;
    settings.fails(&["rows"], SOON, &told)?;
    Ok(())
}

fn a_port_of_the_pod_that_leads_nowhere_is_told(world: &World) -> Result<()> {
    let settings = Settings::with(world, "nowhere", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3307.into();
    })?;
    let pod = settings.database_pod()?;
    let via = format!("pod/{}/{pod}", settings.namespace);
    settings.fails(
        &["get", OFFLOADED, "--via", &via],
        SOON,
        &["the tunnel to", &pod, ":3307 was cut", "kubectl port-forward -n"],
    )?;
    Ok(())
}

/// A database of its own in which a query waits for a lock, as long as this value lives.
fn locked<'world>(world: &'world World, name: &str) -> Result<(Space<'world>, Locked<'world>)> {
    let standard = world.standard()?.space(world);
    let server = world.cluster.database();
    let database = server.database(name)?;
    let from = &standard.argo.database.name;
    server.sql_in(
        &database.name,
        format!("CREATE TABLE argo_workflows LIKE `{from}`.argo_workflows; INSERT INTO argo_workflows SELECT * FROM `{from}`.argo_workflows"),
    )?;
    let mut space = standard;
    space.argo.database = database;
    let locked = Locked { server, database: space.argo.database.name.clone() };
    Ok((space, locked))
}

struct Locked<'world> {
    server: &'world Server,
    database: String,
}

impl Locked<'_> {
    /// Locks the table until `done`, which is looked at each second; `meanwhile` runs when it is locked.
    fn during<T: Send>(&self, meanwhile: impl FnOnce() -> T + Send) -> Result<T> {
        let name = format!("lock of {}", self.database);
        let server = self.server;
        std::thread::scope(|scope| {
            let lock = scope.spawn(|| {
                // Ends with the query that waits, when that is killed.
                server.sql_in(
                    &self.database,
                    format!("SELECT get_lock('{name}', 0); LOCK TABLES argo_workflows WRITE; SELECT sleep(300) /* {name} */"),
                )
            });
            let running = format!(
                "SELECT id FROM information_schema.processlist WHERE db = '{}' AND info LIKE 'SELECT sleep(300)%'",
                self.database
            );
            let start = Instant::now();
            let id = loop {
                let found = server.sql(&running)?;
                if !found.trim().is_empty() {
                    break found.trim().to_owned();
                }
                ensure!(start.elapsed() < SOON, "the table is not locked");
                std::thread::sleep(Duration::from_millis(50));
            };
            let result = meanwhile();
            server.sql(format!("KILL {id}"))?;
            let _ = lock.join();
            Ok(result)
        })
    }
}

fn a_tunnel_that_is_cut_amid_an_answer_is_told(world: &World) -> Result<()> {
    let (space, lock) = locked(world, "cut_amid")?;
    let settings = Settings::of(&space, "cut", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3306.into();
    })?;
    settings.database_pod()?;
    let folder = tempfile::tempdir()?;
    let proxy = Proxy::start();
    let more = json!({"proxy-url": format!("http://127.0.0.1:{}", proxy.port)});
    let user = json!({"token": token_of(world, "admin")?});
    let file = kubeconfig(world, folder.path(), "proxied", &world.cluster.url(), more, user);
    settings.run(&["get", OFFLOADED])?.ok()?;
    let over = AtomicBool::new(false);
    let (ran, took) = lock.during(|| {
        std::thread::scope(|scope| {
            // Again and again: what reads is asked anew a few times.
            scope.spawn(|| {
                while !over.load(Ordering::Relaxed) {
                    std::thread::sleep(Duration::from_secs(3));
                    proxy.cut();
                }
            });
            let start = Instant::now();
            let ran = Ran::run(&mut settings.command(&file, &["get", OFFLOADED]), b"");
            over.store(true, Ordering::Relaxed);
            ran.map(|ran| (ran, start.elapsed()))
        })
    })??;
    assert_eq!(ran.code(), 2, "{}", ran.err());
    assert!(took < Duration::from_secs(60), "it took {took:?}: {}", ran.err());
    for text in ["the tunnel to", ":3306 was cut: ", "kubectl port-forward -n"] {
        assert!(ran.err().contains(text), "no {text:?} in {}", ran.err());
    }
    assert!(!ran.err().contains("https://docs"), "{}", ran.err());
    Ok(())
}

fn a_database_that_never_answers_is_given_up(world: &World) -> Result<()> {
    let (_listener, port) = silent_port()?;
    let settings =
        Settings::with(world, "silent", |said| said.persistence["mysql"]["port"] = port.into())?;
    for words in [&["get", OFFLOADED, "--via", "direct"][..], &["rows", "--via", "direct"]] {
        let start = Instant::now();
        settings.fails(
            words,
            Duration::from_secs(10) + SOON,
            &["no answer to the connection within 10 s"],
        )?;
        ensure!(
            start.elapsed() >= Duration::from_secs(10),
            "it did not wait: {:?}",
            start.elapsed()
        );
    }
    Ok(())
}

/// Stopped by a signal while a command runs, a server keeps its connections open and says nothing.
fn a_database_that_stops_amid_a_command_is_given_up(world: &World) -> Result<()> {
    let server = Server::start(Kind::MariaDb)?;
    let standard = world.standard()?.space(world);
    let database = server.database("stops")?;
    server.sql_in(
        "stops",
        "CREATE TABLE argo_workflows (clustername varchar(64), uid varchar(128), version varchar(64), namespace varchar(256), \
         nodes longtext, updatedat timestamp, PRIMARY KEY (clustername, uid, version))",
    )?;
    let mut space = standard;
    space.argo.database = database;
    let settings = Settings::of(&space, "stops", |_| {})?;
    settings.fails(&["get", OFFLOADED], SOON, &["has no row of uid", "it has no other row"])?;
    server.pause()?;
    let ran = settings.fails(
        &["get", OFFLOADED],
        Duration::from_secs(10) + SOON,
        &["no answer to the connection within 10 s"],
    );
    server.resume()?;
    ran?;
    server.kill()?;
    settings.fails(&["get", OFFLOADED], SOON, &["connection refused"])?;
    Ok(())
}

fn a_wrong_password_is_told_from_a_line_break_in_the_secret(world: &World) -> Result<()> {
    let wrong = Settings::with(world, "wrong-password", |said| said.password = "wrong".into())?;
    wrong.fails(&["get", OFFLOADED], SOON, &["Error 1045", "check user name and password"])?;
    wrong.fails(&["rows"], SOON, &["Error 1045", "check user name and password"])?;
    let blank = Settings::with(world, "line-break", |said| said.password.push('\n'))?;
    let told = [
        "the password begins or ends with a blank or a line break",
        "kubectl create secret generic",
        "echo -n",
    ];
    blank.fails(&["get", OFFLOADED], SOON, &told)?;
    blank.fails(&["rows"], SOON, &told)?;
    Ok(())
}

fn a_secret_or_key_that_is_not_there_is_named(world: &World) -> Result<()> {
    let no_key = Settings::with(world, "no-key", |said| {
        said.persistence["mysql"]["passwordSecret"]["key"] = "pasword".into();
    })?;
    no_key.fails(
        &["get", OFFLOADED],
        SOON,
        &["has no key \"pasword\"; it has: password, username"],
    )?;
    let no_secret = Settings::with(world, "no-secret", |said| {
        said.persistence["mysql"]["passwordSecret"]["name"] = "elsewhere".into();
    })?;
    let get = format!("kubectl get secrets -n {}", no_secret.namespace);
    no_secret.fails(&["rows"], SOON, &["there is no secrets \"elsewhere\"", &get])?;
    Ok(())
}

/// MySQL 5.7 of the test bed knows no TLS, which is told, too.
fn a_certificate_of_another_name_or_authority_is_told(world: &World) -> Result<()> {
    let through = Settings::with(world, "tls-name", |said| {
        said.persistence["mysql"]["host"] = "mysql".into();
        said.persistence["mysql"]["port"] = 3306.into();
        said.persistence["mysql"]["options"] = json!({"tls": "true"});
    })?;
    through.database_pod()?;
    let direct = Settings::with(world, "tls-good", |said| {
        said.persistence["mysql"]["options"] = json!({"tls": "true"});
    })?;
    let server = world.cluster.database();
    let authority = server.certificates().authority.display().to_string();
    let words = ["get", OFFLOADED, "--db-ca", &authority];
    match server.kind() {
        Kind::MySql57 => {
            direct.fails(&words, SOON, &["offers no TLS"])?;
        }
        Kind::MySql80 => {
            direct.fails(&words, SOON, &["TLS: ", "no cipher that is safe today"])?;
        }
        _ => {
            direct.run(&words)?.ok()?;
            through.fails(&words, SOON, &["TLS: ", "the certificate is for other names"])?;
            direct.fails(&["rows"], SOON, &["TLS: ", "--db-ca FILE"])?;
        }
    }
    Ok(())
}

fn nodes_that_were_changed_or_are_no_json_are_told(world: &World) -> Result<()> {
    let (space, _) = locked(world, "changed_nodes")?;
    let settings = Settings::of(&space, "changed", |_| {})?;
    settings.run(&["get", OFFLOADED])?.ok()?;
    let workflow = space.workflow(OFFLOADED)?;
    let uid = workflow["metadata"]["uid"].as_str().context("no uid")?;
    let set = |nodes: &str| {
        space.sql(&format!("UPDATE argo_workflows SET nodes = '{nodes}' WHERE uid = '{uid}'"))
    };
    set("{}")?;
    settings.fails(
        &["get", OFFLOADED],
        SOON,
        &["are not what was written under this version", "backup of the database"],
    )?;
    settings.fails(
        &["get", OFFLOADED, "-o", "json"],
        SOON,
        &["are not what was written under this version"],
    )?;
    if world.cluster.database().kind() == Kind::MariaDb {
        // It keeps texts, and checks them only as long as nobody tells it not to.
        let text = format!(
            "SET check_constraint_checks = 0; UPDATE argo_workflows SET nodes = '{{\"a' WHERE uid = '{uid}'"
        );
        space.sql(&text)?;
        settings.fails(
            &["get", OFFLOADED],
            SOON,
            &["cannot be read as nodes", "backup of the database"],
        )?;
    } else {
        let refused = set("{\"a").expect_err("MySQL keeps no text that is no JSON");
        assert!(format!("{refused:#}").contains("3140"), "{refused:#}");
    }
    Ok(())
}

fn a_config_map_that_the_controller_refuses_leads_to_lint(world: &World) -> Result<()> {
    let settings = Settings::new(world, "refused-map")?;
    for (text, said) in [
        ("mysql:\n  hots: db\n", "unknown field"),
        ("mysql:\n  host: [\n", "yaml"),
        ("nodeStatusOffLoad: 1\n", "cannot unmarshal"),
    ] {
        settings.persistence(text)?;
        let told = [
            "the controller refuses the ConfigMap",
            &settings.namespace,
            said,
            "kubectl argo-offload lint",
        ];
        settings.fails(&["get", OFFLOADED], SOON, &told)?;
        settings.fails(&["rows"], SOON, &told)?;
    }
    Ok(())
}

fn offloading_that_is_not_set_up_is_told(world: &World) -> Result<()> {
    let settings = Settings::with(world, "no-database", |said| said.persistence = json!({}))?;
    let told = ["has no database: there is no persistence.mysql", "--controller-namespace"];
    settings.fails(&["get", OFFLOADED], SOON, &told)?;
    let missing = Settings::with(world, "no-table", |said| {
        said.persistence["mysql"]["tableName"] = "".into();
    })?;
    missing.fails(
        &["rows"],
        SOON,
        &["persistence.mysql.tableName", "kubectl argo-offload lint"],
    )?;
    Ok(())
}

fn postgresql_is_read_by_argo_server(world: &World) -> Result<()> {
    let settings = Settings::with(world, "postgresql", |said| {
        said.persistence["postgresql"] = said.persistence["mysql"].clone();
        said.persistence.as_object_mut().expect("object").remove("mysql");
    })?;
    settings.fails(
        &["get", OFFLOADED],
        SOON,
        &["PostgreSQL", "and argo-server", "ARGO_SERVER=HOST:PORT"],
    )?;
    settings.fails(
        &["rows"],
        SOON,
        &["PostgreSQL", "get NAME reads its workflows through argo-server"],
    )?;
    let server = world.standard()?.space(world).argo.server.clone().context("no argo-server")?;
    let mut command = settings.command(&world.cluster.kubeconfig("admin"), &["get", OFFLOADED]);
    command.env("ARGO_SERVER", server.trim_start_matches("http://")).env("ARGO_SECURE", "false");
    command.env("ARGO_TOKEN", format!("Bearer {}", token_of(world, "reader")?));
    let ran = Ran::run(&mut command, b"")?.ok()?;
    assert!(ran.err().contains("note: the nodes come from argo-server"), "{}", ran.err());
    assert!(
        ran.err().contains("PostgreSQL") && ran.out().contains("102"),
        "{}{}",
        ran.err(),
        ran.out()
    );
    Ok(())
}

fn an_api_server_that_never_answers_is_given_up(world: &World) -> Result<()> {
    let (_listener, port) = silent_port()?;
    let folder = tempfile::tempdir()?;
    let settings = Settings::new(world, "silent-api")?;
    for scheme in ["http", "https"] {
        let user = json!({"token": "x"});
        let server = format!("{scheme}://127.0.0.1:{port}");
        let file = kubeconfig(world, folder.path(), scheme, &server, json!({}), user);
        for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "-w"], &["rows"], &["size"]] {
            let words = [words, &["--request-timeout=2s"]].concat();
            failing(&mut settings.command(&file, &words), SOON, &[&server])?;
        }
    }
    Ok(())
}

fn an_argo_server_that_never_answers_is_given_up(world: &World) -> Result<()> {
    let (_listener, port) = silent_port()?;
    let settings = Settings::new(world, "silent-server")?;
    let reader = world.cluster.kubeconfig("reader");
    for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "--store", "server"]] {
        let words = [words, &["--request-timeout=2s"]].concat();
        let mut command = settings.command(&reader, &words);
        command.env("ARGO_SERVER", format!("127.0.0.1:{port}")).env("ARGO_SECURE", "false");
        command.env("ARGO_TOKEN", "Bearer x");
        failing(
            &mut command,
            SOON,
            &[
                "argo-server at http://127.0.0.1",
                "has not answered within 2s",
                "--request-timeout=5m",
            ],
        )?;
    }
    Ok(())
}

/// A workflow that runs, of which nobody but the test takes care.
fn running(namespace: &str) -> String {
    json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow", "metadata": {"name": "watched", "namespace": namespace},
        "spec": {"entrypoint": "main", "templates": [{"name": "main", "suspend": {}}]},
        "status": {"phase": "Running", "startedAt": "2026-01-01T00:00:00Z", "nodes": {
            "watched": {"id": "watched", "name": "watched", "displayName": "watched", "type": "Suspend", "phase": "Running",
                "templateName": "main", "templateScope": "local/watched", "startedAt": "2026-01-01T00:00:00Z", "finishedAt": null},
        }},
    })
    .to_string()
}

const ENDED: &str = r#"{"metadata":{"labels":{"workflows.argoproj.io/completed":"true"}},"status":{"phase":"Succeeded","finishedAt":"2026-01-01T00:00:09Z","nodes":{"watched":{"phase":"Succeeded","finishedAt":"2026-01-01T00:00:09Z"}}}}"#;

/// Starts `get -w`, and gives it and its output after the first line.
fn watching(
    mut command: Command,
    kubeconfig: &Path,
    namespace: &str,
) -> Result<(std::process::Child, BufReader<std::process::ChildStdout>)> {
    command
        .args(["argo-offload", "get", "watched", "-w", "-n", namespace])
        .env("KUBECONFIG", kubeconfig);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut out = BufReader::new(child.stdout.take().context("no pipe")?);
    let mut first = String::new();
    out.read_line(&mut first)?;
    if !first.contains("Running") {
        let mut error = String::new();
        child.stderr.take().context("no pipe")?.read_to_string(&mut error)?;
        anyhow::bail!("the first line is {first:?}: {error}");
    }
    Ok((child, out))
}

/// Waits until a child ends; ends it when it does not in time.
fn end(child: &mut std::process::Child, within: Duration) -> Result<(i32, String)> {
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        if start.elapsed() > within {
            child.kill()?;
            child.wait()?;
            anyhow::bail!("it runs for {within:?} and has not ended");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    let mut error = String::new();
    child.stderr.take().context("no pipe")?.read_to_string(&mut error)?;
    Ok((status.code().unwrap_or(-1), error))
}

/// In a cluster of its own, as everything else would see the restart too.
fn an_api_server_that_restarts_does_not_end_a_watch(world: &World) -> Result<()> {
    let mut cluster =
        Start::default().database(world.cluster.database().kind()).argo(None).start()?;
    cluster.kubectl(&["create", "namespace", "restarts"])?;
    cluster.apply(&running("restarts"))?;
    let admin = cluster.kubeconfig("admin");
    let (mut child, mut out) = watching(world.command("kubectl", &admin), &admin, "restarts")?;
    let ended = (|| {
        cluster.restart_api_server()?;
        ensure!(child.try_wait()?.is_none(), "the watch ended with the API server");
        cluster.kubectl(&[
            "patch",
            "workflow",
            "watched",
            "-n",
            "restarts",
            "--type=merge",
            "-p",
            ENDED,
        ])?;
        end(&mut child, Duration::from_secs(60))
    })();
    if ended.is_err() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let (code, error) = ended?;
    let mut rest = String::new();
    out.read_to_string(&mut rest)?;
    assert_eq!((code, &*error), (0, ""), "{rest}");
    assert!(
        rest.contains("Running → Succeeded") || rest.contains("Running -> Succeeded"),
        "{rest}"
    );
    Ok(())
}

fn an_api_server_that_stays_away_ends_a_watch(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "away")?;
    world.cluster.apply(&running(&namespace))?;
    let folder = tempfile::tempdir()?;
    let proxy = Proxy::start();
    let more = json!({"proxy-url": format!("http://127.0.0.1:{}", proxy.port)});
    let user = json!({"token": token_of(world, "admin")?});
    let file = kubeconfig(world, folder.path(), "proxied", &world.cluster.url(), more, user);
    let (mut child, _out) = watching(world.command("kubectl", &file), &file, &namespace)?;
    proxy.close();
    // It is asked again for about 16 seconds.
    let (code, error) = end(&mut child, Duration::from_secs(20) + SOON)?;
    assert_eq!(code, 2, "{error}");
    for text in
        ["error: ", "cannot reach https://127.0.0.1:", "  help: ", "note: no more states came"]
    {
        assert!(error.contains(text), "no {text:?} in {error}");
    }
    Ok(())
}
