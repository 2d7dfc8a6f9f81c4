//! `status.nodes`: taken out, put back, cut into parts, decompressed.

#[cfg(feature = "brotli")]
mod brotli_memory;
mod compression;
mod entries;
mod merge;
mod parts;
mod split;
pub mod tree;

pub use compression::{DecompressError, MAX_DECOMPRESSED_BYTES, decompress};
pub use entries::{Entry, entries};
pub use merge::{MergeError, canonical_nodes, decompress_nodes, merge_nodes, merge_other_nodes};
pub use parts::{CutError, JoinError, Part, cut_nodes, join_parts};
pub use split::{Record, Split, SplitError, split_nodes};
