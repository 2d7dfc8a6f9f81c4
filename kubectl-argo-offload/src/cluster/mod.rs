//! The Kubernetes API: connecting as kubectl does, Workflows, the controller, permissions.
//!
//! **Invariant:** of Workflows at most one page of raw bytes is held, and nothing waits without a limit.

mod access;
mod configuration;
mod connect;
mod controller;
mod error;
mod kubeconfig;
mod lease;
mod list;
mod names;
mod owner;
pub mod permissions;
mod pods;
mod proxy;
mod request;
#[cfg(test)]
mod scripted;
mod secrets;
mod watch;
mod workflows;

pub use access::Access;
pub use configuration::{
    Configuration, Persistence, SecretKey, configuration, object_text, read_config_map,
};
pub use connect::{Limits, connect};
pub use controller::{Controller, Controllers, Replicas, find_controller, find_controllers};
pub use error::{ClusterError, ErrorKind};
pub use lease::{Leader, leader};
pub use names::workflow_name;
pub use owner::{Owner, OwnerKind, owner_of};
pub use pods::{Ending, ProgramPod, controller_pods, log_head, log_tail, server_pods};
pub use request::Cluster;
pub use secrets::{secret_bytes, secret_text};
pub use watch::{Change, Event, Watch};
pub use workflows::{Page, Pages, Selection, workflow, workflows};

pub(crate) use connect::{client_for, proxy_for};
pub(crate) use error::of_transport;
pub(crate) use kubeconfig::context_name;
pub(crate) use names::{is_name, name_suffix};
pub(crate) use pods::{SERVER_LABELS, is_server};
pub(crate) use request::read_body;
pub(crate) use workflows::{GROUP as WORKFLOWS_GROUP, path as workflows_path};
