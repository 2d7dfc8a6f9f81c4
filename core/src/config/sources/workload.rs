//! What the manifests of controller and server say about how they run.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::config::finding::Span;
use crate::config::reading::origin::Origin;
use crate::config::sources::{Workload as Role, at, helm_values, is_mapping, member, text};
use crate::golang::ArgoVersion;
use crate::yaml::{Document, NodeId, Value};

/// A workload of the controller or server, or what Helm values make one of.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    pub(crate) role: Role,
    pub(crate) namespace: Option<String>,
    /// From the image's tag.
    pub(crate) version: Option<ArgoVersion>,
    pub(crate) replicas: Option<i64>,
    pub(crate) environment: Vec<Variable>,
    /// Whether it keeps to one namespace, or to those it is told: `--namespaced`, `--managed-namespace`.
    pub(crate) namespaced: bool,
    /// What `--configmap` names.
    pub(crate) config_map: Option<String>,
}

/// An environment variable with a value of its own.
#[derive(Clone, Debug)]
pub(crate) struct Variable {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Where the value stands; the whole entry when it has none.
    pub(crate) span: Span,
    pub(crate) name_span: Span,
}

/// A mapping with its document and its way out to a file.
#[derive(Clone, Copy)]
pub(crate) struct Located<'a> {
    pub(crate) document: &'a Document,
    pub(crate) file: usize,
    pub(crate) origin: &'a Origin,
}

impl Located<'_> {
    pub(crate) fn span(&self, id: NodeId) -> Span {
        let range: Range<usize> = self.document.node(id).span.clone();
        Span { file: self.file, range: self.origin.range(range) }
    }
}

/// Which of Argo's processes a Kubernetes workload runs.
pub(super) fn role(document: &Document, object: NodeId) -> Option<Role> {
    container(document, object).map(|(role, _)| role)
}

/// The containers of a Deployment, a StatefulSet or a Pod.
fn containers(document: &Document, object: NodeId) -> &[NodeId] {
    let pod = at(document, object, &["spec", "template"]).unwrap_or(object);
    at(document, pod, &["spec", "containers"]).map_or(&[], |list| document.items(list))
}

/// Argo's container and what it runs.
fn container(document: &Document, object: NodeId) -> Option<(Role, NodeId)> {
    containers(document, object).iter().find_map(|&container| {
        let image = at(document, container, &["image"])
            .and_then(|id| text(document, id))
            .unwrap_or_default();
        let words = words(document, container);
        let repository = image.rsplit('/').next().unwrap_or_default();
        if repository.starts_with("workflow-controller")
            || words.iter().any(|word| word == "workflow-controller")
        {
            return Some((Role::Controller, container));
        }
        let server = (repository.starts_with("argocli") || words.iter().any(|word| word == "argo"))
            && words.iter().any(|word| word == "server");
        server.then_some((Role::Server, container))
    })
}

/// A container's command and arguments.
fn words(document: &Document, container: NodeId) -> Vec<String> {
    ["command", "args"]
        .into_iter()
        .filter_map(|name| member(document, container, name))
        .flat_map(|list| document.items(list.value))
        .filter_map(|&word| text(document, word))
        .collect()
}

/// Reads a Kubernetes workload.
pub(crate) fn of_manifest(
    located: Located<'_>,
    object: NodeId,
    namespace: Option<&str>,
) -> Option<Workload> {
    let document = located.document;
    let (role, container) = container(document, object)?;
    let words = words(document, container);
    let option = |name: &str| {
        words.iter().enumerate().find_map(|(index, word)| match word.strip_prefix(name) {
            Some("") => words.get(index + 1).cloned(),
            Some(rest) => rest.strip_prefix('=').map(String::from),
            None => None,
        })
    };
    Some(Workload {
        role,
        namespace: namespace.map(String::from),
        version: at(document, container, &["image"])
            .and_then(|image| text(document, image))
            .and_then(|image| version_of_image(&image)),
        replicas: at(document, object, &["spec", "replicas"]).and_then(|id| integer(document, id)),
        environment: at(document, container, &["env"])
            .map(|list| environment(located, list))
            .unwrap_or_default(),
        namespaced: words.iter().any(|word| {
            word.starts_with("--namespaced") || word.starts_with("--managed-namespace")
        }),
        config_map: option("--configmap"),
    })
}

/// Reads what the values of the argo-workflows chart make of controller and server.
pub(crate) fn of_values(located: Located<'_>, root: NodeId) -> Vec<Workload> {
    let document = located.document;
    let Some(values) = helm_values(document, root) else { return Vec::new() };
    [(Role::Controller, "controller"), (Role::Server, "server")]
        .into_iter()
        .filter_map(|(role, name)| {
            let section = at(document, values, &[name])?;
            is_mapping(document, section).then(|| Workload {
                role,
                namespace: None,
                version: at(document, section, &["image", "tag"])
                    .filter(|&tag| document.text(tag).is_some_and(|tag| !tag.is_empty()))
                    .or_else(|| at(document, values, &["images", "tag"]))
                    .and_then(|tag| text(document, tag))
                    .and_then(|tag| tag.parse().ok()),
                replicas: at(document, section, &["replicas"]).and_then(|id| integer(document, id)),
                environment: at(document, section, &["extraEnv"])
                    .map(|list| environment(located, list))
                    .unwrap_or_default(),
                namespaced: at(document, values, &["singleNamespace"])
                    .is_some_and(|single| document.node(single).value == Value::Bool(true)),
                config_map: None,
            })
        })
        .collect()
}

fn environment(located: Located<'_>, list: NodeId) -> Vec<Variable> {
    let document = located.document;
    document
        .items(list)
        .iter()
        .filter_map(|&entry| {
            let name = at(document, entry, &["name"])?;
            if member(document, entry, "valueFrom").is_some() {
                return None;
            }
            let value = at(document, entry, &["value"]);
            Some(Variable {
                name: text(document, name)?,
                value: value.and_then(|value| text(document, value)).unwrap_or_default(),
                span: located.span(value.unwrap_or(entry)),
                name_span: located.span(name),
            })
        })
        .collect()
}

fn integer(document: &Document, id: NodeId) -> Option<i64> {
    match document.node(id).value {
        Value::Int(value) => Some(value),
        _ => None,
    }
}

/// `quay.io/argoproj/workflow-controller:v3.7.6` → 3.7.6; none for digests and `latest`.
fn version_of_image(image: &str) -> Option<ArgoVersion> {
    let image = image.split('@').next()?;
    let (_, tag) = image.rsplit_once(':')?;
    tag.parse().ok()
}
