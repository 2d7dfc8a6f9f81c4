//! Whether the controller sees changes of its ConfigMap.

use k8s_openapi::api::authorization::v1::{
    ResourceAttributes, SubjectAccessReview, SubjectAccessReviewSpec,
};

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::permissions::is_allowed_to;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD107",
    name: "configuration-watch",
    summary: "The controller sees changes of its ConfigMap while it runs.",
    documentation: "\
## What it checks
Whether `WATCH_CONTROLLER_SEMAPHORE_CONFIGMAPS` is `false` in the controller's environment, and whether its service \
account may list and watch ConfigMaps in its namespace (where this user may ask that).

## Why it matters
Without that watch a change of the ConfigMap means nothing until the controller is started again: `nodeStatusOffLoad` \
seems to be on, and is not. A standby replica reads the ConfigMap only when it becomes the leader.

## What to do
Restart the controller after each change (`kubectl rollout restart deployment/workflow-controller`), or take the \
variable away and give the service account the right.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let controller = facts.controller()?;
    if controller.workload.is_none() {
        return Err(Skipped::because("the controller's environment cannot be seen"));
    }
    let variable = controller.environment.get("WATCH_CONTROLLER_SEMAPHORE_CONFIGMAPS");
    if variable.is_some_and(|value| value == "false") {
        return Ok(vec![Outcome::warning(
            "WATCH_CONTROLLER_SEMAPHORE_CONFIGMAPS=false: changes of the ConfigMap are seen only at a restart",
            format_args!(
                "restart it after each change: kubectl rollout restart -n {} {}",
                controller.namespace,
                controller.workload.as_deref().unwrap_or_default()
            ),
        )]);
    }
    let pods = facts.controller_pods().await?;
    let Some(pod) = pods.first() else {
        return Err(Skipped::because("the controller has no pod"));
    };
    let account = format!("system:serviceaccount:{}:{}", pod.namespace, pod.account);
    for verb in ["list", "watch"] {
        let question = SubjectAccessReview {
            spec: SubjectAccessReviewSpec {
                user: Some(account.clone()),
                groups: Some(vec![
                    "system:serviceaccounts".into(),
                    format!("system:serviceaccounts:{}", pod.namespace),
                    "system:authenticated".into(),
                ]),
                resource_attributes: Some(ResourceAttributes {
                    verb: Some(verb.into()),
                    resource: Some("configmaps".into()),
                    namespace: Some(controller.namespace.clone()),
                    ..ResourceAttributes::default()
                }),
                ..SubjectAccessReviewSpec::default()
            },
            ..SubjectAccessReview::default()
        };
        match is_allowed_to(&facts.cluster, &question).await {
            Ok(true) => {}
            Ok(false) => {
                return Ok(vec![Outcome::warning(
                    format_args!(
                        "its service account {} may not {verb} configmaps: changes of the ConfigMap are seen only at a \
                         restart",
                        pod.account
                    ),
                    format_args!(
                        "kubectl create role argo-configmaps --verb=get,list,watch --resource=configmaps -n {0}; kubectl \
                         create rolebinding argo-configmaps --role=argo-configmaps --serviceaccount={0}:{1} -n {0}",
                        controller.namespace, pod.account
                    ),
                )]);
            }
            Err(_) => {
                return Ok(vec![Outcome::ok(
                    "nothing in its environment stands against it; you may not ask for its rights",
                )]);
            }
        }
    }
    let standby = controller.replicas.is_some_and(|replicas| replicas.wanted > 1);
    let standby = if standby { "; a standby reads it when it becomes the leader" } else { "" };
    Ok(vec![Outcome::ok(format_args!("the controller may watch its ConfigMap{standby}"))])
}
