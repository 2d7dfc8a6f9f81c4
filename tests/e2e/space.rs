//! A namespace with an Argo, a database and a database user of its own.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use argo_offload_testbed::cluster::Argo;
use serde_json::Value;

use crate::ran::Ran;
use crate::world::World;

/// The table of rows in a space's database.
pub(crate) const TABLE: &str = "argo_workflows";

/// How long the controller may take for anything.
const PATIENCE: Duration = Duration::from_secs(120);

/// See [`World::space`].
pub(crate) struct Space<'world> {
    pub(crate) world: &'world World,
    pub(crate) argo: Argo,
    /// Whether its Argo ends with this value.
    pub(crate) owned: bool,
}

impl Drop for Space<'_> {
    fn drop(&mut self) {
        if self.owned {
            // Their logs stay.
            let _ = self.kubectl(&["delete", "deployments", "--all", "--wait=false"]);
        }
    }
}

impl Space<'_> {
    /// kubectl as `admin`, in this namespace.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Result<Ran> {
        self.world.kubectl(&[arguments, &["-n", &self.argo.namespace]].concat())
    }

    /// Argo's own command line, through argo-server, with the token of a service account.
    pub(crate) fn argo_command(&self, account: &str) -> Result<Command> {
        let server = self.argo.server.as_deref().context("no argo-server here")?;
        let token = self.world.cluster.token(&self.argo.namespace, account)?;
        let mut command = self.world.command("argo", &self.world.cluster.kubeconfig("nobody"));
        command.env("ARGO_SERVER", server.trim_start_matches("http://"));
        command.env("ARGO_SECURE", "false").env("ARGO_TOKEN", format!("Bearer {token}"));
        command.env("ARGO_NAMESPACE", &self.argo.namespace);
        Ok(command)
    }

    /// Creates objects, in YAML.
    pub(crate) fn create(&self, yaml: &str) -> Result<()> {
        let arguments = ["create", "-n", &self.argo.namespace, "-f", "-"];
        self.world.kubectl_with(&arguments, yaml.as_bytes())?.ok().map(|_| ())
    }

    /// A workflow as the API server has it, with the managed fields.
    pub(crate) fn workflow(&self, name: &str) -> Result<Value> {
        self.kubectl(&["get", "workflow", name, "-o", "json", "--show-managed-fields"])?.json()
    }

    /// Waits until a workflow is as wanted.
    pub(crate) fn wait(&self, name: &str, wanted: impl Fn(&Value) -> bool) -> Result<Value> {
        let start = Instant::now();
        loop {
            let workflow = self.workflow(name)?;
            if wanted(&workflow) {
                return Ok(workflow);
            }
            if start.elapsed() > PATIENCE {
                bail!("workflow {name} after {PATIENCE:?}: {}", brief(&workflow));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// Waits until a workflow has ended, and checks how.
    pub(crate) fn ended(&self, name: &str, phase: &str) -> Result<Value> {
        let ended = self.wait(name, |workflow| {
            workflow["metadata"]["labels"]["workflows.argoproj.io/completed"] == "true"
        })?;
        ensure!(ended["status"]["phase"] == phase, "{name}, expected {phase}: {}", brief(&ended));
        Ok(ended)
    }

    /// Runs SQL in this space's database as the administrator; a line a row.
    pub(crate) fn sql(&self, text: &str) -> Result<String> {
        self.world.cluster.database().sql_in(&self.argo.database.name, text)
    }

    /// How many rows a workflow has in the table, or how many of one version.
    pub(crate) fn rows(&self, workflow: &Value, version: Option<&str>) -> Result<usize> {
        let uid = workflow["metadata"]["uid"].as_str().context("no uid")?;
        let version =
            version.map(|version| format!(" AND version='{version}'")).unwrap_or_default();
        let count =
            self.sql(&format!("SELECT count(*) FROM {TABLE} WHERE uid='{uid}'{version}"))?;
        count.trim().parse().with_context(|| format!("count(*) is {count:?}"))
    }

    /// Waits until kubectl prints what is wanted.
    pub(crate) fn shows(
        &self,
        arguments: &[&str],
        wanted: impl Fn(&str) -> bool,
    ) -> Result<String> {
        let start = Instant::now();
        loop {
            let ran = self.kubectl(arguments)?;
            let (out, err) = (ran.out(), ran.err());
            if wanted(&out) {
                return Ok(out);
            }
            if start.elapsed() > Duration::from_secs(60) {
                bail!("kubectl {} after a minute:\n{out}{err}", arguments.join(" "));
            }
            std::thread::sleep(Duration::from_millis(200));
        }
    }

    /// The name of the pod of a Deployment's newest version.
    pub(crate) fn newest_pod(&self, deployment: &str) -> Result<String> {
        let label = format!("app={deployment}");
        let sets = self.kubectl(&["get", "replicaset", "-l", &label, "-o", "json"])?.json()?;
        let revision = |set: &Value| -> u64 {
            let text = set["metadata"]["annotations"]["deployment.kubernetes.io/revision"].as_str();
            text.and_then(|text| text.parse().ok()).unwrap_or_default()
        };
        let newest = sets["items"].as_array().into_iter().flatten().max_by_key(|set| revision(set));
        let newest = newest.context("no ReplicaSet")?;
        let hash = newest["metadata"]["labels"]["pod-template-hash"].as_str().context("no hash")?;
        let label = format!("pod-template-hash={hash}");
        // The pod follows its ReplicaSet a moment later, and one that is being deleted is not meant.
        let name = self.shows(
            &[
                "get",
                "pods",
                "-l",
                &label,
                "-o",
                "go-template={{range .items}}{{if not .metadata.deletionTimestamp}}{{.metadata.name}}\n{{end}}{{end}}",
            ],
            |out| !out.trim().is_empty(),
        )?;
        Ok(name.lines().next().unwrap_or_default().to_owned())
    }
}

/// A workflow's status without its nodes, for messages.
fn brief(workflow: &Value) -> String {
    let mut status = workflow["status"].clone();
    if let Some(status) = status.as_object_mut() {
        for large in ["nodes", "compressedNodes", "storedTemplates", "storedWorkflowTemplateSpec"] {
            if let Some(value) = status.get_mut(large) {
                *value = "…".into();
            }
        }
    }
    status.to_string()
}
