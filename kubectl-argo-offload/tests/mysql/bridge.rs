//! What stands between client and server: a tunnel, and what is wrong with one.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread;

/// Passes connections on to a port of the loopback.
pub(crate) struct Bridge {
    pub(crate) address: SocketAddr,
}

impl Bridge {
    /// After `limit` bytes from the server, `at_limit` runs once, and passing on goes on.
    pub(crate) fn to(
        port: u16,
        limit: usize,
        at_limit: impl FnOnce() + Send + Clone + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let Ok(server) = TcpStream::connect(("127.0.0.1", port)) else { continue };
                let (from, to) =
                    (client.try_clone().expect("a socket"), server.try_clone().expect("a socket"));
                thread::spawn(move || pass(from, to, usize::MAX, || {}));
                let at_limit = at_limit.clone();
                thread::spawn(move || pass(server, client, limit, at_limit));
            }
        });
        Self { address }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, limit: usize, at_limit: impl FnOnce()) {
    let mut buffer = vec![0; 64 << 10];
    let mut passed = 0;
    let mut at_limit = Some(at_limit);
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        passed += length;
        if passed > limit
            && let Some(run) = at_limit.take()
        {
            run();
        }
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Both);
    let _ = from.shutdown(std::net::Shutdown::Both);
}

/// Takes connections and never says anything.
pub(crate) struct Hole {
    pub(crate) port: u16,
    _listener: TcpListener,
}

impl Hole {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        Self { port: listener.local_addr().expect("an address").port(), _listener: listener }
    }
}
