//! A server that answers as it is told, for faults that a real API server cannot be made to have.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use super::{Cluster, connect};
use crate::cli::ConnectionArguments;

/// A cluster whose API gives these answers (HTTP status and JSON), each on a connection of its own, and the paths
/// that it was asked for.
pub(super) async fn scripted(answers: &[(u16, &str)]) -> (Cluster, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("listen");
    let server = format!("http://{}", listener.local_addr().expect("address"));
    let answers: Vec<(u16, String)> =
        answers.iter().map(|(status, body)| (*status, (*body).to_owned())).collect();
    let (send, asked) = channel();
    std::thread::spawn(move || {
        for (status, body) in answers {
            let Ok((stream, _)) = listener.accept() else { return };
            let mut lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let first = lines.next().unwrap_or_default();
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let _ = send.send(first.split(' ').nth(1).unwrap_or_default().to_owned());
            let length = body.len();
            let head = format!(
                "HTTP/1.1 {status} x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
            );
            let _ = (&stream).write_all((head + &body).as_bytes());
        }
    });
    // None of the machine's own kubeconfig.
    let empty = tempfile::NamedTempFile::new().expect("file");
    std::fs::write(empty.path(), "{}").expect("write");
    let flags = ConnectionArguments {
        kubeconfig: Some(empty.path().to_owned()),
        server: Some(server),
        token: Some("hunter2".into()),
        ..ConnectionArguments::default()
    };
    (connect(&flags).await.expect("connect"), asked)
}
