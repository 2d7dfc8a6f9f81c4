//! Looking for the controller.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Pod;

use super::workload::{deployment_of, of_deployment, of_pod};
use super::{CONFIG_MAP, Controller};
use crate::cli::ControllerArguments;
use crate::cluster::access::Access;
use crate::cluster::error::{ClusterError, ErrorKind};
use crate::cluster::list::list;
use crate::cluster::request::Cluster;
use crate::cluster::{is_name, read_config_map};

/// Where the controller is when nothing else is known.
const USUAL_NAMESPACE: &str = "argo";

/// How Deployments of controllers are asked for in the whole cluster: upstream's manifests give theirs a name and no
/// labels, the Helm chart gives it labels.
const DEPLOYMENTS: [(&str, &str); 3] = [
    ("fieldSelector", "metadata.name=workflow-controller"),
    ("labelSelector", "app.kubernetes.io/part-of=argo-workflows"),
    ("labelSelector", "app.kubernetes.io/component=workflow-controller"),
];
/// How pods of controllers are asked for; kustomize's prefixes leave these labels alone.
pub(in crate::cluster) const PODS: [(&str, &str); 2] = [
    ("labelSelector", "app=workflow-controller"),
    ("labelSelector", "app.kubernetes.io/component=workflow-controller"),
];

type Found = BTreeMap<(String, String), Controller>;

/// The controllers that a user can see.
#[derive(Debug)]
pub struct Controllers {
    /// By namespace and name.
    pub found: Vec<Controller>,
    /// The first right that is lacking to see all of them.
    pub hidden: Option<ClusterError>,
}

/// The workflow-controller: in the namespace that is named, else wherever there is one.
///
/// Of several, the only one that runs the workflows of `workflows` and no others is meant; `None` is all namespaces.
/// Where neither Deployments nor pods can be seen, as in managed clusters, its ConfigMap suffices.
///
/// # Errors
/// There are several, or none, or the user may see neither of its objects.
pub async fn find_controller(
    cluster: &Cluster,
    flags: &ControllerArguments,
    workflows: Option<&str>,
) -> Result<Controller, ClusterError> {
    for name in [&flags.controller_namespace, &flags.configmap].into_iter().flatten() {
        if !is_name(name) {
            return Err(ClusterError::new(
                ErrorKind::Configuration,
                format_args!("{name:?} is no name of a namespace or ConfigMap"),
            ));
        }
    }
    let Controllers { mut found, hidden } =
        find_controllers(cluster, flags.controller_namespace.as_deref()).await?;
    if let Some(name) = &flags.configmap {
        // With one controller, the name is what its ConfigMap is called; with several it says which one is meant.
        if found.len() == 1 {
            found.iter_mut().for_each(|controller| controller.config_map.clone_from(name));
        } else {
            found.retain(|controller| controller.config_map == *name);
        }
    }
    if found.len() > 1 {
        let manages =
            |one: &Controller| workflows.is_some() && one.managed_namespace.as_deref() == workflows;
        if found.iter().filter(|one| manages(one)).count() == 1 {
            found.retain(manages);
        }
    }
    match found.len() {
        0 => by_config_map(cluster, flags, hidden).await,
        1 => found.pop().ok_or_else(|| none_found(flags)),
        _ => Err(several(&found)),
    }
}

/// Every controller that can be seen: in one namespace, or wherever there is one.
///
/// # Errors
/// The API does not answer.
pub async fn find_controllers(
    cluster: &Cluster,
    namespace: Option<&str>,
) -> Result<Controllers, ClusterError> {
    let mut found = Found::new();
    let mut hidden = None;
    match namespace {
        Some(namespace) => look_in(cluster, namespace, &mut found, &mut hidden).await?,
        None => {
            look_everywhere(cluster, &mut found, &mut hidden).await?;
            if hidden.is_some() {
                for namespace in usual_namespaces(cluster) {
                    look_in(cluster, &namespace, &mut found, &mut hidden).await?;
                }
            }
        }
    }
    Ok(Controllers { found: found.into_values().collect(), hidden })
}

fn usual_namespaces(cluster: &Cluster) -> Vec<String> {
    let mut all = vec![USUAL_NAMESPACE.to_owned(), cluster.namespace().to_owned()];
    all.dedup();
    all
}

async fn look_everywhere(
    cluster: &Cluster,
    found: &mut Found,
    hidden: &mut Option<ClusterError>,
) -> Result<(), ClusterError> {
    let access = Access::list("apps", "deployments");
    for (selector, value) in DEPLOYMENTS {
        let Some(all) = seen(
            list(cluster, "/apis/apps/v1/deployments", &access, Some((selector, value))).await,
            hidden,
        )?
        else {
            break;
        };
        all.iter().filter_map(of_deployment).for_each(|controller| keep(found, controller));
    }
    let access = Access::list("", "pods");
    for (selector, value) in PODS {
        let Some(all) =
            seen(list(cluster, "/api/v1/pods", &access, Some((selector, value))).await, hidden)?
        else {
            break;
        };
        keep_pods(found, &all);
    }
    Ok(())
}

async fn look_in(
    cluster: &Cluster,
    namespace: &str,
    found: &mut Found,
    hidden: &mut Option<ClusterError>,
) -> Result<(), ClusterError> {
    let access = Access::list("apps", "deployments").in_namespace(namespace);
    let path = format!("/apis/apps/v1/namespaces/{namespace}/deployments");
    if let Some(all) = seen(list(cluster, &path, &access, None).await, hidden)? {
        all.iter().filter_map(of_deployment).for_each(|controller| keep(found, controller));
    }
    let access = Access::list("", "pods").in_namespace(namespace);
    for (selector, value) in PODS {
        let path = format!("/api/v1/namespaces/{namespace}/pods");
        let Some(all) = seen(list(cluster, &path, &access, Some((selector, value))).await, hidden)?
        else {
            break;
        };
        keep_pods(found, &all);
    }
    Ok(())
}

fn keep(found: &mut Found, controller: Controller) {
    let workload = controller.workload.clone().unwrap_or_default();
    found.insert((controller.namespace.clone(), workload), controller);
}

/// Pods whose Deployment is not known, as it cannot be seen or has another name.
fn keep_pods(found: &mut Found, pods: &[Pod]) {
    for pod in pods {
        let Some(controller) = of_pod(pod) else { continue };
        let workload = match deployment_of(pod) {
            Some(name) => format!("deployment/{name}"),
            None => controller.workload.clone().unwrap_or_default(),
        };
        let key = (controller.namespace.clone(), workload.clone());
        found.entry(key).or_insert(Controller { workload: Some(workload), ..controller });
    }
}

/// What could be seen; `None` and a note where the user may not look.
fn seen<T>(
    result: Result<T, ClusterError>,
    hidden: &mut Option<ClusterError>,
) -> Result<Option<T>, ClusterError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_forbidden() => {
            hidden.get_or_insert(error);
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// A controller of which only the ConfigMap can be seen.
async fn by_config_map(
    cluster: &Cluster,
    flags: &ControllerArguments,
    hidden: Option<ClusterError>,
) -> Result<Controller, ClusterError> {
    let name = flags.configmap.as_deref().unwrap_or(CONFIG_MAP);
    let namespaces = match &flags.controller_namespace {
        Some(namespace) => vec![namespace.clone()],
        None => usual_namespaces(cluster),
    };
    let mut hidden = hidden;
    for namespace in namespaces {
        match read_config_map(cluster, &namespace, name).await {
            Ok(_) => {
                return Ok(Controller {
                    namespace,
                    workload: None,
                    config_map: name.to_owned(),
                    image: None,
                    version: None,
                    environment: BTreeMap::new(),
                    unknown_environment: Vec::new(),
                    replicas: None,
                    managed_namespace: None,
                });
            }
            // The ConfigMap is what is needed most: its right is the one to name.
            Err(error) if error.is_forbidden() => hidden = Some(error),
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error),
        }
    }
    Err(hidden.unwrap_or_else(|| none_found(flags)))
}

fn none_found(flags: &ControllerArguments) -> ClusterError {
    let place = match &flags.controller_namespace {
        Some(namespace) => format!("in the namespace {namespace}"),
        None => "in this cluster".into(),
    };
    ClusterError::new(
        ErrorKind::NotFound,
        format_args!("there is no workflow-controller {place}, nor its ConfigMap"),
    )
    .with_help("say where it is: --controller-namespace NAMESPACE, and --configmap NAME")
}

fn several(found: &[Controller]) -> ClusterError {
    let list: Vec<String> = found
        .iter()
        .take(10)
        .map(|controller| format!("{} (ConfigMap {})", controller.place(), controller.config_map))
        .collect();
    let same = found.iter().all(|controller| controller.namespace == found[0].namespace);
    let help = if same {
        "say which one: --configmap NAME"
    } else {
        "say which one: --controller-namespace NAMESPACE"
    };
    ClusterError::new(
        ErrorKind::Several,
        format_args!("there are {} workflow-controllers: {}", found.len(), list.join(", ")),
    )
    .with_help(help)
}
