use std::fs::File;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use jiff::Timestamp;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig, crypto};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use super::logs::Wanted;
use super::pod::Pod;
use super::{Setup, Shared, state};

/// The longest head of a request.
const HEAD: usize = 64 * 1024;

/// The kubelet's endpoint, which the API server talks to: it answers for the logs of its pods and hands everything else
/// (port-forwards, exec, other pods' logs) to kwok behind it.
pub(super) struct Endpoint {
    listener: TcpListener,
    acceptor: TlsAcceptor,
    connector: TlsConnector,
    behind: u16,
}

impl Endpoint {
    pub(super) async fn bind(setup: &Setup) -> Result<Self> {
        let provider = Arc::new(crypto::ring::default_provider());
        let certificate = CertificateDer::from_pem_file(&setup.certificate)?;
        let key = PrivateKeyDer::from_pem_file(&setup.key)?;
        let server = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)?;
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(&setup.authority)?)?;
        let client = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self {
            listener: TcpListener::bind(("127.0.0.1", setup.listen))
                .await
                .with_context(|| format!("cannot listen on port {}", setup.listen))?,
            acceptor: TlsAcceptor::from(Arc::new(server)),
            connector: TlsConnector::from(Arc::new(client)),
            behind: setup.behind,
        })
    }

    /// Answers for ever.
    pub(super) async fn serve(self, shared: Arc<Shared>) {
        let Self { listener, acceptor, connector, behind } = self;
        while let Ok((stream, _)) = listener.accept().await {
            let (acceptor, connector) = (acceptor.clone(), connector.clone());
            let shared = Arc::clone(&shared);
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    // Either side may go at any time.
                    let _ = answer(stream, &shared, &connector, behind).await;
                }
            });
        }
    }
}

/// Answers one request; the connection ends with it.
async fn answer(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    shared: &Shared,
    connector: &TlsConnector,
    behind: u16,
) -> Result<()> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(at) = read.windows(4).position(|window| window == b"\r\n\r\n") {
            break at + 4;
        }
        if read.len() > HEAD || stream.read_buf(&mut read).await? == 0 {
            bail!("no request");
        }
    };
    let rest = read.split_off(end);
    let head = String::from_utf8_lossy(&read).into_owned();
    if let Some((pod, index, query)) = ours(shared, &head) {
        logs(&mut stream, &pod, index, &query).await?;
        return Ok(stream.shutdown().await?);
    }
    let server = TcpStream::connect(("127.0.0.1", behind)).await?;
    let mut server = connector.connect(ServerName::try_from("localhost")?, server).await?;
    server.write_all(last_of_connection(&head).as_bytes()).await?;
    server.write_all(&rest).await?;
    copy_bidirectional(&mut stream, &mut server).await?;
    Ok(())
}

/// The pod, the container and the query, if the request is for a log of ours.
fn ours(shared: &Shared, head: &str) -> Option<(Arc<Pod>, usize, String)> {
    let target = head.lines().next()?.strip_prefix("GET /containerLogs/")?.split(' ').next()?;
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut parts = path.split('/');
    let (namespace, name, container) = (parts.next()?, parts.next()?, parts.next()?);
    let pods = shared.pods();
    let named = |pod: &&Arc<Pod>| pod.namespace == namespace && pod.name == name;
    let pod = Arc::clone(pods.values().find(named)?);
    let index = pod.containers.iter().position(|known| known.name == container)?;
    Some((pod, index, query.to_owned()))
}

/// A request that asks for the connection's end after the answer, so that each request is looked at; one that changes
/// the protocol stays as it is.
fn last_of_connection(head: &str) -> String {
    let is = |line: &str, name: &str| {
        line.split_once(':').is_some_and(|(key, _)| key.eq_ignore_ascii_case(name))
    };
    if head.lines().any(|line| is(line, "upgrade")) {
        return head.to_owned();
    }
    let mut changed: String = head
        .lines()
        .filter(|line| !line.is_empty() && !is(line, "connection"))
        .map(|line| format!("{line}\r\n"))
        .collect();
    changed += "Connection: close\r\n\r\n";
    changed
}

/// Answers with a container's log, as a kubelet does.
async fn logs(
    stream: &mut (impl AsyncRead + AsyncWrite + Unpin),
    pod: &Arc<Pod>,
    index: usize,
    query: &str,
) -> Result<()> {
    let queried = |name: &str| {
        query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .find(|(key, _)| *key == name)
            .map(|(_, value)| value)
    };
    let yes = |name: &str| queried(name).is_some_and(|value| !matches!(value, "" | "false" | "0"));
    let (id, path) = match which(pod, index, yes("previous")) {
        Ok(found) => found,
        Err(message) => {
            let length = message.len();
            let head = format!(
                "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\
                 Connection: close\r\n\r\n{message}"
            );
            return Ok(stream.write_all(head.as_bytes()).await?);
        }
    };
    let number = |name: &str| queried(name).and_then(|value| value.parse::<usize>().ok());
    let mut wanted = Wanted {
        tail: number("tailLines"),
        since: since(number("sinceSeconds"), queried("sinceTime")),
        timestamps: yes("timestamps"),
        limit: number("limitBytes"),
    };
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await?;
    let mut file = File::open(path)?;
    let mut unread = Vec::new();
    loop {
        // Asked first: what the process wrote last is read below.
        let runs = pod.containers.get(index).map(super::container::Container::state);
        let runs =
            runs.is_some_and(|state| state.name() == "running" && state.id.as_ref() == Some(&id));
        file.read_to_end(&mut unread)?;
        let end = unread.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let rest = unread.split_off(end);
        let mut lines: Vec<&[u8]> =
            unread.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect();
        if let Some(tail) = wanted.tail.take() {
            lines.drain(..lines.len().saturating_sub(tail));
        }
        let mut text = wanted.text(&lines);
        if let Some(left) = &mut wanted.limit {
            text.truncate(*left);
            *left -= text.len();
        }
        if !text.is_empty() {
            let mut chunk = format!("{:x}\r\n", text.len()).into_bytes();
            chunk.extend_from_slice(&text);
            chunk.extend_from_slice(b"\r\n");
            stream.write_all(&chunk).await?;
            stream.flush().await?;
        }
        unread = rest;
        if !runs || !yes("follow") || wanted.limit == Some(0) {
            return Ok(stream.write_all(b"0\r\n\r\n").await?);
        }
        // An end of the reader shows as end of its input; else there is nothing to read from it.
        let mut byte = [0];
        let read = tokio::time::timeout(Duration::from_millis(100), stream.read(&mut byte)).await;
        if let Ok(Ok(0) | Err(_)) = read {
            return Ok(());
        }
    }
}

/// Which process's log is meant: its id and the file; or why there is none, in a kubelet's words.
fn which(pod: &Pod, index: usize, previous: bool) -> Result<(String, PathBuf), String> {
    let container = pod.containers.get(index).ok_or("no such container")?;
    let (name, pod_name) = (&container.name, &pod.name);
    let state = container.state();
    let last = state.last["terminated"]["containerID"].as_str();
    let id = if previous {
        last.ok_or_else(|| {
            format!("previous terminated container \"{name}\" in pod \"{pod_name}\" not found")
        })?
    } else if let Some(reason) = state.current["waiting"]["reason"].as_str() {
        let reason = match reason {
            "ErrImagePull" => "image can't be pulled",
            "ImagePullBackOff" => "trying and failing to pull image",
            reason => reason,
        };
        last.ok_or_else(|| {
            format!("container \"{name}\" in pod \"{pod_name}\" is waiting to start: {reason}")
        })?
    } else {
        state.id.as_deref().unwrap_or_default()
    };
    let restarts = super::locked(&container.runs).get(id).copied();
    let path = restarts.map(|restarts| container.log(restarts)).filter(|path| path.exists());
    let path = path.ok_or_else(|| format!("unable to retrieve container logs for {id}"))?;
    Ok((id.to_owned(), path))
}

/// The time from which lines are wanted, in the format of the log.
fn since(seconds: Option<usize>, time: Option<&str>) -> String {
    let now =
        std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    if let Some(seconds) = seconds {
        let seconds = u64::try_from(seconds).unwrap_or(u64::MAX);
        return state::text(now.saturating_sub(Duration::from_secs(seconds))).replace('Z', "");
    }
    let time = time.map(|time| time.replace("%3A", ":").replace("%2B", "+"));
    let time = time.and_then(|time| time.parse::<Timestamp>().ok());
    let seconds = time.and_then(|time| u64::try_from(time.as_second()).ok());
    // Without the `Z`, which sorts behind the fraction of a second.
    seconds
        .map(|seconds| state::text(Duration::from_secs(seconds)).replace('Z', ""))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_for_kwok_ends_its_connection_unless_it_upgrades() {
        let plain = "GET /pods HTTP/1.1\r\nHost: a\r\nConnection: keep-alive\r\n\r\n";
        assert_eq!(
            last_of_connection(plain),
            "GET /pods HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        );
        let upgrade = "GET /exec HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\n\r\n";
        assert_eq!(last_of_connection(upgrade), upgrade);
    }
}
