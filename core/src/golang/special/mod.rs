//! The types that read and write JSON by code of their own, one file each.

pub(crate) mod any_string;
pub(crate) mod base64_bytes;
pub(crate) mod duration;
pub(crate) mod float;
pub(crate) mod int_or_string;
pub(crate) mod parallel_steps;
pub(crate) mod plugin;
pub(crate) mod quantity;
pub(crate) mod raw;
pub(crate) mod time;
pub(crate) mod ttl;
