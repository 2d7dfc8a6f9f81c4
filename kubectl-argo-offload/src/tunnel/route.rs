use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::{Pod, Service, ServicePort};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde::Deserialize;

use super::Via;
use super::host::service_host;
use crate::cluster::{Access, Cluster, ClusterError, ErrorKind};
use crate::output::shortened;

/// How a host and port are reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// From here.
    Direct {
        /// Where.
        host: String,
        /// Where.
        port: u16,
    },
    /// Through a pod of the cluster.
    Through(Target),
}

/// A port of a pod.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod.
    pub pod: String,
    /// The pod's port.
    pub port: u16,
}

impl std::fmt::Display for Target {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}/pod/{}:{}", self.namespace, self.pod, self.port)
    }
}

/// Finds the way to a host and port; a name is looked up as the controller, in its namespace, would.
///
/// # Errors
/// What `via` names is not there or has no ready pod, or the user may not look.
pub async fn route(
    cluster: &Cluster,
    via: &Via,
    host: &str,
    port: u16,
    controller_namespace: &str,
) -> Result<Route, ClusterError> {
    let namespace =
        |given: &Option<String>| given.clone().unwrap_or_else(|| controller_namespace.into());
    match via {
        Via::Direct => Ok(Route::Direct { host: host.to_owned(), port }),
        Via::Pod { name, namespace: given } => {
            let target = Target { namespace: namespace(given), pod: name.clone(), port };
            running(cluster, &target).await?;
            Ok(Route::Through(target))
        }
        Via::Service { name, namespace: given } => {
            let namespace = namespace(given);
            let service = service(cluster, &namespace, name).await?;
            through(cluster, &namespace, name, &service, port).await.map(Route::Through)
        }
        // Who makes the pod knows what it is made of.
        Via::Relay => Err(ClusterError::new(
            ErrorKind::Configuration,
            "a relay leads to the controller's own database alone",
        )
        .with_help("another way: --via direct, svc/NAME or pod/NAME")),
        // Inside the cluster its names and addresses are reached as the controller reaches them.
        Via::Auto if cluster.is_inside() => Ok(Route::Direct { host: host.to_owned(), port }),
        Via::Auto => automatic(cluster, host, port, controller_namespace).await,
    }
}

async fn automatic(
    cluster: &Cluster,
    host: &str,
    port: u16,
    controller_namespace: &str,
) -> Result<Route, ClusterError> {
    let direct = || Ok(Route::Direct { host: host.to_owned(), port });
    let Some(found) = service_host(host, controller_namespace) else { return direct() };
    let namespace = &found.namespace;
    if let Some(pod) = found.pod {
        let target = Target { namespace: namespace.clone(), pod, port };
        return running(cluster, &target).await.map(|()| Route::Through(target));
    }
    let service = match service(cluster, namespace, &found.service).await {
        Ok(service) => service,
        // A name such as `db.lan` can be of either world: only the cluster's own are certain.
        Err(error) if !found.certain && (error.is_not_found() || error.is_forbidden()) => {
            return direct();
        }
        Err(error) => {
            return Err(match error.help() {
                Some(help) => {
                    let help =
                        format!("{help}; --via direct does not look, --via svc/NAME names another");
                    error.clone().with_help(help)
                }
                None => error,
            });
        }
    };
    let specification = service.spec.as_ref();
    if let Some(name) = specification.and_then(|spec| spec.external_name.clone()) {
        return Ok(Route::Direct { host: name, port });
    }
    through(cluster, namespace, &found.service, &service, port).await.map(Route::Through)
}

async fn service(cluster: &Cluster, namespace: &str, name: &str) -> Result<Service, ClusterError> {
    let access = Access::get("", "services").in_namespace(namespace).named(name);
    let path = format!("/api/v1/namespaces/{namespace}/services/{name}");
    cluster.object(&path, &access).await.map_err(|error| {
        if error.is_not_found() {
            return error.with_help(format_args!("kubectl get services -n {namespace}"));
        }
        error
    })
}

/// Checks that a pod is there and running.
async fn running(cluster: &Cluster, target: &Target) -> Result<(), ClusterError> {
    let Target { namespace, pod, .. } = target;
    let access = Access::get("", "pods").in_namespace(namespace).named(pod);
    let path = format!("/api/v1/namespaces/{namespace}/pods/{pod}");
    let found: Pod = cluster.object(&path, &access).await?;
    let phase = found.status.and_then(|status| status.phase).unwrap_or_default();
    if phase == "Running" {
        return Ok(());
    }
    Err(ClusterError::new(
        ErrorKind::Answer,
        format_args!(
            "the pod {pod} in the namespace {namespace} is not running: {}",
            shortened(&phase, 40)
        ),
    )
    .with_help(format_args!("kubectl describe pod {pod} -n {namespace}")))
}

#[derive(Deserialize)]
struct Pods {
    items: Vec<Pod>,
}

/// A ready pod of a Service and its port there.
async fn through(
    cluster: &Cluster,
    namespace: &str,
    name: &str,
    service: &Service,
    port: u16,
) -> Result<Target, ClusterError> {
    let specification = service.spec.clone().unwrap_or_default();
    let ports = specification.ports.unwrap_or_default();
    let chosen = chosen_port(&ports, port).ok_or_else(|| {
        let all: Vec<String> = ports.iter().map(|port| port.port.to_string()).collect();
        ClusterError::new(
            ErrorKind::Several,
            format_args!(
                "the Service {name} in the namespace {namespace} has no port {port}; it has: {}",
                if all.is_empty() { "none".into() } else { all.join(", ") }
            ),
        )
        .with_help("name a pod instead: --via pod/NAME")
    })?;
    let selector: BTreeMap<String, String> = specification.selector.unwrap_or_default();
    if selector.is_empty() {
        return Err(ClusterError::new(
            ErrorKind::Answer,
            format_args!("the Service {name} in the namespace {namespace} has no selector, so no pods of its own"),
        )
        .with_help("reach its endpoint with --via direct, or through a pod that can: --via pod/NAME"));
    }
    let selector: Vec<String> =
        selector.iter().map(|(label, value)| format!("{label}%3D{value}")).collect();
    let access = Access::list("", "pods").in_namespace(namespace);
    let path =
        format!("/api/v1/namespaces/{namespace}/pods?labelSelector={}", selector.join("%2C"));
    let pods: Pods = cluster.object(&path, &access).await?;
    let count = pods.items.len();
    let Some(pod) = pods.items.iter().find(|pod| is_ready(pod)) else {
        return Err(ClusterError::new(
            ErrorKind::Answer,
            format_args!(
                "the Service {name} in the namespace {namespace} has no ready pod, of {count}"
            ),
        )
        .with_help(format_args!("kubectl get endpointslices,pods -n {namespace}")));
    };
    let target = target_port(chosen, pod).ok_or_else(|| {
        ClusterError::new(
            ErrorKind::Answer,
            format_args!(
                "no container of a pod of the Service {name} in {namespace} has its target port"
            ),
        )
        .with_help("name a pod instead: --via pod/NAME")
    })?;
    let pod = pod.metadata.name.clone().unwrap_or_default();
    Ok(Target { namespace: namespace.to_owned(), pod, port: target })
}

/// The Service's port of that number, else its only one.
fn chosen_port(ports: &[ServicePort], port: u16) -> Option<&ServicePort> {
    let named = ports.iter().find(|one| one.port == i32::from(port));
    named.or(match ports {
        [one] => Some(one),
        _ => None,
    })
}

/// The number of a Service's port in a pod.
fn target_port(port: &ServicePort, pod: &Pod) -> Option<u16> {
    let number = match &port.target_port {
        None => Some(port.port),
        Some(IntOrString::Int(number)) => Some(*number),
        Some(IntOrString::String(name)) => {
            let containers = pod.spec.as_ref()?.containers.iter();
            let mut ports = containers.flat_map(|container| container.ports.iter().flatten());
            ports.find(|port| port.name.as_deref() == Some(name)).map(|port| port.container_port)
        }
    };
    number.and_then(|number| u16::try_from(number).ok())
}

fn is_ready(pod: &Pod) -> bool {
    let conditions = pod.status.as_ref().and_then(|status| status.conditions.as_ref());
    pod.metadata.deletion_timestamp.is_none()
        && conditions.into_iter().flatten().any(|one| one.type_ == "Ready" && one.status == "True")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_service_leads_to_the_port_of_the_pod() {
        let pod: Pod = serde_json::from_value(json!({
            "metadata": {"name": "mysql-0"},
            "spec": {"containers": [{"name": "x"}, {"name": "y", "ports": [{"name": "sql", "containerPort": 13306}]}]},
            "status": {"conditions": [{"type": "Ready", "status": "True"}]},
        }))
        .expect("a Pod");
        assert!(is_ready(&pod));
        let ports = |text| -> Vec<ServicePort> { serde_json::from_value(text).expect("ports") };
        let target = |text, port| {
            let ports = ports(text);
            chosen_port(&ports, port).and_then(|port| target_port(port, &pod))
        };
        assert_eq!(target(json!([{"port": 3306}]), 3306), Some(3306));
        assert_eq!(
            target(json!([{"port": 3306, "targetPort": "sql"}, {"port": 80}]), 3306),
            Some(13306)
        );
        assert_eq!(target(json!([{"port": 6033, "targetPort": 6034}]), 3306), Some(6034));
        assert_eq!(target(json!([{"port": 1}, {"port": 2}]), 3306), None);
        assert_eq!(target(json!([{"port": 3306, "targetPort": "other"}]), 3306), None);
        assert_eq!(target(json!([]), 3306), None);
    }
}
