//! What tests share that use the plugin's own functions rather than its command line.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use kubectl_argo_offload::cli::ConnectionArguments;
use serde_json::{Value, json};

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

/// A kubeconfig with one cluster and one user, in JSON.
pub(crate) fn kubeconfig(
    world: &World,
    folder: &Path,
    name: &str,
    server: &str,
    more: Value,
    user: Value,
) -> PathBuf {
    let mut cluster = json!({
        "server": server, "certificate-authority": world.cluster.authority(),
    });
    cluster.as_object_mut().expect("object").extend(more.as_object().expect("object").clone());
    cluster.as_object_mut().expect("object").retain(|_, value| !value.is_null());
    let text = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "x",
        "clusters": [{"name": "x", "cluster": cluster}],
        "users": [{"name": "x", "user": user}],
        "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
    });
    let file = folder.join(name);
    std::fs::write(&file, text.to_string()).expect("write");
    file
}

/// A port of this machine that takes connections and never says a word, as long as this value lives.
pub(crate) fn silent_port() -> Result<(TcpListener, u16)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let port = listener.local_addr()?.port();
    Ok((listener, port))
}

/// An HTTP proxy that knows CONNECT, and whose connections can be cut.
#[derive(Clone, Default)]
pub(crate) struct Proxy {
    pub(crate) port: u16,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    closed: Arc<AtomicBool>,
}

impl Proxy {
    /// Starts one, which ends with the test program.
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
        let port = listener.local_addr().expect("address").port();
        let proxy = Self { port, ..Self::default() };
        let serving = proxy.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if serving.closed.load(Ordering::Relaxed) {
                    continue;
                }
                serving
                    .streams
                    .lock()
                    .expect("streams")
                    .push(stream.try_clone().expect("a stream"));
                std::thread::spawn(move || proxied(stream));
            }
        });
        proxy
    }

    /// Ends all connections, and each new one at once.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.cut();
    }

    /// How many connections there were.
    pub(crate) fn connections(&self) -> usize {
        self.streams.lock().expect("streams").len()
    }

    /// Ends all connections, as a network does.
    pub(crate) fn cut(&self) {
        for stream in self.streams.lock().expect("streams").iter() {
            let _ = stream.shutdown(Shutdown::Both);
        }
    }
}

fn proxied(mut client: TcpStream) {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") && client.read_exact(&mut byte).is_ok() {
        head.push(byte[0]);
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let Some(target) = head.strip_prefix("CONNECT ").and_then(|rest| rest.split(' ').next()) else {
        return;
    };
    let Ok(mut server) = TcpStream::connect(target) else { return };
    if client.write_all(b"HTTP/1.1 200 OK\r\n\r\n").is_err() {
        return;
    }
    let (Ok(mut from), Ok(mut to)) = (client.try_clone(), server.try_clone()) else { return };
    std::thread::spawn(move || std::io::copy(&mut from, &mut to));
    let _ = std::io::copy(&mut server, &mut client);
}
