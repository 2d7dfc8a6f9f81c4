//! Seeded generator of node maps and workflows as JSON *text*, and readers of the fixtures; for tests only.
//!
//! Differential tests give one text to Argo's Go code and to our codec and compare the bytes of the answers, so the
//! spelling of a text (escapes, white space, repeated and folded keys, forms of numbers) matters as much as its value.
//!
//! **Invariant:** everything made here depends on the seed and the options alone: same seed, same bytes, on every
//! platform.

pub use coverage::{Coverage, all_fields};
pub use layout::{Expression, Field, Kind, Layout, Type, Version};
pub use rng::Rng;

pub mod coverage;
pub mod layout;
pub mod rng;
