//! Requests whose answers stay bytes.

use std::time::{Duration, Instant};

use futures::{AsyncBufRead, AsyncBufReadExt};
use http::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::access::Access;
use super::connect::Limits;
use super::error::{ClusterError, ErrorKind, of_transport};
use crate::output::shortened;

/// How often a request is sent when the server is busy, and the wait before the second time; it doubles.
const TRIES: u32 = 4;
const FIRST_WAIT: Duration = Duration::from_millis(500);

/// What a body is.
const JSON: &str = "application/json";
const MERGE_PATCH: &str = "application/merge-patch+json";

/// A Kubernetes API and who speaks to it.
#[derive(Clone)]
pub struct Cluster {
    client: kube::Client,
    config: kube::Config,
    namespace: String,
    server: String,
    inside: bool,
    limits: Limits,
}

impl std::fmt::Debug for Cluster {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Cluster").field("server", &self.server).finish_non_exhaustive()
    }
}

impl Cluster {
    pub(super) fn new(
        client: kube::Client,
        config: kube::Config,
        namespace: String,
        inside: bool,
        limits: Limits,
    ) -> Self {
        let server = shown(&config.cluster_url);
        Self { client, config, namespace, server, inside, limits }
    }

    /// The namespace that is meant where none is named: `-n`, else the context's, else `default`.
    #[must_use]
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The API's address, for messages.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// Whether this process runs in a pod, where names of Services mean something.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        self.inside
    }

    /// How long requests may take.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// kube's client.
    pub(crate) fn client(&self) -> kube::Client {
        self.client.clone()
    }

    /// How kube's client was made; it holds credentials.
    pub(crate) fn config(&self) -> &kube::Config {
        &self.config
    }

    /// The bytes of what is at a path; a server that is busy is asked again a few times.
    ///
    /// # Errors
    /// As [`ErrorKind`] has them.
    pub(crate) async fn get(&self, path: &str, access: &Access) -> Result<Vec<u8>, ClusterError> {
        let mut wait = FIRST_WAIT;
        for _ in 1..TRIES {
            match self.get_once(path, access).await {
                Err(Failed { error, again: true }) => {
                    tracing::debug!(%access, %error, "asking again");
                    tokio::time::sleep(wait).await;
                    wait *= 2;
                }
                result => return result.map_err(|failed| failed.error),
            }
        }
        self.get_once(path, access).await.map_err(|failed| failed.error)
    }

    async fn get_once(&self, path: &str, access: &Access) -> Result<Vec<u8>, Failed> {
        let work = async {
            let body = self.open(path, access).await?;
            read_body(body, self.limits.silence, &self.server).await.map_err(|error| Failed {
                // The connection was lost amid the answer: nothing has been done with it.
                again: *error.kind() == ErrorKind::Cut,
                error,
            })
        };
        match self.limits.total {
            None => work.await,
            Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                Err(Failed { again: false, error: self.too_late(access, limit) })
            }),
        }
    }

    /// Sends a request and gives the body of its answer as it comes.
    pub(super) async fn open(
        &self,
        path: &str,
        access: &Access,
    ) -> Result<impl AsyncBufRead + Unpin + use<>, Failed> {
        self.send("GET", path, "", Vec::new(), access).await
    }

    async fn send(
        &self,
        method: &str,
        path: &str,
        content: &str,
        body: Vec<u8>,
        access: &Access,
    ) -> Result<impl AsyncBufRead + Unpin + use<>, Failed> {
        let mut request =
            Request::builder().method(method).uri(path).header("Accept", "application/json");
        if !content.is_empty() {
            request = request.header("Content-Type", content);
        }
        if access.verb == "watch" {
            // kube's decompression reads the first of several gzip members only.
            request = request.header("Accept-Encoding", "identity");
        }
        let request = request.body(body).map_err(|error| Failed {
            again: false,
            error: ClusterError::new(ErrorKind::Configuration, error),
        })?;
        let start = Instant::now();
        let sent = self.client.request_stream(request);
        let answer = match self.limits.silence {
            None => sent.await,
            Some(limit) => tokio::time::timeout(limit, sent).await.map_err(|_| {
                tracing::debug!(method, path, after = ?start.elapsed(), "no answer of the API");
                Failed { again: false, error: self.too_late(access, limit) }
            })?,
        };
        let after = start.elapsed();
        match answer {
            Ok(body) => {
                tracing::debug!(method, path, status = "2xx", ?after, "answer of the API");
                Ok(Box::pin(body))
            }
            Err(error) => {
                let status = match &error {
                    kube::Error::Api(status) => status.code,
                    _ => 0,
                };
                let again = matches!(status, 429 | 503 | 504);
                let error = ClusterError::of_request(&error, &self.server, access);
                tracing::debug!(method, path, status, ?after, %error, "answer of the API");
                Err(Failed { again, error })
            }
        }
    }

    /// Creates an object that is only a question, such as an access review, and gives the answer.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        path: &str,
        question: &impl Serialize,
        access: &Access,
    ) -> Result<T, ClusterError> {
        let answer = self.create(path, question, access).await?;
        self.parsed(&answer, access)
    }

    /// Creates an object, and gives it as the API made it.
    ///
    /// # Errors
    /// As [`ErrorKind`] has them; where no answer comes, it may have been created.
    pub(crate) async fn create(
        &self,
        path: &str,
        object: &impl Serialize,
        access: &Access,
    ) -> Result<Vec<u8>, ClusterError> {
        self.change("POST", path, JSON, object, access).await
    }

    /// Replaces an object, and gives it as the API made it. Where `object` names a `resourceVersion`, the API refuses
    /// the change when the object has another one by then.
    ///
    /// # Errors
    /// As [`ErrorKind`] has them, [`ErrorKind::Conflict`] when somebody else has changed it; where no answer comes, it
    /// may have been replaced.
    pub(crate) async fn replace(
        &self,
        path: &str,
        object: &impl Serialize,
        access: &Access,
    ) -> Result<Vec<u8>, ClusterError> {
        self.change("PUT", path, JSON, object, access).await
    }

    /// Changes an object by a JSON merge patch, and gives it as the API made it.
    ///
    /// # Errors
    /// As for [`replace`](Self::replace).
    pub(crate) async fn patch(
        &self,
        path: &str,
        patch: &impl Serialize,
        access: &Access,
    ) -> Result<Vec<u8>, ClusterError> {
        self.change("PATCH", path, MERGE_PATCH, patch, access).await
    }

    async fn change(
        &self,
        method: &str,
        path: &str,
        content: &str,
        object: &impl Serialize,
        access: &Access,
    ) -> Result<Vec<u8>, ClusterError> {
        let body = serde_json::to_vec(object)
            .map_err(|error| ClusterError::new(ErrorKind::Answer, error))?;
        let answer = self.send(method, path, content, body, access).await;
        let answer = answer.map_err(|failed| failed.error)?;
        read_body(answer, self.limits.silence, &self.server).await
    }

    /// Deletes an object.
    ///
    /// # Errors
    /// As [`ErrorKind`] has them; where no answer comes, it may have been deleted.
    pub(crate) async fn delete(&self, path: &str, access: &Access) -> Result<(), ClusterError> {
        let answer = self.send("DELETE", path, "", Vec::new(), access).await;
        let answer = answer.map_err(|failed| failed.error)?;
        read_body(answer, self.limits.silence, &self.server).await.map(|_| ())
    }

    /// An object of the API as a value.
    pub(crate) async fn object<T: DeserializeOwned>(
        &self,
        path: &str,
        access: &Access,
    ) -> Result<T, ClusterError> {
        let text = self.get(path, access).await?;
        self.parsed(&text, access)
    }

    /// The text itself is not shown: it may be a Secret.
    fn parsed<T: DeserializeOwned>(&self, text: &[u8], access: &Access) -> Result<T, ClusterError> {
        serde_json::from_slice(text).map_err(|error| {
            ClusterError::new(
                ErrorKind::Answer,
                format_args!(
                    "cannot {access}: what {} answers is not understood (line {}, column {})",
                    self.server,
                    error.line(),
                    error.column()
                ),
            )
            .with_help("is a proxy in between? kubectl cluster-info")
        })
    }

    fn too_late(&self, access: &Access, limit: Duration) -> ClusterError {
        ClusterError::new(
            ErrorKind::Timeout,
            format_args!("cannot {access}: {} has not answered within {limit:?}", self.server),
        )
        .with_help("try again, or allow more time: --request-timeout=5m")
    }
}

/// A request that failed, and whether it is worth sending again.
pub(super) struct Failed {
    pub(super) error: ClusterError,
    pub(super) again: bool,
}

/// Reads a body to its end.
///
/// # Errors
/// The server is silent for too long, or the connection is lost.
pub(crate) async fn read_body(
    mut body: impl AsyncBufRead + Unpin,
    silence: Option<Duration>,
    server: &str,
) -> Result<Vec<u8>, ClusterError> {
    let mut text = Vec::new();
    loop {
        let chunk = within(silence, body.fill_buf(), server, text.len()).await?;
        if chunk.is_empty() {
            tracing::trace!(server, bytes = text.len(), "end of an answer");
            return Ok(text);
        }
        text.extend_from_slice(chunk);
        let length = chunk.len();
        body.consume_unpin(length);
    }
}

/// Waits for the next bytes of a body.
pub(super) async fn within<T>(
    silence: Option<Duration>,
    read: impl Future<Output = std::io::Result<T>>,
    server: &str,
    so_far: usize,
) -> Result<T, ClusterError> {
    let result = match silence {
        None => read.await,
        Some(limit) => tokio::time::timeout(limit, read).await.map_err(|_| {
            ClusterError::new(
                ErrorKind::Timeout,
                format_args!(
                    "{server} went silent for {limit:?} after {so_far} bytes of its answer"
                ),
            )
            .with_help("try again; if the connection is slow, --request-timeout=0 waits for ever")
        })?,
    };
    result.map_err(|error| {
        let cause = of_transport(&error, server);
        ClusterError::new(
            ErrorKind::Cut,
            format_args!(
                "the connection was lost after {so_far} bytes of the answer: {}",
                shortened(&cause.to_string(), 300)
            ),
        )
        .with_help("try again; is the API server restarting?")
    })
}

/// An address without credentials.
pub(super) fn shown(url: &http::Uri) -> String {
    let scheme = url.scheme_str().unwrap_or("https");
    let host = url.host().unwrap_or_default();
    let port = url.port_u16().map_or_else(String::new, |port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    shortened(&format!("{scheme}://{host}{port}{path}"), 200)
}
