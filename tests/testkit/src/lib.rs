//! Seeded generators of node maps and workflows as JSON *text* and of configurations as YAML text, readers of the
//! fixtures, and what compares generated pages; for tests only.
//!
//! Differential tests give one text to Argo's Go code and to our codec and compare the bytes of the answers, so the
//! spelling of a text (escapes, white space, repeated and folded keys, forms of numbers) matters as much as its value.
//!
//! ```
//! use argo_offload_testkit::{Layout, Options, Rng, Version, nodes};
//!
//! let layout = Layout::load(Version::V4_1_2);
//! let text = nodes(&mut Rng::new(7), &layout, &Options::clean());
//! assert!(text.starts_with(b"{"));
//! ```
//!
//! **Invariant:** everything made here depends on the seed and the options alone: same seed, same bytes, on every
//! platform.

pub use complaints::{Class, Complaint};
pub use config::{Configs, Population};
pub use coverage::{Coverage, all_fields};
pub use generate::{Options, nodes, nodes_covering, value, workflow, workflow_covering};
pub use json::Style;
pub use layout::{Expression, Field, Kind, Layout, Type, Version};
pub use pages::assert_pages_are_fresh;
pub use realistic::{realistic_nodes, realistic_workflow, to_mysql_text};
pub use rng::Rng;

pub mod complaints;
pub mod config;
pub mod coverage;
pub mod fixtures;
pub mod generate;
pub mod json;
pub mod layout;
#[cfg(test)]
mod order;
mod pages;
pub mod realistic;
pub mod rng;
