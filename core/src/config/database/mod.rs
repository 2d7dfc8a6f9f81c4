//! What is known about the databases that a configuration names.

pub(in crate::config) mod credentials;
pub(in crate::config) mod databases;
pub(in crate::config) mod driver;
pub(in crate::config) mod passwords;
pub(in crate::config) mod placeholders;
pub(in crate::config) mod server;
pub(in crate::config) mod ttl;
