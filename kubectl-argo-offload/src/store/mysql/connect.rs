use std::fmt;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use mysql_async::{Conn, Opts, OptsBuilder, SslOpts};
use secrecy::ExposeSecret;
use tokio::net::lookup_host;
use tokio::time::{Instant, timeout};

use super::error::{Cause, DatabaseError};
use super::kill::KillOnDrop;
use super::target::{Target, Tls};
use crate::cluster::Cluster;
use crate::tunnel::{self, Relay, Tunnel};

/// The largest packet that MySQL's protocol has: the server's own limit decides, not ours.
const MAX_PACKET: usize = 1 << 30;

/// Waits between attempts to read.
const RETRIES: [Duration; 2] = [Duration::from_millis(200), Duration::from_secs(1)];

/// How long is waited for a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection is ready, from the name's look-up to the log-in.
    pub connect: Duration,
    /// For one row of a list.
    pub read: Duration,
    /// For one answer as a whole; a row with its nodes has only this limit.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(30),
            total: Duration::from_secs(300),
        }
    }
}

/// How connections are made.
#[derive(Clone, Debug)]
pub struct Connector {
    target: Target,
    limits: Limits,
    way: Way,
    /// Lives as long as connections are made.
    _relay: Option<Arc<Relay>>,
}

/// How the server is reached.
#[derive(Clone, Debug)]
enum Way {
    Straight,
    /// By what listens at this address.
    Via(SocketAddr),
    /// By a port of a pod; each connection has its own tunnel.
    Through(Box<(Cluster, tunnel::Target)>),
}

impl fmt::Display for Way {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Straight => out.write_str("direct"),
            Self::Via(address) => write!(out, "via {address}"),
            Self::Through(through) => write!(out, "through {}", through.1),
        }
    }
}

impl Connector {
    /// Straight to the target.
    #[must_use]
    pub fn new(target: Target, limits: Limits) -> Self {
        Self { target, limits, way: Way::Straight, _relay: None }
    }

    /// By what listens at this address and leads there. TLS is verified against the target's own name.
    #[must_use]
    pub fn via(self, address: SocketAddr) -> Self {
        Self { way: Way::Via(address), ..self }
    }

    /// By port-forwards to a pod, a tunnel for each connection. TLS is verified against the target's own name.
    #[must_use]
    pub fn through(self, cluster: &Cluster, pod: tunnel::Target) -> Self {
        Self { way: Way::Through(Box::new((cluster.clone(), pod))), ..self }
    }

    /// By port-forwards to a relay, which is deleted with the last of this connector's connections.
    #[must_use]
    pub fn by_relay(self, cluster: &Cluster, relay: Relay) -> Self {
        let pod = relay.target().clone();
        Self { _relay: Some(Arc::new(relay)), ..self.through(cluster, pod) }
    }

    /// What is connected to.
    #[must_use]
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// How it is reached, in words: `from here`.
    #[must_use]
    pub fn way(&self) -> String {
        match &self.way {
            Way::Straight => "from here".into(),
            Way::Via(address) => format!("by {address}"),
            Way::Through(through) if self._relay.is_some() => {
                format!("from the relay {}", through.1)
            }
            Way::Through(through) => format!("by a port-forward to {}", through.1),
        }
    }

    /// How long is waited.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// A new connection, logged in.
    ///
    /// # Errors
    /// When the server cannot be reached in time, or refuses.
    pub async fn connect(&self) -> Result<Connection, DatabaseError> {
        let session = self.log_in().await?;
        Ok(Connection { connector: self.clone(), session: Some(session) })
    }

    async fn log_in(&self) -> Result<Session, DatabaseError> {
        let limit = self.limits.connect;
        timeout(limit, self.log_in_as_wanted()).await.unwrap_or_else(|_| {
            Err(DatabaseError::usual(&self.target, Cause::ConnectTimeout(limit)))
        })
    }

    async fn log_in_as_wanted(&self) -> Result<Session, DatabaseError> {
        let addresses = self.addresses().await?;
        match self.target.tls {
            Tls::Preferred => match self.log_in_with(&addresses, Tls::SkipVerify).await {
                // As the server can: also where it offers only what is no longer taken for safe.
                Err(error) if matches!(error.cause, Cause::NoTls | Cause::Tls(_)) => {
                    self.log_in_with(&addresses, Tls::Off).await
                }
                answer => answer,
            },
            tls => self.log_in_with(&addresses, tls).await,
        }
    }

    async fn log_in_with(&self, addresses: &[IpAddr], tls: Tls) -> Result<Session, DatabaseError> {
        let near = match self.way {
            Way::Straight => addresses.iter().all(IpAddr::is_loopback),
            Way::Via(_) | Way::Through(_) => true,
        };
        if tls == Tls::Off && !near && !self.target.allow_plaintext {
            return Err(DatabaseError::usual(&self.target, Cause::Plaintext));
        }
        let tunnel = match &self.way {
            Way::Straight | Way::Via(_) => None,
            Way::Through(through) => {
                let tunnel = Tunnel::open(&through.0, &through.1).await;
                Some(tunnel.map_err(|error| DatabaseError::tunnel(&self.target, &error))?)
            }
        };
        let options = match (&self.way, &tunnel) {
            (Way::Via(address), _) => self.options(&[address.ip()], address.port(), tls),
            (_, Some(tunnel)) => {
                let address = tunnel.address();
                self.options(&[address.ip()], address.port(), tls)
            }
            _ => self.options(addresses, self.target.port, tls),
        };
        tracing::debug!(database = %self.target, %tls, ?addresses, way = %self.way, "connecting");
        match Conn::new(options).await {
            Ok(conn) => {
                tracing::debug!(connection = conn.id(), version = ?conn.server_version(), "logged in");
                Ok(Session { conn, tunnel })
            }
            Err(error) => {
                let error = DatabaseError::connecting(&self.target, error);
                let error = self.blame(tunnel.as_ref(), error).await;
                tracing::debug!(cause = %error.cause, "not logged in");
                Err(error)
            }
        }
    }

    /// The tunnel knows better why a connection ended.
    async fn blame(&self, tunnel: Option<&Tunnel>, error: DatabaseError) -> DatabaseError {
        let ended = matches!(error.cause, Cause::Cut(_) | Cause::Refused | Cause::Unreachable(_));
        match tunnel.filter(|_| ended) {
            Some(tunnel) => match tunnel.failure().await {
                Some(failure) => DatabaseError::tunnel(&self.target, &failure),
                None => error,
            },
            None => error,
        }
    }

    /// The addresses that are connected to: looked up once, so that what was judged is what is used. None where
    /// something in between knows the way.
    async fn addresses(&self) -> Result<Vec<IpAddr>, DatabaseError> {
        if !matches!(self.way, Way::Straight) {
            return Ok(Vec::new());
        }
        let unknown = |text: String| DatabaseError::usual(&self.target, Cause::UnknownHost(text));
        let found = lookup_host((self.target.host.as_str(), self.target.port))
            .await
            .map_err(|error| unknown(error.to_string()))?;
        let addresses: Vec<IpAddr> = found.map(|address| address.ip()).collect();
        if addresses.is_empty() {
            return Err(unknown("it has no address".into()));
        }
        Ok(addresses)
    }

    fn options(&self, addresses: &[IpAddr], port: u16, tls: Tls) -> Opts {
        let Target { host, database, user, password, authorities, tls_name, .. } = &self.target;
        let tls = (tls != Tls::Off).then(|| {
            let roots = authorities.iter().map(|pem| pem.clone().into()).collect();
            SslOpts::default()
                .with_root_certs(roots)
                .with_danger_tls_hostname_override(Some(
                    tls_name.clone().unwrap_or_else(|| host.clone()),
                ))
                .with_danger_accept_invalid_certs(tls == Tls::SkipVerify)
        });
        OptsBuilder::default()
            .ip_or_hostname(host.clone())
            .tcp_port(port)
            .resolved_ips(Some(addresses.to_vec()))
            .user(Some(user.clone()))
            .pass(Some(password.expose_secret()))
            .db_name(Some(database.clone()))
            .ssl_opts(tls)
            // Otherwise the driver asks the server for its Unix socket, and connects to whatever has that path here.
            .prefer_socket(false)
            .max_allowed_packet(Some(MAX_PACKET))
            .wait_timeout(Some(28_800))
            .tcp_keepalive(Some(Duration::from_secs(15)))
            .setup(vec!["SET time_zone = '+00:00'"])
            .into()
    }

    /// Ends the query that another connection runs.
    pub(super) async fn kill(&self, connection: u32) -> Result<(), DatabaseError> {
        use mysql_async::prelude::Queryable;

        let Session { mut conn, tunnel: _tunnel } = self.log_in().await?;
        let killed = conn.query_drop(format!("KILL QUERY {connection}")).await;
        killed.map_err(|error| DatabaseError::querying(&self.target, error))?;
        let _ = conn.disconnect().await;
        Ok(())
    }
}

/// A connection, and the tunnel that it goes through.
struct Session {
    conn: Conn,
    tunnel: Option<Tunnel>,
}

/// A connection that is replaced by a new one whenever an answer was not read to its end.
pub struct Connection {
    connector: Connector,
    /// `None` while a query runs, and after one that did not end well.
    session: Option<Session>,
}

impl Connection {
    /// How it is made.
    #[must_use]
    pub fn connector(&self) -> &Connector {
        &self.connector
    }

    /// The server's number of the connection; `None` when there is none at the moment.
    #[must_use]
    pub fn id(&self) -> Option<u32> {
        self.session.as_ref().map(|session| session.conn.id())
    }

    /// Asks `query`, again on a new connection where the answer was cut.
    ///
    /// When this future is dropped or takes too long, the query is ended on the server and the connection is not
    /// used again: the driver would give its answer to the next query.
    pub(super) async fn ask<T>(
        &mut self,
        what: &'static str,
        query: impl AsyncFn(&mut Conn, Limits) -> Result<T, Ended>,
    ) -> Result<T, DatabaseError> {
        let deadline = Instant::now() + self.connector.limits.total;
        let mut waits = RETRIES.into_iter();
        let mut before = None;
        loop {
            let error = match self.ask_once(what, deadline, &query).await {
                Ok(answer) => return Ok(answer),
                // What cut the first attempt is what happened; that the server is then gone follows from it.
                Err(error) if before.is_some() && !error.may_pass() => {
                    before.take().unwrap_or(error)
                }
                Err(error) if error.may_pass() => match waits.next() {
                    Some(wait) if Instant::now() + wait < deadline => {
                        tokio::time::sleep(wait).await;
                        before = Some(error);
                        continue;
                    }
                    _ => error,
                },
                Err(error) => error,
            };
            return Err(error);
        }
    }

    async fn ask_once<T>(
        &mut self,
        what: &'static str,
        deadline: Instant,
        query: &impl AsyncFn(&mut Conn, Limits) -> Result<T, Ended>,
    ) -> Result<T, DatabaseError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.connector.log_in().await?,
        };
        let conn = &mut session.conn;
        let limits = self.connector.limits;
        let kill = KillOnDrop::new(&self.connector, conn.id());
        let (connection, start) = (conn.id(), Instant::now());
        tracing::trace!(connection, what, "asking the database");
        let answer = match tokio::time::timeout_at(deadline, query(conn, limits)).await {
            Ok(answer) => answer,
            Err(_) => Err(Ended::Late(limits.total)),
        };
        let (answered, after) = (answer.is_ok(), start.elapsed());
        tracing::debug!(connection, what, answered, ?after, "answer of the database");
        match answer {
            Ok(answer) => {
                kill.disarm();
                self.session = Some(session);
                Ok(answer)
            }
            Err(Ended::By(error)) => {
                kill.disarm();
                let error = DatabaseError::querying(&self.connector.target, error);
                Err(self.connector.blame(session.tunnel.as_ref(), error).await)
            }
            Err(Ended::Late(after)) => {
                kill.kill().await;
                Err(DatabaseError::usual(&self.connector.target, Cause::Timeout { what, after }))
            }
        }
    }
}

/// How a query ended that has no answer.
pub(super) enum Ended {
    /// By an error.
    By(mysql_async::Error),
    /// It took longer than this.
    Late(Duration),
}

impl From<mysql_async::Error> for Ended {
    fn from(error: mysql_async::Error) -> Self {
        Self::By(error)
    }
}

/// Waits for one row.
pub(super) async fn in_time<T>(
    limit: Duration,
    row: impl Future<Output = Result<T, mysql_async::Error>>,
) -> Result<T, Ended> {
    timeout(limit, row).await.map_err(|_| Ended::Late(limit))?.map_err(Ended::By)
}
