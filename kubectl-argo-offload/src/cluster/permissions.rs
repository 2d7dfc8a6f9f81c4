//! Which rights each command needs: one table, from which the documentation and the checks are made.

use std::fmt::Write;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec,
};

use super::access::Access;
use super::error::ClusterError;
use super::request::Cluster;

/// A right that a command uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The command, as it is typed.
    pub command: &'static str,
    /// `get`, `list`, `watch`, `create`
    pub verb: &'static str,
    /// The API group, empty for the core.
    pub group: &'static str,
    /// The resource, with its subresource.
    pub resource: &'static str,
    /// Where.
    pub scope: Scope,
    /// What the command does without it.
    pub without: Without,
    /// What it is used for.
    pub purpose: &'static str,
}

/// Where a right is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// In the workflows' namespace; with `-A` in all of them.
    Workflows,
    /// In the controller's namespace.
    Controller,
    /// In the namespace of the database's Service or Pod.
    Database,
}

/// What a command does without a right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Without {
    /// Nothing.
    Fails,
    /// It finds another way, or leaves something out and says so.
    Other(&'static str),
}

const SERVER: Without = Without::Other("asks argo-server, if there is one");
const ASSUMES: Without = Without::Other("takes the usual limit and the newest version");
const BY_HAND: Without = Without::Other("needs --controller-namespace, and the ConfigMap");

const fn need(
    command: &'static str,
    (verb, group, resource): (&'static str, &'static str, &'static str),
    scope: Scope,
    without: Without,
    purpose: &'static str,
) -> Need {
    Need { command, verb, group, resource, scope, without, purpose }
}

const GET_WORKFLOWS: (&str, &str, &str) = ("get", "argoproj.io", "workflows");
const LIST_WORKFLOWS: (&str, &str, &str) = ("list", "argoproj.io", "workflows");
const WATCH_WORKFLOWS: (&str, &str, &str) = ("watch", "argoproj.io", "workflows");
const LIST_DEPLOYMENTS: (&str, &str, &str) = ("list", "apps", "deployments");
const GET_DEPLOYMENTS: (&str, &str, &str) = ("get", "apps", "deployments");
const LIST_PODS: (&str, &str, &str) = ("list", "", "pods");
const GET_CONFIG_MAPS: (&str, &str, &str) = ("get", "", "configmaps");
const GET_SECRETS: (&str, &str, &str) = ("get", "", "secrets");
const GET_SERVICES: (&str, &str, &str) = ("get", "", "services");
const GET_PODS: (&str, &str, &str) = ("get", "", "pods");
const GET_FORWARD: (&str, &str, &str) = ("get", "", "pods/portforward");
const CREATE_FORWARD: (&str, &str, &str) = ("create", "", "pods/portforward");

/// Every right of every command.
pub const NEEDS: &[Need] = &[
    need("size NAME", GET_WORKFLOWS, Scope::Workflows, Without::Fails, "the workflow"),
    need("size", LIST_WORKFLOWS, Scope::Workflows, Without::Fails, "the workflows, page by page"),
    need(
        "size",
        LIST_DEPLOYMENTS,
        Scope::Controller,
        ASSUMES,
        "the controller's version and environment",
    ),
    need(
        "size",
        LIST_PODS,
        Scope::Controller,
        ASSUMES,
        "the controller, where its Deployment has another name",
    ),
    need("size", GET_CONFIG_MAPS, Scope::Controller, ASSUMES, "whether offloading is on"),
    need("get NAME", GET_WORKFLOWS, Scope::Workflows, Without::Fails, "the workflow"),
    need("get NAME -w", WATCH_WORKFLOWS, Scope::Workflows, Without::Fails, "following it"),
    need("get", LIST_WORKFLOWS, Scope::Workflows, Without::Fails, "the workflows, page by page"),
    need("get, rows", LIST_DEPLOYMENTS, Scope::Controller, BY_HAND, "finding the controller"),
    need("get, rows", LIST_PODS, Scope::Controller, BY_HAND, "finding the controller"),
    need("get, rows", GET_CONFIG_MAPS, Scope::Controller, SERVER, "where the database is"),
    need("get, rows", GET_SECRETS, Scope::Controller, SERVER, "the database's user and password"),
    need(
        "get, rows --via",
        GET_SERVICES,
        Scope::Database,
        Without::Other("connects directly"),
        "the Service that the database's host names",
    ),
    need(
        "get, rows --via",
        LIST_PODS,
        Scope::Database,
        Without::Other("connects directly"),
        "the Service's pods",
    ),
    need(
        "get, rows --via",
        GET_PODS,
        Scope::Database,
        Without::Other("connects directly"),
        "the pod that is named",
    ),
    need("get, rows --via", GET_FORWARD, Scope::Database, Without::Fails, "the tunnel"),
    need("get, rows --via", CREATE_FORWARD, Scope::Database, Without::Fails, "the tunnel"),
    need("rows", LIST_WORKFLOWS, Scope::Workflows, Without::Fails, "which rows are in use"),
    need("lint --live", GET_CONFIG_MAPS, Scope::Controller, Without::Fails, "the configuration"),
    need(
        "lint --live",
        GET_SECRETS,
        Scope::Controller,
        Without::Other("does not look at the Secrets"),
        "the Secrets' shape",
    ),
    need(
        "lint --live",
        LIST_DEPLOYMENTS,
        Scope::Controller,
        BY_HAND,
        "the controller's version and environment",
    ),
    need(
        "lint --live",
        GET_DEPLOYMENTS,
        Scope::Controller,
        Without::Other("does not look at the Deployments' environment"),
        "controller's and argo-server's environment",
    ),
    need("lint --live", LIST_PODS, Scope::Controller, BY_HAND, "finding the controller"),
];

/// Whether the user has a right, by asking the cluster.
///
/// # Errors
/// The cluster does not answer.
pub async fn is_allowed(cluster: &Cluster, access: &Access) -> Result<bool, ClusterError> {
    let (resource, subresource) = match access.resource.split_once('/') {
        Some((resource, subresource)) => (resource, Some(subresource)),
        None => (access.resource, None),
    };
    let question = SelfSubjectAccessReview {
        spec: SelfSubjectAccessReviewSpec {
            resource_attributes: Some(ResourceAttributes {
                verb: Some(access.verb.into()),
                group: Some(access.group.into()),
                resource: Some(resource.into()),
                subresource: subresource.map(Into::into),
                namespace: access.namespace.clone(),
                name: access.name.clone(),
                ..ResourceAttributes::default()
            }),
            ..SelfSubjectAccessReviewSpec::default()
        },
        ..SelfSubjectAccessReview::default()
    };
    let asking = Access::create("authorization.k8s.io", "selfsubjectaccessreviews");
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    let answer: SelfSubjectAccessReview = cluster.ask(path, &question, &asking).await?;
    Ok(answer.status.is_some_and(|status| status.allowed))
}

/// Checks rights and names the first that is lacking.
///
/// # Errors
/// A right is lacking, or the cluster does not answer.
pub async fn check(cluster: &Cluster, rights: &[Access]) -> Result<(), ClusterError> {
    for access in rights {
        if !is_allowed(cluster, access).await? {
            return Err(ClusterError::forbidden(access, None));
        }
    }
    Ok(())
}

impl Need {
    /// The right in a namespace; in all without one.
    #[must_use]
    pub fn access(&self, namespace: Option<&str>) -> Access {
        let Self { verb, group, resource, .. } = *self;
        Access { verb, group, resource, namespace: namespace.map(Into::into), name: None }
    }
}

/// The documentation of the table, `docs/permissions.md`.
#[must_use]
pub fn document() -> String {
    let mut text = String::from(
        "# Permissions\n\n\
         <!-- Made from kubectl-argo-offload/src/cluster/permissions.rs; refresh it with: \
         UPDATE=1 cargo test -p kubectl-argo-offload --lib permissions -->\n\n\
         What each command asks of the Kubernetes API, all of it reading (`create` on `pods/portforward` opens a \
         connection and makes no object). A command says which right is missing, with the `kubectl create role` that \
         grants it. Without the rights in the controller's namespace, `get` still works through argo-server, with the \
         user's own token: `ARGO_SERVER` and `ARGO_TOKEN`.\n\n\
         | Command | Verb | Resource | Namespace | For | Without it |\n|---|---|---|---|---|---|\n",
    );
    for need in NEEDS {
        let Need { command, verb, purpose, .. } = need;
        let resource = need.access(None).kind_of_object();
        let scope = match need.scope {
            Scope::Workflows => "the workflows'",
            Scope::Controller => "the controller's",
            Scope::Database => "the database's",
        };
        let without = match need.without {
            Without::Fails => "fails",
            Without::Other(text) => text,
        };
        let _ = writeln!(
            text,
            "| `{command}` | {verb} | {resource} | {scope} | {purpose} | {without} |"
        );
    }
    text.push_str(
        "\nWhere the controller's namespace is not given with `--controller-namespace`, Deployments and pods are \
         looked for in all namespaces first, and where that is forbidden in `argo` and the current one.\n",
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_permissions_page_is_fresh() {
        let path = format!("{}/../docs/permissions.md", env!("CARGO_MANIFEST_DIR"));
        let fresh = document();
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, fresh).expect("write generated file");
            return;
        }
        assert!(
            std::fs::read_to_string(&path).unwrap_or_default() == fresh,
            "docs/permissions.md is stale; refresh it with: UPDATE=1 cargo test -p kubectl-argo-offload --lib permissions"
        );
    }

    #[test]
    fn no_right_changes_an_object() {
        for need in NEEDS {
            let reads = matches!(need.verb, "get" | "list" | "watch");
            assert!(reads || need.resource == "pods/portforward", "{need:?}");
        }
    }
}
