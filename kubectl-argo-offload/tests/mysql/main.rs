//! The store mysql:// on real servers.
//!
//! `tests/run mysql` starts it; a plain `cargo test` does not, since servers have to be fetched and started.

mod bridge;
mod commands;
mod faults;
mod inspect;
mod listing;
mod network;
mod reading;
mod schemas;
mod servers;
mod sessions;
mod tls;
