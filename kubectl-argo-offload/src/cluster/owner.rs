//! Who else writes an object, and would undo a change by hand.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;

use crate::output::shortened;

/// What keeps an object as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// Its kind.
    pub kind: OwnerKind,
    /// What of it: the application, release or Kustomization, as far as it says.
    pub name: Option<String>,
    /// What tells so, for messages.
    pub evidence: String,
}

/// What reverts changes by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerKind {
    /// Argo CD.
    ArgoCd,
    /// Flux, by a Kustomization or a HelmRelease.
    Flux,
    /// Helm, at the next upgrade.
    Helm,
}

impl fmt::Display for OwnerKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::ArgoCd => "Argo CD",
            Self::Flux => "Flux",
            Self::Helm => "Helm",
        })
    }
}

impl fmt::Display for Owner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, evidence } = self;
        match name {
            Some(name) => write!(out, "{kind} ({name}), as {evidence} says"),
            None => write!(out, "{kind}, as {evidence} says"),
        }
    }
}

#[derive(Default, Deserialize)]
struct Object {
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Metadata {
    labels: Option<BTreeMap<String, String>>,
    annotations: Option<BTreeMap<String, String>>,
    managed_fields: Option<Vec<Managed>>,
}

#[derive(Deserialize)]
struct Managed {
    #[serde(default)]
    manager: String,
}

/// Labels and annotations that owners set, the surest first.
///
/// Sources: Argo CD, docs/user-guide/resource_tracking.md; Flux, kustomize-controller and helm-controller (`ssa.Owner`
/// labels); Helm, pkg/action/validate.go.
const MARKS: [(&str, OwnerKind); 6] = [
    ("argocd.argoproj.io/tracking-id", OwnerKind::ArgoCd),
    ("argocd.argoproj.io/instance", OwnerKind::ArgoCd),
    ("argocd.argoproj.io/installation-id", OwnerKind::ArgoCd),
    ("kustomize.toolkit.fluxcd.io/name", OwnerKind::Flux),
    ("helm.toolkit.fluxcd.io/name", OwnerKind::Flux),
    ("meta.helm.sh/release-name", OwnerKind::Helm),
];

/// Names in `managedFields`.
const MANAGERS: [(&str, OwnerKind); 7] = [
    ("argocd-controller", OwnerKind::ArgoCd),
    ("argocd-application-controller", OwnerKind::ArgoCd),
    ("kustomize-controller", OwnerKind::Flux),
    ("helm-controller", OwnerKind::Flux),
    ("flux", OwnerKind::Flux),
    ("helm", OwnerKind::Helm),
    ("Helm", OwnerKind::Helm),
];

/// Who owns an object, from its JSON text: tracking labels and annotations, else who wrote its fields.
#[must_use]
pub fn owner_of(object: &[u8]) -> Option<Owner> {
    let Metadata { labels, annotations, managed_fields } =
        serde_json::from_slice::<Object>(object).unwrap_or_default().metadata;
    let (labels, annotations) = (labels.unwrap_or_default(), annotations.unwrap_or_default());
    for (mark, kind) in MARKS {
        let found = annotations.get(mark).map(|value| ("annotation", value));
        let found = found.or_else(|| labels.get(mark).map(|value| ("label", value)));
        if let Some((place, value)) = found {
            // A tracking id is `APPLICATION:GROUP/KIND:NAMESPACE/NAME`.
            let name = value.split(':').next().unwrap_or_default();
            let name = Some(shortened(name, 100)).filter(|name| !name.is_empty());
            return Some(Owner { kind, name, evidence: format!("the {place} {mark}") });
        }
    }
    let managers = managed_fields.unwrap_or_default();
    for (manager, kind) in MANAGERS {
        if managers.iter().any(|field| field.manager == manager) {
            let evidence = format!("the manager {manager} in managedFields");
            return Some(Owner { kind, name: None, evidence });
        }
    }
    let helm = labels.get("app.kubernetes.io/managed-by").is_some_and(|by| by == "Helm");
    helm.then(|| Owner {
        kind: OwnerKind::Helm,
        name: labels.get("app.kubernetes.io/instance").map(|name| shortened(name, 100)),
        evidence: "the label app.kubernetes.io/managed-by".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owners_are_known_by_their_marks() {
        let owner = |metadata: &str| owner_of(format!(r#"{{"metadata":{metadata}}}"#).as_bytes());
        let kind = |metadata: &str| owner(metadata).map(|owner| owner.kind);
        let found = owner(
            r#"{"annotations":{"argocd.argoproj.io/tracking-id":"flows:/ConfigMap:argo/x",
                "meta.helm.sh/release-name":"r"}}"#,
        );
        assert_eq!(
            found.map(|owner| owner.to_string()).as_deref(),
            Some("Argo CD (flows), as the annotation argocd.argoproj.io/tracking-id says")
        );
        let flux = r#"{"labels":{"helm.toolkit.fluxcd.io/name":"r"},"annotations":{"meta.helm.sh/release-name":"r"}}"#;
        assert_eq!(kind(flux), Some(OwnerKind::Flux));
        assert_eq!(
            kind(r#"{"annotations":{"meta.helm.sh/release-name":"r"}}"#),
            Some(OwnerKind::Helm)
        );
        assert_eq!(
            kind(r#"{"labels":{"app.kubernetes.io/managed-by":"Helm"}}"#),
            Some(OwnerKind::Helm)
        );
        assert_eq!(
            kind(r#"{"managedFields":[{"manager":"kustomize-controller"}]}"#),
            Some(OwnerKind::Flux)
        );
        assert_eq!(
            kind(r#"{"managedFields":[{"manager":"kubectl-client-side-apply"}],"labels":null}"#),
            None
        );
        assert_eq!(kind("{}"), None);
        assert_eq!(owner_of(b"no JSON"), None);
    }
}
