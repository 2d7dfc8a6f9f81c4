//! Which rights each command needs: one table, from which the documentation and the checks are made.

use std::fmt::Write;

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec, SubjectAccessReview,
};

use super::access::Access;
use super::error::ClusterError;
use super::request::Cluster;

/// A right that commands use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The command lines, as they are typed; an option stands for what it asks on top of a command's own.
    pub commands: &'static [&'static str],
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
    /// It fails, and names the right.
    Fails,
    /// The same, as it finds another way that is as good.
    Same(&'static str),
    /// It takes something for granted, leaves something out or asks another, and says so.
    Other(&'static str),
}

const BY_PODS: Without = Without::Same("finds it by its pods");
const BY_DEPLOYMENT: Without = Without::Same("finds it by its Deployment");
const SKIPS: Without = Without::Other("warns (AD101), and skips what needs it");
/// What `get` does without the controller's configuration.
pub const ASKS_SERVER: Without = Without::Other("asks argo-server, if there is one, and says so");

const fn need(
    commands: &'static [&'static str],
    (verb, group, resource): (&'static str, &'static str, &'static str),
    scope: Scope,
    without: Without,
    purpose: &'static str,
) -> Need {
    Need { commands, verb, group, resource, scope, without, purpose }
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
const CREATE_PODS: (&str, &str, &str) = ("create", "", "pods");
const DELETE_PODS: (&str, &str, &str) = ("delete", "", "pods");
const CREATE_CONFIG_MAPS: (&str, &str, &str) = ("create", "", "configmaps");
const UPDATE_CONFIG_MAPS: (&str, &str, &str) = ("update", "", "configmaps");
const CREATE_SECRETS: (&str, &str, &str) = ("create", "", "secrets");
const UPDATE_SECRETS: (&str, &str, &str) = ("update", "", "secrets");
const PATCH_DEPLOYMENTS: (&str, &str, &str) = ("patch", "apps", "deployments");
const GET_LEASES: (&str, &str, &str) = ("get", "coordination.k8s.io", "leases");
const CREATE_WORKFLOWS: (&str, &str, &str) = ("create", "argoproj.io", "workflows");
const DELETE_WORKFLOWS: (&str, &str, &str) = ("delete", "argoproj.io", "workflows");
const GET_LOGS: (&str, &str, &str) = ("get", "", "pods/log");
const GET_FORWARD: (&str, &str, &str) = ("get", "", "pods/portforward");
const CREATE_FORWARD: (&str, &str, &str) = ("create", "", "pods/portforward");

/// `size` on a cluster.
const SIZE: &[&str] = &["size NAME", "size NAME -w", "size"];
const SIZE_NAME: &[&str] = &["size NAME", "size NAME -w"];
/// `get` where nodes are offloaded.
const GET_NODES: &[&str] = &["get NAME", "get NAME -w", "get -o json"];
/// What reads the controller's database.
const NODES: &[&str] = &["get NAME", "get NAME -w", "get -o json", "rows"];
const VIA: &[&str] = &["--via svc/NAME", "--via pod/NAME"];
const RELAY: &[&str] = &["--via relay"];
const LINT: &[&str] = &["lint --live"];
const ENABLE: &[&str] = &["enable"];
const SMOKE_TEST: &[&str] = &["enable --smoke-test"];
const DISABLE: &[&str] = &["disable"];
const CHANGES: &[&str] = &["enable", "disable"];
/// `doctor`
pub const DOCTOR: &[&str] = &["doctor"];

/// Every right of every command.
pub const NEEDS: &[Need] = &[
    need(SIZE_NAME, GET_WORKFLOWS, Scope::Workflows, Without::Fails, "the workflow"),
    need(&["size NAME -w"], WATCH_WORKFLOWS, Scope::Workflows, Without::Fails, "following it"),
    need(
        &["size"],
        LIST_WORKFLOWS,
        Scope::Workflows,
        Without::Fails,
        "the workflows, page by page",
    ),
    need(
        SIZE,
        LIST_DEPLOYMENTS,
        Scope::Controller,
        BY_PODS,
        "the controller's version and environment",
    ),
    need(
        SIZE,
        LIST_PODS,
        Scope::Controller,
        BY_DEPLOYMENT,
        "the controller, where its Deployment has another name",
    ),
    need(
        SIZE,
        GET_CONFIG_MAPS,
        Scope::Controller,
        Without::Other("takes offloading to be on, and says so"),
        "whether offloading is on",
    ),
    need(
        SIZE_NAME,
        GET_SECRETS,
        Scope::Controller,
        Without::Other("asks argo-server, or measures the workflow without its nodes, and says so"),
        "the database's user and password",
    ),
    need(
        &["get NAME", "get NAME -w"],
        GET_WORKFLOWS,
        Scope::Workflows,
        Without::Fails,
        "the workflow",
    ),
    need(&["get NAME -w"], WATCH_WORKFLOWS, Scope::Workflows, Without::Fails, "following it"),
    need(
        &["get", "get -o json"],
        LIST_WORKFLOWS,
        Scope::Workflows,
        Without::Fails,
        "the workflows, page by page",
    ),
    need(NODES, LIST_DEPLOYMENTS, Scope::Controller, BY_PODS, "finding the controller"),
    need(NODES, LIST_PODS, Scope::Controller, BY_DEPLOYMENT, "finding the controller"),
    need(GET_NODES, GET_CONFIG_MAPS, Scope::Controller, ASKS_SERVER, "where the database is"),
    need(
        GET_NODES,
        GET_SECRETS,
        Scope::Controller,
        ASKS_SERVER,
        "the database's user and password",
    ),
    need(&["rows"], GET_CONFIG_MAPS, Scope::Controller, Without::Fails, "where the database is"),
    need(
        &["rows"],
        GET_SECRETS,
        Scope::Controller,
        Without::Fails,
        "the database's user and password",
    ),
    need(
        &["rows"],
        LIST_WORKFLOWS,
        Scope::Workflows,
        Without::Other("leaves STATE out, and says so"),
        "which rows are in use",
    ),
    need(
        &["--via svc/NAME"],
        GET_SERVICES,
        Scope::Database,
        Without::Fails,
        "the Service, which the database's host may name too",
    ),
    need(&["--via svc/NAME"], LIST_PODS, Scope::Database, Without::Fails, "the Service's pods"),
    need(&["--via pod/NAME"], GET_PODS, Scope::Database, Without::Fails, "the pod"),
    need(VIA, GET_FORWARD, Scope::Database, Without::Fails, "the tunnel"),
    need(VIA, CREATE_FORWARD, Scope::Database, BEFORE_1_35, "the tunnel"),
    need(RELAY, CREATE_PODS, Scope::Controller, Without::Fails, "making the relay's pod"),
    need(RELAY, GET_PODS, Scope::Controller, Without::Fails, "seeing when it runs"),
    need(
        RELAY,
        DELETE_PODS,
        Scope::Controller,
        Without::Other("leaves the pod, which ends by itself after 15 minutes, and says so"),
        "deleting it",
    ),
    need(RELAY, GET_FORWARD, Scope::Controller, Without::Fails, "the tunnel to it"),
    need(RELAY, CREATE_FORWARD, Scope::Controller, BEFORE_1_35, "the tunnel to it"),
    need(&["--store server"], LIST_PODS, Scope::Controller, Without::Fails, "argo-server's pod"),
    need(&["--store server"], GET_FORWARD, Scope::Controller, Without::Fails, "the tunnel to it"),
    need(&["--store server"], CREATE_FORWARD, Scope::Controller, BEFORE_1_35, "the tunnel to it"),
    need(LINT, GET_CONFIG_MAPS, Scope::Controller, Without::Fails, "the configuration"),
    need(
        LINT,
        GET_SECRETS,
        Scope::Controller,
        Without::Other("does not look at the Secrets"),
        "the Secrets' shape",
    ),
    need(
        LINT,
        LIST_DEPLOYMENTS,
        Scope::Controller,
        BY_PODS,
        "the controller's version and environment",
    ),
    need(
        LINT,
        GET_DEPLOYMENTS,
        Scope::Controller,
        Without::Other("does not look at the Deployments' environment"),
        "controller's and argo-server's environment",
    ),
    need(LINT, LIST_PODS, Scope::Controller, BY_DEPLOYMENT, "finding the controller"),
    need(DOCTOR, LIST_DEPLOYMENTS, Scope::Controller, SKIPS, "finding the controller"),
    need(
        DOCTOR,
        GET_DEPLOYMENTS,
        Scope::Controller,
        SKIPS,
        "controller's and argo-server's environment",
    ),
    need(DOCTOR, LIST_PODS, Scope::Controller, SKIPS, "restarts of controller and argo-server"),
    need(DOCTOR, GET_LOGS, Scope::Controller, SKIPS, "why one of them ended"),
    need(DOCTOR, GET_LEASES, Scope::Controller, SKIPS, "which of the controller's pods leads"),
    need(DOCTOR, GET_CONFIG_MAPS, Scope::Controller, SKIPS, "the configuration"),
    need(DOCTOR, GET_SECRETS, Scope::Controller, SKIPS, "the database's user and password"),
    need(DOCTOR, LIST_WORKFLOWS, Scope::Workflows, SKIPS, "rows against workflows"),
    need(CHANGES, LIST_DEPLOYMENTS, Scope::Controller, BY_PODS, "finding the controller"),
    need(DISABLE, LIST_PODS, Scope::Controller, BY_DEPLOYMENT, "finding the controller"),
    need(
        ENABLE,
        LIST_PODS,
        Scope::Controller,
        Without::Other(
            "watches the Deployment alone, leaves argo-server to be restarted by hand, and says so",
        ),
        "watching the restart, and argo-server",
    ),
    need(
        CHANGES,
        GET_CONFIG_MAPS,
        Scope::Controller,
        Without::Fails,
        "the configuration, and what was there before",
    ),
    need(
        CHANGES,
        CREATE_CONFIG_MAPS,
        Scope::Controller,
        Without::Fails,
        "keeping what was there before",
    ),
    need(CHANGES, UPDATE_CONFIG_MAPS, Scope::Controller, Without::Fails, "the change"),
    need(DISABLE, LIST_WORKFLOWS, Scope::Workflows, Without::Fails, "which still need their rows"),
    need(
        ENABLE,
        GET_SECRETS,
        Scope::Controller,
        Without::Fails,
        "the database's user and password",
    ),
    need(
        ENABLE,
        CREATE_SECRETS,
        Scope::Controller,
        Without::Fails,
        "the Secret, and what was there before",
    ),
    need(ENABLE, UPDATE_SECRETS, Scope::Controller, Without::Fails, "the Secret, where it changes"),
    need(ENABLE, GET_DEPLOYMENTS, Scope::Controller, Without::Fails, "watching the restart"),
    need(ENABLE, PATCH_DEPLOYMENTS, Scope::Controller, Without::Fails, "the restart"),
    need(SMOKE_TEST, CREATE_WORKFLOWS, Scope::Workflows, Without::Fails, "its workflow"),
    need(SMOKE_TEST, GET_WORKFLOWS, Scope::Workflows, Without::Fails, "its workflow"),
    need(SMOKE_TEST, DELETE_WORKFLOWS, Scope::Workflows, Without::Fails, "removing its workflow"),
];

/// A WebSocket begins with GET: the API server asks for `create` too since 1.35 alone.
///
/// Source: Kubernetes 1.35, feature gate `AuthorizePodWebsocketUpgradeCreatePermission`.
const BEFORE_1_35: Without = Without::Same("is not asked for before Kubernetes 1.35");

/// The statement that gives a database user all that reading needs: `SELECT` on Argo's table. Its columns and indexes,
/// which are looked up in `information_schema`, can be seen with it, and a query of one's own can be ended without any
/// right.
///
/// Source: MySQL 8.4 manual, "The INFORMATION_SCHEMA", "KILL Statement".
///
/// ```
/// use kubectl_argo_offload::cluster::permissions::grant;
///
/// assert_eq!(
///     grant("argo", "argo_workflows", "reader"),
///     "GRANT SELECT ON `argo`.`argo_workflows` TO 'reader'@'%'"
/// );
/// ```
#[must_use]
pub fn grant(database: &str, table: &str, user: &str) -> String {
    let name = |text: &str| text.replace('`', "``");
    let user = user.replace('\\', "\\\\").replace('\'', "''");
    format!("GRANT SELECT ON `{}`.`{}` TO '{user}'@'%'", name(database), name(table))
}

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

/// Whether somebody else has a right, by asking the cluster.
///
/// # Errors
/// The user may not ask that, or the cluster does not answer.
pub(crate) async fn is_allowed_to(
    cluster: &Cluster,
    question: &SubjectAccessReview,
) -> Result<bool, ClusterError> {
    let asking = Access::create("authorization.k8s.io", "subjectaccessreviews");
    let path = "/apis/authorization.k8s.io/v1/subjectaccessreviews";
    let answer: SubjectAccessReview = cluster.ask(path, question, &asking).await?;
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
         connection and makes no object), but for `enable` and `disable`, for `enable --smoke-test`, which makes a \
         workflow and deletes it, and for `--via relay`, which does so with a pod. Where `enable` makes the Secret, it also asks for `delete` on it, to put it back; pods are listed, and \
         their logs read, to watch the restart. A command says which right is missing, with the `kubectl create role` that \
         grants it. Without the rights in the controller's namespace, `get` still works through argo-server, with the \
         user's own token: `ARGO_SERVER` and `ARGO_TOKEN`. What is needed in the controller's and the database's \
         namespace is needed only where nodes are offloaded; what stands at an option comes on top.\n\n\
         | Command | Verb | Resource | Namespace | For | Without it |\n|---|---|---|---|---|---|\n",
    );
    for need in NEEDS {
        let Need { commands, verb, purpose, .. } = need;
        let commands: Vec<String> = commands.iter().map(|command| format!("`{command}`")).collect();
        let commands = commands.join(", ");
        let resource = need.access(None).kind_of_object();
        let scope = match need.scope {
            Scope::Workflows => "the workflows'",
            Scope::Controller => "the controller's",
            Scope::Database => "the database's",
        };
        let without = match need.without {
            Without::Fails => "fails",
            Without::Same(text) | Without::Other(text) => text,
        };
        let _ = writeln!(
            text,
            "| {commands} | {verb} | {resource} | {scope} | {purpose} | {without} |"
        );
    }
    text.push_str(
        "\nWhere neither Deployments nor pods may be listed, the ConfigMap suffices, with `--controller-namespace`: `size` \
         then takes the usual limit and the newest version, and says so. Where the controller's namespace is not given, \
         Deployments and pods are looked for in all namespaces first, and where that is forbidden in `argo` and the \
         current one.\n\n## In the database\nReading needs one right:\n\n```sql\n",
    );
    let _ = writeln!(text, "{};\n```", grant("DATABASE", "argo_workflows", "USER"));
    text.push_str(
        "\nThe table's columns and indexes, which are looked up first, can be seen with it; `schema_history`, which some \
         messages name, need not be. To end a query of one's own needs no right.\n",
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
    fn only_enable_disable_and_the_relay_change_an_object() {
        for need in NEEDS {
            let reads = matches!(need.verb, "get" | "list" | "watch");
            let forwards = need.resource == "pods/portforward";
            let changes = [RELAY, ENABLE, SMOKE_TEST, DISABLE, CHANGES].contains(&need.commands);
            assert!(reads || forwards || changes, "{need:?}");
        }
    }
}
