//! Workflows are read as the API has them, page by page, and followed.

use anyhow::Result;
use kubectl_argo_offload::cluster::{Change, Selection, Watch, connect, workflow, workflows};
use serde_json::Value;

use crate::reach::{as_user, fresh_namespace, run};
use crate::tests;
use crate::world::World;

tests!(
    pages_hold_every_workflow_once_with_the_bytes_of_the_api,
    a_list_is_refused_to_those_who_may_not_see_it_and_names_the_right,
    a_workflow_is_followed_until_it_is_deleted,
);

/// A Workflow that the controller leaves alone.
fn made(namespace: &str, name: &str, labels: &Value) -> Value {
    serde_json::json!({
        "apiVersion": "argoproj.io/v1alpha1", "kind": "Workflow",
        "metadata": {"name": name, "namespace": namespace, "labels": labels},
        "spec": {"suspend": true, "entrypoint": "main",
            "templates": [{"name": "main", "suspend": {}, "annotations": {"text": "\u{e9}\u{2028}<&>"}}]},
    })
}

fn pages_hold_every_workflow_once_with_the_bytes_of_the_api(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "pages")?;
    let all: Vec<Value> = (0..45)
        .map(|index| {
            made(
                &namespace,
                &format!("w-{index}"),
                &serde_json::json!({"third": (index % 3).to_string()}),
            )
        })
        .collect();
    world.cluster.apply(
        &serde_json::json!({"apiVersion": "v1", "kind": "List", "items": all}).to_string(),
    )?;
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let selection = |labels: Option<&str>| Selection {
            namespace: Some(namespace.clone()),
            labels: labels.map(Into::into),
            fields: None,
        };
        let mut pages = workflows(&connection, selection(None));
        let (mut sizes, mut names) = (Vec::new(), Vec::new());
        while let Some(page) = pages.next().await.expect("page") {
            sizes.push(page.items.len());
            for text in page.workflows() {
                let object: Value = serde_json::from_slice(text).expect("JSON");
                assert!(
                    object["metadata"]["managedFields"].is_array(),
                    "managedFields are left out"
                );
                let name = object["metadata"]["name"].as_str().expect("name").to_owned();
                let alone = workflow(&connection, &namespace, &name).await.expect("workflow");
                let alone: Value = serde_json::from_slice(&alone).expect("JSON");
                assert_eq!(alone["spec"], object["spec"]);
                names.push(name);
            }
        }
        assert_eq!(sizes, [20, 20, 5]);
        names.sort();
        names.dedup();
        assert_eq!(names.len(), 45);
        let mut pages = workflows(&connection, selection(Some("third=1,third notin (2)")));
        let page = pages.next().await.expect("page").expect("one page");
        assert_eq!(page.items.len(), 15);
        assert!(pages.next().await.expect("end").is_none());
        let error = workflow(&connection, &namespace, "none").await.expect_err("there is none");
        assert!(error.is_not_found(), "{error:?}");
        Ok(())
    })
}

fn a_list_is_refused_to_those_who_may_not_see_it_and_names_the_right(world: &World) -> Result<()> {
    let own = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let connection = connect(&as_user(world, "reader", &own)).await.expect("connect");
        let mut pages = workflows(&connection, Selection::default());
        let error = pages.next().await.expect_err("forbidden");
        assert!(error.is_forbidden(), "{error:?}");
        assert!(
            error.to_string().contains("list workflows.argoproj.io in all namespaces"),
            "{error}"
        );
        let own = Selection { namespace: Some(own.clone()), ..Selection::default() };
        workflows(&connection, own).next().await.expect("the reader's own namespace");
        Ok(())
    })
}

fn a_workflow_is_followed_until_it_is_deleted(world: &World) -> Result<()> {
    let namespace = fresh_namespace(world, "follow")?;
    let none = serde_json::json!({});
    world.cluster.apply(&made(&namespace, "followed", &none).to_string())?;
    world.cluster.apply(&made(&namespace, "other", &none).to_string())?;
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let mut watch = Watch::of(&connection, &namespace, "followed").await.expect("a watch");
        let first = watch.next().await.expect("event");
        assert_eq!(first.change, Change::Added);
        world.cluster.kubectl(&["label", "workflow", "-n", &namespace, "other", "seen=no"])?;
        world.cluster.kubectl(&["label", "workflow", "-n", &namespace, "followed", "seen=yes"])?;
        loop {
            let event = watch.next().await.expect("event");
            let object: Value = serde_json::from_slice(&event.workflow).expect("JSON");
            assert_eq!(object["metadata"]["name"], "followed");
            if object["metadata"]["labels"]["seen"] == "yes" {
                assert_eq!(event.change, Change::Modified);
                break;
            }
        }
        world.cluster.kubectl(&["delete", "workflow", "-n", &namespace, "followed"])?;
        while watch.next().await.expect("event").change != Change::Deleted {}
        Ok(())
    })
}
