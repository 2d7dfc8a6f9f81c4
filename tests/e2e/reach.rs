//! What tests share that use the plugin's own functions rather than its command line.

use std::net::TcpListener;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use kubectl_argo_offload::cli::ConnectionArguments;

use crate::world::World;

/// The connection of one of the static users, in a namespace.
pub(crate) fn as_user(world: &World, user: &str, namespace: &str) -> ConnectionArguments {
    ConnectionArguments {
        kubeconfig: Some(world.cluster.kubeconfig(user)),
        namespace: Some(namespace.to_owned()),
        ..ConnectionArguments::default()
    }
}

/// The token of one of the static users.
pub(crate) fn token_of(world: &World, user: &str) -> Result<String> {
    let kubeconfig = format!("--kubeconfig={}", world.cluster.kubeconfig(user).display());
    world.cluster.kubectl(&[
        "config",
        "view",
        "--raw",
        &kubeconfig,
        "-o",
        "jsonpath={.users[0].user.token}",
    ])
}

/// A namespace that no other test uses, without a controller.
pub(crate) fn fresh_namespace(world: &World, what: &str) -> Result<String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis();
    let name = format!("{what}-{now}");
    world.cluster.kubectl(&["create", "namespace", &name])?;
    Ok(name)
}

/// Runs what waits for servers.
pub(crate) fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()?
        .block_on(work)
}

/// A port on which nothing listens.
pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
