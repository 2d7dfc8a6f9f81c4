//! What goes wrong on the way to the nodes: each fault ends with exit code 2, in time, and with what to do next.

pub(crate) mod configuration;
pub(crate) mod database;
mod locked;
pub(crate) mod servers;
pub(crate) mod tunnel;
pub(crate) mod watch;

use std::time::Duration;

pub(crate) use locked::locked;

/// More than anything that needs no time-out takes, also on a machine that is busy.
const SOON: Duration = Duration::from_secs(30);
