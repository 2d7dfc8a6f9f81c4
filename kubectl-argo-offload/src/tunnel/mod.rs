//! A way to a database that only the cluster can reach: the API server's port-forward.
//!
//! **Invariant:** a tunnel listens on the loopback alone, takes one connection and then listens no more.

mod bridge;
mod host;
mod relay;
mod route;
mod via;

pub use bridge::Tunnel;
pub use host::{ServiceHost, service_host};
pub use relay::{Relay, RelayPod, RelayPodError, pass_on};
pub use route::{Route, Target, route};
pub use via::{Via, ViaError};
