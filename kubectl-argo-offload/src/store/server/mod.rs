//! argo-server as a place where nodes are read: it has the database's password, and takes the user's own token.
//!
//! **Invariant:** one workflow a request; its List is never asked for, since it reads every version of every workflow
//! into memory (argoproj/argo-workflows#16611).

mod client;
mod forward;
mod settings;

pub use client::ArgoServer;
pub use settings::{Settings, Token};
