//! How Argo's Go code reads and writes JSON.

mod check;
mod dropped;
mod encode;
mod error;
mod fnv;
mod fold;
mod kubernetes;
mod layout;
mod names;
mod reference;
mod shape;
mod sink;
mod special;
#[rustfmt::skip]
mod tables;
mod target;
mod version;

pub(crate) use check::check;
pub use check::{Check, FoldedKey, IgnoredKey, LISTED, PATH_STEPS, Problem, Step};
pub use dropped::{Dropped, DroppedField, Why};
pub(crate) use encode::encode_once;
pub use encode::{Encoded, Encoder, Root};
pub use error::{DecodeError, DecodeReason};
pub use fnv::Fnv1;
pub(crate) use fold::folds_to;
pub(crate) use names::{distance, is_field_of_config};
pub use names::{fields_of, nearest_field, where_field_lives};
pub(crate) use shape::Shape;
pub use sink::{Count, Sink};
pub(crate) use special::{base64_bytes, duration, time, ttl};
pub use target::Target;
pub use version::{ArgoVersion, NodeVersion, ParseVersionError};
