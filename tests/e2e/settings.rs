//! What a controller is told, as a test wants it: a namespace with a ConfigMap and a Secret that nothing acts on.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::ran::Ran;
use crate::reach::fresh_namespace;
use crate::space::{Space, TABLE};
use crate::world::World;

/// The Secret of the database's user and password.
const SECRET: &str = "argo-mysql-config";

/// A namespace that says how the database of the standard workflows is reached.
pub(crate) struct Settings<'world> {
    pub(crate) world: &'world World,
    pub(crate) namespace: String,
    /// Where the workflows are.
    pub(crate) workflows: String,
}

/// What the ConfigMap and the Secret say, to be changed.
pub(crate) struct Said {
    /// The section `persistence`.
    pub(crate) persistence: Value,
    pub(crate) user: String,
    pub(crate) password: String,
}

impl<'world> Settings<'world> {
    /// The settings under which the standard workflows' own controller runs.
    pub(crate) fn new(world: &'world World, what: &str) -> Result<Self> {
        Self::with(world, what, |_| {})
    }

    /// The same, changed.
    pub(crate) fn with(
        world: &'world World,
        what: &str,
        change: impl FnOnce(&mut Said),
    ) -> Result<Self> {
        Self::of(&world.standard()?.space(world), what, change)
    }

    /// The settings of a space, changed.
    pub(crate) fn of(
        space: &Space<'world>,
        what: &str,
        change: impl FnOnce(&mut Said),
    ) -> Result<Self> {
        let (world, database) = (space.world, &space.argo.database);
        let at = |key: &str| json!({"name": SECRET, "key": key});
        let mut said = Said {
            persistence: json!({"nodeStatusOffLoad": true, "mysql": {
                "host": database.host, "port": database.port, "database": database.name, "tableName": TABLE,
                "userNameSecret": at("username"), "passwordSecret": at("password"),
            }}),
            user: database.user.clone(),
            password: database.password.clone(),
        };
        change(&mut said);
        let settings = Self {
            world,
            namespace: fresh_namespace(world, what)?,
            workflows: space.argo.namespace.clone(),
        };
        settings.apply(vec![
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "workflow-controller-configmap"},
                "data": {"persistence": said.persistence.to_string()}}),
            json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": SECRET},
                "stringData": {"username": said.user, "password": said.password}}),
        ])?;
        Ok(settings)
    }

    /// Objects of this namespace.
    pub(crate) fn apply(&self, mut objects: Vec<Value>) -> Result<()> {
        for object in &mut objects {
            object["metadata"]["namespace"] = self.namespace.as_str().into();
        }
        let list = json!({"apiVersion": "v1", "kind": "List", "items": objects});
        self.world.cluster.apply(&list.to_string())
    }

    /// The ConfigMap's text as people write it, which need not be what the controller accepts.
    pub(crate) fn persistence(&self, text: &str) -> Result<()> {
        self.apply(vec![json!({"apiVersion": "v1", "kind": "ConfigMap",
            "metadata": {"name": "workflow-controller-configmap"}, "data": {"persistence": text}})])
    }

    /// A Service `mysql`, and a ready pod whose port 3306 leads to the database; gives the pod's name.
    pub(crate) fn database_pod(&self) -> Result<String> {
        let label = json!({"app": "mysql"});
        let container =
            json!({"name": "main", "image": "mysql:9", "ports": [{"containerPort": 3306}]});
        self.apply(vec![
            json!({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "mysql"},
                "spec": {"selector": label, "ports": [{"port": 3306}]}}),
            json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "mysql"}, "spec": {
                "replicas": 1, "selector": {"matchLabels": label},
                "template": {"metadata": {"labels": label}, "spec": {"containers": [container]}},
            }}),
        ])?;
        let namespace = self.namespace.as_str();
        let rollout = ["rollout", "status", "--timeout=60s", "-n", namespace, "deployment/mysql"];
        self.world.cluster.kubectl(&rollout)?;
        let pods = self.world.cluster.kubectl(&[
            "get",
            "pods",
            "-n",
            namespace,
            "-l",
            "app=mysql",
            "-o",
            "name",
        ])?;
        Ok(pods.trim().trim_start_matches("pod/").to_owned())
    }

    /// The plugin, on the workflows and with these settings.
    pub(crate) fn command(&self, kubeconfig: &Path, words: &[&str]) -> Command {
        let mut command = self.world.command("kubectl", kubeconfig);
        command.arg("argo-offload").args(words);
        command.args(["-n", &self.workflows, "--controller-namespace", &self.namespace]);
        command
    }

    /// Runs the plugin as `admin`.
    pub(crate) fn run(&self, words: &[&str]) -> Result<Ran> {
        Ran::run(&mut self.command(&self.world.cluster.kubeconfig("admin"), words), b"")
    }

    /// Runs the plugin as `admin`, for a failure as in [`failing`].
    #[track_caller]
    pub(crate) fn fails(&self, words: &[&str], within: Duration, texts: &[&str]) -> Result<Ran> {
        let command = &mut self.command(&self.world.cluster.kubeconfig("admin"), words);
        failing(command, within, texts)
    }
}

/// Runs the plugin; it must end with exit code 2 before the time is over, and say all of this: what, and what to do next.
#[track_caller]
pub(crate) fn failing(command: &mut Command, within: Duration, texts: &[&str]) -> Result<Ran> {
    let start = Instant::now();
    let ran = Ran::run(command, b"").context("the plugin")?;
    let took = start.elapsed();
    let (code, error) = (ran.code(), ran.err());
    assert_eq!(code, 2, "{}{error}", ran.out());
    assert!(took < within, "it took {took:?}: {error}");
    for text in texts.iter().chain(&["error: "]) {
        assert!(error.contains(text), "no {text:?} in {error}");
    }
    Ok(ran)
}
