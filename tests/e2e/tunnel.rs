//! A port of a pod is reached through the API server.

use std::time::Duration;

use anyhow::Result;
use kubectl_argo_offload::cli::ConnectionArguments;
use kubectl_argo_offload::cluster::{Cluster, ErrorKind, connect};
use kubectl_argo_offload::tunnel::{Route, Target, Tunnel, Via, route};
use serde_json::json;
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;

use crate::reach::{Proxy, as_user, kubeconfig, run, token_of};
use crate::tests;
use crate::world::World;

tests!(
    every_name_of_the_service_leads_to_the_database,
    one_connection_a_tunnel_and_many_tunnels_at_once,
    a_missing_pod_and_a_missing_right_are_explained,
    a_cut_amid_a_connection_is_told_with_a_next_step,
);

async fn through(connection: &Cluster, via: &str, host: &str) -> Target {
    let via: Via = via.parse().expect("a way");
    match route(connection, &via, host, 3306, connection.namespace()).await.expect("a route") {
        Route::Through(target) => target,
        Route::Direct { host, port } => panic!("direct to {host}:{port}"),
    }
}

/// The first packet of a MySQL server: its length, number 0, protocol 10 and its version.
async fn greeting(stream: &mut TcpStream) -> Vec<u8> {
    let mut head = [0; 4];
    stream.read_exact(&mut head).await.expect("a greeting");
    let mut packet = vec![0; usize::from(head[0])];
    stream.read_exact(&mut packet).await.expect("a greeting");
    packet
}

fn every_name_of_the_service_leads_to_the_database(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        for (via, host) in [
            ("svc/mysql".into(), "ignored".into()),
            (format!("svc/{namespace}/mysql"), "ignored".into()),
            ("auto".into(), "mysql".into()),
            ("auto".into(), format!("mysql.{namespace}")),
            ("auto".into(), format!("mysql.{namespace}.svc.cluster.local")),
        ] {
            let (via, host): (String, String) = (via, host);
            let target = through(&connection, &via, &host).await;
            let tunnel = Tunnel::open(&connection, &target).await.expect("a tunnel");
            assert!(tunnel.address().ip().is_loopback());
            let mut stream = TcpStream::connect(tunnel.address()).await.expect("connect");
            assert_eq!(greeting(&mut stream).await[0], 10, "{via} {host}");
        }
        let target = through(&connection, "svc/mysql", "x").await;
        let pod = through(&connection, &format!("pod/{}", target.pod), "x").await;
        assert_eq!(pod, target);
        for host in ["127.0.0.1", "db.example.com", "no-such-service"] {
            let found =
                route(&connection, &Via::Auto, host, 3306, &namespace).await.expect("a route");
            assert_eq!(found, Route::Direct { host: host.into(), port: 3306 });
        }
        let error =
            route(&connection, &Via::Auto, &format!("none.{namespace}.svc"), 3306, &namespace)
                .await
                .expect_err("no Service");
        assert!(error.is_not_found(), "{error:?}");
        Ok(())
    })
}

fn one_connection_a_tunnel_and_many_tunnels_at_once(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let connection = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let target = through(&connection, "svc/mysql", "x").await;
        let mut open = Vec::new();
        for _ in 0..8 {
            let tunnel = Tunnel::open(&connection, &target).await.expect("a tunnel");
            let mut stream = TcpStream::connect(tunnel.address()).await.expect("connect");
            greeting(&mut stream).await;
            let second = TcpStream::connect(tunnel.address()).await;
            assert!(second.is_err(), "a second connection was taken");
            open.push((tunnel, stream));
        }
        // Closed by this side, which is no failure.
        let (tunnel, stream) = open.pop().expect("one");
        drop(stream);
        assert!(tunnel.failure().await.is_none());
        Ok(())
    })
}

fn a_missing_pod_and_a_missing_right_are_explained(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    run(async {
        let admin = connect(&as_user(world, "admin", &namespace)).await.expect("connect");
        let target = through(&admin, "svc/mysql", "x").await;
        let gone = Target { pod: "no-such-pod".into(), ..target.clone() };
        let error = Tunnel::open(&admin, &gone).await.expect_err("no pod");
        assert!(error.is_not_found(), "{error:?}");
        let reader = connect(&as_user(world, "reader", &namespace)).await.expect("connect");
        let error = Tunnel::open(&reader, &target).await.expect_err("no right");
        assert!(error.is_forbidden(), "{error:?}");
        assert!(error.help().is_some_and(|help| help.contains("pods/portforward")), "{error:?}");
        Ok(())
    })
}

fn a_cut_amid_a_connection_is_told_with_a_next_step(world: &World) -> Result<()> {
    let namespace = world.standard()?.space(world).argo.namespace.clone();
    let folder = tempfile::tempdir()?;
    let proxy = Proxy::start();
    let more = json!({"proxy-url": format!("http://127.0.0.1:{}", proxy.port)});
    let user = json!({"token": token_of(world, "admin")?});
    let file = kubeconfig(world, folder.path(), "proxied", &world.cluster.url(), more, user);
    let flags =
        ConnectionArguments { kubeconfig: Some(file), ..as_user(world, "admin", &namespace) };
    run(async {
        let connection = connect(&flags).await.expect("connect");
        let target = through(&connection, "svc/mysql", "x").await;
        let tunnel = Tunnel::open(&connection, &target).await.expect("a tunnel");
        let mut stream = TcpStream::connect(tunnel.address()).await.expect("connect");
        greeting(&mut stream).await;
        assert!(proxy.connections() > 0);
        proxy.cut();
        let mut rest = Vec::new();
        let end =
            tokio::time::timeout(Duration::from_secs(20), stream.read_to_end(&mut rest)).await;
        assert!(end.is_ok(), "the end did not arrive");
        let error = tunnel.failure().await.expect("a failure");
        assert_eq!(error.kind(), &ErrorKind::Cut);
        assert!(
            error.help().is_some_and(|help| help.contains("kubectl port-forward")),
            "{error:?}"
        );
        Ok(())
    })
}
