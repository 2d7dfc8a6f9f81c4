use std::time::Duration;

use tokio::runtime::Handle;

use super::connect::Connector;

/// How long ending a query may take: it is a courtesy to the server.
const COURTESY: Duration = Duration::from_secs(5);

/// Ends the query of a connection when dropped: a server goes on with a query whose answer nobody waits for.
pub(super) struct KillOnDrop(Option<(Connector, u32)>);

impl KillOnDrop {
    pub(super) fn new(connector: &Connector, connection: u32) -> Self {
        Self(Some((connector.clone(), connection)))
    }

    /// The query has ended by itself.
    pub(super) fn disarm(mut self) {
        self.0 = None;
    }

    /// Ends the query now.
    pub(super) async fn kill(mut self) {
        if let Some((connector, connection)) = self.0.take() {
            kill(connector, connection).await;
        }
    }
}

impl Drop for KillOnDrop {
    fn drop(&mut self) {
        if let (Some((connector, connection)), Ok(handle)) = (self.0.take(), Handle::try_current())
        {
            handle.spawn(kill(connector, connection));
        }
    }
}

/// KILL QUERY needs no privilege for connections of the same user.
async fn kill(connector: Connector, connection: u32) {
    let _ = tokio::time::timeout(COURTESY, connector.kill(connection)).await;
}
