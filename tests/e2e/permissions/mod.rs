//! Each command line works with exactly the rights of the table, and says which one is missing.

pub(crate) mod changing;
pub(crate) mod less;
pub(crate) mod reading;
pub(crate) mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use kubectl_argo_offload::cluster::permissions::{ASKS_SERVER, NEEDS, Need, Scope, Without};
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::reach::token_of;
use crate::settings::Settings;
use crate::world::World;

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
