use argo_offload_core::golang::Encoder;
use argo_offload_core::nodes::{MergeError, canonical_nodes};

use super::error::{Cause, DatabaseError};
use crate::output::shortened;
use crate::store::RowKey;

/// The nodes as Argo wrote them, which MySQL gives back in another order and spelling; checked by the version.
///
/// The table's answer is freed as soon as it has been written anew, so that no three copies stand side by side.
pub(super) fn canonical(
    encoder: &mut Encoder,
    nodes: Vec<u8>,
    key: &RowKey,
    place: &str,
) -> Result<Vec<u8>, DatabaseError> {
    use std::borrow::Cow;

    let failed = |cause| DatabaseError::usual(place, cause);
    let boxed = || Box::new(key.clone());
    if nodes.is_empty() {
        return Err(failed(Cause::Empty { key: boxed() }));
    }
    let written = match canonical_nodes(encoder, &nodes, &key.version) {
        Ok(Cow::Borrowed(_)) => None,
        Ok(Cow::Owned(written)) => Some(written),
        Err(MergeError::Version { found, .. }) => {
            return Err(failed(Cause::NotItsVersion { key: boxed(), found: found.to_string() }));
        }
        Err(MergeError::WouldDrop(dropped)) => {
            let found = format!("nodes with content that this release does not know: {dropped}");
            return Err(failed(Cause::NotItsVersion {
                key: boxed(),
                found: shortened(&found, 300),
            }));
        }
        Err(error) => {
            let at = match &error {
                MergeError::Decode(error) => format!("at byte {}: {error}", error.at),
                error => error.to_string(),
            };
            let problem = shortened(&at, 300);
            return Err(failed(Cause::NotNodes { key: boxed(), problem }));
        }
    };
    Ok(written.unwrap_or(nodes))
}
