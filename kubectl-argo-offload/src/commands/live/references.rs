//! Which rows the cluster's workflows name.

use anyhow::{Context, Result};
use argo_offload_core::rows::{Reference, References};
use argo_offload_core::workflow::Envelope;

use super::note_inconsistency;
use crate::cluster::{Cluster, Selection, workflows};

/// Reads every workflow of a namespace, or of all, and keeps what it names; `visit` sees each of them. The controller
/// whose rows are meant runs those with its `instanceID`; of one that is not known, it may be any.
///
/// # Errors
/// The user may not list them, or a workflow is none: then it is not known which rows are in use.
pub(in crate::commands) async fn references(
    cluster: &Cluster,
    namespace: Option<&str>,
    own: Option<&str>,
    mut visit: impl FnMut(&Envelope<'_>),
) -> Result<References> {
    let selection = Selection { namespace: namespace.map(Into::into), ..Selection::default() };
    let mut pages = workflows(cluster, selection);
    let mut references = References::new();
    while let Some(page) = pages.next().await? {
        note_inconsistency(&page);
        for (index, text) in page.workflows().enumerate() {
            let envelope =
                Envelope::parse(text).with_context(|| format!("{}, item {index}", page.name))?;
            visit(&envelope);
            let Envelope { namespace, name, uid, offload_version, instance_id, .. } = envelope;
            let reference = Reference {
                namespace: namespace.into_owned(),
                name: name.into_owned(),
                version: offload_version.into_owned(),
                of_another: own != Some(&*instance_id),
            };
            references.insert(uid.into_owned(), reference);
        }
    }
    Ok(references)
}
