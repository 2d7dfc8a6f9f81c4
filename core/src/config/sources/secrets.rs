//! The Secrets among the documents, as Kubernetes reads them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::config::finding::Span;
use crate::config::sources::workload::Located;
use crate::config::sources::{Kind, Object, Source, at, member, text};
use crate::config::subject::Subject;
use crate::golang::base64_bytes;
use crate::yaml::{NodeId, Value};

/// A Secret.
#[derive(Clone, Copy)]
pub(crate) struct Secret<'a> {
    located: Located<'a>,
    object: &'a Object,
}

/// A value of a Secret.
#[derive(Clone, Copy)]
pub(crate) struct SecretValue<'a> {
    located: Located<'a>,
    node: NodeId,
    /// Whether it stands under `data`, in base64.
    pub(crate) encoded: bool,
}

/// The Secrets given.
pub(crate) fn given<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = Secret<'a>> {
    subject.secrets().map(|(located, object)| Secret { located, object })
}

/// Whether something among the documents makes a Secret of this name: a SealedSecret, an ExternalSecret or one of
/// the many others of that kind, or kustomize.
pub(crate) fn is_made(subject: &Subject<'_>, name: &str) -> bool {
    let makers = subject.objects.iter().filter(|object| object.kind == Kind::Other);
    makers.into_iter().any(|maker| {
        let Some(located) = subject.sources.get(maker.source).and_then(Source::located) else {
            return false;
        };
        let document = located.document;
        let is_name = |id: NodeId| document.text(id) == Some(name.as_bytes());
        if let Some(generated) = member(document, maker.node, "secretGenerator") {
            let generated = document.items(generated.value);
            return generated.iter().any(|&one| at(document, one, &["name"]).is_some_and(is_name));
        }
        let kind = at(document, maker.node, &["kind"]).and_then(|kind| text(document, kind));
        let about_secrets =
            kind.is_some_and(|kind| kind.contains("Secret") || kind.contains("OnePassword"));
        about_secrets && MADE.iter().any(|path| at(document, maker.node, path).is_some_and(is_name))
    })
}

/// Where such objects name the Secret that they make.
const MADE: [&[&str]; 5] = [
    &["metadata", "name"],
    &["spec", "target", "name"],
    &["spec", "destination", "name"],
    &["spec", "template", "metadata", "name"],
    &["spec", "secretName"],
];

impl<'a> Secret<'a> {
    pub(crate) fn name(&self) -> Option<&'a str> {
        self.object.name.as_deref()
    }

    pub(crate) fn namespace(&self) -> Option<&'a str> {
        self.object.namespace.as_deref()
    }

    /// Its value under `key`. The API server lets `stringData` win over `data`.
    ///
    /// Source: k8s.io/kubernetes, pkg/apis/core/v1/conversion.go (`Convert_v1_Secret_To_core_Secret`).
    pub(crate) fn value(&self, key: &str) -> Option<SecretValue<'a>> {
        [("stringData", false), ("data", true)].into_iter().find_map(|(section, encoded)| {
            let node = at(self.located.document, self.object.node, &[section, key])?;
            Some(SecretValue { located: self.located, node, encoded })
        })
    }

    /// The names of its keys; `None` where neither `data` nor `stringData` is written, as something else
    /// may fill it.
    pub(crate) fn keys(&self) -> Option<Vec<String>> {
        let document = self.located.document;
        let sections: Vec<_> = ["data", "stringData"]
            .into_iter()
            .filter_map(|section| member(document, self.object.node, section))
            .collect();
        if sections.is_empty() {
            return None;
        }
        let mut keys: Vec<String> = sections
            .into_iter()
            .flat_map(|section| document.entries(section.value))
            .filter_map(|entry| text(document, entry.key))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        Some(keys)
    }

    /// Whether its values are encrypted in the file (by SOPS), so that they say nothing.
    pub(crate) fn is_encrypted(&self) -> bool {
        member(self.located.document, self.object.node, "sops").is_some()
    }

    /// Where its name stands.
    pub(crate) fn name_span(&self) -> Span {
        self.span_at(&["metadata", "name"])
    }

    /// Where its namespace stands.
    pub(crate) fn namespace_span(&self) -> Span {
        self.span_at(&["metadata", "namespace"])
    }

    fn span_at(&self, path: &[&str]) -> Span {
        let node = at(self.located.document, self.object.node, path).unwrap_or(self.object.node);
        self.located.span(node)
    }
}

impl<'a> SecretValue<'a> {
    /// Where it stands.
    pub(crate) fn span(&self) -> Span {
        self.located.span(self.node)
    }

    /// What is written, base64 not decoded; `None` when it is no text.
    pub(crate) fn written(&self) -> Option<&'a [u8]> {
        self.located.document.text(self.node)
    }

    /// What the controller gets; `None` when Kubernetes refuses it.
    pub(crate) fn bytes(&self) -> Option<Cow<'a, [u8]>> {
        let written = self.written()?;
        if self.encoded {
            return base64_bytes::decode(written).map(Cow::Owned);
        }
        Some(Cow::Borrowed(written))
    }

    /// Whether it is a number or a boolean, where Kubernetes wants a text.
    pub(crate) fn is_number_or_boolean(&self) -> bool {
        matches!(
            self.located.document.node(self.node).value,
            Value::Bool(_) | Value::Int(_) | Value::Uint(_) | Value::Float(_)
        )
    }
}
