use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};

/// How long a connection to the database may take to be made.
const CONNECT: Duration = Duration::from_secs(10);

/// Listens, and passes each connection on to `to` (`HOST:PORT`), until the process ends. What cannot be passed on is
/// closed, with the reason given to `log`.
///
/// # Errors
/// The address cannot be listened on.
pub async fn pass_on(
    listen: SocketAddr,
    to: String,
    log: impl Fn(&str) + Clone + Send + 'static,
) -> io::Result<()> {
    let listener = TcpListener::bind(listen).await?;
    log(&format!("listening on {}, passing on to {to}", listener.local_addr()?));
    loop {
        let (mut near, _) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Too many open files, or a connection that is gone already.
                log(&format!("cannot accept a connection: {error}"));
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let (to, log) = (to.clone(), log.clone());
        tokio::spawn(async move {
            let connected = tokio::time::timeout(CONNECT, TcpStream::connect(&to)).await;
            let mut far = match connected {
                Ok(Ok(far)) => far,
                Ok(Err(error)) => return log(&format!("cannot connect to {to}: {error}")),
                Err(_) => return log(&format!("cannot connect to {to}: no answer in {CONNECT:?}")),
            };
            let _ = (near.set_nodelay(true), far.set_nodelay(true));
            // Either side may end at any time; the other is then ended too.
            let _ = copy_bidirectional(&mut near, &mut far).await;
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::{Arc, Mutex};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    #[tokio::test]
    async fn bytes_go_both_ways_and_what_cannot_be_reached_is_closed() {
        let far = TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let to = far.local_addr().expect("address").to_string();
        let said = Arc::new(Mutex::new(Vec::<String>::new()));
        let log = {
            let said = Arc::clone(&said);
            move |text: &str| said.lock().expect("lock").push(text.to_owned())
        };
        let free = TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let listen = free.local_addr().expect("address");
        drop(free);
        tokio::spawn(pass_on(listen, to, log));
        let connect = || async {
            loop {
                match TcpStream::connect(listen).await {
                    Ok(stream) => return stream,
                    Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
                }
            }
        };
        let mut near = connect().await;
        let (mut other, _) = far.accept().await.expect("accept");
        near.write_all(b"ping").await.expect("write");
        let mut four = [0; 4];
        other.read_exact(&mut four).await.expect("read");
        other.write_all(b"pong").await.expect("write");
        other.shutdown().await.expect("end");
        let mut rest = Vec::new();
        near.read_to_end(&mut rest).await.expect("read");
        assert_eq!((&four, &*rest), (b"ping", &b"pong"[..]));
        drop(far);
        let mut refused = connect().await;
        let mut nothing = Vec::new();
        let _ = refused.read_to_end(&mut nothing).await;
        assert!(nothing.is_empty());
        let said = said.lock().expect("lock");
        assert!(said.iter().any(|line| line.contains("cannot connect to 127.0.0.1:")), "{said:?}");
    }
}
