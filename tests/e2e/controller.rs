//! The controller is found, and what it is told about the database is read as it reads it.

use anyhow::Result;
use argo_offload_core::golang::ArgoVersion;
use kubectl_argo_offload::cli::ControllerArguments;
use kubectl_argo_offload::cluster::{
    Access, ClusterError, Controller, ErrorKind, OwnerKind, configuration, connect,
    find_controller, owner_of, permissions, read_config_map, secret_text,
};
use kubectl_argo_offload::store::mysql::Persistence;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::reach::{as_user, fresh_namespace, run};
use crate::tests;
use crate::world::World;

tests!(
    a_deployment_of_the_helm_chart_says_how_the_controller_runs,
    where_only_the_config_map_can_be_seen_it_suffices,
    the_database_and_its_password_are_those_of_the_controller,
    rights_are_asked_for_before_they_are_used,
    the_owner_of_a_config_map_is_seen_in_what_the_api_keeps,
);

/// A Deployment whose pods never start.
fn deployment(namespace: &str, name: &str, labels: &Value, container: &Value) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "Deployment",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": 0, "selector": {"matchLabels": {"app": name}},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}},
        },
    })
}

fn in_namespace(namespace: &str) -> ControllerArguments {
    ControllerArguments {
        controller_namespace: Some(namespace.into()),
        ..ControllerArguments::default()
    }
}

fn found(world: &World, flags: &ControllerArguments) -> Result<Controller, ClusterError> {
    let mut found = None;
    run(async {
        let connection = connect(&as_user(world, "admin", "default")).await?;
        found = Some(find_controller(&connection, flags, None).await);
        Ok(())
    })
    .expect("connect");
    found.expect("an answer")
}

fn a_deployment_of_the_helm_chart_says_how_the_controller_runs(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "chart")?;
    let labels = json!({"app.kubernetes.io/part-of": "argo-workflows", "app.kubernetes.io/component": "workflow-controller"});
    let container = json!({
        "name": "controller", "image": "quay.io/argoproj/workflow-controller:v3.6.12", "command": ["workflow-controller"],
        "args": ["--configmap", "flows-configmap"], "env": [{"name": "MAX_WORKFLOW_SIZE", "value": "2048"}],
    });
    let object = deployment(&namespace, "flows-controller", &labels, &container);
    world.cluster.apply(&object.to_string())?;
    let controller = found(world, &in_namespace(&namespace)).expect("a controller");
    assert_eq!(controller.place(), format!("{namespace}/deployment/flows-controller"));
    assert_eq!(controller.config_map, "flows-configmap");
    assert_eq!(controller.version.map(|version| (version.major, version.minor)), Some((3, 6)));
    assert_eq!(controller.max_workflow_bytes(), 2048);
    let second = deployment(
        &namespace,
        "second",
        &json!({}),
        &json!({"name": "x", "image": "workflow-controller:v3.7.6"}),
    );
    world.cluster.apply(&second.to_string())?;
    let error = found(world, &in_namespace(&namespace)).expect_err("two of them");
    assert_eq!(error.kind(), &ErrorKind::Several);
    assert!(error.to_string().contains("deployment/flows-controller"), "{error}");
    let flags = ControllerArguments {
        configmap: Some("flows-configmap".into()),
        ..in_namespace(&namespace)
    };
    assert_eq!(
        found(world, &flags).expect("the named one").workload.as_deref(),
        Some("deployment/flows-controller")
    );
    world.cluster.kubectl(&["delete", "deployment", "-n", &namespace, "--all"])?;
    Ok(())
}

fn where_only_the_config_map_can_be_seen_it_suffices(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "managed")?;
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "workflow-controller-configmap", "namespace": namespace}});
    let role = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "metadata": {"name": "one", "namespace": namespace},
        "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"]}]});
    let binding = json!({"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "metadata": {"name": "one", "namespace": namespace},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "one"},
        "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "nobody"}]});
    for object in [map, role, binding] {
        world.cluster.apply(&object.to_string())?;
    }
    run(async {
        let connection = connect(&as_user(world, "nobody", &namespace)).await.expect("connect");
        let controller = find_controller(&connection, &in_namespace(&namespace), None)
            .await
            .expect("its ConfigMap");
        assert_eq!(
            (controller.workload, controller.config_map.as_str()),
            (None, "workflow-controller-configmap")
        );
        let error = find_controller(&connection, &in_namespace("kube-system"), None)
            .await
            .expect_err("nothing");
        assert!(error.is_forbidden(), "{error:?}");
        assert!(
            error.to_string().contains("get configmaps \"workflow-controller-configmap\""),
            "{error}"
        );
        Ok(())
    })
}

fn the_database_and_its_password_are_those_of_the_controller(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let controller = find_controller(&connection, &in_namespace(&namespace), None)
            .await
            .expect("a controller");
        let found = configuration(&connection, &controller, ArgoVersion::NEWEST)
            .await
            .expect("a ConfigMap");
        let persistence = found.persistence().expect("accepted").expect("persistence");
        assert!(persistence.offloading);
        let database = Persistence::parse(&persistence.json).expect("a database");
        assert_eq!(database.cluster_name, "default");
        let password =
            secret_text(&connection, &namespace, &database.password).await.expect("a password");
        let same = world.cluster.kubectl(&[
            "get",
            "secret",
            "-n",
            &namespace,
            &database.password.name,
            "-o",
            &format!("go-template={{{{index .data {:?} | base64decode}}}}", database.password.key),
        ])?;
        assert!(password.expose_secret() == same, "the password differs");
        let wrong =
            kubectl_argo_offload::cluster::SecretKey { key: "none".into(), ..database.password };
        let error = secret_text(&connection, &namespace, &wrong).await.expect_err("no key");
        assert!(
            error.is_not_found() && !format!("{error:?}").contains(password.expose_secret()),
            "{error:?}"
        );
        Ok(())
    })
}

fn rights_are_asked_for_before_they_are_used(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let connection = connect(&as_user(world, "reader", &namespace)).await.expect("connect");
        let need = |verb, resource| {
            let need = permissions::NEEDS
                .iter()
                .find(|need| need.verb == verb && need.resource == resource);
            need.expect("in the table").access(Some(&namespace))
        };
        permissions::check(&connection, &[need("get", "workflows"), need("list", "workflows")])
            .await
            .expect("allowed");
        let secrets: Access = need("get", "secrets");
        let error = permissions::check(&connection, &[need("get", "workflows"), secrets])
            .await
            .expect_err("denied");
        assert_eq!(
            error.to_string(),
            format!("you may not get secrets in the namespace {namespace}")
        );
        let forward = need("create", "pods/portforward");
        assert!(!permissions::is_allowed(&connection, &forward).await.expect("an answer"));
        let admin = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        assert!(permissions::is_allowed(&admin, &forward).await.expect("an answer"));
        Ok(())
    })
}

fn the_owner_of_a_config_map_is_seen_in_what_the_api_keeps(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "owned")?;
    let map = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "b"}, "metadata": {"name": "x", "namespace": namespace}});
    let file = tempfile::NamedTempFile::new()?;
    std::fs::write(file.path(), map.to_string())?;
    let file_name = file.path().display().to_string();
    let apply = ["apply", "--server-side", "--field-manager=argocd-controller", "-f", &file_name];
    world.cluster.kubectl(&apply)?;
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let text = read_config_map(&connection, &namespace, "x").await.expect("a ConfigMap");
        assert_eq!(owner_of(&text).map(|owner| owner.kind), Some(OwnerKind::ArgoCd));
        Ok(())
    })
}
