//! Workflows as the API sends them: bytes, with `managedFields`.

use std::ops::Range;

use argo_offload_core::workflow::ListPage;

use super::access::Access;
use super::error::{ClusterError, ErrorKind};
use super::names::is_name;
use super::request::Cluster;

pub(crate) const GROUP: &str = "argoproj.io";
/// The most Workflows of one request: each has up to 1.5 MB.
const LIMIT: u32 = 20;

/// The path of a namespace's Workflows, or of all.
pub(crate) fn path(namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) => format!("/apis/{GROUP}/v1alpha1/namespaces/{namespace}/workflows"),
        None => format!("/apis/{GROUP}/v1alpha1/workflows"),
    }
}

/// The JSON text of one Workflow, byte for byte.
///
/// # Errors
/// There is none, the user may not see it, or the API does not answer.
pub async fn workflow(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
) -> Result<Vec<u8>, ClusterError> {
    let access = Access::get(GROUP, "workflows").in_namespace(namespace).named(name);
    if !is_name(namespace) || !is_name(name) {
        return Err(ClusterError::new(
            ErrorKind::NotFound,
            format_args!("there can be no {}", access.object()),
        ));
    }
    cluster.get(&format!("{}/{name}", path(Some(namespace))), &access).await.map_err(|error| {
        if error.is_not_found() && error.help().is_none() {
            let help = format!("kubectl get workflows -n {namespace}; -n names another namespace");
            return error.with_help(help);
        }
        error
    })
}

/// Which Workflows a list has.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// Of this namespace; of all without one.
    pub namespace: Option<String>,
    /// With these labels, as `kubectl -l` has them.
    pub labels: Option<String>,
    /// With these fields, as `kubectl --field-selector` has them.
    pub fields: Option<String>,
}

/// Lists Workflows, page by page.
#[must_use]
pub fn workflows(cluster: &Cluster, selection: Selection) -> Pages {
    Pages { cluster: cluster.clone(), selection, state: State::First, number: 0 }
}

/// A list that is read page by page. A page is not kept.
#[derive(Debug)]
pub struct Pages {
    cluster: Cluster,
    selection: Selection,
    state: State,
    number: u64,
}

#[derive(Debug)]
enum State {
    First,
    Next(String),
    Done,
}

/// Some Workflows of a list.
#[derive(Debug)]
pub struct Page {
    /// The List as the API sent it.
    pub text: Vec<u8>,
    /// Where its items are.
    pub items: Vec<Range<usize>>,
    /// `page 3 of workflows.argoproj.io in the namespace argo`, for messages.
    pub name: String,
    /// Whether the list had to go on with a newer state of the cluster, since the API keeps an old one for minutes
    /// only: an object changed meanwhile can be missing or be there twice.
    pub inconsistent: bool,
}

impl Page {
    /// The JSON text of each Workflow.
    pub fn workflows(&self) -> impl Iterator<Item = &[u8]> {
        self.items.iter().filter_map(|span| self.text.get(span.clone()))
    }
}

impl Pages {
    /// The next page, or `None` behind the last.
    ///
    /// # Errors
    /// The user may not list them, or the API does not answer.
    pub async fn next(&mut self) -> Result<Option<Page>, ClusterError> {
        let mut inconsistent = false;
        let Selection { namespace, labels, fields } = &self.selection;
        let mut access = Access::list(GROUP, "workflows");
        if let Some(namespace) = namespace {
            access = access.in_namespace(namespace);
        }
        let text = loop {
            let mut query = Query::new();
            query.add("limit", &LIMIT.to_string());
            query.add_some("labelSelector", labels.as_deref());
            query.add_some("fieldSelector", fields.as_deref());
            match &self.state {
                State::Done => return Ok(None),
                State::First => {}
                State::Next(next) => query.add("continue", next),
            }
            let path = format!("{}?{}", path(namespace.as_deref()), query.text());
            match self.cluster.get(&path, &access).await {
                // Source: k8s.io/apimachinery, pkg/apis/meta/v1/types.go (`ListOptions.Continue`): the token of
                // the answer goes on with the newest state.
                Err(error) if !inconsistent => match error.kind() {
                    ErrorKind::Gone(Some(next)) => {
                        inconsistent = true;
                        self.state = State::Next(next.clone());
                    }
                    _ => return Err(error),
                },
                result => break result?,
            }
        };
        self.number += 1;
        let name = format!("page {} of {}", self.number, access.object());
        let list = ListPage::parse(&text).map_err(|error| {
            ClusterError::new(ErrorKind::Answer, format_args!("{name}: {error}"))
                .with_help("is a proxy in between? kubectl cluster-info")
        })?;
        self.state = match &*list.next {
            "" => State::Done,
            next => State::Next(next.to_owned()),
        };
        let items = list.items;
        Ok(Some(Page { items, name, inconsistent, text }))
    }
}

/// A query string.
pub(super) struct Query(String);

impl Query {
    pub(super) fn new() -> Self {
        Self(String::new())
    }

    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !self.0.is_empty() {
            self.0.push('&');
        }
        self.0.push_str(name);
        self.0.push('=');
        for byte in value.bytes() {
            match byte {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                    self.0.push(byte.into());
                }
                byte => self.0.push_str(&format!("%{byte:02X}")),
            }
        }
    }

    pub(super) fn add_some(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.add(name, value);
        }
    }

    pub(super) fn text(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::scripted::scripted;

    const GONE: &str =
        r#"{"kind":"Status","metadata":{"continue":"newer"},"reason":"Expired","code":410}"#;

    #[tokio::test]
    async fn a_list_goes_on_when_its_state_is_no_longer_kept() {
        let first =
            r#"{"kind":"WorkflowList","items":[{"a":1},{"b":2}],"metadata":{"continue":"older"}}"#;
        let last = r#"{"kind":"WorkflowList","items":[{"c":3}],"metadata":{}}"#;
        let (cluster, asked) = scripted(&[(200, first), (410, GONE), (200, last)]).await;
        let mut pages = workflows(&cluster, Selection::default());
        let page = pages.next().await.expect("a page").expect("the first");
        assert_eq!((page.items.len(), page.inconsistent), (2, false));
        let page = pages.next().await.expect("a page").expect("the last");
        assert_eq!(page.workflows().collect::<Vec<_>>(), [br#"{"c":3}"#]);
        assert!(page.inconsistent);
        assert!(pages.next().await.expect("the end").is_none());
        let asked: Vec<String> = asked.into_iter().collect();
        let path = "/apis/argoproj.io/v1alpha1/workflows?limit=20";
        assert_eq!(
            asked,
            [path.to_owned(), format!("{path}&continue=older"), format!("{path}&continue=newer")]
        );
    }

    #[tokio::test]
    async fn a_list_that_cannot_go_on_is_an_error() {
        let (cluster, _asked) = scripted(&[(410, GONE), (410, GONE)]).await;
        let error = workflows(&cluster, Selection::default()).next().await.expect_err("gone twice");
        assert!(matches!(error.kind(), ErrorKind::Gone(_)), "{error:?}");
        assert!(error.help().is_some(), "{error:?}");
    }

    #[tokio::test]
    async fn a_busy_server_is_asked_again_and_not_for_ever() {
        let busy = r#"{"kind":"Status","message":"too many requests","reason":"TooManyRequests","code":429}"#;
        let (cluster, _asked) = scripted(&[(429, busy), (503, "down"), (200, "{}")]).await;
        assert_eq!(workflow(&cluster, "argo", "x").await.expect("a workflow"), b"{}");
        let (cluster, asked) = scripted(&[(429, busy); 9]).await;
        let error = workflow(&cluster, "argo", "x").await.expect_err("busy");
        assert!(error.to_string().contains("answers 429: too many requests"), "{error}");
        assert_eq!(asked.try_iter().count(), 4);
    }

    #[tokio::test]
    async fn what_is_no_list_is_an_error_with_its_place() {
        let (cluster, _asked) = scripted(&[(200, "<html>log in</html>")]).await;
        let error = workflows(&cluster, Selection::default()).next().await.expect_err("no list");
        assert!(
            error.to_string().starts_with("page 1 of workflows.argoproj.io in all namespaces: "),
            "{error}"
        );
    }

    #[test]
    fn what_a_selector_holds_stays_in_it() {
        let mut query = Query::new();
        query.add("limit", "20");
        query.add_some("labelSelector", Some("a=b,c in (x)&limit=1#é"));
        query.add_some("fieldSelector", None);
        assert_eq!(
            query.text(),
            "limit=20&labelSelector=a%3Db%2Cc%20in%20%28x%29%26limit%3D1%23%C3%A9"
        );
    }
}
