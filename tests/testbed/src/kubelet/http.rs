use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Asks a server on this machine for a path; gives the status code, or why there is none, in a kubelet's words.
pub(super) async fn status(port: u16, path: &str, timeout: Duration) -> Result<u16, String> {
    let ask = async {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await?;
        let request =
            format!("GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        let mut answer = Vec::new();
        // `HTTP/1.1 200`
        stream.take(12).read_to_end(&mut answer).await?;
        Ok::<_, std::io::Error>(answer)
    };
    let answer = match tokio::time::timeout(timeout, ask).await {
        Err(_) => {
            return Err(
                "context deadline exceeded (Client.Timeout exceeded while awaiting headers)"
                    .to_owned(),
            );
        }
        Ok(Err(error)) => return Err(format!("dial tcp 127.0.0.1:{port}: {error}")),
        Ok(Ok(answer)) => answer,
    };
    let code = std::str::from_utf8(&answer)
        .ok()
        .and_then(|answer| answer.rsplit(' ').next()?.parse().ok());
    code.ok_or_else(|| "malformed HTTP response".to_owned())
}
