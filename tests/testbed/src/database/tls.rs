use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Result;

use super::fetch::run;

/// A certificate authority of its own, and a certificate for a server.
#[derive(Clone, Debug)]
pub struct Certificates {
    /// The authority's certificate, PEM.
    pub authority: PathBuf,
    /// The server's certificate, PEM.
    pub certificate: PathBuf,
    /// The server's key, PEM.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes both in `folder`: for `db.example`, `localhost`, `127.0.0.1` and `names`.
    ///
    /// # Errors
    /// When openssl cannot be run.
    pub fn make(folder: &Path, names: &[String]) -> Result<Self> {
        Self::make_with(folder, names, &["ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"])
    }

    /// The same with keys of RSA: the OpenSSL in the build of MySQL 8.0 offers no elliptic curves.
    pub(super) fn make_with_rsa(folder: &Path, names: &[String]) -> Result<Self> {
        Self::make_with(folder, names, &["rsa:2048"])
    }

    fn make_with(folder: &Path, names: &[String], key: &[&str]) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let made = Self {
            authority: folder.join("ca.pem"),
            certificate: folder.join("server-cert.pem"),
            key: folder.join("server-key.pem"),
        };
        let mut alternatives =
            "subjectAltName=DNS:db.example,DNS:localhost,IP:127.0.0.1".to_owned();
        for name in names {
            alternatives += &format!(",DNS:{name}");
        }
        fs::write(folder.join("extensions"), alternatives)?;
        let key = [&["-nodes", "-newkey"][..], key].concat();
        let openssl = |arguments: &[&str]| {
            run(Command::new("openssl").current_dir(folder).args(arguments)).map(|_| ())
        };
        let authority = ["req", "-x509", "-days", "30", "-subj", "/CN=testbed CA"];
        let uses = ["-addext", "basicConstraints=critical,CA:TRUE"];
        let signs = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
        let files = ["-keyout", "ca-key.pem", "-out", "ca.pem"];
        openssl(&[&authority[..], &key, &uses, &signs, &files].concat())?;
        let request = ["req", "-subj", "/CN=db.example"];
        let files = ["-keyout", "server-key.pem", "-out", "request.pem"];
        openssl(&[&request[..], &key, &files].concat())?;
        openssl(&[
            "x509",
            "-req",
            "-in",
            "request.pem",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca-key.pem",
            "-CAcreateserial",
            "-days",
            "30",
            "-extfile",
            "extensions",
            "-out",
            "server-cert.pem",
        ])?;
        Ok(made)
    }
}
