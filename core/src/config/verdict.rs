//! What the controller would say to a ConfigMap manifest, in the stages in which it says it.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::config::reading::argo_text_of_yaml;
use crate::config::reading::configuration::{self, Configuration};
use crate::config::reading::origin::Origin;
use crate::config::sources::{Kind, Object, Source, member};
use crate::config::wording::{go_text, reason};
use crate::golang::{ArgoVersion, folds_to};
use crate::yaml::{self, Document, NodeId, Value};

/// How far a ConfigMap gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Kubernetes refuses the manifest, or it is no ConfigMap.
    Manifest,
    /// The controller refuses the configuration and ends.
    Parse,
    /// The controller accepts it.
    Ok,
    /// It depends on the order in which Go walks through a map.
    Depends,
}

/// The controller's verdict on a manifest.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// How far it gets.
    pub stage: Stage,
    /// What is logged when it is refused: Argo's text, except that names of Go types are left out.
    pub error: Option<String>,
    /// Where the first thing refused stands in the manifest.
    pub at: Option<usize>,
    /// The persistence sections that can come out of it, as JSON in Argo's field order; `null` where
    /// persistence is off.
    pub persistence: Vec<Vec<u8>>,
}

/// Judges the first document of a ConfigMap's manifest.
#[must_use]
pub fn judge(manifest: &[u8], version: ArgoVersion) -> Verdict {
    let document = match read_manifest(manifest) {
        Ok(document) => document,
        Err((error, at)) => return Verdict::refused(Stage::Manifest, error, at),
    };
    if let Err((error, at)) = kind_of(&document) {
        return Verdict::refused(Stage::Manifest, error, at);
    }
    let source = Source {
        file: 0,
        range: 0..manifest.len(),
        origin: Origin::verbatim(0),
        document: Ok(document),
    };
    let node = source.document.as_ref().ok().and_then(Document::root);
    let configuration = node.and_then(|node| {
        let object = Object { source: 0, node, kind: Kind::ConfigMap, name: None, namespace: None };
        configuration::of_object(&source, &object, version)
    });
    match configuration {
        Some(configuration) => verdict_of(&configuration),
        None => Verdict::refused(Stage::Manifest, String::from("no ConfigMap"), None),
    }
}

fn verdict_of(configuration: &Configuration<'_>) -> Verdict {
    if let Some((converted, check)) = &configuration.manifest_check
        && let Some(problem) = check.decisive.and_then(|index| check.problems.get(index))
    {
        let node = converted.node_at(problem.at);
        let at = node.map(|node| configuration.span_in_manifest(node).range.start);
        let text = go_text(problem).unwrap_or_else(|| reason(&problem.reason));
        return Verdict::refused(Stage::Manifest, text, at);
    }
    if configuration.has_siblings() {
        let text =
            "if you have an item in your config map named 'config', you must only have one item";
        return Verdict::refused(Stage::Parse, text.into(), Some(configuration.anchor.range.start));
    }
    if let Some(chance) = &configuration.chance {
        let mut persistence: Vec<Vec<u8>> =
            chance.outcomes.iter().flatten().map(|json| persistence_of(json)).collect();
        persistence.sort();
        persistence.dedup();
        let stage = match (persistence.len(), chance.accepted_or_refused) {
            (0, _) => Stage::Parse,
            (1, false) => Stage::Ok,
            _ => Stage::Depends,
        };
        return Verdict { stage, error: chance.refusal.clone(), at: None, persistence };
    }
    let refusal = match (configuration.yaml_error(), configuration.document()) {
        (Some(error), _) => {
            Some((argo_text_of_yaml(error), configuration.span(error.at..error.at)))
        }
        (None, Some(document)) => configuration
            .refusal()
            .map(|refusal| (refusal.argo_text(document), configuration.span_of(refusal))),
        (None, None) => None,
    };
    match refusal {
        Some((error, span)) => Verdict::refused(Stage::Parse, error, Some(span.range.start)),
        None => Verdict {
            stage: Stage::Ok,
            error: None,
            at: None,
            persistence: [persistence_of(&configuration.decoded())].into(),
        },
    }
}

/// The value of `persistence` in a configuration as Argo writes it.
fn persistence_of(json: &[u8]) -> Vec<u8> {
    let section = yaml::read_json(json).ok().and_then(|tree| {
        let entry = tree.get(tree.root()?, b"persistence")?;
        json.get(tree.node(entry.value).span.clone()).map(<[u8]>::to_vec)
    });
    section.unwrap_or_else(|| b"null".to_vec())
}

impl Verdict {
    fn refused(stage: Stage, error: String, at: Option<usize>) -> Self {
        Self { stage, error: Some(error), at, persistence: Vec::new() }
    }
}

/// Reads a manifest as Kubernetes' decoder does: as JSON when it begins with a brace.
pub(crate) fn read_manifest(manifest: &[u8]) -> Result<Document, (String, Option<usize>)> {
    let document = if manifest.trim_ascii_start().starts_with(b"{") {
        yaml::read_json(manifest)
    } else {
        yaml::read(manifest)
    };
    let document = document.map_err(|error| (format!("{error}"), Some(error.at)))?;
    match yaml::to_json(&document) {
        Ok(_) => Ok(document),
        Err(error) => {
            let at = document.node(error.node).span.start;
            Err((format!("{}", error.reason), Some(at)))
        }
    }
}

/// Checks that a manifest says it is a ConfigMap of version v1.
///
/// Source: k8s.io/apimachinery v0.33.1, pkg/runtime/serializer/json/meta.go (`Interpret`), which matches
/// these two keys without regard to case.
fn kind_of(document: &Document) -> Result<(), (String, Option<usize>)> {
    let root = document.root();
    let folded = |name: &str| -> Result<Option<String>, (String, Option<usize>)> {
        let Some(root) = root else { return Ok(None) };
        let mut found = None;
        for entry in document.entries(root) {
            let key = document.text(entry.key).unwrap_or_default();
            if !folds_to(key, name.as_bytes()) {
                continue;
            }
            match (&document.node(entry.value).value, document.text(entry.value)) {
                (_, Some(text)) => found = Some(String::from_utf8_lossy(text).into_owned()),
                (Value::Null, None) => {}
                _ => {
                    let at = document.node(entry.value).span.start;
                    return Err((
                        format!("couldn't get version/kind; {name} is no string"),
                        Some(at),
                    ));
                }
            }
        }
        Ok(found.filter(|text| !text.is_empty()))
    };
    let is_mapping = |id: NodeId| matches!(document.node(id).value, Value::Mapping | Value::Null);
    if root.is_some_and(|root| !is_mapping(root)) {
        return Err(("couldn't get version/kind; the document is no mapping".into(), Some(0)));
    }
    let at = |name: &str| {
        root.and_then(|root| member(document, root, name))
            .map(|entry| document.node(entry.value).span.start)
    };
    let (version, kind) = (folded("apiVersion")?, folded("kind")?);
    match (version.as_deref(), kind.as_deref()) {
        (_, None) => Err(("Object 'Kind' is missing".into(), None)),
        (None, _) => Err(("Object 'apiVersion' is missing".into(), None)),
        (Some("v1"), Some("ConfigMap")) => Ok(()),
        (Some("v1"), Some("Secret" | "List")) => {
            Err((format!("not a ConfigMap but {}", kind.unwrap_or_default()), at("kind")))
        }
        (version, kind) => Err((
            format!(
                "no kind \"{}\" is registered for version \"{}\"",
                kind.unwrap_or_default(),
                version.unwrap_or_default()
            ),
            at("kind"),
        )),
    }
}
