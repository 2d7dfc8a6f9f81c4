//! What Argo Workflows' own code would say about a workflow's size and nodes.
//!
//! **Invariant:** no I/O, clock, environment or threads, and no panic whatever bytes come in.

#![cfg_attr(not(test), no_std)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::string_slice,
        clippy::indexing_slicing
    )
)]

extern crate alloc;

pub mod config;
pub mod golang;
pub mod json;
pub mod nodes;
pub mod rows;
pub mod size;
pub mod symptoms;
pub mod workflow;
pub mod yaml;
