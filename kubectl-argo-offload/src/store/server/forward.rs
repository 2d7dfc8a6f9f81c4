//! argo-server's pod in a cluster.

use k8s_openapi::api::core::v1::{Container, Pod};
use serde::Deserialize;

use crate::cluster::{Access, Cluster, ClusterError, ErrorKind, SERVER_LABELS, is_server};
use crate::tunnel::Target;

/// The port where nothing says another.
///
/// Source: Argo Workflows v3.7.6, cmd/argo/commands/server.go.
const PORT: u16 = 2746;
/// A pod of argo-server.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) target: Target,
    pub(super) is_secure: bool,
}

#[derive(Deserialize)]
struct Pods {
    items: Vec<Pod>,
}

/// A ready pod of argo-server.
pub(super) async fn find(cluster: &Cluster, namespace: &str) -> Result<Found, ClusterError> {
    let access = Access::list("", "pods").in_namespace(namespace);
    for labels in SERVER_LABELS {
        let labels = labels.replace('=', "%3D").replace(',', "%2C").replace('/', "%2F");
        let path = format!("/api/v1/namespaces/{namespace}/pods?labelSelector={labels}");
        let pods: Pods = cluster.object(&path, &access).await?;
        if let Some(found) = pods.items.iter().find_map(|pod| of_pod(pod, namespace)) {
            return Ok(found);
        }
    }
    Err(ClusterError::new(
        ErrorKind::NotFound,
        format_args!("there is no ready argo-server in the namespace {namespace}"),
    )
    .with_help(
        "say where it is: ARGO_SERVER=HOST:PORT; or look: kubectl get pods -A -l app=argo-server",
    ))
}

fn of_pod(pod: &Pod, namespace: &str) -> Option<Found> {
    let conditions = pod.status.as_ref()?.conditions.as_ref()?;
    let ready = conditions.iter().any(|one| one.type_ == "Ready" && one.status == "True");
    if !ready || pod.metadata.deletion_timestamp.is_some() {
        return None;
    }
    let container = pod.spec.as_ref()?.containers.iter().find(|container| is_server(container))?;
    let words: Vec<&str> = words(container).collect();
    let ports = container.ports.iter().flatten().map(|port| port.container_port);
    let port = flag(&words, &["--port", "-p"]).and_then(|port| port.parse().ok());
    let port =
        port.or_else(|| ports.filter_map(|port| u16::try_from(port).ok()).next()).unwrap_or(PORT);
    let scheme = container
        .readiness_probe
        .as_ref()
        .and_then(|probe| probe.http_get.as_ref()?.scheme.clone());
    let variable = container.env.iter().flatten().find(|variable| variable.name == "ARGO_SECURE");
    // TLS unless something says otherwise; viper binds the flag to the variable.
    let says_no = words.iter().any(|word| matches!(*word, "--secure=false" | "-e=false"))
        || variable.is_some_and(|variable| variable.value.as_deref() == Some("false"))
        || scheme.as_deref() == Some("HTTP");
    Some(Found {
        target: Target { namespace: namespace.to_owned(), pod: pod.metadata.name.clone()?, port },
        is_secure: !says_no,
    })
}

fn words(container: &Container) -> impl Iterator<Item = &str> {
    [&container.command, &container.args].into_iter().flatten().flatten().map(String::as_str)
}

fn flag<'a>(words: &[&'a str], names: &[&str]) -> Option<&'a str> {
    words.iter().enumerate().find_map(|(index, word)| {
        names.iter().find_map(|name| match word.strip_prefix(name)? {
            "" => words.get(index + 1).copied(),
            rest => rest.strip_prefix('='),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn found(container: serde_json::Value, ready: &str) -> Option<(u16, bool)> {
        let pod = json!({
            "metadata": {"name": "argo-server-1"},
            "spec": {"containers": [{"name": "mesh"}, container]},
            "status": {"conditions": [{"type": "Ready", "status": ready}]},
        });
        let pod: Pod = serde_json::from_value(pod).expect("a Pod");
        of_pod(&pod, "argo").map(|found| (found.target.port, found.is_secure))
    }

    #[test]
    fn the_pod_says_port_and_scheme() {
        let upstream = json!({"name": "argo-server", "args": ["server"], "ports": [{"containerPort": 2746}],
            "readinessProbe": {"httpGet": {"port": 2746, "scheme": "HTTPS"}}});
        assert_eq!(found(upstream.clone(), "True"), Some((2746, true)));
        assert_eq!(found(upstream, "False"), None);
        let plain = json!({"name": "x", "image": "quay.io/argoproj/argocli:v3.7.6",
            "args": ["server", "--secure=false", "-p", "80"]});
        assert_eq!(found(plain, "True"), Some((80, false)));
        let variable = json!({"name": "x", "args": ["server"], "env": [{"name": "ARGO_SECURE", "value": "false"}]});
        assert_eq!(found(variable, "True"), Some((2746, false)));
    }
}
