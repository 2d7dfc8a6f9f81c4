use std::sync::Arc;

use anyhow::{Context, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

use super::Shared;

/// Where a port of this machine leads.
pub(super) struct Leads {
    pub(super) namespace: String,
    pub(super) container: String,
    pub(super) port: u16,
}

/// Listens on a free port, and leads each connection to the newest pod that is ready.
pub(super) async fn start(shared: Arc<Shared>, leads: Leads) -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    let port = listener.local_addr()?.port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            // Without a pod the connection is closed.
            let Some(target) = target(&shared, &leads) else { continue };
            tokio::spawn(async move {
                if let Ok(mut server) = TcpStream::connect(("127.0.0.1", target)).await {
                    // Either side may go at any time.
                    let _ = copy_bidirectional(&mut client, &mut server).await;
                }
            });
        }
    });
    Ok(port)
}

fn target(shared: &Shared, leads: &Leads) -> Option<u16> {
    let pods = shared.pods();
    let ready =
        pods.values().filter(|pod| pod.namespace == leads.namespace && pod.stopping().is_none());
    let ready = ready.filter(|pod| {
        let mut named = pod.containers.iter().filter(|container| container.name == leads.container);
        named.any(|container| container.state().ready)
    });
    ready.max_by_key(|pod| pod.number)?.ports.get(&leads.port).copied()
}
