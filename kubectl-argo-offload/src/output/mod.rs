//! How results are shown. No other module prints to stdout.

mod human;
mod say;
mod table;

use std::io::Write;

use anyhow::{Context, Result};
use argo_offload_core::yaml;
use serde::Serialize;

pub(crate) use human::{age, bytes, counted, duration, percent};
pub(crate) use say::{printable, say, shortened};
pub(crate) use table::Table;

/// The version of every JSON output.
pub(crate) const API_VERSION: &str = "argo-offload/v1alpha1";

/// Writes everything to stdout at once.
pub(crate) fn write_stdout(bytes: &[u8]) -> Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(bytes).and_then(|()| out.flush()).context("cannot write to stdout")
}

/// Whether colours are wanted on stdout: it is a terminal that has them, and NO_COLOR is not set.
pub(crate) fn colours_wanted() -> bool {
    anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never
}

/// Writes an indented JSON document to stdout.
pub(crate) fn write_json(value: &impl Serialize) -> Result<()> {
    let mut text = serde_json::to_vec_pretty(value)?;
    text.push(b'\n');
    write_stdout(&text)
}

/// Writes a YAML document to stdout, as kubectl prints it.
pub(crate) fn write_yaml(value: &impl Serialize) -> Result<()> {
    write_stdout(&yaml::emit(&serde_json::to_vec(value)?)?)
}
