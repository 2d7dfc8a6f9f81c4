//! Real servers for tests: databases of several kinds and versions, and a Kubernetes cluster with Argo in it.
//!
//! Everything listens on loopback alone, on free ports, and ends with the value that started it, also when a test
//! panics. Programs are fetched or built once and kept in [`cache`].

pub mod cache;
pub mod cluster;
pub mod database;
mod guard;
mod kubelet;
pub mod process;
pub mod programs;
