//! The cluster of a run, and who uses it.

use std::ffi::OsString;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result, anyhow};
use argo_offload_testbed::cluster::{Cluster, Install, Start};
use argo_offload_testbed::database::Kind;
use tempfile::TempDir;

use crate::ran::Ran;
use crate::space::Space;
use crate::standard::{self, Standard};

/// The plugin's binary.
const PLUGIN: &str = env!("CARGO_BIN_EXE_kubectl-argo_offload");

/// What all tests of a run share.
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    standard: OnceLock<Result<Standard, String>>,
    path: OsString,
    /// With the plugin under the name that kubectl looks for.
    _plugins: TempDir,
}

impl World {
    /// Starts the cluster; Argo comes with each space.
    pub(crate) fn new() -> Result<Self> {
        let cluster =
            Start::default().database(database_kind()?).argo(None).plugin(PLUGIN).start()?;
        let plugins = tempfile::tempdir()?;
        symlink(PLUGIN, plugins.path().join("kubectl-argo_offload"))?;
        let programs = cluster.programs().folder().to_owned();
        let rest = std::env::var_os("PATH").unwrap_or_default();
        let folders =
            [plugins.path().to_owned(), programs].into_iter().chain(std::env::split_paths(&rest));
        let path = std::env::join_paths(folders)?;
        Ok(Self { cluster, standard: OnceLock::new(), path, _plugins: plugins })
    }

    /// A namespace with an Argo, a database and a database user of its own, all named after `name`.
    pub(crate) fn space(&self, name: &str) -> Result<Space<'_>> {
        self.space_with(Install::new(name))
    }

    /// The same, with Argo installed otherwise.
    pub(crate) fn space_with(&self, install: Install) -> Result<Space<'_>> {
        Ok(Space { world: self, argo: self.cluster.install(install)?, owned: true })
    }

    /// The standard workflows, made when they are first asked for. No test changes them.
    pub(crate) fn standard(&self) -> Result<&Standard> {
        let made = self
            .standard
            .get_or_init(|| standard::make(self).map_err(|error| format!("{error:#}")));
        made.as_ref().map_err(|error| anyhow!("the standard workflows: {error}"))
    }

    /// A program of the cluster (`kubectl`, `argo`) as a user has it: with the plugin in PATH, and nothing else of this
    /// process's environment that could change what it does.
    pub(crate) fn command(&self, program: &str, kubeconfig: &Path) -> Command {
        let mut command = Command::new(self.cluster.programs().path(program));
        command.env_clear().env("PATH", &self.path).env("KUBECONFIG", kubeconfig);
        // kubectl keeps what it has learnt about the API there.
        command.env("HOME", self.cluster.folder());
        command
    }

    /// kubectl as `admin`.
    pub(crate) fn kubectl(&self, arguments: &[&str]) -> Result<Ran> {
        self.kubectl_with(arguments, b"")
    }

    /// kubectl as `admin`, with input.
    pub(crate) fn kubectl_with(&self, arguments: &[&str], input: &[u8]) -> Result<Ran> {
        let mut command = self.command("kubectl", &self.cluster.kubeconfig("admin"));
        Ran::run(command.args(arguments), input).context("kubectl")
    }
}

/// The database of the run: MySQL, or what `E2E_DATABASE` names.
fn database_kind() -> Result<Kind> {
    let Ok(name) = std::env::var("E2E_DATABASE") else { return Ok(Kind::MySql97) };
    let kinds = [Kind::MySql97, Kind::MySql80, Kind::MySql57, Kind::MariaDb];
    let kind = kinds.into_iter().find(|kind| kind.name() == name);
    kind.with_context(|| {
        format!("E2E_DATABASE={name}: expected one of {:?}", kinds.map(Kind::name))
    })
}
