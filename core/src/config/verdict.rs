//! What the controller would say to a ConfigMap manifest, in the stages in which it says it.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::config::reading::argo_text_of_yaml;
use crate::config::reading::configuration::{self, Configuration};
use crate::config::reading::origin::Origin;
use crate::config::sources::{Kind, Object, Source, member};
use crate::config::wording::{go_text, reason};
use crate::golang::{ArgoVersion, folds_to};
use crate::yaml::{self, Document, Entry, NodeId, Problem, Value, YamlError};

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
    /// Its `instanceID`: it runs the Workflows with this label, empty those without. `None` where chance decides, and
    /// where it is refused.
    pub instance_id: Option<String>,
}

/// Judges the first document of a ConfigMap's manifest.
#[must_use]
pub fn judge(manifest: &[u8], version: ArgoVersion) -> Verdict {
    let document = match read_manifest(manifest) {
        Ok(document) => document,
        Err((error, at)) => return Verdict::refused(Stage::Manifest, error, at),
    };
    if let Err((error, at)) = check_kind(&document, is_json(manifest)) {
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
    if let Some(Ok((converted, check))) = &configuration.manifest_check
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
        let outcomes = || chance.outcomes.iter().flatten();
        let mut persistence: Vec<Vec<u8>> = outcomes().map(|json| persistence_of(json)).collect();
        persistence.sort();
        persistence.dedup();
        let stage = match (persistence.len(), chance.accepted_or_refused) {
            (0, _) => Stage::Parse,
            (1, false) => Stage::Ok,
            _ => Stage::Depends,
        };
        let mut ids: Vec<String> = outcomes().map(|json| instance_id_of(json)).collect();
        ids.sort();
        ids.dedup();
        let instance_id = if ids.len() == 1 { ids.pop() } else { None };
        let error = chance.refusal.clone();
        return Verdict { stage, error, at: None, persistence, instance_id };
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
        None => {
            let json = configuration.decoded();
            Verdict {
                stage: Stage::Ok,
                error: None,
                at: None,
                persistence: [persistence_of(&json)].into(),
                instance_id: Some(instance_id_of(&json)),
            }
        }
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

/// The value of `instanceID` in a configuration as Argo writes it.
fn instance_id_of(json: &[u8]) -> String {
    let id = yaml::read_json(json).ok().and_then(|tree| {
        let entry = tree.get(tree.root()?, b"instanceID")?;
        tree.text(entry.value).map(|text| String::from_utf8_lossy(text).into_owned())
    });
    id.unwrap_or_default()
}

impl Verdict {
    fn refused(stage: Stage, error: String, at: Option<usize>) -> Self {
        Self { stage, error: Some(error), at, persistence: Vec::new(), instance_id: None }
    }
}

/// Reads a manifest as Kubernetes' decoder does: as JSON when it begins with a brace.
pub(crate) fn read_manifest(manifest: &[u8]) -> Result<Document, ManifestError> {
    let document = if is_json(manifest) { yaml::read_json(manifest) } else { yaml::read(manifest) };
    let document = document.map_err(|error| (text_of(&error), Some(error.at)))?;
    check_keys(&document)?;
    Ok(document)
}

/// What a manifest is refused for and where, if that is one place.
type ManifestError = (String, Option<usize>);

/// Checks what Kubernetes looks at before a ConfigMap's fields: that the manifest can be JSON, and what kind it is of.
pub(crate) fn check_manifest(document: &Document, manifest: &[u8]) -> Result<(), ManifestError> {
    check_keys(document)?;
    check_kind(document, is_json(manifest))
}

/// Checks that JSON has the document's keys and numbers.
fn check_keys(document: &Document) -> Result<(), ManifestError> {
    let place = |node| document.node(node).span.start;
    yaml::to_json(document)
        .map(|_| ())
        .map_err(|error| (format!("{}", error.reason), Some(place(error.node))))
}

/// Whether Kubernetes takes a manifest for JSON.
///
/// Source: k8s.io/apimachinery v0.33.1, pkg/util/yaml/decoder.go (`hasJSONPrefix`), which skips what Unicode calls a
/// space, though JSON does not allow it.
fn is_json(manifest: &[u8]) -> bool {
    let text = manifest.utf8_chunks().next().map_or("", |chunk| chunk.valid());
    text.trim_start().starts_with('{')
}

/// A mapping's entries in the order in which Go's JSON decoder comes across them. JSON is read as it stands; YAML is
/// converted to JSON before, its keys sorted and each there once, the last.
fn entries_as_read(document: &Document, mapping: NodeId, is_json: bool) -> Vec<Entry> {
    let entries = document.entries(mapping);
    if is_json {
        return entries.to_vec();
    }
    let name = |entry: &Entry| yaml::key_name(document, entry.key).unwrap_or_default();
    let by_name: BTreeMap<Cow<'_, [u8]>, Entry> =
        entries.iter().map(|entry| (name(entry), *entry)).collect();
    by_name.into_values().collect()
}

/// Kubernetes looks for the kind first, and so is the first to find that JSON is none; the rest is in our words.
fn text_of(error: &YamlError) -> String {
    match error.problem {
        Problem::Json(_) => format!("couldn't get version/kind; json parse error: {error}"),
        _ => format!("{error}"),
    }
}

/// Checks that a manifest says it is a ConfigMap of version v1.
///
/// Source: k8s.io/apimachinery v0.33.1, pkg/runtime/serializer/json/meta.go (`Interpret`), which matches
/// these two keys without regard to case.
fn check_kind(document: &Document, is_json: bool) -> Result<(), ManifestError> {
    let root = document.root();
    let entries = root.map_or_else(Vec::new, |root| entries_as_read(document, root, is_json));
    let folded = |name: &str| -> Result<Option<String>, ManifestError> {
        let mut found = None;
        for entry in &entries {
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
