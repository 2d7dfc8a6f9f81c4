use http::header::{AUTHORIZATION, HeaderValue};
use http::{Request, Uri};
use secrecy::ExposeSecret;
use serde::Deserialize;

use super::forward;
use super::settings::{Settings, Token};
use crate::cluster::{Cluster, ClusterError, ErrorKind, is_name, read_body};
use crate::output::shortened;
use crate::tunnel::{Target, Tunnel};

/// An argo-server.
#[derive(Clone, Debug)]
pub struct ArgoServer {
    settings: Settings,
    through: Option<Target>,
}

/// What grpc-gateway answers when it says no.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    message: String,
}

impl ArgoServer {
    /// The server of `ARGO_SERVER`.
    ///
    /// # Errors
    /// Credentials would go in clear to another machine.
    pub fn new(settings: Settings) -> Result<Self, ClusterError> {
        if !settings.is_secure && !settings.is_loopback() && !settings.allow_plaintext {
            return Err(ClusterError::new(
                ErrorKind::Configuration,
                format_args!(
                    "ARGO_SECURE=false would send the token in clear to {}",
                    settings.server
                ),
            )
            .with_help("use TLS; or, where nobody can listen on the way, --allow-plaintext"));
        }
        Ok(Self { settings, through: None })
    }

    /// The argo-server of a cluster, reached by port-forward. `ARGO_TOKEN` counts, `ARGO_SERVER` does not.
    ///
    /// # Errors
    /// None is ready in that namespace, or the user may not look.
    pub async fn through(
        cluster: &Cluster,
        namespace: &str,
        token: Token,
    ) -> Result<Self, ClusterError> {
        let found = forward::find(cluster, namespace).await?;
        let settings = Settings {
            server: found.target.to_string(),
            base: String::new(),
            is_secure: found.is_secure,
            // Its own certificate is self-signed; the way there is the API server's, which is verified.
            skip_verify: true,
            token,
            namespace: None,
            allow_plaintext: true,
        };
        Ok(Self { settings, through: Some(found.target) })
    }

    /// How it is named in messages; holds no secret.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.through {
            Some(target) => format!("argo-server at {target}"),
            None => format!("argo-server at {}", self.settings.url()),
        }
    }

    /// The JSON text of one Workflow with its nodes in `status.nodes`, wherever they are.
    ///
    /// With `apiVersion` and `kind`, which argo-server leaves out.
    ///
    /// # Errors
    /// There is none, the token is not accepted or has no rights, the row is lost, or the server does not answer.
    pub async fn workflow(
        &self,
        cluster: &Cluster,
        namespace: &str,
        name: &str,
    ) -> Result<Vec<u8>, ClusterError> {
        if !is_name(namespace) || !is_name(name) {
            return Err(ClusterError::new(
                ErrorKind::NotFound,
                format_args!("there can be no workflow {name:?} in the namespace {namespace:?}"),
            ));
        }
        let tunnel = match &self.through {
            Some(target) => Some(Tunnel::open(cluster, target).await?),
            None => None,
        };
        let path = format!("{}/api/v1/workflows/{namespace}/{name}", self.settings.base);
        let result = self.get(cluster, tunnel.as_ref(), &path).await;
        let text = match (result, &tunnel) {
            // The tunnel knows better why nothing answers.
            (Err(error), Some(tunnel)) if is_of_connection(&error) => {
                return Err(tunnel.failure().await.unwrap_or(error));
            }
            (result, _) => result.map_err(|error| place(error, namespace, name))?,
        };
        if let Some(text) = whole(text) {
            return Ok(text);
        }
        Err(ClusterError::new(
            ErrorKind::Answer,
            format_args!("{} answers with something else than a workflow", self.describe()),
        )
        .with_help(
            "is there a path before its API? ARGO_BASE_HREF=/argo; check with: argo version",
        ))
    }

    async fn get(
        &self,
        cluster: &Cluster,
        tunnel: Option<&Tunnel>,
        path: &str,
    ) -> Result<Vec<u8>, ClusterError> {
        let client = crate::cluster::client_for(self.config(cluster, tunnel)?).await?;
        let request = Request::get(path).header("Accept", "application/json").body(Vec::new());
        let request =
            request.map_err(|error| ClusterError::new(ErrorKind::Configuration, error))?;
        let limits = cluster.limits();
        let name = self.describe();
        tracing::debug!(server = %name, path, "asking argo-server");
        let work = async {
            let sent = client.request_stream(request);
            let answer = match limits.silence {
                None => sent.await,
                Some(limit) => {
                    tokio::time::timeout(limit, sent).await.map_err(|_| too_late(&name, limit))?
                }
            };
            let body = answer.map_err(|error| {
                let error = self.refused(&error);
                tracing::debug!(server = %name, %error, "answer of argo-server");
                error
            })?;
            tracing::debug!(server = %name, status = "2xx", "answer of argo-server");
            read_body(Box::pin(body), limits.silence, &name).await
        };
        match limits.total {
            None => work.await,
            Some(limit) => tokio::time::timeout(limit, work)
                .await
                .unwrap_or_else(|_| Err(too_late(&name, limit))),
        }
    }

    /// kube's client speaks to argo-server too: TLS, proxy and the cluster's credentials are the same.
    fn config(
        &self,
        cluster: &Cluster,
        tunnel: Option<&Tunnel>,
    ) -> Result<kube::Config, ClusterError> {
        let Settings { server, is_secure, skip_verify, token, .. } = &self.settings;
        let scheme = if *is_secure { "https" } else { "http" };
        let host = tunnel.map_or_else(|| server.clone(), |tunnel| tunnel.address().to_string());
        let url: Uri = format!("{scheme}://{host}").parse().map_err(|_| {
            ClusterError::new(ErrorKind::Configuration, "ARGO_SERVER is no host:port")
        })?;
        let mut config = kube::Config::new(url);
        config.connect_timeout = cluster.config().connect_timeout;
        config.default_retry = false;
        config.accept_invalid_certs = *skip_verify;
        if tunnel.is_none() {
            config.proxy_url = crate::cluster::proxy_for(&config.cluster_url)?;
        }
        match token {
            Token::Header(token) => {
                let mut value = HeaderValue::from_str(token.expose_secret()).map_err(|_| {
                    ClusterError::new(
                        ErrorKind::Configuration,
                        "ARGO_TOKEN holds characters that no HTTP header may hold",
                    )
                    .with_help("is there a line break at its end?")
                })?;
                value.set_sensitive(true);
                config.headers.push((AUTHORIZATION, value));
            }
            Token::OfCluster => {
                // Who one is, without what only the API server understands.
                config.auth_info = kube::config::AuthInfo {
                    client_certificate: None,
                    client_certificate_data: None,
                    client_key: None,
                    client_key_data: None,
                    impersonate: None,
                    impersonate_uid: None,
                    impersonate_groups: None,
                    impersonate_user_extra: None,
                    ..cluster.config().auth_info.clone()
                };
            }
        }
        Ok(config)
    }

    /// An answer that says no, by gRPC's codes, which grpc-gateway puts into its JSON; by HTTP's from a proxy before
    /// the server.
    ///
    /// Source: google.golang.org/grpc, codes/codes.go.
    fn refused(&self, error: &kube::Error) -> ClusterError {
        let name = self.describe();
        let kube::Error::Api(status) = error else {
            let error = crate::cluster::of_transport(error, &name);
            return match error.kind() {
                ErrorKind::Tls => error.with_help(
                    "for a self-signed certificate: ARGO_INSECURE_SKIP_VERIFY=true; without TLS: ARGO_SECURE=false",
                ),
                ErrorKind::Unauthorized => error,
                _ => error.with_help("is ARGO_SERVER right, and argo-server running? argo version"),
            };
        };
        let said = serde_json::from_str::<Refusal>(&status.message).map(|refusal| refusal.message);
        let message = shortened(said.as_deref().unwrap_or(&status.message), 300);
        let of = |kind, what: &str, help: &str| {
            ClusterError::new(kind, format_args!("{name} {what}: {message}")).with_help(help)
        };
        match status.code {
            16 | 401 => {
                of(ErrorKind::Unauthorized, "does not accept the token", self.settings.token_help())
            }
            7 | 403 => of(
                ErrorKind::Answer,
                "does not let this token read the workflow",
                "ask the cluster's administrator for: kubectl create role argo-offload --verb=get \
                 --resource=workflows.argoproj.io",
            ),
            5 | 404 if said.is_err() && status.code == 404 => of(
                ErrorKind::Answer,
                "has no such API",
                "is there a path before it? ARGO_BASE_HREF=/argo; check with: argo version",
            ),
            5 | 404 => of(
                ErrorKind::NotFound,
                "knows no such workflow",
                "check the name and the namespace (-n)",
            ),
            4 | 14 | 502..=504 => {
                of(ErrorKind::Unreachable, "cannot answer now", "try again later")
            }
            _ if message.contains("no more rows") => of(
                ErrorKind::Answer,
                "finds no row with the nodes",
                "the row is lost: kubectl argo-offload explain 'no more rows in this result set'",
            ),
            8 | 413 | 429 => of(
                ErrorKind::Answer,
                "finds the answer too large",
                "see kubectl argo-offload explain 'trying to send message larger than max'",
            ),
            _ => of(
                ErrorKind::Answer,
                "answers with an error",
                "see its log: kubectl logs deploy/argo-server",
            ),
        }
    }
}

fn too_late(name: &str, limit: std::time::Duration) -> ClusterError {
    ClusterError::new(ErrorKind::Timeout, format_args!("{name} has not answered within {limit:?}"))
        .with_help(
            "it may be reading a large row: try again, or allow more time: --request-timeout=5m",
        )
}

/// An object that says what it is.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "kind")]
    _kind: String,
}

/// A Workflow with its kind; `None` if the text is no object.
fn whole(text: Vec<u8>) -> Option<Vec<u8>> {
    let rest = text.trim_ascii_start().strip_prefix(b"{")?;
    if serde_json::from_slice::<Typed>(&text).is_ok() {
        return Some(text);
    }
    let kind = br#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow""#;
    let comma: &[u8] = if rest.trim_ascii_start().starts_with(b"}") { b"" } else { b"," };
    Some([kind, comma, rest].concat())
}

fn is_of_connection(error: &ClusterError) -> bool {
    matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::Cut | ErrorKind::Tls)
}

/// Says which workflow was asked for.
fn place(error: ClusterError, namespace: &str, name: &str) -> ClusterError {
    if !error.is_not_found() {
        return error;
    }
    let help = error.help().unwrap_or_default().to_owned();
    ClusterError::new(ErrorKind::NotFound, format_args!("workflow {namespace}/{name}: {error}"))
        .with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(token: &str) -> ArgoServer {
        let get = |name: &str| match name {
            "ARGO_SERVER" => Some("argo.example.com:443".to_owned()),
            "ARGO_TOKEN" => Some(token.to_owned()),
            _ => None,
        };
        ArgoServer::new(Settings::from_environment(get).expect("settings").expect("some"))
            .expect("server")
    }

    #[test]
    fn refusals_are_told_apart_and_name_the_next_step() {
        let answer = |code: u16, message: &str| {
            let status = kube::core::Status::failure(message, "").with_code(code);
            server("hunter2").refused(&kube::Error::Api(Box::new(status)))
        };
        let error = answer(16, "token not valid. see https://…");
        assert_eq!(error.kind(), &ErrorKind::Unauthorized);
        assert!(error.help().is_some_and(|help| help.contains("Bearer")), "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"));
        assert_eq!(answer(5, "workflows.argoproj.io \"x\" not found").kind(), &ErrorKind::NotFound);
        assert_eq!(answer(404, "404 page not found").kind(), &ErrorKind::Answer);
        assert_eq!(answer(502, "Bad Gateway").kind(), &ErrorKind::Unreachable);
        let lost = answer(13, "upper: no more rows in this result set");
        assert!(lost.to_string().contains("finds no row"), "{lost}");
    }

    #[test]
    fn a_workflow_gets_its_kind() {
        let whole =
            |text: &str| whole(text.into()).map(|text| String::from_utf8_lossy(&text).into_owned());
        let kind = r#""apiVersion":"argoproj.io/v1alpha1","kind":"Workflow""#;
        assert_eq!(whole(r#" {"metadata":{}}"#), Some(format!(r#"{{{kind},"metadata":{{}}}}"#)));
        assert_eq!(whole("{}"), Some(format!("{{{kind}}}")));
        let complete = format!(r#"{{{kind},"metadata":{{"name":"a"}}}}"#);
        assert_eq!(whole(&complete), Some(complete.clone()));
        assert_eq!(whole("<html>"), None);
    }

    #[test]
    fn a_token_goes_nowhere_in_clear() {
        let get = |name: &str| match name {
            "ARGO_SERVER" => Some("argo.example.com:80".to_owned()),
            "ARGO_SECURE" => Some("false".to_owned()),
            _ => None,
        };
        let mut settings = Settings::from_environment(get).expect("settings").expect("some");
        assert!(ArgoServer::new(settings.clone()).is_err());
        settings.allow_plaintext = true;
        assert!(ArgoServer::new(settings).is_ok());
    }
}
