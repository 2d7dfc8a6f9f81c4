//! Following one Workflow.

use std::time::{Duration, Instant};

use futures::AsyncBufReadExt;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::access::Access;
use super::error::{ClusterError, ErrorKind};
use super::request::{Cluster, Failed, within};
use super::workflows::{GROUP, Query, path, workflow};

/// How long the API keeps one watch open; then it is opened again.
const OPEN_SECONDS: u64 = 240;
/// The longest silence: the API ends the watch before.
const SILENCE: Duration = Duration::from_secs(OPEN_SECONDS + 30);
/// A watch that ends within this time was none.
const SOON: Duration = Duration::from_secs(1);
/// How often in a row a watch is opened again after a failure.
const TRIES: u32 = 5;

/// Follows one Workflow, over lost connections and the API's own time limits.
pub struct Watch {
    cluster: Cluster,
    access: Access,
    namespace: String,
    name: String,
    version: Option<String>,
    /// What was read and not yet told of.
    present: Option<Vec<u8>>,
    body: Option<Body>,
    opened: Instant,
    failures: u32,
}

type Body = Box<dyn futures::AsyncBufRead + Unpin + Send>;

/// What happened to a Workflow.
#[derive(Debug)]
pub struct Event {
    /// What happened.
    pub change: Change,
    /// The Workflow's JSON text, as the API sent it.
    pub workflow: Vec<u8>,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there, or was made.
    Added,
    /// It was changed.
    Modified,
    /// It was deleted; its text is the last.
    Deleted,
}

#[derive(Deserialize)]
struct Line<'a> {
    r#type: &'a str,
    #[serde(borrow)]
    object: &'a RawValue,
}

/// What is read of an object; the rest is passed over.
#[derive(Deserialize)]
struct Versioned {
    metadata: Option<Metadata>,
    code: Option<u16>,
    message: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Metadata {
    resource_version: Option<String>,
}

impl Watch {
    /// Follows a Workflow from now on: its present state comes first, as [`Change::Added`].
    ///
    /// # Errors
    /// There is none (a watch would wait for it), the user may not see it, or the API does not answer.
    pub async fn of(cluster: &Cluster, namespace: &str, name: &str) -> Result<Self, ClusterError> {
        let mut watch = Self {
            cluster: cluster.clone(),
            access: Access::watch(GROUP, "workflows").in_namespace(namespace),
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            version: None,
            present: None,
            body: None,
            opened: Instant::now(),
            failures: 0,
        };
        watch.read().await?;
        // Whoever may not watch hears it now, also where the workflow has ended.
        match watch.open().await {
            Ok(body) => watch.body = Some(body),
            Err(Failed { again: true, .. }) => {}
            Err(Failed { error, .. }) => return Err(error),
        }
        Ok(watch)
    }

    /// Reads the present state, from where the watch goes on: what happens in between is not missed.
    async fn read(&mut self) -> Result<(), ClusterError> {
        let text = workflow(&self.cluster, &self.namespace, &self.name).await?;
        let Versioned { metadata, .. } = serde_json::from_slice(&text).map_err(|error| {
            let access = Access { verb: "get", ..self.access.clone() };
            let what = format_args!("cannot {access}: the answer is no object ({error})");
            ClusterError::new(ErrorKind::Answer, what)
                .with_help("is a proxy in between? kubectl cluster-info")
        })?;
        self.remember(metadata);
        self.present = Some(text);
        Ok(())
    }

    /// The next thing that happens.
    ///
    /// # Errors
    /// The user may not watch, or the API stays away.
    pub async fn next(&mut self) -> Result<Event, ClusterError> {
        loop {
            if let Some(workflow) = self.present.take() {
                return Ok(Event { change: Change::Added, workflow });
            }
            match self.step().await {
                Ok(Some(event)) => {
                    self.failures = 0;
                    return Ok(event);
                }
                // A bookmark, or the end of a watch that was one.
                Ok(None) => self.failures = 0,
                Err(Failed { error, again }) => {
                    self.body = None;
                    self.failures += 1;
                    if !again || self.failures > TRIES {
                        return Err(error);
                    }
                    tracing::debug!(%error, "watching again");
                    tokio::time::sleep(Duration::from_millis(250) * 2_u32.pow(self.failures)).await;
                    if self.version.is_none() {
                        // Deleted in between, it would never be heard of again.
                        self.read().await?;
                    }
                }
            }
        }
    }

    /// One line of the watch, which is opened when it is not open.
    async fn step(&mut self) -> Result<Option<Event>, Failed> {
        let body = match &mut self.body {
            Some(body) => body,
            None => {
                self.opened = Instant::now();
                let body = self.open().await?;
                self.body.insert(body)
            }
        };
        let mut line = Vec::new();
        let read =
            within(Some(SILENCE), body.read_until(b'\n', &mut line), self.cluster.server(), 0)
                .await;
        read.map_err(|error| Failed { error, again: true })?;
        if line.last() != Some(&b'\n') {
            // The API's own time limit, or an end amid a line: open it again. What ends as soon as it is opened
            // is no watch: something in between may not let it pass.
            self.body = None;
            if self.opened.elapsed() < SOON {
                let what =
                    format_args!("cannot {}: the watch ends as soon as it is opened", self.access);
                let help =
                    "is a proxy in between that cuts long answers? kubectl get workflow NAME -w";
                let error = ClusterError::new(ErrorKind::Cut, what).with_help(help);
                return Err(Failed { error, again: true });
            }
            return Ok(None);
        }
        self.event(&line)
    }

    async fn open(&self) -> Result<Body, Failed> {
        let mut query = Query::new();
        query.add("watch", "1");
        query.add("allowWatchBookmarks", "true");
        query.add("timeoutSeconds", &OPEN_SECONDS.to_string());
        query.add("fieldSelector", &format!("metadata.name={}", self.name));
        query.add_some("resourceVersion", self.version.as_deref());
        let path = format!("{}?{}", path(Some(&self.namespace)), query.text());
        match self.cluster.open(&path, &self.access).await {
            Ok(body) => Ok(Box::new(body)),
            Err(Failed { error, again }) => {
                let lost = matches!(error.kind(), ErrorKind::Unreachable | ErrorKind::Timeout);
                Err(Failed { again: again || (lost && self.version.is_some()), error })
            }
        }
    }

    fn event(&mut self, line: &[u8]) -> Result<Option<Event>, Failed> {
        let wrong = |error: serde_json::Error| Failed {
            again: true,
            error: ClusterError::new(
                ErrorKind::Answer,
                format_args!("cannot {}: a line is no event ({error})", self.access),
            ),
        };
        let Line { r#type, object } = serde_json::from_slice(line).map_err(wrong)?;
        let Versioned { metadata, code, message } =
            serde_json::from_str(object.get()).map_err(wrong)?;
        let change = match r#type {
            "ADDED" => Change::Added,
            "MODIFIED" => Change::Modified,
            "DELETED" => Change::Deleted,
            "ERROR" => {
                // 410: the version is too old; the present state comes first again.
                self.version = None;
                let message = crate::output::shortened(&message.unwrap_or_default(), 300);
                let error = ClusterError::new(
                    ErrorKind::Answer,
                    format_args!("cannot {}: {message}", self.access),
                );
                return Err(Failed { error, again: code == Some(410) || code == Some(500) });
            }
            _ => {
                self.remember(metadata);
                return Ok(None);
            }
        };
        self.remember(metadata);
        Ok(Some(Event { change, workflow: object.get().as_bytes().to_vec() }))
    }

    fn remember(&mut self, metadata: Option<Metadata>) {
        if let Some(version) = metadata.and_then(|metadata| metadata.resource_version) {
            self.version = Some(version);
        }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Watch").field("access", &self.access).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::scripted::scripted;

    #[tokio::test]
    async fn a_watch_goes_on_from_where_it_was() {
        let present = r#"{"metadata":{"resourceVersion":"4"},"a":1}"#;
        let first = concat!(
            r#"{"type":"MODIFIED","object":{"metadata":{"resourceVersion":"5"},"a":2}}"#,
            "\n",
            r#"{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"7"}}}"#,
            "\n"
        );
        let newest = r#"{"metadata":{"resourceVersion":"8"},"a":3}"#;
        let expired =
            r#"{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}"#;
        let again =
            r#"{"type":"MODIFIED","object":{"metadata":{"resourceVersion":"9"},"b":[ 2 ]}}"#;
        let (expired, again) = (format!("{expired}\n"), format!("{again}\n"));
        let answers =
            [(200, present), (200, first), (200, &*expired), (200, newest), (200, &*again)];
        let (cluster, asked) = scripted(&answers).await;
        let mut watch = Watch::of(&cluster, "argo", "x").await.expect("a watch");
        for (change, text) in [(Change::Added, present), (Change::Modified, "")] {
            let event = watch.next().await.expect("event");
            assert_eq!(event.change, change);
            assert!(text.is_empty() || event.workflow == text.as_bytes());
        }
        let event = watch.next().await.expect("event");
        assert_eq!((event.change, &*event.workflow), (Change::Added, newest.as_bytes()));
        let event = watch.next().await.expect("event");
        assert_eq!(event.change, Change::Modified);
        assert_eq!(event.workflow, br#"{"metadata":{"resourceVersion":"9"},"b":[ 2 ]}"#);
        let asked: Vec<String> = asked.into_iter().collect();
        let ends = [
            "/namespaces/argo/workflows/x",
            "fieldSelector=metadata.name%3Dx&resourceVersion=4",
            "fieldSelector=metadata.name%3Dx&resourceVersion=7",
            "/namespaces/argo/workflows/x",
            "fieldSelector=metadata.name%3Dx&resourceVersion=8",
        ];
        for (asked, end) in asked.iter().zip(ends) {
            assert!(asked.ends_with(end), "{asked} must end with {end}");
        }
        assert_eq!(asked.len(), ends.len(), "{asked:?}");
    }

    #[tokio::test]
    async fn a_workflow_that_is_gone_meanwhile_ends_the_watch() {
        let expired =
            r#"{"type":"ERROR","object":{"kind":"Status","code":410,"message":"too old"}}"#;
        let gone = r#"{"kind":"Status","reason":"NotFound","code":404,"details":{"name":"x"}}"#;
        let present = r#"{"metadata":{"resourceVersion":"4"}}"#;
        let answers = [(200, present), (200, &format!("{expired}\n")), (404, gone)];
        let (cluster, _asked) = scripted(&answers).await;
        let mut watch = Watch::of(&cluster, "argo", "x").await.expect("a watch");
        assert_eq!(watch.next().await.expect("event").change, Change::Added);
        let error = watch.next().await.expect_err("gone");
        assert!(error.is_not_found(), "{error:?}");
    }
}
