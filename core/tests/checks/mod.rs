//! Laws that hold for every input: checked by the fuzz targets in `core/fuzz`, and by
//! `core/tests/regressions.rs` on inputs that once broke one.
//!
//! Each check takes an input as its fuzz target does and panics where a law is broken.

mod decompress;
mod emit;
mod encode;
mod fix;
mod lint;
mod locate;
mod split;
mod strict;
mod yaml;

pub use decompress::decompress;
pub use emit::emit;
pub use encode::encode;
pub use fix::fix;
pub use lint::{NEXT_FILE, lint};
pub use locate::locate;
pub use split::split;
pub use strict::strict;
pub use yaml::yaml;

use argo_offload_core::golang::ArgoVersion;

const VERSIONS: [ArgoVersion; 3] = [version(3, 6), version(3, 7), version(4, 1)];

const fn version(major: u16, minor: u16) -> ArgoVersion {
    ArgoVersion { major, minor, patch: None }
}

/// The choice among `of` things that the first byte makes, and the bytes behind it.
///
/// `0` is the first choice, `1` the second: so inputs written by hand are readable.
fn choice(data: &[u8], of: u8) -> Option<(usize, &[u8])> {
    let (first, rest) = data.split_first()?;
    Some((usize::from(first.wrapping_sub(b'0') % of), rest))
}
