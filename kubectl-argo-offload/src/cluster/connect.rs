//! From kubeconfig and flags to a client.

use std::time::Duration;

use kube::config::{ExecAuthCluster, KubeconfigError};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use super::error::{ClusterError, ErrorKind, of_credentials, of_transport};
use super::kubeconfig::{self, Effective};
use super::proxy::proxy;
use super::request::Cluster;
use crate::cli::ConnectionArguments;
use crate::output::shortened;

/// How long a connection may take to be made.
const CONNECT: Duration = Duration::from_secs(10);
/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(30);
/// How long a credential plugin may take: some open a browser and wait for a person.
const PLUGIN: Duration = Duration::from_secs(300);

/// How long requests may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Without a byte of the answer.
    pub silence: Option<Duration>,
    /// From sending a request to the answer's last byte.
    pub total: Option<Duration>,
}

impl Limits {
    /// What `--request-timeout` means: nothing said leaves 30 s of silence, 0 sets no limits, as in kubectl.
    #[must_use]
    pub fn new(request_timeout: Option<Duration>) -> Self {
        match request_timeout {
            None => Self { silence: Some(SILENCE), total: None },
            Some(Duration::ZERO) => Self { silence: None, total: None },
            total => Self { silence: Some(SILENCE), total },
        }
    }
}

/// Connects as kubectl would. Nothing is asked of the server yet, though a credential plugin may run.
///
/// # Errors
/// The configuration makes no connection, or the credential plugin fails.
pub async fn connect(flags: &ConnectionArguments) -> Result<Cluster, ClusterError> {
    let kubeconfig = kubeconfig::read(flags.kubeconfig.as_deref(), |name| std::env::var_os(name))?;
    let is_empty = kubeconfig.as_ref().is_none_or(|config| config.clusters.is_empty());
    let inside = std::env::var_os("KUBERNETES_SERVICE_HOST").is_some();
    if is_empty && flags.server.is_none() && inside {
        return in_cluster(flags).await;
    }
    let effective = match &kubeconfig {
        None if flags.server.is_none() => return Err(no_kubeconfig()),
        config => kubeconfig::effective(&config.clone().unwrap_or_default(), flags)?,
    };
    let config = config_of(&effective)?;
    client(config, flags, effective.namespace.as_deref(), inside).await
}

fn no_kubeconfig() -> ClusterError {
    ClusterError::new(
        ErrorKind::Configuration,
        "there is no kubeconfig: neither KUBECONFIG nor ~/.kube/config names a file that is there",
    )
    .with_help("give one with --kubeconfig FILE, or check with: kubectl config view")
}

/// The service account of the pod that this runs in.
async fn in_cluster(flags: &ConnectionArguments) -> Result<Cluster, ClusterError> {
    let mut config = kube::Config::incluster().map_err(|error| {
        ClusterError::new(
            ErrorKind::Configuration,
            format_args!(
                "there is no kubeconfig, and the pod's service account does not help: {error}"
            ),
        )
        .with_help("give a kubeconfig with --kubeconfig, or the pod a service account token")
    })?;
    if let Some(token) = &flags.token {
        config.auth_info.token = Some(token.clone());
        config.auth_info.token_file = None;
    }
    config.auth_info.impersonate.clone_from(&flags.as_user);
    config.auth_info.impersonate_uid.clone_from(&flags.as_uid);
    config.auth_info.impersonate_groups =
        Some(flags.as_group.clone()).filter(|groups| !groups.is_empty());
    let namespace = flags.namespace.clone().unwrap_or_else(|| config.default_namespace.clone());
    client(config, flags, Some(&namespace), true).await
}

/// The configuration of kube's client, made by hand: kube's own loader refuses what kubectl accepts in NO_PROXY.
fn config_of(effective: &Effective) -> Result<kube::Config, ClusterError> {
    let Effective { cluster, user, .. } = effective;
    let configuration = |what: String| ClusterError::new(ErrorKind::Configuration, what);
    let server = cluster.server.as_deref().unwrap_or_default();
    let server = if server.is_empty() || server.contains("://") {
        server.to_owned()
    } else {
        format!("http://{server}")
    };
    let url: http::Uri = match server.parse() {
        Ok(url) if !server.is_empty() => url,
        _ => {
            return Err(configuration(
                "the kubeconfig names no cluster whose server is a URL".into(),
            )
            .with_help("choose a context: kubectl config get-contexts; or give --server URL"));
        }
    };
    if !matches!(url.scheme_str(), Some("http" | "https")) || url.host().is_none() {
        return Err(configuration("the server's address is no http:// or https:// URL".into())
            .with_help("check clusters[].cluster.server in the kubeconfig, or --server"));
    }
    let mut config = kube::Config::new(url);
    let authority = ExecAuthCluster::try_from(cluster).map_err(|error| of_files(&error))?;
    if let Some(pem) = &authority.certificate_authority_data {
        config.root_cert = Some(certificates(pem)?);
    }
    config.accept_invalid_certs = cluster.insecure_skip_tls_verify.unwrap_or(false);
    config.disable_compression = cluster.disable_compression.unwrap_or(false);
    config.tls_server_name.clone_from(&cluster.tls_server_name);
    let environment = |name: &str| std::env::var(name).ok();
    config.proxy_url = proxy(cluster.proxy_url.as_deref(), &config.cluster_url, environment)?;
    config.auth_info = user.clone();
    if let Some(exec) = &mut config.auth_info.exec
        && exec.provide_cluster_info
    {
        exec.cluster = Some(authority);
    }
    Ok(config)
}

/// The certificates in PEM text, as DER.
fn certificates(pem: &[u8]) -> Result<Vec<Vec<u8>>, ClusterError> {
    let all: Result<Vec<Vec<u8>>, _> = CertificateDer::pem_slice_iter(pem)
        .map(|certificate| certificate.map(|certificate| certificate.as_ref().to_vec()))
        .collect();
    match all {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err(ClusterError::new(
            ErrorKind::Configuration,
            "the certificate authority holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
        )
        .with_help("check certificate-authority and certificate-authority-data in the kubeconfig")),
    }
}

fn of_files(error: &KubeconfigError) -> ClusterError {
    ClusterError::new(ErrorKind::Configuration, shortened(&error.to_string(), 300))
        .with_help("check the files that the kubeconfig and the flags name")
}

async fn client(
    mut config: kube::Config,
    flags: &ConnectionArguments,
    namespace: Option<&str>,
    inside: bool,
) -> Result<Cluster, ClusterError> {
    config.connect_timeout = Some(CONNECT);
    // Retries and limits are ours: kube's go on for hours.
    config.default_retry = false;
    let namespace = namespace.unwrap_or("default").to_owned();
    if !super::is_name(&namespace) {
        return Err(ClusterError::new(
            ErrorKind::Configuration,
            format_args!("{:?} is no name of a namespace", shortened(&namespace, 60)),
        )
        .with_help("names have lower case letters, digits and dashes: kubectl get namespaces"));
    }
    let client = client_for(config.clone()).await?;
    Ok(Cluster::new(client, config, namespace, inside, Limits::new(flags.request_timeout)))
}

/// The proxy that the environment names for a URL.
pub(crate) fn proxy_for(url: &http::Uri) -> Result<Option<http::Uri>, ClusterError> {
    proxy(None, url, |name| std::env::var(name).ok())
}

/// Makes a client, which may run a credential plugin and read files.
pub(crate) async fn client_for(config: kube::Config) -> Result<kube::Client, ClusterError> {
    let server = super::request::shown(&config.cluster_url);
    let made = tokio::task::spawn_blocking(move || kube::Client::try_from(config));
    match tokio::time::timeout(PLUGIN, made).await {
        Err(_) => Err(ClusterError::new(
            ErrorKind::Timeout,
            format_args!("the credential plugin has not ended after {} s", PLUGIN.as_secs()),
        )
        .with_help("run it by hand: users[].user.exec.command in the kubeconfig")),
        Ok(Err(error)) => Err(ClusterError::new(ErrorKind::Configuration, error)),
        Ok(Ok(Ok(client))) => Ok(client),
        Ok(Ok(Err(kube::Error::Auth(error)))) => Err(of_credentials(&error)),
        Ok(Ok(Err(error))) => Err(of_transport(&error, &server)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kube::config::Cluster as Named;

    #[test]
    fn addresses_and_authorities_are_checked_before_anything_is_sent() {
        for (server, authority, wanted) in [
            (None, None, "names no cluster"),
            (Some("ftp://k8s"), None, "no http:// or https:// URL"),
            (Some("https://k8s"), Some("Zm9v"), "no certificate in PEM"),
            (Some("https://k8s"), Some("%"), "certificate"),
        ] {
            let cluster = Named {
                server: server.map(Into::into),
                certificate_authority_data: authority.map(Into::into),
                ..Named::default()
            };
            let error =
                config_of(&Effective { cluster, ..Effective::default() }).expect_err(wanted);
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }

    #[test]
    fn nothing_said_still_bounds_silence() {
        assert!(Limits::new(None).silence.is_some());
        assert_eq!(Limits::new(Some(Duration::ZERO)), Limits { silence: None, total: None });
        assert_eq!(Limits::new(Some(Duration::from_secs(5))).total, Some(Duration::from_secs(5)));
    }
}
