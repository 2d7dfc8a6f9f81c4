use std::net::SocketAddr;

use clap::Args;

/// Arguments of `relay`.
#[derive(Debug, Args)]
pub struct RelayArguments {
    /// Where to listen
    #[arg(long, value_name = "ADDRESS:PORT", overrides_with = "listen")]
    pub listen: SocketAddr,
    /// Where connections are passed on to
    #[arg(long, value_name = "HOST:PORT")]
    pub to: String,
}
