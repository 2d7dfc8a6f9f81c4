//! Each command line works with exactly the rights of the table, and says which one is missing.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use kubectl_argo_offload::cluster::permissions::{ASKS_SERVER, NEEDS, Need, Scope, Without, grant};
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::reach::token_of;
use crate::settings::Settings;
use crate::space::TABLE;
use crate::standard::{LOST, OFFLOADED};
use crate::tests;
use crate::world::World;

tests!(
    every_command_line_of_the_table_is_tried,
    size_name_needs_what_the_table_says,
    size_name_w_needs_what_the_table_says,
    size_needs_what_the_table_says,
    get_needs_what_the_table_says,
    get_name_needs_what_the_table_says,
    get_name_w_needs_what_the_table_says,
    get_o_json_needs_what_the_table_says,
    rows_needs_what_the_table_says,
    a_tunnel_by_a_service_needs_what_the_table_says,
    a_tunnel_by_a_pod_needs_what_the_table_says,
    a_relay_needs_what_the_table_says,
    store_server_needs_what_the_table_says,
    lint_live_needs_what_the_table_says,
    doctor_needs_what_the_table_says,
    enable_needs_what_the_table_says,
    disable_needs_what_the_table_says,
    the_config_map_suffices_where_no_controller_can_be_seen,
    without_controller_namespace_the_current_one_is_looked_at,
    the_database_user_needs_select_on_one_table,
);

/// The command lines that the tests of this file run.
const TRIED: &[&str] = &[
    "size NAME",
    "size NAME -w",
    "size",
    "get",
    "get NAME",
    "get NAME -w",
    "get -o json",
    "rows",
    "--via svc/NAME",
    "--via pod/NAME",
    "--via relay",
    "--store server",
    "lint --live",
    "doctor",
    "enable",
    "disable",
];

fn every_command_line_of_the_table_is_tried(_: &World) -> Result<()> {
    for command in NEEDS.iter().flat_map(|need| need.commands) {
        let tried = TRIED.contains(command);
        assert!(tried, "{command} is in the table of permissions, and no test runs it");
    }
    Ok(())
}

/// Where the three scopes are.
struct Places<'world> {
    settings: Settings<'world>,
    database: String,
    /// With a word in their names that no other test uses.
    what: &'static str,
    made: u32,
}

impl<'world> Places<'world> {
    /// Workflows, controller and database in three namespaces.
    fn new(world: &'world World, what: &'static str) -> Result<Self> {
        // The port is that of the database's pod, for those who go through one.
        let settings = Settings::with(world, &format!("controller-of-{what}"), |said| {
            if what.starts_with("via-") {
                said.persistence["mysql"]["port"] = 3306.into();
            }
        })?;
        // What runs in it does not matter: the plugin looks at its image. The label is the Helm chart's.
        let label = json!({"app.kubernetes.io/component": "workflow-controller"});
        let container =
            json!({"name": "x", "image": "quay.io/argoproj/workflow-controller:v3.7.6"});
        settings.apply(vec![json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "workflow-controller"},
            "spec": {"replicas": 1, "selector": {"matchLabels": label},
                "template": {"metadata": {"labels": label}, "spec": {"containers": [container]}}},
        })])?;
        let pods = ["get", "pods", "-n", &settings.namespace, "-o", "name"];
        world.cluster.wait(&pods, |out| out.contains("pod/"))?;
        Ok(Self { settings, database: String::new(), what, made: 0 })
    }

    fn namespace(&self, scope: Scope) -> &str {
        match scope {
            Scope::Workflows => &self.settings.workflows,
            Scope::Controller => &self.settings.namespace,
            Scope::Database => &self.database,
        }
    }

    /// A new user who has these rights and no others; waits until the API server knows.
    fn user(&mut self, needs: &[&Need]) -> Result<PathBuf> {
        let world = self.settings.world;
        self.made += 1;
        let name = format!("{}-{}", self.what, self.made);
        let user = world.cluster.certificate_user(&name, &[])?;
        self.bind(
            &json!({"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": name}),
            &name,
            needs,
        )?;
        let Some(last) = needs.iter().max_by_key(|need| self.namespace(need.scope)) else {
            return Ok(user);
        };
        self.wait(&user, last)?;
        Ok(user)
    }

    /// A Role for each namespace, made of the table itself.
    fn bind(&self, subject: &Value, name: &str, needs: &[&Need]) -> Result<()> {
        let mut by_namespace: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
        for need in needs {
            let rule = json!({"apiGroups": [need.group], "resources": [need.resource], "verbs": [need.verb]});
            by_namespace.entry(self.namespace(need.scope)).or_default().push(rule);
        }
        let mut objects = Vec::new();
        for (namespace, rules) in by_namespace {
            let metadata = json!({"name": name, "namespace": namespace});
            objects.push(json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role",
                "metadata": metadata, "rules": rules}));
            objects.push(json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
                "metadata": metadata, "subjects": [subject],
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name}}));
        }
        if objects.is_empty() {
            return Ok(());
        }
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        self.settings.world.cluster.apply(&list.to_string())
    }

    /// Waits until a right that was made last is there.
    fn wait(&self, user: &std::path::Path, need: &Need) -> Result<()> {
        let (resource, sub) = need.resource.split_once('/').unwrap_or((need.resource, ""));
        let resource = if need.group.is_empty() {
            resource.to_owned()
        } else {
            format!("{resource}.{}", need.group)
        };
        let start = Instant::now();
        while start.elapsed() < Duration::from_secs(20) {
            let mut command = self.settings.world.command("kubectl", user);
            command.args(["auth", "can-i", need.verb, &resource, "-n", self.namespace(need.scope)]);
            if !sub.is_empty() {
                command.arg(format!("--subresource={sub}"));
            }
            if Ran::run(&mut command, b"")?.out().trim() == "yes" {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("the API server does not know {need:?} after 20 s");
    }

    fn run(&self, user: &std::path::Path, words: &[&str], server: bool) -> Result<Ran> {
        let world = self.settings.world;
        let mut command = self.settings.command(user, words);
        let first = words.first().copied().unwrap_or_default();
        if words.contains(&"--live") || matches!(first, "doctor" | "enable" | "disable") {
            // Its namespace is the controller's.
            command = world.command("kubectl", user);
            command.arg("argo-offload").args(words).args(["-n", &self.settings.namespace]);
        }
        if server {
            let address =
                world.standard()?.space(world).argo.server.clone().context("no argo-server")?;
            command.env("ARGO_SERVER", address.trim_start_matches("http://"));
            command.env("ARGO_SECURE", "false");
            command.env("ARGO_TOKEN", format!("Bearer {}", token_of(world, "reader")?));
        }
        Ran::run(&mut command, b"")
    }

    /// Runs a command with all rights of some lines of the table, and then without each one of them.
    fn try_each(&mut self, lines: &[&str], words: &[&str]) -> Result<()> {
        let needs = needs(lines);
        ensure!(!needs.is_empty(), "the table has nothing for {lines:?}");
        let user = self.user(&needs)?;
        let with_all = self.run(&user, words, false)?.ok()?;
        assert!(
            !with_all.err().contains("may not"),
            "{words:?} with all rights: {}",
            with_all.err()
        );
        for need in &needs {
            let others: Vec<&Need> = needs.iter().copied().filter(|other| other != need).collect();
            let user = self.user(&others)?;
            let ran = self.run(&user, words, need.without == ASKS_SERVER)?;
            let what = format!("{words:?} without {} {}", need.verb, need.resource);
            self.judge(need, &ran, &with_all, &what);
        }
        Ok(())
    }

    /// Whether a command did without a right what the table says.
    fn judge(&self, need: &Need, ran: &Ran, with_all: &Ran, what: &str) {
        let error = ran.err();
        let dot = if need.group.is_empty() { "" } else { "." };
        let right = format!("may not {} {}{dot}{}", need.verb, need.resource, need.group);
        let place = format!("in the namespace {}", self.namespace(need.scope));
        match need.without {
            Without::Fails => {
                assert_eq!(ran.code(), 2, "{what}: {error}{}", ran.out());
                for text in ["error: ", &right, &place, "kubectl create role", "help: "] {
                    assert!(error.contains(text), "{what}: no {text:?} in {error}");
                }
            }
            Without::Same(_) => {
                assert_eq!((ran.code(), error), (0, with_all.err()), "{what}");
                let lines = |ran: &Ran| ran.out().lines().count();
                assert_eq!(lines(ran), lines(with_all), "{what}: {}", ran.out());
            }
            Without::Other(_) => {
                assert_eq!(ran.code(), 0, "{what}: {error}");
                for text in ["note: ", &right, &place] {
                    assert!(error.contains(text), "{what}: no {text:?} in {error}");
                }
            }
        }
    }
}

/// The rights of some command lines and options together.
fn needs(lines: &[&str]) -> Vec<&'static Need> {
    NEEDS
        .iter()
        .filter(|need| need.commands.iter().any(|command| lines.contains(command)))
        .collect()
}

fn size_name_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "size-name")?.try_each(&["size NAME"], &["size", OFFLOADED])
}

fn size_name_w_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "size-name-w")?.try_each(&["size NAME -w"], &["size", OFFLOADED, "-w"])
}

fn size_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "size")?.try_each(&["size"], &["size"])
}

fn get_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "get")?.try_each(&["get"], &["get"])
}

fn get_name_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "get-name")?.try_each(&["get NAME"], &["get", OFFLOADED])
}

fn get_name_w_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "get-name-w")?.try_each(&["get NAME -w"], &["get", OFFLOADED, "-w"])
}

fn get_o_json_needs_what_the_table_says(world: &World) -> Result<()> {
    let running = "workflows.argoproj.io/phase=Running";
    Places::new(world, "get-json")?
        .try_each(&["get -o json"], &["get", "-l", running, "-o", "json"])
}

fn lint_live_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "lint-live")?.try_each(&["lint --live"], &["lint", "--live"])
}

/// A changed Secret and ConfigMap: the API checks them, and stores nothing.
fn enable_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "enable")?;
    let password = places.settings.workflows.clone() + "/password";
    let file = world.cluster.folder().join("enable-password");
    std::fs::write(&file, password)?;
    let file = file.display().to_string();
    let words = [
        "enable",
        "--dry-run",
        "server",
        "--cluster-name",
        "other",
        "--db-user",
        "other",
        "--db-password-file",
        &file,
        "--force",
        "AD1,AD2,AD3",
    ];
    places.try_each(&["enable"], &words)
}

fn disable_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "disable")?;
    // This controller is said to run the workflows of all namespaces, which this user may not list.
    let needs: Vec<&Need> =
        needs(&["disable"]).into_iter().filter(|need| need.scope == Scope::Controller).collect();
    for without in std::iter::once(None).chain(needs.iter().map(Some)) {
        let rights: Vec<&Need> =
            needs.iter().copied().filter(|need| Some(need) != without).collect();
        let user = places.user(&rights)?;
        let ran = places.run(&user, &["disable", "--dry-run", "server"], false)?;
        // The last right in its way.
        let right = match without {
            Some(need) if need.without == Without::Fails => {
                need.access(Some(&places.settings.namespace))
            }
            _ => kubectl_argo_offload::cluster::permissions::NEEDS
                .iter()
                .find(|need| need.commands == ["disable"] && need.scope == Scope::Workflows)
                .context("no right of disable alone")?
                .access(None),
        };
        let right = format!("may not {} {}", right.verb, right.resource);
        assert!(ran.code() == 2 && ran.err().contains(&right), "no {right:?} in {}", ran.err());
    }
    Ok(())
}

/// It warns of what is missing, and of nothing else.
fn doctor_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "doctor")?;
    // This controller is said to run the workflows of all namespaces.
    places.settings.workflows.clone_from(&places.settings.namespace);
    let all = needs(&["doctor"]);
    for without in std::iter::once(None).chain(all.iter().map(Some)) {
        let rights: Vec<&Need> = all.iter().copied().filter(|need| Some(need) != without).collect();
        let user = places.user(&rights)?;
        let words = ["doctor", "-o", "json", "--select", "AD101,AD2,AD301,AD302"];
        let ran = places.run(&user, &words, false)?;
        let report: Value = serde_json::from_slice(ran.stdout())
            .with_context(|| format!("no report: {}{}", ran.out(), ran.err()))?;
        let warnings: Vec<&str> = report["items"]
            .as_array()
            .context("no items")?
            .iter()
            .filter(|item| item["status"] != "ok" && item["status"] != "skipped")
            .filter_map(|item| item["message"].as_str())
            .collect();
        match without {
            None => assert_eq!(
                warnings,
                [
                    "you may not list workflows.argoproj.io in all namespaces, which is needed for rows against workflows"
                ]
            ),
            Some(need) => {
                let right = need.access(Some(places.namespace(need.scope))).to_string();
                let told = warnings.iter().any(|text| text.contains(&right))
                    || need.scope == Scope::Workflows;
                assert!(told, "without {right}: {warnings:?}");
                assert!(
                    warnings.iter().all(|text| text.starts_with("you may not ")),
                    "{warnings:?}"
                );
            }
        }
    }
    Ok(())
}

fn rows_needs_what_the_table_says(world: &World) -> Result<()> {
    Places::new(world, "rows")?.try_each(&["rows"], &["rows", "-o", "name"])
}

fn a_tunnel_by_a_service_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "via-svc")?;
    let database = Settings::new(world, "database-of-via-svc")?;
    database.database_pod()?;
    places.database.clone_from(&database.namespace);
    let via = format!("svc/{}/mysql", database.namespace);
    places.try_each(&["get NAME", "--via svc/NAME"], &["get", OFFLOADED, "--via", &via])
}

fn a_tunnel_by_a_pod_needs_what_the_table_says(world: &World) -> Result<()> {
    let mut places = Places::new(world, "via-pod")?;
    let database = Settings::new(world, "database-of-via-pod")?;
    let pod = database.database_pod()?;
    places.database.clone_from(&database.namespace);
    let via = format!("pod/{}/{pod}", database.namespace);
    places.try_each(&["get NAME", "--via pod/NAME"], &["get", OFFLOADED, "--via", &via])
}

fn a_relay_needs_what_the_table_says(world: &World) -> Result<()> {
    let relay = ["--via", "relay", "--relay-image", "registry.example/argo-offload:1"];
    let words = [&["get", OFFLOADED][..], &relay].concat();
    Places::new(world, "relay")?.try_each(&["get NAME", "--via relay"], &words)
}

/// argo-server itself looks at the workflow with the user's token.
fn store_server_needs_what_the_table_says(world: &World) -> Result<()> {
    let argo = world.standard()?.space(world).argo.clone();
    let mut places = Places::new(world, "store-server")?;
    places.settings.namespace.clone_from(&argo.namespace);
    let mut all = needs(&["--store server"]);
    let workflow = needs(&["get NAME"]).into_iter().find(|need| need.scope == Scope::Workflows);
    all.extend(workflow);
    let words = ["get", OFFLOADED, "--store", "server"];
    let mut with_all = None;
    for without in std::iter::once(None).chain(all.iter().map(Some)) {
        let rights: Vec<&Need> = all.iter().copied().filter(|need| Some(need) != without).collect();
        places.made += 1;
        let account = format!("store-server-{}", places.made);
        let user = world.cluster.account_user(&argo.namespace, &account)?;
        let subject =
            json!({"kind": "ServiceAccount", "name": account, "namespace": argo.namespace});
        places.bind(&subject, &account, &rights)?;
        places.wait(&user, rights.last().context("no rights")?)?;
        let ran = places.run(&user, &words, false)?;
        match (without, &with_all) {
            (Some(need), Some(with_all)) => {
                if Some(*need) == workflow {
                    assert_eq!(ran.code(), 2, "{}", ran.err());
                    assert!(
                        ran.err().contains("argo-server")
                            && ran.err().contains("workflows.argoproj.io"),
                        "{}",
                        ran.err()
                    );
                    continue;
                }
                let what = format!("{words:?} without {} {}", need.verb, need.resource);
                places.judge(need, &ran, with_all, &what);
            }
            _ => with_all = Some(ran.ok()?),
        }
    }
    Ok(())
}

fn the_config_map_suffices_where_no_controller_can_be_seen(world: &World) -> Result<()> {
    let mut places = Places::new(world, "map-only")?;
    let mut rights = needs(&["get NAME", "size NAME"]);
    rights.retain(|need| need.verb == "get");
    let user = places.user(&rights)?;
    assert_eq!(places.run(&user, &["get", OFFLOADED], false)?.ok()?.err(), "");
    let size = places.run(&user, &["size", OFFLOADED], false)?.ok()?;
    let map = format!(
        "only the ConfigMap {}/configmap/workflow-controller-configmap",
        places.settings.namespace
    );
    assert!(size.err().contains("note: ") && size.err().contains(&map), "{}", size.err());
    Ok(())
}

fn without_controller_namespace_the_current_one_is_looked_at(world: &World) -> Result<()> {
    let mut places = Places::new(world, "current")?;
    places.settings.namespace.clone_from(&places.settings.workflows);
    let rights = needs(&["get NAME"]);
    let user = places.user(&rights)?;
    let run = |user: &std::path::Path| {
        let mut command = world.command("kubectl", user);
        Ran::run(
            command.args(["argo-offload", "get", OFFLOADED, "-n", &places.settings.workflows]),
            b"",
        )
    };
    assert_eq!(run(&user)?.ok()?.err(), "");
    Ok(())
}

fn the_database_user_needs_select_on_one_table(world: &World) -> Result<()> {
    let space = world.standard()?.space(world);
    let database = space.argo.database.name.clone();
    let made = |user: &str, grant: &str| -> Result<()> {
        let user = format!("CREATE USER '{user}'@'%' IDENTIFIED BY 'a-password';\n{grant};\n");
        space.sql(&user).map(|_| ())
    };
    let as_user = |user: &str| {
        Settings::with(world, &user.replace('_', "-"), |said| {
            said.user = user.into();
            said.password = "a-password".into();
        })
    };
    made("only_select", &grant(&database, TABLE, "only_select"))?;
    let settings = as_user("only_select")?;
    assert!(settings.run(&["get", OFFLOADED])?.ok()?.out().contains("102"));
    let rows =
        settings.run(&["rows", "-o", "json", "--bytes", "exact", "--all-clusters"])?.json()?;
    assert!(rows["items"].as_array().is_some_and(|items| items.len() >= 4), "{rows}");
    let lost = settings.run(&["get", LOST])?;
    assert!(lost.err().contains("no other row of this workflow"), "{}", lost.err());
    // Of another table it is not enough.
    made("other_table", &grant(&database, "schema_history", "other_table"))?;
    as_user("other_table")?.fails(
        &["get", OFFLOADED],
        Duration::from_secs(20),
        &["no table argo_workflows", "may not see it"],
    )?;
    made("no_right", "SELECT 1")?;
    as_user("no_right")?.fails(
        &["rows"],
        Duration::from_secs(20),
        &["Error 1044", &database, "whether the user may use it"],
    )?;
    Ok(())
}
