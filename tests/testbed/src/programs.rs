//! The programs of a cluster: Kubernetes, kwok and Argo, built once by Go from the modules that `go/go.mod` pins.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};

use crate::cache;

/// The release of Argo in `go/go.mod`.
pub const ARGO_VERSION: &str = "v3.7.6";

const GO_MOD: &str = include_str!("../go/go.mod");
const GO_SUM: &str = include_str!("../go/go.sum");
const ARGO_MODULE: &str = "github.com/argoproj/argo-workflows/v3";

/// Each program and its package, in an order that lets packages compile once.
const PROGRAMS: [(&str, &str); 8] = [
    ("etcd", "go.etcd.io/etcd/server/v3"),
    ("kube-apiserver", "k8s.io/kubernetes/cmd/kube-apiserver"),
    ("kube-controller-manager", "k8s.io/kubernetes/cmd/kube-controller-manager"),
    ("kube-scheduler", "k8s.io/kubernetes/cmd/kube-scheduler"),
    ("kubectl", "k8s.io/kubernetes/cmd/kubectl"),
    ("kwok", "sigs.k8s.io/kwok/cmd/kwok"),
    ("workflow-controller", "github.com/argoproj/argo-workflows/v3/cmd/workflow-controller"),
    ("argo", "github.com/argoproj/argo-workflows/v3/cmd/argo"),
];

/// Flags of `go build`: no paths of this machine, no symbols.
const FLAGS: [&str; 3] = ["-trimpath", "-buildvcs=false", "-ldflags=-s -w"];

/// What is changed in Argo's sources: file, text, replacement. Its two servers listen on every interface.
const PATCHES: [(&str, &str, &str); 2] = [
    (
        "cmd/workflow-controller/main.go",
        "ListenAndServe(\":6060\"",
        "ListenAndServe(os.Getenv(\"HEALTHZ_ADDR\")",
    ),
    (
        "server/apiserver/argoserver.go",
        "address := fmt.Sprintf(\":%d\", port)",
        "address := fmt.Sprintf(\"127.0.0.1:%d\", port)",
    ),
];

/// The user interface that the server embeds; the module has none.
const PAGE: &str = "<!doctype html><title>argo</title>\n";

/// Programs that are built.
#[derive(Clone, Debug)]
pub struct Programs {
    folder: PathBuf,
}

impl Programs {
    /// Finds the programs in the cache, or builds them: some 11 minutes and 2.5 GB of downloads the first time. Says on
    /// stderr what it builds. Two processes at once build once.
    ///
    /// # Errors
    /// When Go is missing or a build fails.
    pub fn get() -> Result<Self> {
        let name = format!("programs-{}", key());
        let folder = cache::folder(&name);
        if folder.exists() {
            return Ok(Self { folder });
        }
        let parent = folder.parent().context("the cache has no folder")?;
        fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
        let lock = File::create(parent.join(format!("{name}.lock")))?;
        lock.lock().with_context(|| format!("cannot lock {name}"))?;
        // Another process may have built them while this one waited.
        if !folder.exists() {
            let begun = tempfile::Builder::new().prefix(&format!("{name}.")).tempdir_in(parent)?;
            build(begun.path())?;
            fs::rename(begun.path(), &folder)?;
        }
        Ok(Self { folder })
    }

    /// The folder with the programs.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The path of one program.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The manifests that Argo's release is installed with.
    #[must_use]
    pub fn manifests(&self) -> PathBuf {
        self.folder.join("manifests")
    }

    /// kwok's own custom resource definitions.
    #[must_use]
    pub fn kwok_definitions(&self) -> PathBuf {
        self.folder.join("kwok-crds")
    }
}

/// Everything that decides what the programs are.
fn key() -> String {
    let mut hash = Sha256::new();
    let steps = format!("{PROGRAMS:?}{FLAGS:?}{PATCHES:?}{PAGE}{ARGO_VERSION}");
    for text in [GO_MOD, GO_SUM, &steps] {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}

fn build(to: &Path) -> Result<()> {
    let start = Instant::now();
    eprintln!("testbed: building {} programs; about 11 minutes the first time", PROGRAMS.len());
    let module = tempfile::Builder::new().prefix("testbed-go-").tempdir()?;
    fs::write(module.path().join("go.mod"), GO_MOD)?;
    fs::write(module.path().join("go.sum"), GO_SUM)?;
    let sources = module.path().join(".src/argo");
    let original = copy_of_argo(module.path(), &sources)?;
    copy(&original.join("manifests"), &to.join("manifests"))?;
    for (name, package) in PROGRAMS {
        let start = Instant::now();
        eprintln!("testbed: building {name} …");
        go(
            module.path(),
            Command::new("go").arg("build").args(FLAGS).arg("-o").arg(to.join(name)).arg(package),
        )?;
        let bytes = fs::metadata(to.join(name))?.len();
        eprintln!("testbed: {name}: {} s, {} MB", start.elapsed().as_secs(), bytes / 1_000_000);
    }
    let listed = go(
        module.path(),
        Command::new("go").args(["list", "-m", "-f", "{{.Dir}}", "sigs.k8s.io/kwok"]),
    )?;
    copy(&Path::new(listed.trim()).join("kustomize/crd/bases"), &to.join("kwok-crds"))?;
    eprintln!("testbed: programs built in {} s", start.elapsed().as_secs());
    Ok(())
}

/// Copies Argo's module and changes what it needs; gives the folder of the original.
fn copy_of_argo(module: &Path, to: &Path) -> Result<PathBuf> {
    eprintln!("testbed: downloading argo-workflows {ARGO_VERSION} …");
    // Outside of the module, whose go.mod points at the copy.
    let outside = tempfile::tempdir_in(module)?;
    fs::write(outside.path().join("go.mod"), "module outside\n")?;
    let answer = go(
        outside.path(),
        Command::new("go")
            .args(["mod", "download", "-json"])
            .arg(format!("{ARGO_MODULE}@{ARGO_VERSION}")),
    )?;
    let answer: serde_json::Value =
        serde_json::from_str(&answer).context("go mod download -json")?;
    let original =
        PathBuf::from(answer["Dir"].as_str().context("go mod download names no folder")?);
    for entry in fs::read_dir(&original)? {
        let name = entry?.file_name();
        // Large, and not compiled in.
        if !["docs", "sdks", "test"].iter().any(|skipped| name == *skipped) {
            copy(&original.join(&name), &to.join(&name))?;
        }
    }
    let page = to.join("ui/dist/app/index.html");
    fs::create_dir_all(page.parent().context("the page has no folder")?)?;
    fs::write(page, PAGE)?;
    for (file, text, replacement) in PATCHES {
        let path = to.join(file);
        let source = fs::read_to_string(&path)?;
        ensure!(source.contains(text), "Argo's {file} has no {text}: adapt PATCHES in programs.rs");
        fs::write(&path, source.replace(text, replacement))?;
    }
    Ok(original)
}

/// Copies a file or a folder; the copy can be written to, unlike what lies in Go's module cache.
fn copy(from: &Path, to: &Path) -> Result<()> {
    if from.is_dir() {
        fs::create_dir_all(to)?;
        for entry in fs::read_dir(from)? {
            let name = entry?.file_name();
            copy(&from.join(&name), &to.join(&name))?;
        }
    } else {
        if let Some(folder) = to.parent() {
            fs::create_dir_all(folder)?;
        }
        let bytes = fs::read(from).with_context(|| format!("cannot read {}", from.display()))?;
        fs::write(to, bytes).with_context(|| format!("cannot write {}", to.display()))?;
    }
    Ok(())
}

fn go(folder: &Path, command: &mut Command) -> Result<String> {
    let output =
        command.current_dir(folder).stdin(Stdio::null()).stderr(Stdio::piped()).output().context(
            "cannot run go: the test cluster's programs are built with Go 1.24 or later",
        )?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr);
        let mut last: Vec<&str> = errors.lines().rev().take(20).collect();
        last.reverse();
        bail!("{command:?} ended with {}:\n{}", output.status, last.join("\n"));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_named_here_is_the_one_in_go_mod() {
        assert!(
            GO_MOD.contains(&format!("{ARGO_MODULE} {ARGO_VERSION}")),
            "{ARGO_VERSION} is not in go/go.mod"
        );
    }
}
