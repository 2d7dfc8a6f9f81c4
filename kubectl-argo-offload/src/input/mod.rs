//! Reading what the user names with `-f`.

mod document;
pub(crate) mod place;
mod read;
mod yaml;

pub(crate) use document::{Document, Objects, objects, single};
pub(crate) use read::{BOM, Input, inputs, read, read_within};
