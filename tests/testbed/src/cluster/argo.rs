use std::fmt;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::{Cluster, manifests};
use crate::database::{Database, Kind};
use crate::kubelet::Program;
use crate::programs::{ARGO_VERSION, Programs};

/// The table of offloaded nodes.
const TABLE: &str = "argo_workflows";
/// The Secret with the database's user and password.
const SECRET: &str = "argo-mysql-config";
/// The controller's ConfigMap.
const CONFIG_MAP: &str = "workflow-controller-configmap";

/// How Argo is installed: in a namespace of its own, for workflows of that namespace alone, with a database and a
/// database user of its own.
#[derive(Clone, Debug)]
pub struct Install {
    namespace: String,
    environment: Vec<(String, String)>,
    server: bool,
}

impl Install {
    /// With the controller's defaults and a server.
    #[must_use]
    pub fn new(namespace: impl Into<String>) -> Self {
        Self { namespace: namespace.into(), environment: Vec::new(), server: true }
    }

    /// A variable in the controller's environment, such as `ALWAYS_OFFLOAD_NODE_STATUS`.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.environment.push((name.into(), value.into()));
        self
    }

    /// Without argo-server.
    #[must_use]
    pub fn without_server(mut self) -> Self {
        self.server = false;
        self
    }
}

/// Argo as it is installed in one namespace. Its Deployments are `workflow-controller` and `argo-server`.
#[derive(Clone)]
pub struct Argo {
    /// The namespace.
    pub namespace: String,
    /// The database of its rows, and its user.
    pub database: Database,
    /// argo-server's address, which leads to the newest pod that is ready; `None` without a server.
    pub server: Option<String>,
}

impl fmt::Debug for Argo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Argo in {} with {:?}", self.namespace, self.database)
    }
}

impl Cluster {
    /// Installs Argo in a namespace, which is made, and waits until its programs are ready and its tables are made: two to five seconds.
    ///
    /// # Errors
    /// When they do not become ready; the end of the controller's log is part of the error.
    pub fn install(&self, install: Install) -> Result<Argo> {
        let Install { namespace, environment, server } = install;
        // A user's name has at most 32 characters.
        let name: String = namespace.replace('-', "_").chars().take(24).collect();
        let database = self.database().database(&name)?;
        let mut objects = vec![json!({
            "apiVersion": "v1", "kind": "Namespace", "metadata": { "name": namespace },
        })];
        objects.extend(configuration(&namespace, &database, self.database().kind()));
        objects.extend(permissions(self.programs(), &namespace)?);
        objects.extend(database_pod(&namespace));
        objects.push(controller(&namespace, &environment));
        if server {
            objects.extend(argo_server(&namespace));
        }
        self.apply(&manifests::list(objects))?;
        let url = if server {
            let port = self.kubelet.service(&namespace, "argo-server", SERVER_PORT)?;
            Some(format!("http://127.0.0.1:{port}"))
        } else {
            None
        };
        let argo = Argo { namespace, database, server: url };
        self.ready(&argo)?;
        // The controller is ready as soon as it listens, and then makes its tables.
        let logs = ["logs", "-n", &argo.namespace, "deployment/workflow-controller"];
        self.wait(&logs, |log| log.contains("Starting Workflow Controller"))?;
        Ok(argo)
    }

    /// Waits until the newest version of Argo's Deployments runs and works.
    ///
    /// # Errors
    /// When it does not in a minute; the end of the controller's log is part of the error.
    pub fn ready(&self, argo: &Argo) -> Result<()> {
        let mut deployments = vec!["workflow-controller"];
        if argo.server.is_some() {
            deployments.push("argo-server");
        }
        for deployment in deployments {
            let name = format!("deployment/{deployment}");
            let rollout = ["rollout", "status", "--timeout=60s", "-n", &argo.namespace, &name];
            if let Err(error) = self.kubectl(&rollout) {
                let log = ["logs", "--tail=20", "-n", &argo.namespace, &name];
                let log = self.kubectl(&log).unwrap_or_else(|error| format!("{error:#}"));
                return Err(error).context(format!("the log of {deployment}:\n{log}"));
            }
        }
        Ok(())
    }

    /// Gives the controller another environment, besides what every controller here has, and waits for it.
    ///
    /// # Errors
    /// See [`Self::ready`].
    pub fn set_environment(&self, argo: &Argo, environment: &[(&str, &str)]) -> Result<()> {
        let environment: Vec<_> = environment
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        self.apply(&controller(&argo.namespace, &environment).to_string())?;
        self.ready(argo)
    }
}

const SERVER_PORT: u16 = 2746;
const HEALTH_PORT: u16 = 6060;

/// The programs that containers of these names run.
pub(crate) fn programs(built: &Programs) -> Vec<Program> {
    let strings = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
    let pairs = |texts: &[(&str, &str)]| {
        texts.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    };
    vec![
        Program {
            container: "workflow-controller".to_owned(),
            path: built.path("workflow-controller"),
            arguments: strings(&["--kubeconfig", "{kubeconfig}", "-n", "{namespace}"]),
            environment: pairs(&[("HEALTHZ_ADDR", "127.0.0.1:{port:6060}")]),
            image: format!("/workflow-controller:{ARGO_VERSION}"),
            ports: vec![HEALTH_PORT],
            // The real Deployment has no readiness probe, and this one waits only for the process to listen.
            probes: Vec::new(),
        },
        Program {
            container: "argo-server".to_owned(),
            path: built.path("argo"),
            arguments: strings(&[
                "--kubeconfig",
                "{kubeconfig}",
                "-n",
                "{namespace}",
                "-p",
                "{port:2746}",
            ]),
            environment: pairs(&[("KUBECONFIG", "{kubeconfig}")]),
            image: format!("/argocli:{ARGO_VERSION}"),
            ports: vec![SERVER_PORT],
            // The gateway dials each service by itself, and answers 503 for those that it has not reached.
            probes: ["version", "workflows/{namespace}/none", "archived-workflows/none"]
                .iter()
                .chain(&["workflow-templates/{namespace}/none", "cron-workflows/{namespace}/none"])
                .map(|path| (SERVER_PORT, format!("/api/v1/{path}")))
                .collect(),
        },
    ]
}

/// What the container of a relay's pod runs: the plugin.
pub(crate) fn relay(plugin: &std::path::Path) -> Program {
    Program {
        container: "relay".to_owned(),
        path: plugin.to_owned(),
        // All pods share this machine's loopback.
        arguments: ["--listen", "127.0.0.1:{port:13306}"].map(str::to_owned).to_vec(),
        environment: Vec::new(),
        image: "/argo-offload:".to_owned(),
        ports: vec![13306],
        probes: Vec::new(),
    }
}

/// The ConfigMap and the Secret it names.
fn configuration(namespace: &str, database: &Database, kind: Kind) -> Vec<Value> {
    let section = if kind == Kind::PostgreSql { "postgresql" } else { "mysql" };
    let persistence = json!({
        "connectionPool": { "maxIdleConns": 10, "maxOpenConns": 0 },
        "nodeStatusOffLoad": true,
        "archive": true,
        section: {
            "host": database.host,
            "port": database.port,
            "database": database.name,
            "tableName": TABLE,
            "userNameSecret": { "name": SECRET, "key": "username" },
            "passwordSecret": { "name": SECRET, "key": "password" },
        },
    });
    vec![
        json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": { "name": SECRET, "namespace": namespace },
            "stringData": { "username": database.user, "password": database.password },
        }),
        json!({
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": { "name": CONFIG_MAP, "namespace": namespace },
            "data": {
                // Spares the controller asking a registry what an image without a command runs. (A value of one line is
                // glued to its key, so that a map must be in braces.)
                "images": "{busybox: {cmd: [sh]}}",
                // Its port is one for all controllers of this machine.
                "metricsConfig": "{enabled: false}",
                "persistence": yaml(&persistence),
            },
        }),
    ]
}

/// JSON as YAML in blocks, as people write it in a ConfigMap; for objects of objects, texts, numbers and booleans.
fn yaml(value: &Value) -> String {
    fn write(value: &Value, depth: usize, text: &mut String) {
        for (name, value) in value.as_object().into_iter().flatten() {
            *text += &format!("{:1$}{name}:", "", depth * 2);
            if value.is_object() {
                text.push('\n');
                write(value, depth + 1, text);
            } else {
                *text += &format!(" {value}\n");
            }
        }
    }
    let mut text = String::new();
    write(value, 0, &mut text);
    text
}

/// Service accounts with the roles of Argo's own manifests, and a reader of workflows.
fn permissions(built: &Programs, namespace: &str) -> Result<Vec<Value>> {
    let folder = built.manifests().join("namespace-install");
    let mut objects = Vec::new();
    for (account, role, file) in [
        ("argo", "argo-role", "workflow-controller-rbac/workflow-controller-role.yaml"),
        ("argo-server", "argo-server-role", "argo-server-rbac/argo-server-role.yaml"),
    ] {
        let text = std::fs::read_to_string(folder.join(file))
            .with_context(|| format!("cannot read {file}"))?;
        let mut object: Value = yaml_serde::from_str(&text).with_context(|| file.to_owned())?;
        object["metadata"]["namespace"] = namespace.into();
        objects.push(object);
        objects.push(json!({
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": { "name": account, "namespace": namespace },
        }));
        objects.push(binding(
            namespace,
            &format!("{account}-binding"),
            role,
            json!({ "kind": "ServiceAccount", "name": account, "namespace": namespace }),
        ));
    }
    objects.push(json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "Role",
        "metadata": { "name": "reader", "namespace": namespace },
        "rules": [{
            "apiGroups": ["argoproj.io"],
            "resources": ["workflows"],
            "verbs": ["get", "list", "watch"],
        }],
    }));
    objects.push(binding(
        namespace,
        "reader",
        "reader",
        json!({ "apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "readers" }),
    ));
    Ok(objects)
}

fn binding(namespace: &str, name: &str, role: &str, subject: Value) -> Value {
    json!({
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": "RoleBinding",
        "metadata": { "name": name, "namespace": namespace },
        "roleRef": { "apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": role },
        "subjects": [subject],
    })
}

/// A pod and a Service `mysql`, whose port 3306 can be forwarded and leads to the database.
fn database_pod(namespace: &str) -> Vec<Value> {
    let label = json!({ "app": "mysql" });
    let container =
        json!({ "name": "main", "image": "mysql:9", "ports": [{ "containerPort": 3306 }] });
    let mut objects = vec![deployment(namespace, "mysql", json!({ "containers": [container] }))];
    objects.push(json!({
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": { "name": "mysql", "namespace": namespace },
        "spec": { "selector": label, "ports": [{ "port": 3306 }] },
    }));
    objects
}

fn controller(namespace: &str, environment: &[(String, String)]) -> Value {
    let mut variables = vec![
        json!({
            "name": "LEADER_ELECTION_IDENTITY",
            "valueFrom": { "fieldRef": { "apiVersion": "v1", "fieldPath": "metadata.name" } },
        }),
        // With it a new controller waits 15 seconds for the lease of the former one.
        json!({ "name": "LEADER_ELECTION_DISABLE", "value": "true" }),
        json!({ "name": "DEFAULT_REQUEUE_TIME", "value": "200ms" }),
    ];
    variables.retain(|variable| environment.iter().all(|(name, _)| variable["name"] != **name));
    variables
        .extend(environment.iter().map(|(name, value)| json!({ "name": name, "value": value })));
    let container = json!({
        "name": "workflow-controller",
        "image": format!("quay.io/argoproj/workflow-controller:{ARGO_VERSION}"),
        "command": ["workflow-controller"],
        "args": ["--namespaced", "--executor-image", "argoexec:none", "--qps", "200", "--burst", "400"],
        "env": variables,
        "ports": [{ "name": "metrics", "containerPort": 9090 }, { "containerPort": HEALTH_PORT }],
        "livenessProbe": {
            "httpGet": { "port": HEALTH_PORT, "path": "/healthz" },
            "failureThreshold": 3,
            "initialDelaySeconds": 90,
            "periodSeconds": 60,
            "timeoutSeconds": 30,
        },
    });
    deployment(
        namespace,
        "workflow-controller",
        json!({
            "priorityClassName": "workflow-controller",
            "serviceAccountName": "argo",
            "containers": [container],
            "nodeSelector": { "kubernetes.io/os": "linux" },
        }),
    )
}

fn argo_server(namespace: &str) -> Vec<Value> {
    let container = json!({
        "name": "argo-server",
        "image": format!("quay.io/argoproj/argocli:{ARGO_VERSION}"),
        "args": [
            "server", "--namespaced", "--auth-mode", "server", "--auth-mode", "client", "--secure=false",
            "--kube-api-qps", "200", "--kube-api-burst", "400",
        ],
        "ports": [{ "name": "web", "containerPort": SERVER_PORT }],
        "readinessProbe": {
            "httpGet": { "port": SERVER_PORT, "scheme": "HTTP", "path": "/" },
            "initialDelaySeconds": 10,
            "periodSeconds": 20,
        },
    });
    let pod = json!({
        "serviceAccountName": "argo-server",
        "containers": [container],
        "nodeSelector": { "kubernetes.io/os": "linux" },
    });
    vec![
        deployment(namespace, "argo-server", pod),
        json!({
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": { "name": "argo-server", "namespace": namespace },
            "spec": {
                "selector": { "app": "argo-server" },
                "ports": [{ "name": "web", "port": SERVER_PORT, "targetPort": SERVER_PORT }],
            },
        }),
    ]
}

fn deployment(namespace: &str, name: &str, pod: Value) -> Value {
    json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "name": name, "namespace": namespace, "labels": { "app": name } },
        "spec": {
            "replicas": 1,
            "selector": { "matchLabels": { "app": name } },
            "template": { "metadata": { "labels": { "app": name } }, "spec": pod },
        },
    })
}
