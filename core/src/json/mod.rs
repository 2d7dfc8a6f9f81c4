//! JSON text as positions: nothing here builds values.

mod classify;
pub(crate) mod number;
pub(crate) mod place;
pub(crate) mod scan;
pub(crate) mod skim;
pub(crate) mod text;

pub use place::{Place, locate};
pub use scan::{MAX_DEPTH, SyntaxError, SyntaxReason};
