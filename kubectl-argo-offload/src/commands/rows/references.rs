//! Which rows the cluster's workflows name.

use anyhow::{Context, Result};
use argo_offload_core::rows::{Reference, References};
use argo_offload_core::workflow::Envelope;

use crate::cluster::{Cluster, Selection, workflows};
use crate::commands::live::note_inconsistency;

/// Reads every workflow of a namespace, or of all, and keeps what it names.
///
/// # Errors
/// The user may not list them, or a workflow is none: then it is not known which rows are in use.
pub(super) async fn read(cluster: &Cluster, namespace: Option<&str>) -> Result<References> {
    let selection = Selection { namespace: namespace.map(Into::into), ..Selection::default() };
    let mut pages = workflows(cluster, selection);
    let mut references = References::new();
    while let Some(page) = pages.next().await? {
        note_inconsistency(&page);
        for (index, text) in page.workflows().enumerate() {
            let envelope =
                Envelope::parse(text).with_context(|| format!("{}, item {index}", page.name))?;
            let Envelope { namespace, name, uid, offload_version, .. } = envelope;
            let (namespace, name) = (namespace.into_owned(), name.into_owned());
            let version = offload_version.into_owned();
            references.insert(uid.into_owned(), Reference { namespace, name, version });
        }
    }
    Ok(references)
}
