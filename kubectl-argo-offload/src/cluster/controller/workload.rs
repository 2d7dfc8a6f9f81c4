//! What a pod's specification says about the controller in it.

use std::collections::BTreeMap;

use k8s_openapi::api::apps::v1::Deployment;
use k8s_openapi::api::core::v1::{Container, Pod, PodSpec};

use super::{CONFIG_MAP, Controller, Replicas};
use crate::cluster::is_name;

/// The controller of a Deployment, if it runs one.
pub(super) fn of_deployment(deployment: &Deployment) -> Option<Controller> {
    let specification = deployment.spec.as_ref()?;
    let mut controller = of_specification(
        specification.template.spec.as_ref()?,
        namespace(&deployment.metadata.namespace)?,
    )?;
    controller.workload = Some(format!("deployment/{}", deployment.metadata.name.as_ref()?));
    let status = deployment.status.as_ref();
    controller.replicas = Some(Replicas {
        wanted: specification.replicas.unwrap_or(1),
        ready: status.and_then(|status| status.ready_replicas).unwrap_or(0),
    });
    Some(controller)
}

/// The controller of a pod, if it runs one.
pub(super) fn of_pod(pod: &Pod) -> Option<Controller> {
    let mut controller = of_specification(pod.spec.as_ref()?, namespace(&pod.metadata.namespace)?)?;
    controller.workload = Some(format!("pod/{}", pod.metadata.name.as_ref()?));
    Some(controller)
}

/// The Deployment that a pod belongs to, by the names of its ReplicaSet.
pub(in crate::cluster) fn deployment_of(pod: &Pod) -> Option<String> {
    let owners = pod.metadata.owner_references.as_ref()?;
    let owner = owners.iter().find(|owner| owner.kind == "ReplicaSet")?;
    owner.name.rsplit_once('-').map(|(name, _)| name.to_owned())
}

fn namespace(namespace: &Option<String>) -> Option<&str> {
    namespace.as_deref().filter(|namespace| is_name(namespace))
}

fn of_specification(specification: &PodSpec, namespace: &str) -> Option<Controller> {
    let container = specification.containers.iter().find(|container| is_controller(container))?;
    let words: Vec<&str> = words(container).collect();
    let mut environment = BTreeMap::new();
    let mut unknown_environment = Vec::new();
    for variable in container.env.iter().flatten() {
        match (&variable.value, &variable.value_from) {
            (_, Some(_)) => unknown_environment.push(variable.name.clone()),
            (value, None) => {
                environment.insert(variable.name.clone(), value.clone().unwrap_or_default());
            }
        }
    }
    if container.env_from.as_ref().is_some_and(|from| !from.is_empty()) {
        unknown_environment.push("envFrom".into());
    }
    // Flags can be set by the environment too: cmd/workflow-controller/main.go binds them through viper.
    let option = |flag: &str, variable: &str| {
        flag_of(&words, flag)
            .or_else(|| environment.get(variable).cloned())
            .filter(|value| !value.is_empty())
    };
    let namespaced = words.iter().any(|word| matches!(*word, "--namespaced" | "--namespaced=true"))
        || environment.get("ARGO_NAMESPACED").is_some_and(|value| value == "true");
    let managed = option("--managed-namespace", "ARGO_MANAGED_NAMESPACE");
    let image = container.image.clone();
    Some(Controller {
        namespace: namespace.to_owned(),
        workload: None,
        config_map: option("--configmap", "ARGO_CONFIGMAP").unwrap_or_else(|| CONFIG_MAP.into()),
        version: image.as_deref().and_then(version_of_image),
        image,
        // Without --namespaced, --managed-namespace is ignored.
        managed_namespace: namespaced.then(|| managed.unwrap_or_else(|| namespace.to_owned())),
        environment,
        unknown_environment,
        replicas: None,
    })
}

fn words(container: &Container) -> impl Iterator<Item = &str> {
    [&container.command, &container.args].into_iter().flatten().flatten().map(String::as_str)
}

pub(in crate::cluster) fn is_controller(container: &Container) -> bool {
    let image = container.image.as_deref().unwrap_or_default();
    image.rsplit('/').next().unwrap_or_default().starts_with("workflow-controller")
        || words(container).any(|word| word.rsplit('/').next() == Some("workflow-controller"))
}

/// `--flag value` or `--flag=value`; the last counts.
fn flag_of(words: &[&str], flag: &str) -> Option<String> {
    words.iter().enumerate().rev().find_map(|(index, word)| match word.strip_prefix(flag)? {
        "" => words.get(index + 1).map(|value| (*value).to_owned()),
        rest => rest.strip_prefix('=').map(ToOwned::to_owned),
    })
}

/// `quay.io/argoproj/workflow-controller:v3.7.6@sha256:…` → 3.7.6; none for digests alone and `latest`.
fn version_of_image(image: &str) -> Option<argo_offload_core::golang::ArgoVersion> {
    let (_, tag) = image.split('@').next()?.rsplit_once(':')?;
    tag.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deployment(container: serde_json::Value) -> Option<Controller> {
        let deployment = json!({
            "metadata": {"name": "wc", "namespace": "flows"},
            "spec": {
                "replicas": 2, "selector": {}, "template": {"spec": {"containers": [{"name": "proxy"}, container]}},
            },
            "status": {"readyReplicas": 1},
        });
        of_deployment(&serde_json::from_value(deployment).expect("a Deployment"))
    }

    #[test]
    fn helm_and_kustomize_say_how_the_controller_runs() {
        let found = deployment(json!({
            "name": "controller", "image": "quay.io/argoproj/workflow-controller:v3.7.6@sha256:0",
            "command": ["workflow-controller"],
            "args": ["--configmap", "a", "--namespaced", "--configmap=chart-configmap"],
            "env": [{"name": "MAX_WORKFLOW_SIZE", "value": "2048"}, {"name": "POD", "valueFrom": {}}],
        }));
        let found = found.expect("a controller");
        assert_eq!(found.config_map, "chart-configmap");
        assert_eq!(found.version.map(|version| version.to_string()).as_deref(), Some("3.7.6"));
        assert_eq!(found.managed_namespace.as_deref(), Some("flows"));
        assert_eq!((found.max_workflow_bytes(), found.always_offload()), (2048, false));
        assert_eq!(found.unknown_environment, ["POD"]);
        assert_eq!(found.replicas, Some(Replicas { wanted: 2, ready: 1 }));
        assert_eq!(found.place(), "flows/deployment/wc");
    }

    #[test]
    fn a_mirrored_image_is_known_by_its_command_and_its_environment_counts() {
        let found = deployment(json!({
            "name": "x", "image": "registry:5000/mirror/argo", "command": ["/bin/workflow-controller"],
            "args": ["--managed-namespace", "ignored"],
            "env": [{"name": "ARGO_CONFIGMAP", "value": "c"}, {"name": "ALWAYS_OFFLOAD_NODE_STATUS", "value": "true"}],
        }));
        let found = found.expect("a controller");
        assert_eq!(
            (&*found.config_map, found.version, found.managed_namespace.clone()),
            ("c", None, None)
        );
        assert!(found.always_offload());
        assert_eq!(deployment(json!({"name": "x", "image": "argocli", "args": ["server"]})), None);
    }
}
