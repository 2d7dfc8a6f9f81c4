use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// A certificate authority, the certificates it has signed, and the key that signs service accounts' tokens.
#[derive(Clone, Debug)]
pub(crate) struct Pki {
    folder: PathBuf,
}

/// A certificate and its key, PEM files.
#[derive(Clone, Debug)]
pub struct Certificate {
    /// The certificate.
    pub certificate: PathBuf,
    /// Its private key.
    pub key: PathBuf,
}

impl Pki {
    /// Makes all that a cluster needs in `folder`, with openssl.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let made = Self { folder: folder.to_owned() };
        let options =
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let authority =
            ["-days", "30", "-subj", "/CN=testbed", "-keyout", "ca.key", "-out", "ca.crt"];
        let uses = ["-addext", "keyUsage=critical,keyCertSign,cRLSign"];
        made.openssl(&[&options[..], &authority, &uses].concat())?;
        made.sign("server", "/CN=testbed-server", "serverAuth,clientAuth")?;
        made.sign(
            "kubelet-client",
            "/O=system:masters/CN=kube-apiserver-kubelet-client",
            "clientAuth",
        )?;
        made.openssl(&[
            "ecparam",
            "-name",
            "prime256v1",
            "-genkey",
            "-noout",
            "-out",
            "accounts.key",
        ])?;
        made.openssl(&["ec", "-in", "accounts.key", "-pubout", "-out", "accounts.pub"])?;
        Ok(made)
    }

    /// A file of this folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// The authority's certificate.
    pub(crate) fn authority(&self) -> PathBuf {
        self.path("ca.crt")
    }

    /// Makes and signs `NAME.crt`, `NAME.key`; `subject` as openssl writes it: `/O=group/CN=user`.
    pub(crate) fn sign(&self, name: &str, subject: &str, usage: &str) -> Result<Certificate> {
        let (certificate, key) = (format!("{name}.crt"), format!("{name}.key"));
        let (request, extensions) = (format!("{name}.csr"), format!("{name}.ext"));
        fs::write(
            self.path(&extensions),
            format!(
                "subjectAltName=DNS:localhost,DNS:kubernetes.default.svc,IP:127.0.0.1\nextendedKeyUsage={usage}\n"
            ),
        )?;
        let options =
            ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        self.openssl(
            &[&options[..], &["-subj", subject, "-keyout", &key, "-out", &request]].concat(),
        )?;
        // A file with the next number, as -CAcreateserial keeps it, is not for two at once.
        let serial = format!("0x{}", super::random()?);
        let options = [
            "x509",
            "-req",
            "-CA",
            "ca.crt",
            "-CAkey",
            "ca.key",
            "-set_serial",
            &serial,
            "-days",
            "30",
        ];
        self.openssl(
            &[&options[..], &["-in", &request, "-extfile", &extensions, "-out", &certificate]]
                .concat(),
        )?;
        Ok(Certificate { certificate: self.path(&certificate), key: self.path(&key) })
    }

    fn openssl(&self, arguments: &[&str]) -> Result<()> {
        let output = Command::new("openssl")
            .args(arguments)
            .current_dir(&self.folder)
            .output()
            .context("cannot run openssl: install the package openssl")?;
        if !output.status.success() {
            bail!(
                "openssl {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim()
            );
        }
        Ok(())
    }
}
