//! A Kubernetes cluster with a database and Argo in it.
//!
//! Its processes: a database, etcd, kube-apiserver, kube-controller-manager, kube-scheduler, and kwok as the kubelet of
//! one node. Argo's programs run as pods whose containers are real processes (module `kubelet`).

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::database::{self, Kind};
use crate::guard::Guard;
use crate::kubelet::{Kubelet, Setup};
use crate::programs::Programs;
use control_plane::{ControlPlane, Ports};
use kubeconfig::Credential;
use pki::Pki;

pub use argo::{Argo, Install};
pub use pki::Certificate;

mod argo;
mod control_plane;
pub(crate) mod kubeconfig;
mod manifests;
mod pki;

/// How long the cluster's own things may take.
const PATIENCE: Duration = Duration::from_secs(120);

/// A running cluster, which ends with this value.
pub struct Cluster {
    kubelet: Kubelet,
    control_plane: ControlPlane,
    database: database::Server,
    programs: Programs,
    pki: Pki,
    guard: Arc<Guard>,
    folder: Option<TempDir>,
}

/// How a cluster is started.
#[derive(Clone, Debug)]
pub struct Start {
    database: Kind,
    argo: Option<Install>,
    plugin: Option<PathBuf>,
}

impl Default for Start {
    fn default() -> Self {
        Self { database: Kind::MySql97, argo: Some(Install::new("argo")), plugin: None }
    }
}

impl Start {
    /// The kind of the database; MySQL 9.7 if nothing is said.
    #[must_use]
    pub fn database(mut self, kind: Kind) -> Self {
        self.database = kind;
        self
    }

    /// Argo in this way rather than with its defaults in the namespace `argo`; or none.
    #[must_use]
    pub fn argo(mut self, install: Option<Install>) -> Self {
        self.argo = install;
        self
    }

    /// The plugin, for pods of `--via relay`.
    #[must_use]
    pub fn plugin(mut self, path: impl Into<PathBuf>) -> Self {
        self.plugin = Some(path.into());
        self
    }

    /// Starts everything and waits until Argo's programs are ready: about ten seconds once the programs are built.
    ///
    /// # Errors
    /// When a program is missing or does not start; the end of its log is part of the error.
    pub fn start(self) -> Result<Cluster> {
        let mut folder = tempfile::Builder::new().prefix("testbed-").tempdir()?;
        match start(folder.path(), self.database, self.plugin.as_deref()) {
            Ok(mut cluster) => {
                cluster.folder = Some(folder);
                if let Some(install) = self.argo
                    && let Err(error) = cluster.install(install)
                {
                    cluster.keep();
                    return Err(error);
                }
                Ok(cluster)
            }
            Err(error) => {
                folder.disable_cleanup(true);
                Err(error.context(format!("logs are kept in {}", folder.path().display())))
            }
        }
    }
}

/// Starts all but Argo. The cluster does not own its folder yet.
fn start(folder: &Path, kind: Kind, plugin: Option<&Path>) -> Result<Cluster> {
    let programs = Programs::get()?;
    let guard = Arc::new(Guard::new(folder)?);
    // Both take seconds, most of them waiting.
    let database = thread::spawn(move || database::Server::start(kind));
    let (pki, tokens) = prepare(folder)?;
    let ports = Ports::free()?;
    let mut control_plane = ControlPlane::start(&programs, &pki, folder, &ports, &guard)?;
    let server = control_plane.url();
    for (user, token) in &tokens {
        let file = folder.join(format!("{user}.kubeconfig"));
        kubeconfig::write(&file, &server, &pki.authority(), &Credential::Token(token), "argo")?;
    }
    let admin = folder.join("admin.kubeconfig");
    control_plane.wait(&programs, &admin)?;
    let database =
        database.join().map_err(|_| anyhow::anyhow!("the database's thread ended"))??;
    control_plane.start_controllers(&programs, &pki, &admin, folder, &guard)?;
    apply(&programs, &admin, &manifests::definitions(&programs)?)?;
    apply(&programs, &admin, &manifests::cluster())?;
    control_plane.start_kwok(&programs, &pki, &admin, folder, database.port(), &guard)?;
    let kubelet = Kubelet::start(Setup {
        folder: folder.join("pods"),
        kubeconfig: admin,
        server,
        authority: pki.authority(),
        certificate: pki.path("server.crt"),
        key: pki.path("server.key"),
        listen: control_plane.ports().kubelet,
        behind: control_plane.ports().kwok,
        programs: argo::programs(&programs).into_iter().chain(plugin.map(argo::relay)).collect(),
        guard: Arc::clone(&guard),
    })?;
    Ok(Cluster { kubelet, control_plane, database, programs, pki, guard, folder: None })
}

impl Cluster {
    /// Starts a cluster with MySQL 9.7 and Argo in the namespace `argo`.
    ///
    /// # Errors
    /// See [`Start::start`].
    pub fn start() -> Result<Self> {
        Start::default().start()
    }

    /// Everything that belongs to this cluster: logs, certificates, kubeconfigs. Kept when a test panics.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.as_ref().map_or(Path::new(""), TempDir::path)
    }

    /// Keeps the folder, and says on stderr where it is.
    pub fn keep(&mut self) {
        if let Some(folder) = &mut self.folder {
            folder.disable_cleanup(true);
            eprintln!("testbed: logs and state are kept in {}", folder.path().display());
        }
    }

    /// The API server's address.
    #[must_use]
    pub fn url(&self) -> String {
        self.control_plane.url()
    }

    /// The certificate of the authority that signed the API server's, PEM.
    #[must_use]
    pub fn authority(&self) -> PathBuf {
        self.pki.authority()
    }

    /// The database server.
    #[must_use]
    pub fn database(&self) -> &database::Server {
        &self.database
    }

    /// The programs it is made of.
    #[must_use]
    pub fn programs(&self) -> &Programs {
        &self.programs
    }

    /// The kubeconfig of `admin` (may do everything), `reader` (may read workflows where a role `reader` is bound to the
    /// group `readers`) or `nobody` (may do nothing), with a token.
    #[must_use]
    pub fn kubeconfig(&self, user: &str) -> PathBuf {
        self.folder().join(format!("{user}.kubeconfig"))
    }

    /// The kubeconfig of any user in any groups, with a client certificate.
    ///
    /// # Errors
    /// When openssl cannot sign it.
    pub fn certificate_user(&self, name: &str, groups: &[&str]) -> Result<PathBuf> {
        let made = self.client_certificate(name, groups)?;
        let file = self.folder().join(format!("{name}.kubeconfig"));
        kubeconfig::write(
            &file,
            &self.url(),
            &self.authority(),
            &Credential::Certificate(&made),
            "default",
        )
    }

    /// A client certificate of any user in any groups.
    ///
    /// # Errors
    /// When openssl cannot sign it.
    pub fn client_certificate(&self, name: &str, groups: &[&str]) -> Result<Certificate> {
        let subject: String = groups.iter().map(|group| format!("/O={group}")).collect();
        self.pki.sign(&format!("user-{name}"), &format!("{subject}/CN={name}"), "clientAuth")
    }

    /// The kubeconfig of a service account, which is made if it is not there, with a token for a day.
    ///
    /// # Errors
    /// When the namespace is missing.
    pub fn account_user(&self, namespace: &str, account: &str) -> Result<PathBuf> {
        let token = self.token(namespace, account)?;
        let file = self.folder().join(format!("{namespace}-{account}.kubeconfig"));
        kubeconfig::write(
            &file,
            &self.url(),
            &self.authority(),
            &Credential::Token(&token),
            namespace,
        )
    }

    /// A token for a day of a service account, which is made if it is not there.
    ///
    /// # Errors
    /// When the namespace is missing.
    pub fn token(&self, namespace: &str, account: &str) -> Result<String> {
        self.apply(&manifests::account(namespace, account))?;
        let token =
            self.kubectl(&["create", "token", "--duration=24h", "-n", namespace, account])?;
        Ok(token.trim().to_owned())
    }

    /// kubectl as `admin`, to be given arguments.
    #[must_use]
    pub fn kubectl_command(&self) -> Command {
        kubectl(&self.programs, &self.kubeconfig("admin"))
    }

    /// Runs kubectl as `admin` and gives its output.
    ///
    /// # Errors
    /// When it ends with an error; that is part of the error.
    pub fn kubectl(&self, arguments: &[&str]) -> Result<String> {
        output(self.kubectl_command().args(arguments))
    }

    /// Applies objects, in YAML or JSON.
    ///
    /// # Errors
    /// When the API server refuses one.
    pub fn apply(&self, objects: &str) -> Result<()> {
        apply(&self.programs, &self.kubeconfig("admin"), objects)
    }

    /// Waits until what kubectl prints satisfies a condition.
    ///
    /// # Errors
    /// When it does not in a minute; the last output is part of the error.
    pub fn wait(&self, arguments: &[&str], condition: impl Fn(&str) -> bool) -> Result<String> {
        let start = Instant::now();
        loop {
            let answer = self.kubectl(arguments);
            match answer {
                Ok(text) if condition(&text) => return Ok(text),
                answer if start.elapsed() > PATIENCE / 2 => {
                    bail!("kubectl {} after {:?}: {answer:?}", arguments.join(" "), start.elapsed())
                }
                _ => thread::sleep(Duration::from_millis(100)),
            }
        }
    }

    /// Ends the API server at once and starts it again, on the same port and data; returns when it is ready.
    ///
    /// # Errors
    /// When it does not start again.
    pub fn restart_api_server(&mut self) -> Result<()> {
        let admin = self.kubeconfig("admin");
        let folder = self.folder().to_owned();
        self.control_plane.restart_api_server(&self.programs, &self.pki, &folder, &self.guard)?;
        self.control_plane.wait(&self.programs, &admin)
    }
}

impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cluster at {}", self.url())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if thread::panicking() {
            self.keep();
        }
        self.kubelet.stop();
        self.control_plane.stop();
    }
}

/// The folder's certificates and the tokens of the static users, which the API server reads from a file.
fn prepare(folder: &Path) -> Result<(Pki, Vec<(&'static str, String)>)> {
    let pki = Pki::make(&folder.join("pki"))?;
    let users = [("admin", "system:masters"), ("reader", "readers"), ("nobody", "")];
    let mut lines = String::new();
    let mut tokens = Vec::new();
    for (user, group) in users {
        let token = format!("{user}-{}", random()?);
        lines += &format!("{token},{user},{user},\"{group}\"\n");
        tokens.push((user, token));
    }
    std::fs::write(pki.path("tokens.csv"), lines)?;
    std::fs::write(
        folder.join("pod.log"),
        "2026-01-01T00:00:00.000000000Z stdout F a line of a pod that is none\n",
    )?;
    Ok((pki, tokens))
}

/// 32 hexadecimal digits that nobody can guess.
fn random() -> Result<String> {
    let mut bytes = [0; 16];
    let mut source = std::fs::File::open("/dev/urandom")?;
    std::io::Read::read_exact(&mut source, &mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn kubectl(programs: &Programs, kubeconfig: &Path) -> Command {
    let mut command = Command::new(programs.path("kubectl"));
    command.env("KUBECONFIG", kubeconfig).stdin(Stdio::null());
    command
}

fn apply(programs: &Programs, kubeconfig: &Path, objects: &str) -> Result<()> {
    let mut child = kubectl(programs, kubeconfig)
        .args(["apply", "--server-side", "--force-conflicts", "-f", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .context("cannot start kubectl")?;
    let mut input = child.stdin.take().context("kubectl has no input")?;
    std::io::Write::write_all(&mut input, objects.as_bytes()).context("kubectl does not read")?;
    drop(input);
    check(child.wait_with_output()?, "kubectl apply").map(|_| ())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().context("cannot start kubectl")?;
    let shown: Vec<_> = command.get_args().map(|argument| argument.to_string_lossy()).collect();
    check(output, &format!("kubectl {}", shown.join(" ")))
}

fn check(output: Output, what: &str) -> Result<String> {
    if !output.status.success() {
        bail!(
            "{what} ended with {}:\n{}",
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
