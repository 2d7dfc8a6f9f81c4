//! Reading what the user names with `-f`.

mod document;
mod read;

pub(crate) use document::{Document, documents, single};
pub(crate) use read::{Input, inputs, read};
