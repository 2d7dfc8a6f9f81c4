//! Workflows through argo-server, for whoever has only a token.

use anyhow::Result;
use kubectl_argo_offload::cluster::{ErrorKind, connect};
use kubectl_argo_offload::store::server::{ArgoServer, Settings, Token};
use serde_json::Value;

use crate::reach::{as_user, free_port, run, token_of};
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(
    an_offloaded_workflow_comes_with_its_nodes,
    what_argo_server_refuses_is_explained,
    the_server_is_reached_through_the_cluster,
);

/// What `argo` would be told in the environment.
fn settings(server: &str, token: &str, more: &[(&str, &str)]) -> Settings {
    let server = server.trim_start_matches("http://");
    let base = [("ARGO_SERVER", server), ("ARGO_SECURE", "false"), ("ARGO_TOKEN", token)];
    Settings::from_environment(|name| {
        let found = more.iter().chain(&base).find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    })
    .expect("settings")
    .expect("ARGO_SERVER is set")
}

fn an_offloaded_workflow_comes_with_its_nodes(world: &World) -> Result<()> {
    let argo = world.standard()?.space(world).argo.clone();
    let (namespace, server) = (argo.namespace, argo.server.expect("argo-server"));
    let reader = format!("Bearer {}", token_of(world, "reader")?);
    run(async {
        let connection = connect(&as_user(world, "reader", &namespace)).await.expect("connect");
        let with_token = ArgoServer::new(settings(&server, &reader, &[])).expect("server");
        let text =
            with_token.workflow(&connection, &namespace, OFFLOADED).await.expect("a workflow");
        let object: Value = serde_json::from_slice(&text).expect("JSON");
        let nodes = object["status"]["nodes"].as_object().expect("nodes").len();
        assert!(nodes > 100, "only {nodes} nodes");
        // Without ARGO_TOKEN, the credentials for the cluster are sent, as argo does.
        let own = Settings { token: Token::OfCluster, ..settings(&server, "", &[]) };
        let with_own = ArgoServer::new(own).expect("server");
        let same = with_own.workflow(&connection, &namespace, OFFLOADED).await.expect("a workflow");
        let same: Value = serde_json::from_slice(&same).expect("JSON");
        assert_eq!(same["status"]["nodes"], object["status"]["nodes"]);
        Ok(())
    })
}

fn what_argo_server_refuses_is_explained(world: &World) -> Result<()> {
    let argo = world.standard()?.space(world).argo.clone();
    let (namespace, server) = (argo.namespace, argo.server.expect("argo-server"));
    let reader = format!("Bearer {}", token_of(world, "reader")?);
    run(async {
        let connection = connect(&as_user(world, "reader", &namespace)).await.expect("connect");
        let get = async |settings: Settings, name: &str| {
            ArgoServer::new(settings).expect("server").workflow(&connection, &namespace, name).await
        };
        let error = get(settings(&server, "Bearer hunter2", &[]), OFFLOADED)
            .await
            .expect_err("a wrong token");
        assert_eq!(error.kind(), &ErrorKind::Unauthorized, "{error:?}");
        assert!(!format!("{error:?}").contains("hunter2"));
        let error = get(settings(&server, &reader, &[]), "none").await.expect_err("no workflow");
        assert!(error.is_not_found(), "{error:?}");
        let error = get(settings(&server, &reader, &[("ARGO_BASE_HREF", "/wrong")]), OFFLOADED)
            .await
            .expect_err("a wrong path");
        assert!(error.help().is_some_and(|help| help.contains("ARGO_BASE_HREF")), "{error:?}");
        let error = get(settings(&server, &reader, &[("ARGO_SECURE", "true")]), OFFLOADED)
            .await
            .expect_err("the wrong scheme");
        assert!(error.help().is_some(), "{error:?}");
        let refused = format!("127.0.0.1:{}", free_port()?);
        let error = get(settings(&server, &reader, &[("ARGO_SERVER", &refused)]), OFFLOADED)
            .await
            .expect_err("nothing there");
        assert_eq!(error.kind(), &ErrorKind::Unreachable, "{error:?}");
        Ok(())
    })
}

fn the_server_is_reached_through_the_cluster(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let server =
            ArgoServer::through(&connection, &namespace, Token::OfCluster).await.expect("a server");
        for _ in 0..2 {
            let text =
                server.workflow(&connection, &namespace, OFFLOADED).await.expect("a workflow");
            let object: Value = serde_json::from_slice(&text).expect("JSON");
            assert!(object["status"]["nodes"].is_object(), "no nodes");
        }
        let none = ArgoServer::through(&connection, "kube-system", Token::OfCluster)
            .await
            .expect_err("no server");
        assert!(none.is_not_found() && none.help().is_some(), "{none:?}");
        let reader = connect(&as_user(world, "reader", &namespace)).await.expect("connect");
        let error = ArgoServer::through(&reader, &namespace, Token::OfCluster)
            .await
            .expect_err("forbidden");
        assert!(error.is_forbidden(), "{error:?}");
        Ok(())
    })
}
