use std::fs;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::pki::Certificate;

/// How a kubeconfig says who its user is.
pub(crate) enum Credential<'a> {
    /// A bearer token.
    Token(&'a str),
    /// A client certificate.
    Certificate(&'a Certificate),
}

/// Writes a kubeconfig with one cluster, one user and one context, all named `testbed`.
pub(crate) fn write(
    path: &Path,
    server: &str,
    authority: &Path,
    credential: &Credential<'_>,
    namespace: &str,
) -> Result<PathBuf> {
    let user = match credential {
        Credential::Token(token) => json!({ "token": token }),
        Credential::Certificate(made) => {
            json!({ "client-certificate": made.certificate, "client-key": made.key })
        }
    };
    let config: Value = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{
            "name": "testbed",
            "cluster": { "server": server, "certificate-authority": authority },
        }],
        "users": [{ "name": "testbed", "user": user }],
        "contexts": [{
            "name": "testbed",
            "context": { "cluster": "testbed", "user": "testbed", "namespace": namespace },
        }],
        "current-context": "testbed",
    });
    let written = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| std::io::Write::write_all(&mut file, config.to_string().as_bytes()));
    written.with_context(|| format!("cannot write {}", path.display()))?;
    Ok(path.to_owned())
}
